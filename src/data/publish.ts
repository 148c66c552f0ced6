/**
 * Outputs that appear as a set or not at all.
 *
 * Everything a run makes lives in its own folder beside the outputs, on the same file system. Publishing first brings
 * all files to the disk there, metadata too: whatever can fail for want of space or a bad disk fails while the
 * previous set still stands. Then the old metadata is removed, the data files are renamed into place, and the new
 * metadata last, with an fsync of the folder after each of the three. So each path is absent, the old file whole or
 * the new file whole, and the metadata is there exactly when the set is complete.
 */
import { mkdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../errors.ts'
import { type PublishedFile, settle, syncDirectory, writeWhole } from './durable.ts'
import { folderName, lockName, RECORD, removeFolder, sweep } from './janitor.ts'
import { acquire, holds, release } from './lock.ts'
import { outputFailure, SET } from './output-failure.ts'
import { checkName, checkSpace, checkTarget, makeDirectory } from './output-path.ts'
import { beat, describeOwner, HEARTBEAT_MS, type IsAlive, type Owner, writeOwner } from './owner.ts'

export type { PublishedFile } from './durable.ts'
export type { IsAlive } from './owner.ts'

/** What a run needs from outside: its process id, a random token (letters and digits), and a view of processes. */
export interface Identity {
  readonly pid: number
  readonly token: string
  readonly isAlive: IsAlive
}

export interface RunOptions extends Identity {
  /** Where the outputs go; made, with its parents, when it does not exist. */
  readonly directory: string
  /** What the outputs have in common: the lock is on this name. */
  readonly name: string
  /** Final names, looked at before any work is done. */
  readonly files?: readonly string[]
  /** An estimate of what will be written; a disk with less than 1.2 times as much free is refused at once. */
  readonly needBytes?: number
}

export interface FileSet {
  /** Final names of the data files, in the order in which they are to appear. */
  readonly files: readonly (string | { readonly name: string; readonly sha256: string })[]
  /** Members of the set that an earlier run may have left and this one did not write. */
  readonly remove?: readonly string[]
  /** Written last; its text is made from the data files' sizes and hashes. */
  readonly metadata: { readonly name: string; text(files: readonly PublishedFile[]): string } | undefined
}

export interface Run {
  /** The run's private folder (mode 0700), for whatever the work needs beside its outputs: staged inputs, spill. */
  readonly folder: string
  /** Where to write the file that will become `<directory>/<name>`: a folder of its own, so any name is free. */
  temp(name: string): string
  /** Writes such a file whole. */
  write(name: string, content: string | Uint8Array): Promise<void>
  /** Starts to bring a finished file to the disk and to hash it, so that it overlaps with the writing of the next. */
  seal(name: string): void
  /**
   * Puts the set in place and ends the run. Returns the data files in order, then the metadata.
   * Throws DISK_FULL or OUTPUT_NOT_WRITABLE (nothing of this run is left), or DURABILITY_UNKNOWN (the set is there).
   */
  publish(set: FileSet): Promise<PublishedFile[]>
  /**
   * Removes everything the run made and that is not a complete set; synchronous, never throws, may be repeated.
   * Returns whether the set is in place.
   */
  discard(): boolean
}

interface Work {
  readonly directory: string
  readonly folder: string
  readonly lock: string
  readonly owner: Owner
  readonly mode: number
  readonly sealed: Map<string, Promise<PublishedFile>>
  /** Data files already renamed into place; they belong to nothing until the set is complete. */
  readonly placed: string[]
  complete: boolean
  ended: boolean
}

/**
 * Begins a run: checks the paths, takes the lock, clears away what dead runs left in the folder.
 * Throws OUTPUT_NOT_WRITABLE, DISK_FULL, or OUTPUT_LOCKED when a live run writes the same output.
 */
export async function beginRun(options: RunOptions): Promise<Run> {
  const { name, pid, token, isAlive } = options
  const directory = options.directory === '' ? '.' : options.directory
  const output = join(directory, name)
  if (!/^[0-9a-zA-Z]+$/.test(token)) throw new TypeError('a run token is made of letters and digits')
  checkName(directory, name, folderName(name, pid, token))
  for (const file of options.files ?? []) checkName(directory, file)
  const made = makeDirectory(directory)
  const folder = join(directory, folderName(name, pid, token))
  const record = join(folder, RECORD)
  const lock = join(directory, lockName(name))
  const owner = describeOwner(pid, token, name)
  try {
    for (const file of options.files ?? []) checkTarget(join(directory, file))
    if (options.needBytes !== undefined) checkSpace(directory, output, options.needBytes)
    mkdirSync(folder, { mode: 0o700 })
    writeOwner(record, owner)
    mkdirSync(join(folder, SET))
    const { mode, mtimeMs } = statSync(record)
    const judge = { isAlive, nowMs: mtimeMs }
    await acquire(lock, { owner, record }, judge, output)
    await sweep(directory, lock, { owner, record }, judge)
    for (const parent of made) await syncDirectory(dirname(parent))
    const sealed = new Map<string, Promise<PublishedFile>>()
    const work = { directory, folder, lock, owner, mode: mode & 0o777, sealed, placed: [] }
    return run({ ...work, complete: false, ended: false }, made)
  } catch (error) {
    clear(folder, lock, owner, made)
    throw outputFailure(error, output)
  }
}

/** Writes one file the same way: whole or not at all, under a lock, on the disk. */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  who: Identity,
): Promise<PublishedFile> {
  const name = /[/\\]$/.test(path) ? '' : basename(path)
  const run = await beginRun({
    directory: dirname(path),
    name,
    files: [name],
    needBytes: Buffer.byteLength(content),
    ...who,
  })
  try {
    await run.write(name, content)
    const [file] = await run.publish({ files: [name], metadata: undefined })
    return file!
  } finally {
    run.discard()
  }
}

