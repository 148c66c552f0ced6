/** Bytes that survive a power loss: whole writes, fsync once, and the SHA-256 of what was written. */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { platform } from 'node:os'
import { errorCode } from './output-failure.ts'

export interface PublishedFile {
  readonly name: string
  readonly bytes: number
  /** SHA-256 of the content, in hexadecimal. */
  readonly sha256: string
}

const BLOCK_BYTES = 1 << 20

/** Writes a new file whole: a short write is continued, an existing file or a link in its place is an error. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0)
  const file = await open(path, flags, 0o666)
  try {
    for (let at = 0; at < bytes.byteLength; ) at += (await file.write(bytes, at, bytes.byteLength - at)).bytesWritten
  } finally {
    await file.close()
  }
}

/**
 * Brings a finished file to the disk and takes its hash meanwhile. After a failed fsync the kernel may have dropped the
 * pages and call the next one good (PostgreSQL, 2018): so it is called once, and a failure is final.
 */
export async function settle(path: string, name: string, mode: number, sha256?: string): Promise<PublishedFile> {
  const file = await open(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0))
  try {
    const stat = await file.stat()
    if ((stat.mode & 0o777) !== mode) await file.chmod(mode)
    const [synced, hashed] = await Promise.allSettled([file.sync(), sha256 ?? hash(file)])
    if (synced.status === 'rejected') throw synced.reason
    if (hashed.status === 'rejected') throw hashed.reason
    return { name, bytes: stat.size, sha256: hashed.value }
  } finally {
    await file.close()
  }
}

/** Makes renames and removals in a folder durable. */
export async function syncDirectory(directory: string): Promise<void> {
  // Windows cannot open a folder for this; NTFS journals its entries itself.
  if (platform() === 'win32') return
  const folder = await open(directory, constants.O_RDONLY)
  try {
    await folder.sync()
  } catch (error) {
    // Some network and FUSE file systems do not know fsync on folders; there is nothing more to ask of them.
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errorCode(error))) throw error
  } finally {
    await folder.close()
  }
}

async function hash(file: FileHandle): Promise<string> {
  const sum = createHash('sha256')
  const block = Buffer.allocUnsafe(BLOCK_BYTES)
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(block, 0, BLOCK_BYTES, at)
    if (bytesRead === 0) return sum.digest('hex')
    sum.update(block.subarray(0, bytesRead))
    at += bytesRead
  }
}
