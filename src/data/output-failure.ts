/** What the operating system says when a write fails, in the words of `errors.ts`. DuckDB's words: `faults.ts`. */
import { constants } from 'node:os'
import { Failure } from '../errors.ts'

interface Cause {
  readonly reason: string
  readonly hint: string
}

const FOLDER = 'Give an --output in a folder that exists and that you may write to.'
const DISK = 'Check the disk or the network drive, then run again. Nothing partial was left behind.'

const CAUSES: Record<string, Cause> = {
  EACCES: { reason: 'permission denied', hint: FOLDER },
  EPERM: { reason: 'the operation is not permitted', hint: FOLDER },
  EROFS: { reason: 'the file system is read-only', hint: FOLDER },
  ENOENT: { reason: 'the folder does not exist any more', hint: FOLDER },
  ENOTDIR: { reason: 'a part of the path is a file, not a folder', hint: FOLDER },
  EEXIST: { reason: 'a part of the path is a file, not a folder', hint: FOLDER },
  EISDIR: { reason: 'it is a folder, a file was expected', hint: 'Give an --output that ends in a file name.' },
  ELOOP: { reason: 'it goes through a circle of symbolic links', hint: FOLDER },
  ENAMETOOLONG: { reason: 'the name is too long for this file system', hint: 'Give a shorter --output.' },
  EFBIG: {
    reason: 'the file would be larger than is allowed here',
    hint: 'Raise the limit (ulimit -f), or split the input.',
  },
  EMFILE: { reason: 'too many files are open', hint: 'Raise the limit (ulimit -n 1024) and run again.' },
  ENFILE: { reason: 'too many files are open on this machine', hint: 'Close other programs and run again.' },
  EBUSY: { reason: 'another program has it open', hint: 'Close it there, or give another --output.' },
  EIO: { reason: 'the disk reported an input/output error', hint: DISK },
}

const FULL: Record<string, string> = { ENOSPC: '', EDQUOT: ' (the disk quota is used up)' }

const NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]))

/** The code of a system error (`ENOSPC`), or '' when the error is of another kind. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const { code, errno } = error as NodeJS.ErrnoException
  if (typeof code === 'string' && /^E[A-Z0-9]+$/.test(code)) return code
  // libuv has no name for some errors, EDQUOT among them: Node then says "Unknown system error -122".
  if (errno !== undefined && errno < 0) return NAMES.get(-errno) ?? ''
  return ''
}

/**
 * The Failure for an error met while writing `path`: DISK_FULL or OUTPUT_NOT_WRITABLE. A Failure is handed through,
 * and so is anything that is no write error at all: that is a defect and must look like one.
 */
export function outputFailure(error: unknown, written: string): unknown {
  const path = finalPath(written)
  if (error instanceof Failure) return error
  const code = errorCode(error)
  if (code === '') return error
  const detail = FULL[code]
  if (detail !== undefined) return new Failure('DISK_FULL', { path, detail }, { cause: error })
  const cause = CAUSES[code] ?? { reason: (error as Error).message, hint: DISK }
  return new Failure('OUTPUT_NOT_WRITABLE', { path, ...cause }, { cause: error })
}

/** Inside a run folder, where the files lie that will be its outputs. */
export const SET = 'set'

const TEMPORARY = new RegExp(`\\.[^/\\\\]+\\.tocsin-\\d+-[0-9a-zA-Z]+[/\\\\]${SET}[/\\\\]`)

/** A person asked for `scores/today.csv`; that it is first written to a run folder is no news in a message. */
export function finalPath(path: string): string {
  return path.replace(TEMPORARY, '')
}
