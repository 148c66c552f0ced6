/**
 * Who a run folder or a lock belongs to, and whether that run still lives.
 *
 * A process id alone lies: it is used again, and means nothing in another container or on another machine. So the
 * record also names the place where the id counts (this boot and process namespace) and when the process started.
 * Where these cannot be compared (another machine on a shared drive, a system without /proc), a heartbeat decides:
 * a live run rewrites a byte every few seconds, and times are compared as the file system's own clock gives them.
 */
import { closeSync, openSync, readFileSync, readlinkSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { errorCode } from './output-failure.ts'

/** Whether a process with this id runs here. */
export type IsAlive = (pid: number) => boolean

export interface Owner {
  readonly pid: number
  readonly token: string
  /** The name of the output that the run writes. */
  readonly output: string
  /** Where the process id counts. */
  readonly place: string
  /** When the process started, in clock ticks since boot; '' where the system does not tell. */
  readonly started: string
}

/** What it takes to judge an owner: the caller's view of processes, and the file system's present time (ms). */
export interface Judge {
  readonly isAlive: IsAlive
  readonly nowMs: number
}

export const HEARTBEAT_MS = 5_000
/** Twelve missed beats: a stopped laptop or a stalled network drive is not yet a dead run. */
const SILENT_MS = 60_000

export function describeOwner(pid: number, token: string, output: string): Owner {
  return { pid, token, output, place: placeOf(), started: startOf(pid) }
}

export function writeOwner(path: string, owner: Owner): void {
  writeFileSync(path, JSON.stringify(owner) + '\n', { flag: 'wx', mode: 0o666 })
}

/** The record, or undefined when there is none or it is not whole (a crash between create and write, a power loss). */
export function readOwner(path: string): Owner | undefined {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Partial<Owner> | null
    return typeof found?.pid === 'number' && typeof found.token === 'string' ? (found as Owner) : undefined
  } catch {
    return undefined
  }
}

/** Rewrites the first byte with itself: the file system stamps its own time on it. */
export function beat(path: string): void {
  try {
    const fd = openSync(path, 'r+')
    try {
      writeSync(fd, '{', 0)
    } finally {
      closeSync(fd)
    }
  } catch {
    // A missed beat is no failure of the run; eleven more may be missed.
  }
}

/** Whether the run that wrote the record at `path` still lives. `pid`: from a name, when the record is not whole. */
export function isLive(path: string, judge: Judge, pid?: number): boolean {
  const owner = readOwner(path)
  if (owner === undefined) return (pid === undefined || judge.isAlive(pid)) && beats(path, judge)
  if (owner.place !== placeOf()) return beats(path, judge)
  if (!judge.isAlive(owner.pid)) return false
  const started = startOf(owner.pid)
  return owner.started !== '' && started !== '' ? owner.started === started : beats(path, judge)
}

function beats(path: string, judge: Judge): boolean {
  try {
    return judge.nowMs - statSync(path).mtimeMs < SILENT_MS
  } catch (error) {
    return errorCode(error) !== 'ENOENT'
  }
}

let place: string | undefined

function placeOf(): string {
  place ??= linuxPlace() ?? hostname()
  return place
}

function linuxPlace(): string | undefined {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return undefined
  }
}

/** Field 22 of /proc/PID/stat (proc(5)). The command in field 2 may hold spaces and brackets, so count from the last. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A killed process whose parent has not yet asked for its end still has an id; it writes no more.
    return /[ZX]/.test(fields[0] ?? '') ? 'ended' : (fields[19] ?? '')
  } catch {
    return ''
  }
}
