/** Clears away what killed runs left in a folder: their run folders, locks, and rights to a lock. Nothing else. */
import { type Dirent, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { acquire, type Claimant, release } from './lock.ts'
import { isLive, type Judge } from './owner.ts'

/** The record of the owner inside a run folder. */
export const RECORD = '.tocsin-owner'

const FOLDER = /^\..+\.tocsin-(\d+)-[0-9a-zA-Z]+$/
const LOCK = /^\..+\.tocsin-lock(-[0-9a-zA-Z]+)*$/

export const folderName = (name: string, pid: number, token: string) => `.${name}.tocsin-${pid}-${token}`
export const lockName = (name: string) => `.${name}.tocsin-lock`

/**
 * Removes a run folder, its record last: killed in the midst of it, what remains still says whose it is, and the next
 * run finishes the work.
 */
export function removeFolder(folder: string): void {
  // Tried again: a thread of DuckDB's may put a file into the folder while it is being emptied.
  const all = { recursive: true, force: true, maxRetries: 3, retryDelay: 10 }
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return
  for (const name of readdirSync(folder)) if (name !== RECORD) rmSync(join(folder, name), all)
  rmSync(folder, all)
}

/** Removes the leavings of dead runs in `directory`, for any output name. A failure here never stops a run. */
export async function sweep(directory: string, own: string, claimant: Claimant, judge: Judge): Promise<void> {
  const entries = readdirSync(directory, { withFileTypes: true })
  for (const entry of entries) {
    const path = join(directory, entry.name)
    if (path === own) continue
    try {
      if (FOLDER.test(entry.name)) sweepFolder(path, entry, judge)
      else if (LOCK.test(entry.name) && entry.isFile()) await sweepLock(path, claimant, judge)
    } catch {
      // Someone else's leavings, perhaps not ours to remove; the next run tries again.
    }
  }
}

function sweepFolder(path: string, entry: Dirent, judge: Judge): void {
  if (!entry.isDirectory()) return
  const pid = Number(FOLDER.exec(entry.name)?.[1])
  const record = join(path, RECORD)
  if (statSync(record, { throwIfNoEntry: false }) !== undefined) {
    if (!isLive(record, judge, pid)) removeFolder(path)
  } else if (!judge.isAlive(pid)) {
    // Killed before it wrote its record, so it is empty; a full folder without a record is not ours.
    rmdirSync(path)
  }
}

/** Takes a dead lock over first: only its holder may remove it, or a run that starts now could lose its own. */
async function sweepLock(path: string, claimant: Claimant, judge: Judge): Promise<void> {
  if (isLive(path, judge)) return
  await acquire(path, claimant, judge, path)
  release(path, claimant.owner)
}