function run(work: Work, made: readonly string[]): Run {
  const pulse = setInterval(() => [join(work.folder, RECORD), work.lock].forEach(beat), HEARTBEAT_MS)
  pulse.unref()
  const temp = (name: string) => {
    checkName(work.directory, name)
    return join(work.folder, SET, name)
  }
  const discard = () => {
    work.ended = true
    clearInterval(pulse)
    if (!work.complete) for (const path of work.placed) attempt(() => rmSync(path, { force: true }))
    clear(work.folder, work.lock, work.owner, work.complete ? [] : made)
    return work.complete
  }
  return {
    folder: work.folder,
    temp,
    discard,
    async write(name, content) {
      try {
        await writeWhole(temp(name), content)
      } catch (error) {
        throw outputFailure(error, join(work.directory, name))
      }
    },
    seal(name) {
      seal(work, name).catch(() => undefined)
    },
    async publish(set) {
      try {
        return await place(work, set)
      } finally {
        discard()
      }
    },
  }
}

/** fsync and hash of one file of the set, once. */
function seal(work: Work, file: string | { name: string; sha256: string }): Promise<PublishedFile> {
  const { name, sha256 } = typeof file === 'string' ? { name: file, sha256: undefined } : file
  const path = join(work.directory, name)
  const sealed =
    work.sealed.get(name) ??
    settle(join(work.folder, SET, name), name, work.mode, sha256).catch(error => {
      throw work.ended ? new Failure('INTERRUPTED') : outputFailure(error, path)
    })
  work.sealed.set(name, sealed)
  return sealed
}

async function place(work: Work, set: FileSet): Promise<PublishedFile[]> {
  const files: PublishedFile[] = []
  for (const file of set.files) files.push(await seal(work, file))
  if (set.metadata !== undefined) {
    await step(work, set.metadata.name, () =>
      writeWhole(join(work.folder, SET, set.metadata!.name), set.metadata!.text(files)),
    )
    files.push(await seal(work, set.metadata.name))
  }
  const last = files.at(-1)
  if (last === undefined) throw new TypeError('a set has at least one file')
  for (const name of [...files.map(f => f.name), ...(set.remove ?? [])]) checkTarget(join(work.directory, name))
  if (!holds(work.lock, work.owner)) {
    throw new Failure('OUTPUT_LOCKED', { path: join(work.directory, last.name), lock: work.lock, pid: 'unknown' })
  }
  await replace(work, set, files.slice(0, -1), last)
  return files
}

/** The moments that count: from here on the previous set is gone. */
async function replace(work: Work, set: FileSet, data: readonly PublishedFile[], last: PublishedFile): Promise<void> {
  const sync = (name: string) => step(work, name, () => syncDirectory(work.directory))
  if (set.metadata !== undefined && (await step(work, last.name, () => unlink(join(work.directory, last.name))))) {
    await sync(last.name)
  }
  for (const { name } of data) await step(work, name, () => rename(work, name))
  for (const name of set.remove ?? []) await step(work, name, () => unlink(join(work.directory, name)))
  if (data.length > 0 || (set.remove ?? []).length > 0) await sync(data[0]?.name ?? last.name)
  await step(work, last.name, () => {
    rename(work, last.name)
    work.complete = true
  })
  try {
    await syncDirectory(work.directory)
  } catch (error) {
    const path = join(work.directory, last.name)
    throw new Failure('DURABILITY_UNKNOWN', { path, reason: (error as Error).message }, { cause: error })
  }
}

/** One step of publishing: not begun after a discard (a signal came), and a system error names its path. */
async function step<T>(work: Work, name: string, act: () => T | Promise<T>): Promise<T> {
  if (work.ended) throw new Failure('INTERRUPTED')
  try {
    return await act()
  } catch (error) {
    throw outputFailure(error, join(work.directory, name))
  }
}

function rename(work: Work, name: string): void {
  const path = join(work.directory, name)
  renameSync(join(work.folder, SET, name), path)
  work.placed.push(path)
}

/** Whether there was a file to remove. */
function unlink(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return false
  rmSync(path)
  return true
}

function clear(folder: string, lock: string, owner: Owner, made: readonly string[]): void {
  attempt(() => removeFolder(folder))
  // Not empty, or gone: the janitor of the next run looks again.
  attempt(() => {
    release(lock, owner)
    for (const directory of made) rmdirSync(directory)
  })
}

/** Cleaning up never hides the failure that led to it. */
function attempt(clean: () => void): void {
  try {
    clean()
  } catch {
    // What is left has its owner's record.
  }
}
