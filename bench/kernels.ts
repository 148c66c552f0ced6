/** `npm run bench:kernels`: the forest kernel on one core, its plain twin, and scikit-learn beside it, on seeded data. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { sumPlainly } from '../src/kernels/forest.ts'
import { createRandom } from '../src/math/random.ts'
import { median } from '../src/math/statistics.ts'
import { isolationForest } from '../src/models/isolation-forest.ts'
import { python } from './python.ts'

const ROWS = 65_536
const COLUMNS = 20
const BLOCK = 2048
const RUNS = 15
const TARGET = 1.8e6

const random = createRandom(42)
const columns = Array.from({ length: COLUMNS }, () => Float64Array.from({ length: ROWS }, () => random.normal()))
const weight = new Float64Array(ROWS).fill(1)
const params = { ...Value.Create(isolationForest.params), n_estimators: 100, max_samples: 256 }
const grow = () =>
  isolationForest.fit!(
    { task: 'detect', x: { rows: ROWS, columns }, names: [], weight, random: createRandom(0) },
    params,
  )

const state = grow()
const scorer = isolationForest.scorer(state)
const plainly = sumPlainly({ ...state, value: new Float64Array(state.left.length) })
const out = new Float64Array(ROWS)
const blocks = Array.from({ length: ROWS / BLOCK }, (_, b) => ({
  x: { rows: BLOCK, columns: columns.map(column => column.subarray(b * BLOCK)) },
  out: out.subarray(b * BLOCK),
}))

const kernelS = time(RUNS, () => {
  for (const block of blocks) scorer.score(block.x, block.out)
})
const plainS = time(3, () => {
  for (const block of blocks) plainly(block.x.columns, BLOCK, block.out)
})
const fitS = time(RUNS, grow)
const peer = measurePeer()

const table = [
  ['', 'score, rows/s', 'against ours', 'ns per row and tree', 'fit, ms', 'against ours'],
  row('kernel (WebAssembly SIMD)', kernelS, fitS),
  row('plain twin (TypeScript)', plainS, undefined),
  row(`scikit-learn ${peer.version}`, peer.score, peer.fit),
]
const widths = table[0]!.map((_, c) => Math.max(...table.map(line => line[c]!.length)))
console.log(
  `isolation forest, 100 trees of 256 rows, ${COLUMNS} features, ${ROWS} rows; one thread, median processor time`,
)
console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()}\n`)
for (const line of table)
  console.log(line.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  '))

const reached = ROWS / kernelS
console.log(`\ntarget ${(TARGET / 1e6).toFixed(1)} M rows/s: ${reached >= TARGET ? 'reached' : 'MISSED'}`)
if (reached < TARGET) process.exitCode = 1

function row(name: string, scoreS: number, fitted: number | undefined): string[] {
  return [
    name,
    Math.round(ROWS / scoreS).toLocaleString('en'),
    ratio(scoreS / kernelS),
    ((scoreS * 1e9) / ROWS / 100).toFixed(2),
    fitted === undefined ? '' : (fitted * 1000).toFixed(1),
    fitted === undefined ? '' : ratio(fitted / fitS),
  ]
}

function ratio(times: number): string {
  return times === 1 ? '' : `${times.toFixed(1)} × slower`
}

/** Median seconds of this thread's own processor time, after runs that let the compilers settle. The clock on the wall
 * would also count what other programs take; the peer is measured the same way. */
function time(runs: number, work: () => void): number {
  for (let i = 0; i < Math.min(runs, 5); i++) work()
  return median(
    Array.from({ length: runs }, () => {
      const from = process.threadCpuUsage()
      work()
      const { user, system } = process.threadCpuUsage(from)
      return (user + system) / 1e6
    }),
  )
}

function measurePeer(): { version: string; fit: number; score: number } {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-bench-'))
  try {
    const file = join(folder, 'rows.f64')
    writeFileSync(file, Buffer.concat(columns.map(column => Buffer.from(column.buffer))))
    const script = join(import.meta.dirname, 'forest_peer.py')
    return JSON.parse(execFileSync(python(), [script, file, `${ROWS}`, `${COLUMNS}`, '5'], { encoding: 'utf8' }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
