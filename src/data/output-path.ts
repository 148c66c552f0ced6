/** What is asked of an output path before any work is done, so that an hour of scoring does not end in a refusal. */
import { accessSync, constants, existsSync, lstatSync, mkdirSync, readlinkSync, type Stats, statfsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure } from '../errors.ts'
import { outputFailure } from './output-failure.ts'

/** File systems in use allow 255 bytes a name (NTFS: 255 UTF-16 units, never fewer). */
const MAX_NAME_BYTES = 255

/** Refuses a name that is no plain file name, or that is too long once our own prefix and suffix are around it. */
export function checkName(directory: string, name: string, longest = name): void {
  const path = join(directory, name)
  const refuse = (reason: string, hint: string) => {
    // Shown quoted as JSON: a line feed in a name must not break the message, nor a terminal.
    throw new Failure('OUTPUT_NOT_WRITABLE', { path: /\p{Cc}/u.test(path) ? JSON.stringify(path) : path, reason, hint })
  }
  if (name === '' || name === '.' || name === '..' || /[/\\]$/.test(name)) {
    refuse('it names a folder, a file name was expected', 'Give an --output that ends in a file name.')
  }
  if (/\p{Cc}/u.test(name)) refuse('the name has a line break or another control character', 'Give a plain file name.')
  if (name.includes('/')) refuse('the name has a slash', 'Give a plain file name.')
  const bytes = Buffer.byteLength(longest)
  if (bytes > MAX_NAME_BYTES) {
    const most = MAX_NAME_BYTES - (bytes - Buffer.byteLength(name))
    refuse(`the name has ${Buffer.byteLength(name)} bytes, at most ${most} fit`, 'Give a shorter --output.')
  }
}

/** Makes the folder and its parents. Returns those made, the deepest first, so that a failed run can take them back. */
export function makeDirectory(directory: string): string[] {
  const made: string[] = []
  for (let d = directory; !existsSync(d) && dirname(d) !== d; d = dirname(d)) made.push(d)
  try {
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw outputFailure(error, directory)
  }
  return made
}

/** Refuses a path where something other than a plain file is in the way: a rename would replace or follow it. */
export function checkTarget(path: string): void {
  let found: Stats
  try {
    found = lstatSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw outputFailure(error, path)
  }
  if (found.isFile()) return
  const [reason, hint] = found.isSymbolicLink()
    ? [`it is a symbolic link to ${readlinkSync(path)}`, 'Give the path that it points to.']
    : found.isDirectory()
      ? ['it is a folder, a file was expected', 'Give an --output that ends in a file name.']
      : ['it is a pipe, a socket or a device, a file was expected', 'Give a file name, or - for standard output.']
  throw new Failure('OUTPUT_NOT_WRITABLE', { path, reason, hint })
}

/** Refuses early when the disk has less than 1.2 times the bytes that the run is expected to write. */
export function checkSpace(directory: string, path: string, needBytes: number): void {
  const disk = statfsSync(directory)
  // Some file systems count nothing: /proc, and a few network drives.
  if (disk.blocks === 0) return
  const free = disk.bavail * disk.bsize
  const need = 1.2 * needBytes
  if (free >= need) return
  throw new Failure('DISK_FULL', { path, detail: `: about ${megabytes(need)} needed, ${megabytes(free)} free` })
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`
}
