/**
 * Messages of Protocol Buffers, as far as an ONNX file takes them: fields that are whole numbers, texts, bytes and other
 * messages. https://protobuf.dev/programming-guides/encoding/
 */

/** A field: its number, and its encoded value with its wire type. */
export interface Field {
  readonly number: number
  readonly wire: 0 | 1 | 2 | 5
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

/** More fields than any message of a model has; each costs memory of its own. */
const MOST_FIELDS = 5_000_000

/**
 * The fields of a message, in order; their bytes are views of `message`.
 * @throws RangeError with the reason and the byte where it is none
 */
export function decode(message: Uint8Array): Field[] {
  const fields: Field[] = []
  let at = 0
  const fail = (reason: string) => new RangeError(`${reason} at byte ${at}`)
  const varintAt = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++]
      if (byte === undefined) throw fail('a number is cut off')
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return BigInt.asUintN(64, value)
    }
    throw fail('a number has more than ten bytes')
  }
  const take = (count: number): Uint8Array => {
    if (count > message.length - at) throw fail(`${count} bytes are announced and ${message.length - at} are left`)
    at += count
    return message.subarray(at - count, at)
  }
  while (at < message.length) {
    if (fields.length === MOST_FIELDS) throw fail(`a message has more than ${MOST_FIELDS} fields`)
    const tag = varintAt()
    const [number, wire] = [Number(tag >> 3n), Number(tag & 7n)]
    if (number < 1 || number > 2 ** 29) throw fail(`a field has the number ${number}`)
    if (wire === 0) {
      const from = at
      varintAt()
      fields.push({ number, wire, bytes: message.subarray(from, at) })
    } else if (wire === 2) {
      const length = varintAt()
      fields.push({ number, wire, bytes: take(Number(length)) })
    } else if (wire === 1 || wire === 5) fields.push({ number, wire, bytes: take(wire === 1 ? 8 : 4) })
    else throw fail(`a field is of kind ${wire}`)
  }
  return fields
}

/** The whole number of a field, as a signed 64-bit one. @throws RangeError for a field of another kind */
export function integerOf({ wire, bytes }: Field): number {
  if (wire !== 0) throw new RangeError('a text stands where a number is expected')
  return Number(BigInt.asIntN(64, numbersIn(bytes)[0] ?? 0n))
}

/** Whole numbers of a field that holds one or many. */
export function integersOf({ bytes }: Field): number[] {
  return numbersIn(bytes).map(value => Number(BigInt.asIntN(64, value)))
}

function numbersIn(packed: Uint8Array): bigint[] {
  const found: bigint[] = []
  let [value, shift] = [0n, 0n]
  for (const byte of packed) {
    if (shift > 63n) throw new RangeError('a number has more than ten bytes')
    value |= BigInt(byte & 127) << shift
    shift += 7n
    if (byte >= 128) continue
    found.push(BigInt.asUintN(64, value))
    value = 0n
    shift = 0n
  }
  return found
}

/** @throws RangeError for a field that is no text */
export function textOf({ wire, bytes }: Field): string {
  if (wire !== 2) throw new RangeError('a number stands where a text is expected')
  return new TextDecoder().decode(bytes)
}
