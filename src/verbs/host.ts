/** What a verb needs of the outside world, handed in so that tests and servers can hand in their own. */
import type { Identity } from '../data/publish.ts'

export interface Host extends Identity {
  /** The wall clock, for records only; no result depends on it. */
  now(): Date
  /** Milliseconds that only go forward. */
  clock(): number
  /** Registers what must happen when the process is told to stop; returns the function that takes it back. */
  onStop(stop: () => void | Promise<void>): () => void
  /** Progress of long work: `done` of `total` rows. Shown on a terminal, ignored elsewhere. */
  progress(what: string, done: number, total: number): void
  /** A warning for the person: something was found that does not stop the work. */
  warn(text: string): void
}
