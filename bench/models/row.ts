/**
 * One comparison: ours against a peer, taken in turns in one run, so that what else the machine does hits both. A peer
 * is a Python process (peer.py) that stays open: it reads its data once, then runs a case each time it is asked.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { median } from '../../src/math/statistics.ts'
import { python } from '../python.ts'

export interface Row {
  /** "score, 100 trees × 256, 20 features" */
  readonly name: string
  readonly peer: string
  /** Median seconds of one run. */
  readonly oursS: number
  readonly peerS: number
  /** Rows (or fits) that one run does. */
  readonly rows: number
  /** The median over pairs of peer ÷ ours. */
  readonly ratio: number
  /** What the ratio is meant to reach; absent where it is only reported. */
  readonly target?: number
}

export interface Peer {
  /** "scikit-learn 1.9.1" */
  readonly name: string
  /** Seconds of one run of this case. */
  run(name: string): Promise<number>
  close(): void
}

/**
 * Starts `bench/models/<script>` with the folder that holds `arrays` (raw little-endian float64, `<name>.f64`) as its
 * argument. The script prints the peer's name once it is ready; for every line with a case's name that it then reads, it
 * runs the case and prints the seconds it took (see peer.py). One thread only.
 */
export async function openPeer(script: string, arrays: Readonly<Record<string, Float64Array>>): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-bench-'))
  for (const [name, values] of Object.entries(arrays)) writeFileSync(join(folder, `${name}.f64`), values)
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', NUMBA_NUM_THREADS: '1' }
  const child = spawn(python(), [join(import.meta.dirname, script), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env,
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${script} ended early`)
    return value as string
  }
  const name = await line()
  return {
    name,
    async run(wanted) {
      child.stdin.write(`${wanted}\n`)
      return Number(await line())
    },
    close() {
      child.stdin.end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface Comparison {
  readonly name: string
  readonly rows: number
  readonly target?: number
  readonly pairs?: number
  /** What the peer calls this case; `name` by default. */
  readonly peerCase?: string
  ours(): void
}

/** Runs ours and the peer in turns: twice to warm up, then `pairs` times (7 by default). */
export async function compare(
  peer: Peer,
  { name, rows, target, pairs = 7, peerCase = name, ours }: Comparison,
): Promise<Row> {
  const mine: number[] = []
  const theirs: number[] = []
  for (let i = -2; i < pairs; i++) {
    const before = process.hrtime.bigint()
    ours()
    const took = Number(process.hrtime.bigint() - before) / 1e9
    const other = await peer.run(peerCase)
    if (i < 0) continue
    mine.push(took)
    theirs.push(other)
  }
  return {
    name,
    peer: peer.name,
    oursS: median(Float64Array.from(mine)),
    peerS: median(Float64Array.from(theirs)),
    rows,
    ratio: median(Float64Array.from(mine, (took, i) => (theirs[i] as number) / took)),
    ...(target === undefined ? {} : { target }),
  }
}
