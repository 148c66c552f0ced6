/** What goes between a process and its child: one JSON value and some byte arrays, with their lengths before them. */

import type { ImportRequest } from '../importers/request.ts'

/** What the parent asks; the bytes of the model are the first part, those of the files the next. */
export interface ForeignQuestion {
  readonly request: Omit<ImportRequest, 'bytes' | BesideRole>
  readonly files: readonly { readonly role: BesideRole; readonly name: string }[]
  readonly version: string
}

export type BesideRole = 'scaler' | 'featuresFile'

/** 4 bytes: length of the JSON; the JSON, with the lengths of the parts; the parts. */
export function packMessage(head: object, parts: readonly Uint8Array[]): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify({ head, lengths: parts.map(part => part.length) }))
  const size = new Uint8Array(4)
  new DataView(size.buffer).setUint32(0, json.length, true)
  return Buffer.concat([size, json, ...parts])
}

/** @throws Error for bytes that are no message */
export function unpackMessage(bytes: Uint8Array): { head: unknown; parts: Uint8Array[] } {
  if (bytes.length < 4) throw new RangeError('too short for a message')
  const json = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const { head, lengths } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + json))) as {
    head: unknown
    lengths: number[]
  }
  let at = 4 + json
  const parts = lengths.map(length => bytes.subarray(at, (at += length)))
  if (at !== bytes.length) throw new RangeError('a message of another length')
  return { head, parts }
}
