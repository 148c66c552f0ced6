/**
 * Appends columns to a CSV file without touching the user's bytes: each record as it came, then the new fields. Copies
 * at memory speed, where parsing and formatting would take seconds a gigabyte.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { createArena } from '../kernels/arena.ts'
import type { TextKernel } from '../kernels/text.ts'
import { type Follower, followHash } from './digest.ts'
import { outputFailure } from './output-failure.ts'

export interface PasteJob {
  /** The user's file: well-formed, with a header line. */
  readonly source: string
  /** One line for each record of the source, header included: the new fields, without a delimiter in front. */
  readonly suffixes: string
  readonly out: string
  readonly delimiter: string
  readonly quote: string
}

export interface Pasted {
  /** Data records. */
  readonly records: number
  readonly sha256: string
}

const BLOCK = 1 << 20
const BREAK = 10

interface Stream {
  readonly fd: number
  /** Where its window starts in the arena, and how many bytes of it are filled and used. */
  readonly at: number
  readonly size: number
  filled: number
  used: number
  ended: boolean
}

/** @throws when the two files do not have the same number of records: the caller must then not publish. */
export async function pasteFile(job: PasteJob): Promise<Pasted> {
  // A record must fit into its window: the longest record of the source is not known here, so windows grow when needed.
  for (let block = BLOCK; ; block *= 8) {
    const out = attempt(job, () => openSync(job.out, 'w'))
    const follower = followHash(job.out)
    let sha256: string | undefined
    try {
      const records = await pasteWith(job, block, out, follower)
      if (records !== undefined) {
        sha256 = await follower.finish().catch(error => {
          throw outputFailure(error, job.out)
        })
        return { records, sha256 }
      }
    } finally {
      closeSync(out)
      if (sha256 === undefined) follower.abandon()
    }
  }
}

/** Undefined when a record did not fit into a window of `block` bytes. */
async function pasteWith(job: PasteJob, block: number, out: number, follower: Follower): Promise<number | undefined> {
  const arena = createArena({ source: block + 64, suffix: block + 64, out: 2 * block + 128, used: 16 })
  const kernel = arena.link<TextKernel>('text')
  const open = (path: string, at: number): Stream => {
    return { fd: openSync(path, 'r'), at, size: block, filled: 0, used: 0, ended: false }
  }
  const source = open(job.source, arena.at.source)
  const suffix = open(job.suffixes, arena.at.suffix)
  const delimiter = job.delimiter.charCodeAt(0)
  const quote = job.quote === '' ? 0 : job.quote.charCodeAt(0)
  let records = 0
  let written = 0
  try {
    for (;;) {
      fill(source, arena.u8)
      fill(suffix, arena.u8)
      const done = kernel.paste(
        source.at + source.used,
        source.filled - source.used,
        suffix.at + suffix.used,
        suffix.filled - suffix.used,
        arena.at.out,
        2 * block,
        delimiter,
        quote,
        arena.at.used,
      )
      if (done === 0) {
        const rest = [source, suffix].map(s => s.filled - s.used)
        if (rest[0] === 0 && rest[1] === 0) return records - 1
        if ([source, suffix].some(s => !s.ended && s.used === 0 && s.filled === s.size)) return undefined
        if (rest[0] === 0 || rest[1] === 0)
          throw new Error(`the table and its scores differ in length after ${records} records`)
        return undefined
      }
      records += done
      const at = arena.at.used / 4
      source.used += arena.u32[at] as number
      suffix.used += arena.u32[at + 1] as number
      const filled = arena.u32[at + 2] as number
      writeAll(out, arena.u8.subarray(arena.at.out, arena.at.out + filled), job)
      follower.reached((written += filled))
      // Lets a signal be heard between two blocks.
      await new Promise(setImmediate)
    }
  } finally {
    for (const fd of [source.fd, suffix.fd]) closeSync(fd)
  }
}

/** Moves what is left to the front of the window and reads on behind it. A last line without a break gets one. */
function fill(stream: Stream, bytes: Uint8Array): void {
  bytes.copyWithin(stream.at, stream.at + stream.used, stream.at + stream.filled)
  stream.filled -= stream.used
  stream.used = 0
  while (!stream.ended && stream.filled < stream.size) {
    const read = readSync(stream.fd, bytes, stream.at + stream.filled, stream.size - stream.filled, null)
    if (read === 0) {
      stream.ended = true
      const last = bytes[stream.at + stream.filled - 1]
      if (stream.filled > 0 && last !== BREAK) bytes[stream.at + stream.filled++] = BREAK
    }
    stream.filled += read
  }
}

function writeAll(fd: number, block: Uint8Array, job: PasteJob): void {
  for (let done = 0; done < block.length; ) done += attempt(job, () => writeSync(fd, block, done))
}

function attempt<T>(job: PasteJob, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw outputFailure(error, job.out)
  }
}
