/** What goes between a process and its child: one JSON value and some byte arrays, with their lengths before them. */

import { parseBounded } from '../artifact/json.ts'
import { integer, list } from '../artifact/shape.ts'
import type { ImportRequest } from '../importers/request.ts'

/** What the parent asks; the bytes of the model are the first part, those of the files the next. */
export interface ForeignQuestion {
  readonly request: Omit<ImportRequest, 'bytes' | BesideRole>
  readonly files: readonly { readonly role: BesideRole; readonly name: string }[]
  readonly version: string
}

export type BesideRole = 'scaler' | 'featuresFile'

/** A model, its scaler and the names of its features. */
const MOST_PARTS = 3

/** 4 bytes: length of the JSON; the JSON, with the lengths of the parts; the parts. */
export function packMessage(head: object, parts: readonly Uint8Array[]): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify({ head, lengths: parts.map(part => part.length) }))
  const size = new Uint8Array(4)
  new DataView(size.buffer).setUint32(0, json.length, true)
  return Buffer.concat([size, json, ...parts])
}

/** Of the JSON: more than any names of features and classes come to. */
const LONGEST_HEAD = 2 ** 25

/** @throws Error for bytes that are no message */
export function unpackMessage(bytes: Uint8Array): { head: unknown; parts: Uint8Array[] } {
  if (bytes.length < 4) throw new RangeError('too short for a message')
  const json = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  if (json > LONGEST_HEAD) throw new RangeError(`a message with ${json} bytes of JSON`)
  const { head, lengths } = parseBounded(new TextDecoder().decode(bytes.subarray(4, 4 + json))) as {
    head: unknown
    lengths: number[]
  }
  list(integer(0, bytes.length), 0, MOST_PARTS)(lengths, 'lengths')
  let at = 4 + json
  const parts = lengths.map(length => bytes.subarray(at, (at += length)))
  if (at !== bytes.length) throw new RangeError('a message of another length')
  return { head, parts }
}
