/** One pass over a text table at memory speed: is it well-formed, how many records has it, what is its hash. */
import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { Failure } from '../errors.ts'
import { type Arena, createArena } from '../kernels/arena.ts'
import { SCAN, SCAN_SLOTS, type TextKernel } from '../kernels/text.ts'
import { hashInWorker, WORKER_BYTES } from './digest.ts'
import { unreadable } from './files.ts'
import { MAX_RECORD } from './source.ts'

export interface Survey {
  /** Records, the header included, blank lines left out. */
  readonly records: number
  /** Records whose number of fields is not the first one's, or that have text after a closing quote, or a NUL. */
  readonly wrong: number
  readonly fields: number
  readonly blanks: number
  readonly loneCrs: number
  readonly lfs: number
  readonly crlfs: number
  /** Quotes inside unquoted fields. */
  readonly strays: number
  /** Bytes of the longest record. */
  readonly longest: number
  /** The line of a quote that is never closed. */
  readonly openLine?: number
  readonly utf8: boolean
  readonly sha256: string
}

export interface SurveyOptions {
  readonly delimiter: string
  readonly quote: string
  /** Bytes of the byte order mark. */
  readonly bom: number
  readonly hash: boolean
}

const BLOCK = 1 << 20
/** Bytes of a letter that a block's end cut in two are put in front of the next block. */
const CARRY = 64
/** Between these many blocks a signal gets its turn. */
const BREATH = 64

/** Delimiter and quote must be ASCII. @throws Failure INPUT_UNREADABLE */
export async function survey(path: string, options: SurveyOptions): Promise<Survey> {
  const file = opened(path)
  try {
    const worker = options.hash && fstatSync(file).size >= WORKER_BYTES ? hashInWorker(path) : undefined
    // A failure of the scan must not leave this one unheard.
    worker?.catch(() => undefined)
    const found = await walk(path, file, options, options.hash && worker === undefined)
    return { ...found, sha256: worker === undefined ? found.sha256 : await worker }
  } catch (error) {
    throw error instanceof Failure ? error : unreadable(path, error)
  } finally {
    closeSync(file)
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw unreadable(path, error)
  }
}

type Memory = Arena<'state' | 'list' | 'block'>

async function walk(path: string, file: number, options: SurveyOptions, hashing: boolean): Promise<Survey> {
  const arena = createArena({ state: SCAN_SLOTS * 8, list: 64, block: CARRY + BLOCK })
  const kernel = arena.link<TextKernel>('text')
  const state = arena.f64.subarray(arena.at.state / 8, arena.at.state / 8 + SCAN_SLOTS)
  state[SCAN.quoteAt] = -1
  const [delimiter, quote] = [options.delimiter.charCodeAt(0), options.quote === '' ? 0 : options.quote.charCodeAt(0)]
  const hash = createHash('sha256')
  const start = arena.at.block + CARRY
  let utf8 = true
  let carried = 0
  for (let block = 0; ; block += 1) {
    const length = readSync(file, arena.u8, start, BLOCK, null)
    if (length === 0) break
    if (hashing) hash.update(arena.u8.subarray(start, start + length))
    const from = block === 0 ? Math.min(options.bom, length) : 0
    kernel.scan(start + from, length - from, delimiter, quote, arena.at.state, arena.at.list, 0)
    if ((state[SCAN.offset] as number) - (state[SCAN.recordAt] as number) > MAX_RECORD)
      throw endless(path, lineOf(state))
    if (utf8) [utf8, carried] = checkUtf8(arena, start, length, carried)
    if (block % BREATH === BREATH - 1) await setImmediate()
  }
  const openLine = state[SCAN.state] === 2 ? (state[SCAN.quoteLine] as number) : undefined
  kernel.finish(arena.at.state, arena.at.list, 0)
  const at = (slot: number): number => state[slot] as number
  return {
    records: at(SCAN.records),
    wrong: at(SCAN.wrong),
    fields: at(SCAN.expected),
    blanks: at(SCAN.blanks),
    loneCrs: at(SCAN.loneCrs),
    lfs: at(SCAN.lfs),
    crlfs: at(SCAN.crlfs),
    strays: at(SCAN.strays),
    longest: at(SCAN.longest),
    ...(openLine === undefined ? {} : { openLine }),
    utf8: utf8 && carried === 0,
    sha256: hashing ? hash.digest('hex') : '',
  }
}

const lineOf = (state: Float64Array): number =>
  state[SCAN.state] === 2 ? (state[SCAN.quoteLine] as number) : Math.max(1, state[SCAN.recordLine] as number)

export function endless(path: string, line: number): Failure {
  const reason = `the record that starts near line ${line} is longer than ${MAX_RECORD / 2 ** 20} MB`
  return new Failure('INPUT_UNREADABLE', { path, reason, hint: UNCLOSED })
}

const UNCLOSED =
  'Close the quote, or double it if it is text (""). If quotes mean nothing in this file, name a sign that it does not ' +
  "use, under rows: in the recipe: read: {quote: '~'}"

export function unclosed(path: string, line: number): Failure {
  return new Failure('INPUT_UNREADABLE', {
    path,
    reason: `the quote opened on line ${line} is never closed`,
    hint: UNCLOSED,
  })
}

/** Whether the block is UTF-8, and how many bytes of an unfinished letter at its end were carried over. */
function checkUtf8(arena: Memory, start: number, length: number, carried: number): [boolean, number] {
  const { u8 } = arena
  const end = start + length
  let unfinished = 0
  for (let back = 1; back <= 3 && back <= length; back += 1) {
    const byte = u8[end - back] as number
    if (byte < 0x80) break
    if (byte < 0xc0) continue
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    if (size > back) unfinished = back
    break
  }
  const valid = isUtf8(u8.subarray(start - carried, end - unfinished))
  u8.copyWithin(start - unfinished, end - unfinished, end)
  return [valid, unfinished]
}
