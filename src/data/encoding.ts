/** Which letters the bytes are. */
import { isUtf8 } from 'node:buffer'
import { Failure } from '../errors.ts'

export interface Encoding {
  /** A label that TextDecoder knows. */
  readonly name: string
  /** Length of the byte order mark. */
  readonly bom: number
}

const MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/** What people write for what TextDecoder calls otherwise. */
const ALIASES: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  'utf-8-sig': 'utf-8',
  'latin-1': 'windows-1252',
  latin1: 'windows-1252',
  'iso-8859-1': 'windows-1252',
  cp1252: 'windows-1252',
  'utf-16': 'utf-16le',
  utf16: 'utf-16le',
  ascii: 'utf-8',
}

/**
 * A byte order mark decides, then what somebody said, then a zero in every other byte (UTF-16), then whether the bytes
 * are UTF-8; what is left is windows-1252, in which every byte is a letter.
 * @throws Failure INPUT_UNREADABLE for UTF-32 and for an encoding nobody knows.
 */
export function detectEncoding(path: string, sample: Buffer, said?: string): Encoding {
  if (sample.length >= 4 && (sample.readUInt32BE(0) === 0xfffe0000 || sample.readUInt32BE(0) === 0x0000feff))
    throw new Failure('INPUT_UNREADABLE', { path, reason: 'it is written in UTF-32', hint: 'Save it as UTF-8.' })
  const mark = MARKS.find(([, bytes]) => bytes.every((byte, i) => sample[i] === byte))
  const name = said === undefined ? undefined : known(path, said)
  if (mark !== undefined && (name === undefined || name === mark[0] || name.startsWith('utf-16')))
    return { name: mark[0], bom: mark[1].length }
  if (name !== undefined) return { name, bom: 0 }
  return { name: utf16(sample) ?? (isUtf8(whole(sample)) ? 'utf-8' : 'windows-1252'), bom: 0 }
}

function known(path: string, said: string): string {
  const name = ALIASES[said.toLowerCase()] ?? said.toLowerCase()
  try {
    return new TextDecoder(name).encoding
  } catch {
    throw new Failure('INPUT_UNREADABLE', {
      path,
      reason: `there is no encoding called ${said}`,
      hint: 'Use utf-8, utf-16le, utf-16be, windows-1252 (latin-1), or another name of the WHATWG encoding standard.',
    })
  }
}

function utf16(sample: Buffer): string | undefined {
  const pairs = sample.length >> 1
  if (pairs < 2) return undefined
  let [first, second] = [0, 0]
  for (let i = 0; i < pairs * 2; i += 2) {
    if (sample[i] === 0) first += 1
    if (sample[i + 1] === 0) second += 1
  }
  if (second > pairs * 0.4 && first < pairs * 0.05) return 'utf-16le'
  if (first > pairs * 0.4 && second < pairs * 0.05) return 'utf-16be'
  return undefined
}

/** Without the letter that the end of the sample may have cut in two. */
function whole(sample: Buffer): Buffer {
  let end = sample.length
  while (end > 0 && end > sample.length - 4 && ((sample[end - 1] as number) & 0xc0) === 0x80) end -= 1
  return end > 0 && (sample[end - 1] as number) >= 0xc0 ? sample.subarray(0, end - 1) : sample
}

/** Bytes to text, block by block. @throws Failure INPUT_UNREADABLE for bytes that the encoding does not have. */
export function decoder(path: string, { name }: Encoding): (block?: Buffer) => string {
  const fatal = name.startsWith('utf-')
  const decode = new TextDecoder(name, { fatal, ignoreBOM: false })
  return block => {
    try {
      return block === undefined ? decode.decode() : decode.decode(block, { stream: true })
    } catch (error) {
      throw notWrittenIn(path, name, error)
    }
  }
}

export function notWrittenIn(path: string, name: string, cause?: unknown): Failure {
  const reason = `it is not written in ${name}`
  const hint = 'Say what it is written in: rows: {read: {encoding: windows-1252}}'
  return new Failure('INPUT_UNREADABLE', { path, reason, hint }, { cause })
}
