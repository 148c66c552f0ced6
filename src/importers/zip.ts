/**
 * A zip archive in memory. Its names are keys and never paths: nothing is written anywhere. Refused is what two readers
 * could understand differently: names that occur twice, files that overlap, a directory that the files contradict.
 *
 * Source: PKWARE's APPNOTE 6.3.10. Of zip64 only the records at the end are read, which PyTorch always writes.
 */
import { crc32, inflateRawSync } from 'node:zlib'
import { Refusal } from './refusal.ts'

export interface Zip {
  /** In the order of the directory. */
  readonly names: readonly string[]
  /** What the file holds, unpacked; undefined where there is none of this name. @throws Refusal for damaged content */
  read(name: string): Uint8Array | undefined
}

export interface ZipLimits {
  /** Bytes of all files together, unpacked. */
  readonly bytes: number
  readonly files: number
  /** Bytes out per byte in, for files of more than `free` bytes. */
  readonly ratio: number
  readonly free: number
}

const LIMITS: ZipLimits = { bytes: 2 ** 30, files: 20_000, ratio: 50, free: 2 ** 26 }

const [LOCAL, CENTRAL, END, END64, LOCATOR64] = [0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50]
const [LOCAL_BYTES, CENTRAL_BYTES, END_BYTES, END64_BYTES, LOCATOR64_BYTES] = [30, 46, 22, 56, 20]
const [STORED, DEFLATED] = [0, 8]
const [ENCRYPTED, PATCHED, STRONGLY] = [0x1, 0x20, 0x40]
const IN_ZIP64 = 0xffffffff
const LONGEST_COMMENT = 0xffff

const damaged = (what: string, at?: number) =>
  new Refusal('damaged', `The zip archive is damaged: ${what}`, 'Copy the file again, or save it again.', at)

interface Entry {
  readonly name: string
  readonly method: number
  readonly sum: number
  readonly packed: number
  readonly size: number
  /** Where its own header begins, and its content. */
  readonly header: number
  readonly from: number
}

/** @throws Refusal for anything but a sound archive of stored and deflated files */
export function openZip(bytes: Uint8Array, limits: Partial<ZipLimits> = {}): Zip {
  const caps = { ...LIMITS, ...limits }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const end = endOf(view)
  if (end.count > caps.files)
    throw new Refusal('unsupported', `The zip archive holds ${end.count} files; at most ${caps.files} are read`)
  const entries = new Map<string, Entry>()
  let at = end.directory
  let total = 0
  for (let i = 0; i < end.count; i++) {
    const entry = entryAt(bytes, view, at, end.directory)
    if (entries.has(entry.name)) throw damaged(`two files are called ${shown(entry.name)}`, at)
    entries.set(entry.name, entry)
    total += entry.size
    if (total > caps.bytes || (entry.size > caps.free && entry.size > caps.ratio * entry.packed))
      throw damaged(`it unpacks to more than a model does (${total} bytes)`, at)
    at += CENTRAL_BYTES + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  if (at !== end.directory + end.size) throw damaged('its directory is shorter than it says', at)
  refuseOverlaps([...entries.values()])
  // What asks for the same file again and again gets the same bytes.
  const read = new Map<string, Uint8Array>()
  return {
    names: [...entries.keys()],
    read(name) {
      const entry = entries.get(name)
      if (entry && !read.has(name)) read.set(name, contentOf(entry, bytes))
      return read.get(name)
    },
  }
}

interface End {
  readonly count: number
  readonly directory: number
  readonly size: number
}

/** The record at the very end, behind which only a comment of the length that it says may stand. */
function endOf(view: DataView): End {
  const last = view.byteLength - END_BYTES
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
    if (view.getUint32(at, true) !== END || view.getUint16(at + 20, true) !== last - at) continue
    const count = view.getUint16(at + 10, true)
    const [size, directory] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)]
    if (view.getUint32(at + 4, true) !== 0 || view.getUint16(at + 8, true) !== count)
      throw new Refusal('unsupported', 'The zip archive is in several parts', 'Join them into one file.')
    if (size === IN_ZIP64 || directory === IN_ZIP64 || count === 0xffff)
      throw new Refusal('unsupported', 'The zip archive is larger than 4 GB')
    const between = at - directory - size
    if (between !== 0 && !isEnd64(view, directory + size, between, { count, size, directory }))
      throw damaged('its directory is not where it says', at)
    return { count, directory, size }
  }
  throw damaged('it ends early: the directory is missing')
}

