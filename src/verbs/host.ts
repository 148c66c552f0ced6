/** What a verb needs of the outside world, handed in so that tests and servers can hand in their own. */
import { randomBytes } from 'node:crypto'
import type { Identity } from '../data/publish.ts'
import { isAlive } from './alive.ts'

/** Clears up. True: too late, all that was asked for is in place. */
export type Stop = () => unknown
/** `done`: the work ended with all that was asked for in place. */
export type Forget = (done?: boolean) => void

export interface Host extends Identity {
  /** The wall clock, for records only; no result depends on it. */
  now(): Date
  /** Milliseconds that only go forward. */
  clock(): number
  /** Registers what must happen when the process is told to stop; returns the function that takes it back. */
  onStop(stop: Stop): Forget
  /** Progress of long work: `done` of `total`, rows or fits. Shown on a terminal, ignored elsewhere. */
  progress(what: string, done: number, total: number): void
  /** A warning for the person: something was found that does not stop the work. */
  warn(text: string): void
}

/**
 * The host of a program that uses tocsin as a library: this process, its clock, silence. Hand in what you want otherwise,
 * such as `warn`. It listens to no signal: call what `onStop` was given before you end the process in mid-work.
 */
export function createHost(own: Partial<Host> = {}): Host {
  return {
    pid: process.pid,
    token: randomBytes(6).toString('hex'),
    isAlive,
    now: () => new Date(),
    clock: () => performance.now(),
    onStop: () => () => {},
    progress() {},
    warn() {},
    ...own,
  }
}
