/**
 * Messages of Protocol Buffers, as far as an ONNX file takes them: fields that are whole numbers, texts, bytes and other
 * messages. https://protobuf.dev/programming-guides/encoding/
 */

/** A field: its number, and its encoded value with its wire type. */
export interface Field {
  readonly number: number
  readonly wire: 0 | 2 | 5
  readonly bytes: Uint8Array
}

/** Of a 32-bit float. */
const FIXED = 5

/** A whole number of any sign. */
export function integer(number: number, value: number | bigint): Field {
  return { number, wire: 0, bytes: varint(BigInt(value)) }
}

export function text(number: number, value: string): Field {
  return bytes(number, new TextEncoder().encode(value))
}

export function bytes(number: number, value: Uint8Array): Field {
  return { number, wire: 2, bytes: value }
}

export function float(number: number, value: number): Field {
  const encoded = new Uint8Array(4)
  new DataView(encoded.buffer).setFloat32(0, value, true)
  return { number, wire: FIXED, bytes: encoded }
}

/** Whole numbers in one field. */
export function integers(number: number, values: ArrayLike<number>): Field {
  return bytes(number, join(Array.from(values, value => varint(BigInt(value)))))
}

export function message(number: number, fields: readonly Field[]): Field {
  return bytes(number, encode(fields))
}

export function encode(fields: readonly Field[]): Uint8Array {
  return join(
    fields.flatMap(({ number, wire, bytes }) => {
      const tag = varint(BigInt(number * 8 + wire))
      return wire === 2 ? [tag, varint(BigInt(bytes.length)), bytes] : [tag, bytes]
    }),
  )
}

/** Seven bits a byte, the lowest first; a negative number as its 64-bit complement. */
function varint(value: bigint): Uint8Array {
  if (value >= 0n && value < 128n) return Uint8Array.of(Number(value))
  const out: number[] = []
  let rest = BigInt.asUintN(64, value)
  for (; rest >= 128n; rest >>= 7n) out.push(Number(rest & 127n) | 128)
  out.push(Number(rest))
  return Uint8Array.from(out)
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
