/**
 * Comparisons with numbers that were rounded to float32, as several libraries round their input, said of the doubles
 * themselves. Rounding is to the nearest, and of two as near to the one whose last bit is 0 (IEEE 754).
 */

/** For any double x: the float32 nearest to x is ≤ threshold exactly when x ≤ this. */
export function float32Bound(threshold: number): number {
  if (threshold === Infinity) return Infinity
  const nearest = Math.fround(threshold)
  const below = (nearest > threshold ? beside32(nearest, -1) : nearest) + 0
  const above = beside32(below, 1)
  const middle = finite32(below) / 2 + finite32(above) / 2
  bits.setFloat32(0, below)
  const isEven = (bits.getInt32(0) & 1) === 0
  return isEven ? middle : below64(middle)
}

/** For a float32 x: x < threshold, a float32 too, exactly when x ≤ this. */
export const strictly32 = (threshold: number): number =>
  threshold === -Infinity ? -Infinity : beside32(Math.fround(threshold), -1)

const bits = new DataView(new ArrayBuffer(8))

/** The next float32 upwards (1) or downwards (−1); the one beyond the largest is ±∞. */
function beside32(x: number, way: 1 | -1): number {
  if (x === 0) return way * 2 ** -149
  bits.setFloat32(0, x)
  bits.setInt32(0, bits.getInt32(0) + (x > 0 === way > 0 ? 1 : -1))
  return bits.getFloat32(0) + 0
}

/** The next double downwards of a finite number but 0. */
function below64(x: number): number {
  bits.setFloat64(0, x)
  bits.setBigInt64(0, bits.getBigInt64(0) + (x > 0 ? -1n : 1n))
  return bits.getFloat64(0)
}

/** What stands for ±∞ where neighbours are averaged: rounding goes on as if there were one more number. */
const BEYOND32 = 2 ** 128

const finite32 = (x: number): number => (Number.isFinite(x) ? x : Math.sign(x) * BEYOND32)
