/**
 * One run at a time for each output: a lock file that appears whole in one step and names its owner.
 *
 * The lock of a dead run is taken over without a gap. Deleting it and making a new one would let two runs win (both
 * see the dead lock; the second deletes the first's new one). Instead, the right to succeed the dead run with token T
 * is itself a lock, `<lock>-T`, of which there can be only one; its holder looks again that the lock is still T's
 * and renames the right onto the lock. A holder that died on the way is succeeded by the same rule.
 */
import { constants, copyFileSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../errors.ts'
import { errorCode } from './output-failure.ts'
import { isLive, type Judge, type Owner, readOwner } from './owner.ts'

export interface Claimant {
  readonly owner: Owner
  /** The file with the claimant's own record: a lock is a second name of it. */
  readonly record: string
}

/** File systems without hard links (exFAT, some network drives) answer with one of these. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'UNKNOWN']

/**
 * Takes the lock, or throws OUTPUT_LOCKED when a live run has it. `path`: the output, for the message.
 */
export async function acquire(lock: string, claimant: Claimant, judge: Judge, path: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (create(lock, claimant.record)) return
    const holder = readOwner(lock)
    if (holder === undefined && !existsSync(lock)) continue
    if (isLive(lock, judge)) {
      if (holder === undefined || holder.output === claimant.owner.output) throw locked(lock, path, holder)
      // Held for another output: that run is only clearing away a dead lock, and lets go at once.
      await sleep(20)
      continue
    }
    if (await succeed(lock, holder, claimant, judge, path)) return
  }
  throw locked(lock, path, readOwner(lock))
}

/** Lets go of a lock, if it is still the claimant's. */
export function release(lock: string, owner: Owner): void {
  if (holds(lock, owner)) rmSync(lock, { force: true })
}

export function holds(lock: string, owner: Owner): boolean {
  return readOwner(lock)?.token === owner.token
}

async function succeed(lock: string, dead: Owner | undefined, claimant: Claimant, judge: Judge, path: string) {
  const right = `${lock}-${dead?.token ?? 'unreadable'}`
  await acquire(right, claimant, judge, path)
  try {
    if (!existsSync(lock) || readOwner(lock)?.token !== dead?.token) return false
    renameSync(right, lock)
    return true
  } finally {
    release(right, claimant.owner)
  }
}

function create(lock: string, record: string): boolean {
  try {
    linkSync(record, lock)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
  try {
    copyFileSync(record, lock, constants.COPYFILE_EXCL)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

function locked(lock: string, path: string, holder: Owner | undefined): Failure {
  return new Failure('OUTPUT_LOCKED', { path, lock, pid: holder?.pid ?? 'unknown' })
}
