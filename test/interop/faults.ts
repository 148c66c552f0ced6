/** Faults at every single system call of a program that publishes `out.csv`, `out.parquet` and `out_metadata.json`. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isExactly, violations } from './publish-set.ts'

/** A program, run by this Node, and the folder that it publishes to. Maps: the legal hashes of each file. */
export interface Subject {
  readonly dir: string
  /** A copy of the folder with the complete set of an earlier run. */
  readonly before: string
  readonly old: Map<string, string[]>
  readonly fresh: Map<string, string[]>
  readonly either: Map<string, string[]>
  readonly args: readonly string[]
}

const source = join(import.meta.dirname, '..', '..', '..', 'shared', 'fault', 'iofault.c')

export const canInject = existsSync(source) && spawnSync('gcc', ['--version']).status === 0
if (!canInject) console.warn(`SKIPPED: no gcc or no ${source}, so faults at single system calls are not tested`)

/** Builds the library that is preloaded to make the n-th call fail; returns its path. */
export function buildInjector(folder: string): string | undefined {
  if (!canInject) return undefined
  const library = join(folder, 'iofault.so')
  const { status, stderr } = spawnSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'])
  if (status !== 0) throw new Error(`gcc: ${stderr}`)
  return library
}

/** The folder as it is before a run. */
export function restore({ dir, before }: Subject): void {
  rmSync(dir, { recursive: true, force: true })
  cpSync(before, dir, { recursive: true })
}

/** What is wrong after a fault, and after the run that follows it. */
export function wrong(subject: Subject): string[] {
  const found = violations(subject.dir, subject.either)
  const { status, stderr } = run(subject, {})
  if (status !== 0) found.push(`the next run ended with ${status}: ${stderr}`)
  if (!isExactly(subject.dir, subject.fresh)) found.push(`the next run left ${readdirSync(subject.dir)}`)
  return found
}

/** Lets the n-th call and all after it fail, for n = 1, 2, … until a run passes untouched. */
export function everyPoint(subject: Subject, library: string, operation: string, error: string) {
  const problems: string[] = []
  const exits = new Map<number | string, number>()
  let n = 1
  for (; ; n++) {
    restore(subject)
    const env = { LD_PRELOAD: library, FAULT: `${operation}:${error}:${n}`, FAULT_PATH: subject.dir }
    const { status, signal, stderr } = run(subject, env)
    if (status === 0) break
    const end = status ?? String(signal)
    exits.set(end, (exits.get(end) ?? 0) + 1)
    problems.push(...judge(subject, error, n, end, stderr).map(text => `n=${n}: ${text}`))
  }
  const points = n - 1
  console.log(
    `${operation} ${error}: ${points} points, ends ${JSON.stringify([...exits])}, problems ${problems.length}`,
  )
  return { points, exits, problems }
}

function judge(subject: Subject, error: string, n: number, end: number | string, stderr: string): string[] {
  const { dir, fresh, either } = subject
  if (error === 'KILL') return end === 'SIGKILL' ? wrong(subject) : [`ended with ${end}: ${stderr}`]
  const problems: string[] = []
  if (end !== 4 && end !== 5) problems.push(`ended with ${end}: ${stderr}`)
  if (!stderr.includes(dir)) problems.push(`names no path: ${stderr}`)
  if (readdirSync(dir).some(name => name.startsWith('.'))) problems.push(`left ${readdirSync(dir)}`)
  // Exit 5 is only for the one moment after the last rename: the set must be there whole.
  if (end === 5 && !isExactly(dir, fresh)) problems.push('exit 5 without the set')
  // A run that failed by itself has cleaned up, as seen above: the run after it need not be tried every time.
  return [...problems, ...(n % 8 === 1 ? wrong(subject) : violations(dir, either))]
}

/** libuv's io_uring would pass the preloaded library by. */
function run({ args }: Subject, env: Record<string, string>) {
  return spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, UV_USE_IO_URING: '0', ...env } })
}
