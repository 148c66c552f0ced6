/** A whole process, measured from outside: wall time from its start to its end, and the most memory that it held. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Measured {
  readonly wallS: number
  /** Largest resident set, in MB (10^6 bytes); NaN where the system does not tell. */
  readonly peakMb: number
  readonly stdout: string
}

const GNU_TIME = '/usr/bin/time'
const POLL_MS = 5

/** Runs a command to its end. Throws with its stderr when it fails. */
export async function measure(command: string, args: readonly string[]): Promise<Measured> {
  return existsSync(GNU_TIME) ? measureByTime(command, args) : measureByPolling(command, args)
}

/** GNU time asks the kernel at the end. It is small itself: a child's peak starts at that of the process that forks. */
async function measureByTime(command: string, args: readonly string[]): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'measure-'))
  try {
    const report = join(folder, 'report')
    const run = await runToEnd(GNU_TIME, ['-v', '-o', report, command, ...args])
    const kilobytes = /Maximum resident set size \(kbytes\): (\d+)/.exec(readFileSync(report, 'utf8'))?.[1]
    return { ...run, peakMb: (Number(kilobytes) * 1024) / 1e6 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The kernel's own high-water mark, read until the process is gone; what it gains in its last 5 ms is missed. */
async function measureByPolling(command: string, args: readonly string[]): Promise<Measured> {
  let peak = Number.NaN
  let timer: NodeJS.Timeout | undefined
  const run = await runToEnd(command, args, pid => {
    timer = setInterval(() => {
      try {
        const mark = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
        if (mark !== undefined) peak = (Number(mark) * 1024) / 1e6
      } catch {
        // Gone, or a system without /proc.
      }
    }, POLL_MS)
  }).finally(() => clearInterval(timer))
  return { ...run, peakMb: peak }
}

function runToEnd(command: string, args: readonly string[], begun?: (pid: number) => void) {
  return new Promise<{ wallS: number; stdout: string }>((resolve, reject) => {
    const from = performance.now()
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const text = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', part => (text.stdout += part))
    child.stderr.setEncoding('utf8').on('data', part => (text.stderr += part))
    if (child.pid !== undefined) begun?.(child.pid)
    let wallS = 0
    child.on('exit', () => (wallS = (performance.now() - from) / 1000))
    child.on('error', reject)
    child.on('close', status => {
      if (status === 0) resolve({ wallS, stdout: text.stdout })
      else reject(new Error(`${command} ${args.join(' ')} ended with ${status}:\n${text.stderr}${text.stdout}`))
    })
  })
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** A table for the terminal: the first column to the left, numbers to the right. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  for (const row of rows) {
    const cells = row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
    console.log(cells.join('  '))
  }
}
