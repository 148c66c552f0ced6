/** Bytes of a file as they come, unpacked when it is gzip. */
import { createReadStream } from 'node:fs'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { Failure } from '../errors.ts'

const BLOCK = 1 << 20
/** No table shrinks like this; a file made to fill the disk does. */
const BOMB = { ratio: 200, bytes: 2 ** 30 }

/** The first bytes inside a gzip file of which only the beginning is at hand. */
export function gunzipHead(head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return Buffer.alloc(0)
  }
}

/** @throws Failure INPUT_UNREADABLE for a gzip file that is damaged, cut off, or unpacks without end. */
export async function* bytesOf(path: string, packed: boolean): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: BLOCK })
  if (!packed) {
    yield* file
    return
  }
  const unpacked = createGunzip({ chunkSize: BLOCK })
  file.on('error', error => unpacked.destroy(error))
  let total = 0
  try {
    for await (const block of file.pipe(unpacked)) {
      total += block.length
      if (total > BOMB.bytes && total > BOMB.ratio * file.bytesRead) throw damaged(path, 'it unpacks to far too much')
      yield block
    }
  } catch (error) {
    if (error instanceof Failure) throw error
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined || !code.startsWith('Z_')) throw error
    throw damaged(
      path,
      code === 'Z_BUF_ERROR' ? 'the gzip data ends too early' : `the gzip data is damaged (${message})`,
    )
  } finally {
    file.destroy()
  }
}

const damaged = (path: string, reason: string): Failure =>
  new Failure('INPUT_UNREADABLE', { path, reason, hint: 'Ask for a fresh copy, or unpack it yourself and look.' })

/** The first `length` bytes, or all of them. */
export async function sampleOf(
  path: string,
  packed: boolean,
  length: number,
): Promise<{ bytes: Buffer; whole: boolean }> {
  const blocks: Buffer[] = []
  let total = 0
  for await (const block of bytesOf(path, packed)) {
    blocks.push(block)
    total += block.length
    if (total > length) return { bytes: Buffer.concat(blocks).subarray(0, length), whole: false }
  }
  return { bytes: Buffer.concat(blocks), whole: true }
}
