/** What a decompressor writes into: grows as needed, and no further than allowed. */
import { Refusal } from '../refusal.ts'

export interface Output {
  bytes: Uint8Array
  /** Bytes written. */
  length: number
  readonly allowed: number
}

export const openOutput = (allowed: number): Output => ({
  bytes: new Uint8Array(Math.min(allowed, 2 ** 16)),
  length: 0,
  allowed,
})

/** Makes room for `more` bytes behind those that are there. @throws Refusal beyond what is allowed */
export function reserve(out: Output, more: number): void {
  const needed = out.length + more
  if (needed <= out.bytes.length) return
  if (needed > out.allowed) throw tooLarge(out.allowed)
  const larger = new Uint8Array(Math.min(out.allowed, Math.max(needed, 2 * out.bytes.length)))
  larger.set(out.bytes.subarray(0, out.length))
  out.bytes = larger
}

export function copyIn(out: Output, bytes: Uint8Array): void {
  reserve(out, bytes.length)
  out.bytes.set(bytes, out.length)
  out.length += bytes.length
}

/** Copies `length` bytes from `distance` bytes back; the copy may run into what it writes. The caller reserved room. */
export function copyBack(out: Output, distance: number, length: number): void {
  const { bytes, length: at } = out
  if (distance >= length) bytes.copyWithin(at, at - distance, at - distance + length)
  else if (distance === 1) bytes.fill(bytes[at - 1]!, at, at + length)
  else for (let i = at; i < at + length; i++) bytes[i] = bytes[i - distance]!
  out.length = at + length
}

export const written = (out: Output): Uint8Array => out.bytes.subarray(0, out.length)

export const tooLarge = (allowed: number) =>
  new Refusal(
    'damaged',
    `It unpacks to more than ${allowed} bytes, which no model of its size does`,
    'Save it again without compression: joblib.dump(model, path, compress=0).',
  )

/** A compressed file that is not one. `at` counts in its own bytes. */
export const broken = (kind: string, what: string, at?: number) =>
  new Refusal(
    'damaged',
    `The ${kind} compression is damaged: ${what}`,
    'Copy the file again, or save it again without compression: joblib.dump(model, path, compress=0).',
    at,
  )
