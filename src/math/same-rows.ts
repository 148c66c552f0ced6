/** Rows that are equal value for value: a row that taught and is judged again says nothing of new rows. */
import type { Columns } from './columns.ts'

/**
 * One code a row, counted from 0 in the order in which rows are first seen; rows that are equal in every bit of every
 * column share one. Found by hash and then compared, so no two different rows ever do. Missing values equal each other.
 */
export function sameRows(x: Columns): Int32Array {
  const numbers = x.columns.map(column => (column instanceof Float64Array ? column : Float64Array.from(column.codes)))
  const bits = numbers.map(column => new Uint32Array(column.buffer, column.byteOffset, x.rows * 2))
  const slots = 2 ** Math.ceil(Math.log2(2 * x.rows + 2))
  const first = new Int32Array(slots).fill(-1)
  const code = new Int32Array(x.rows)
  let codes = 0
  for (let row = 0; row < x.rows; row++) {
    let slot = hashRow(bits, row) & (slots - 1)
    while (first[slot]! >= 0 && !equal(bits, first[slot]!, row)) slot = (slot + 1) & (slots - 1)
    if (first[slot]! < 0) {
      first[slot] = row
      code[row] = codes++
    } else code[row] = code[first[slot]!]!
  }
  return code
}

/** The judged rows that equal a row that taught, by the codes of `sameRows`. */
export function alsoTaught(code: Int32Array, train: Int32Array, test: Int32Array): Int32Array {
  const taught = new Uint8Array(code.length)
  for (const row of train) taught[code[row]!] = 1
  return test.filter(row => taught[code[row]!] === 1)
}

/** FNV-1a over the row's words, with its high bits folded into the low ones. */
function hashRow(bits: readonly Uint32Array[], row: number): number {
  let hash = 0x811c9dc5
  for (const column of bits)
    for (let half = 0; half < 2; half++) {
      hash = Math.imul(hash ^ column[row * 2 + half]!, 0x01000193)
      hash ^= hash >>> 15
    }
  return Math.imul(hash, 0x85ebca6b) >>> 1
}

function equal(bits: readonly Uint32Array[], a: number, b: number): boolean {
  return bits.every(column => column[a * 2] === column[b * 2] && column[a * 2 + 1] === column[b * 2 + 1])
}