/** The two records of zip64, saying the same once more. */
function isEnd64(view: DataView, at: number, length: number, { count, size, directory }: End): boolean {
  if (at < 0 || length !== END64_BYTES + LOCATOR64_BYTES) return false
  const locator = at + END64_BYTES
  const says = (offset: number, number: number) => view.getBigUint64(offset, true) === BigInt(number)
  return (
    view.getUint32(at, true) === END64 &&
    view.getUint32(locator, true) === LOCATOR64 &&
    says(at + 4, END64_BYTES - 12) &&
    says(at + 32, count) &&
    says(at + 40, size) &&
    says(at + 48, directory) &&
    says(locator + 8, at)
  )
}

/** @param limit where the directory begins: files lie before it */
function entryAt(bytes: Uint8Array, view: DataView, at: number, limit: number): Entry {
  if (at + CENTRAL_BYTES > bytes.length || view.getUint32(at, true) !== CENTRAL)
    throw damaged('its directory is cut off', at)
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)]
  const [sum, packed, size] = [16, 20, 24].map(offset => view.getUint32(at + offset, true)) as [number, number, number]
  const header = view.getUint32(at + 42, true)
  const name = nameAt(bytes, at + CENTRAL_BYTES, view.getUint16(at + 28, true))
  const of = shown(name)
  if (flags & (ENCRYPTED | PATCHED | STRONGLY))
    throw new Refusal('unsupported', `${of} in the zip archive is encrypted`, 'Save it without a password.')
  if (method !== STORED && method !== DEFLATED)
    throw new Refusal(
      'unsupported',
      `${of} in the zip archive is compressed by method ${method}; stored and deflated files are read`,
      'Pack it again with the ordinary deflate.',
    )
  if (packed === IN_ZIP64 || size === IN_ZIP64 || header === IN_ZIP64)
    throw new Refusal('unsupported', `${of} in the zip archive is larger than 4 GB`)
  if (header + LOCAL_BYTES > limit || view.getUint32(header, true) !== LOCAL)
    throw damaged(`${of} is not where the directory says`, at)
  const nameBytes = view.getUint16(header + 26, true)
  const from = header + LOCAL_BYTES + nameBytes + view.getUint16(header + 28, true)
  if (from + packed > limit) throw damaged(`${of} is cut off`, header)
  if (nameAt(bytes, header + LOCAL_BYTES, nameBytes) !== name || view.getUint16(header + 8, true) !== method)
    throw damaged(`${of} is called or packed otherwise where it lies`, header)
  if (method === STORED && packed !== size) throw damaged(`${of} has two lengths`, at)
  return { name, method, sum, packed, size, header, from }
}

const LONGEST_NAME = 1000

function nameAt(bytes: Uint8Array, at: number, length: number): string {
  if (length > LONGEST_NAME) throw damaged(`a name has ${length} bytes`, at)
  if (at + length > bytes.length) throw damaged('a name is cut off', at)
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString('utf8')
}

function refuseOverlaps(entries: readonly Entry[]): void {
  const sorted = entries.toSorted((a, b) => a.header - b.header)
  for (let i = 1; i < sorted.length; i++) {
    const [before, entry] = [sorted[i - 1]!, sorted[i]!]
    if (before.from + before.packed > entry.header)
      throw damaged(`${shown(before.name)} and ${shown(entry.name)} overlap`, entry.header)
  }
}

function contentOf({ name, method, sum, packed, size, from }: Entry, bytes: Uint8Array): Uint8Array {
  const stored = bytes.subarray(from, from + packed)
  const content = method === STORED ? stored : inflated(stored, size, name, from)
  if (content.length !== size || crc32(content) !== sum) throw damaged(`the bytes of ${shown(name)} are others`, from)
  return content
}

function inflated(stored: Uint8Array, size: number, name: string, at: number): Uint8Array {
  try {
    // Its least is 1.
    const { buffer, engine } = inflateRawSync(stored, {
      maxOutputLength: Math.max(1, size),
      info: true,
    }) as unknown as {
      buffer: Uint8Array
      engine: { bytesWritten: number }
    }
    if (engine.bytesWritten === stored.length) return buffer
  } catch {
    // Whatever zlib says of it: the bytes do not unpack to what the directory promises.
  }
  throw damaged(`${shown(name)} does not unpack`, at)
}

const shown = (name: string) => JSON.stringify(name.slice(0, 80))
