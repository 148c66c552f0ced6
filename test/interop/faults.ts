/** Faults at every single system call of a program that publishes `out.csv`, `out.parquet` and `out_metadata.json`. */
import { spawn, spawnSync } from 'node:child_process'
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

/** How a process ended. */
export interface End {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A process that runs. */
export interface Child {
  readonly pid?: number | undefined
  kill(signal: NodeJS.Signals): boolean
}

const source = join(import.meta.dirname, '..', '..', '..', 'shared', 'fault', 'iofault.c')

export const canInject = existsSync(source) && spawnSync('gcc', ['--version']).status === 0
if (!canInject) console.warn(`SKIPPED: no gcc or no ${source}, so faults at single system calls are not tested`)

/**
 * What the shared source does not cover. DuckDB writes its spill by pwrite, which on 64 bits is pwrite64 under another
 * name. And with ROOMY set a disk says that it has a terabyte free, so that it fills up in the midst of a run.
 */
const MORE = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/statfs.h>
#include <unistd.h>
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { return pwrite64(fd, b, n, o); }
int statfs64(const char *path, struct statfs64 *s) {
  int (*real)(const char *, struct statfs64 *) = dlsym(RTLD_NEXT, "statfs64");
  int end = real(path, s);
  if (end == 0 && getenv("ROOMY")) s->f_bavail = s->f_bfree = (1L << 40) / s->f_bsize;
  return end;
}
`

/** Builds the library that is preloaded to make the n-th call fail; returns its path. */
export function buildInjector(folder: string): string | undefined {
  if (!canInject) return undefined
  const library = join(folder, 'iofault.so')
  const args = ['-shared', '-fPIC', '-O1', '-o', library, source, '-x', 'c', '-', '-ldl']
  const { status, stderr } = spawnSync('gcc', args, { input: MORE, encoding: 'utf8' })
  if (status !== 0) throw new Error(`gcc: ${stderr}`)
  return library
}

/** The folder as it is before a run. */
export function restore({ dir, before }: Subject): void {
  rmSync(dir, { recursive: true, force: true })
  cpSync(before, dir, { recursive: true })
}

/** What is wrong after a fault, and after the run that follows it. */
export async function wrong(subject: Subject): Promise<string[]> {
  const found = violations(subject.dir, subject.either)
  const { status, stderr } = await run(subject)
  if (status !== 0) found.push(`the next run ended with ${status}: ${stderr}`)
  if (!isExactly(subject.dir, subject.fresh)) found.push(`the next run left ${readdirSync(subject.dir)}`)
  return found
}

/** Lets the n-th call and all after it fail, for n = 1, 2, … until a run passes untouched. */
export async function everyPoint(subject: Subject, library: string, operation: string, error: string) {
  const problems: string[] = []
  const exits = new Map<number | string, number>()
  let n = 1
  for (; ; n++) {
    restore(subject)
    const env = { LD_PRELOAD: library, FAULT: `${operation}:${error}:${n}`, FAULT_PATH: subject.dir }
    const { status, signal, stderr } = await run(subject, env)
    if (status === 0) break
    const end = status ?? String(signal)
    exits.set(end, (exits.get(end) ?? 0) + 1)
    const found = await judge(subject, error, n, end, stderr)
    problems.push(...found.map(text => `${operation} ${error} n=${n}: ${text}`))
    // A program that fails in the same way everywhere says nothing new.
    if (problems.length > 20) break
  }
  return { points: n - 1, exits, problems }
}

async function judge(subject: Subject, error: string, n: number, end: number | string, stderr: string) {
  const { dir, fresh, either } = subject
  if (error === 'KILL') return end === 'SIGKILL' ? wrong(subject) : [`ended with ${end}: ${stderr}`]
  const problems: string[] = []
  if (end !== 4 && end !== 5) problems.push(`ended with ${end}: ${stderr}`)
  if (!stderr.includes(dir)) problems.push(`names no path: ${stderr}`)
  if (readdirSync(dir).some(name => name.startsWith('.'))) problems.push(`left ${readdirSync(dir)}`)
  // Exit 5 is only for the one moment after the last rename: the set must be there whole.
  if (end === 5 && !isExactly(dir, fresh)) problems.push('exit 5 without the set')
  // A run that failed by itself has cleaned up, as seen above: the run after it need not be tried every time.
  return [...problems, ...(n % 8 === 1 ? await wrong(subject) : violations(dir, either))]
}

/** Runs the program, `through` another that starts it, to its end. `started` is handed the process as soon as it is there, to do something to it. */
export function run(
  { args, through = [] }: { args: readonly string[]; through?: readonly string[] },
  env: Record<string, string> = {},
  started: (child: Child) => unknown = () => {},
): Promise<End> {
  return new Promise((resolve, reject) => {
    // libuv's io_uring would pass the preloaded library by.
    const [command, ...rest] = [...through, process.execPath, ...args]
    const child = spawn(command as string, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, UV_USE_IO_URING: '0', ...env },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', text => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', text => (stderr += text))
    child.on('error', reject)
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }))
    started(child)
  })
}
