/**
 * Eigenvalues and eigenvectors of symmetric matrices: Householder reflections to three diagonals, then the QL algorithm
 * with implicit shifts (Bowdler, Martin, Reinsch, Wilkinson, "The QR and QL algorithms for symmetric matrices", 1968).
 * About 4 n³ multiplications; every value is within a few units in the last place of the largest one. Sums run in a
 * fixed order: same matrix, same bits.
 */

export interface Eigen {
  /** Descending. */
  readonly values: Float64Array
  /** Vector after vector, in the order of the values; each of length 1, and orthogonal to the others. */
  readonly vectors: Float64Array
}

/** n × n, row after row; only the diagonal and what is below it are read.
 * @throws RangeError for a matrix that is not finite. */
export function eigenOfSymmetric(a: Float64Array, n: number): Eigen {
  let largest = 0
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const size = Math.abs(a[i * n + j]!)
      if (!(size < Number.POSITIVE_INFINITY)) throw new RangeError(`eigenOfSymmetric: entry ${i}, ${j} is not finite`)
      largest = Math.max(largest, size)
    }
  // A power of two, so that squares neither overflow nor vanish and no digit is lost.
  const scale = largest === 0 ? 1 : 2 ** Math.max(-1000, Math.min(1000, Math.floor(Math.log2(largest))))
  const { diagonal, beside, vectors } = tridiagonal(
    a.slice(0, n * n).map(value => value / scale),
    n,
  )
  rotate(diagonal, beside, vectors, n)
  const order = [...diagonal.keys()].sort((i, j) => diagonal[j]! - diagonal[i]! || i - j)
  const sorted = new Float64Array(n * n)
  for (const [to, from] of order.entries()) sorted.set(vectors.subarray(from * n, (from + 1) * n), to * n)
  return { values: Float64Array.from(order, i => diagonal[i]! * scale), vectors: sorted }
}

/** T = Qᵀ A Q with three diagonals, and Qᵀ. `beside[i]` joins i and i + 1; the last is 0. Destroys `a`. */
function tridiagonal(a: Float64Array, n: number) {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[j * n + i] = a[i * n + j]!
  const beside = new Float64Array(n)
  const factors = new Float64Array(n)
  const p = new Float64Array(n)
  for (let k = 0; k < n - 2; k++) {
    // The reflection I − factor v vᵀ sends what is right of the diagonal in row k to its first place; v stays there.
    const v = a.subarray(k * n, (k + 1) * n)
    let squares = 0
    for (let i = k + 2; i < n; i++) squares += v[i]! * v[i]!
    const first = v[k + 1]!
    beside[k] = first
    if (squares === 0) continue
    const length = Math.sqrt(first * first + squares)
    beside[k] = first > 0 ? -length : length
    v[k + 1] = first - beside[k]!
    const factor = 2 / (v[k + 1]! * v[k + 1]! + squares)
    factors[k] = factor
    let along = 0
    for (let i = k + 1; i < n; i++) {
      let sum = 0
      for (let j = k + 1, row = i * n; j < n; j++) sum += a[row + j]! * v[j]!
      p[i] = factor * sum
      along += p[i]! * v[i]!
    }
    const half = 0.5 * factor * along
    for (let i = k + 1; i < n; i++) p[i] = p[i]! - half * v[i]!
    for (let i = k + 1; i < n; i++) {
      const [vi, pi] = [v[i]!, p[i]!]
      for (let j = k + 1, row = i * n; j < n; j++) a[row + j] = a[row + j]! - vi * p[j]! - pi * v[j]!
    }
  }
  if (n > 1) beside[n - 2] = a[(n - 2) * n + n - 1]!
  return {
    diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!),
    beside,
    vectors: accumulate(a, factors, n),
  }
}

/** Qᵀ from the reflections, the last one first: each then changes only what the later ones filled. */
function accumulate(a: Float64Array, factors: Float64Array, n: number): Float64Array {
  const q = new Float64Array(n * n)
  for (let i = 0; i < n; i++) q[i * n + i] = 1
  for (let k = n - 3; k >= 0; k--) {
    const factor = factors[k]!
    if (factor === 0) continue
    const v = a.subarray(k * n, (k + 1) * n)
    for (let i = k + 1; i < n; i++) {
      let sum = 0
      for (let j = k + 1, row = i * n; j < n; j++) sum += q[row + j]! * v[j]!
      sum *= factor
      for (let j = k + 1, row = i * n; j < n; j++) q[row + j] = q[row + j]! - sum * v[j]!
    }
  }
  return q
}

const EPS = 2 ** -52
/** With these shifts a value takes two or three rounds. */
const MOST_ROUNDS = 100

/** Rotations that bring `beside` to 0; each turns two neighbouring rows of `vectors`. */
function rotate(d: Float64Array, e: Float64Array, vectors: Float64Array, n: number): void {
  for (let l = 0; l < n; l++)
    for (let round = 0; ; round++) {
      let m = l
      while (m < n - 1 && Math.abs(e[m]!) > EPS * (Math.abs(d[m]!) + Math.abs(d[m + 1]!)) + Number.MIN_VALUE) m++
      if (m === l) break
      if (round === MOST_ROUNDS) throw new RangeError(`eigenOfSymmetric: value ${l} did not settle`)
      sweep(d, e, vectors, n, l, m)
    }
}

/** One implicit QL step on the block from l to m. */
function sweep(d: Float64Array, e: Float64Array, vectors: Float64Array, n: number, l: number, m: number): void {
  let g = (d[l + 1]! - d[l]!) / (2 * e[l]!)
  const root = Math.sqrt(g * g + 1)
  g = d[m]! - d[l]! + e[l]! / (g + (g < 0 ? -root : root))
  let [s, c, p] = [1, 1, 0]
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i]!
    const b = c * e[i]!
    const r = Math.sqrt(f * f + g * g)
    e[i + 1] = r
    if (r === 0) {
      // The block falls apart here.
      d[i + 1] = d[i + 1]! - p
      e[m] = 0
      return
    }
    s = f / r
    c = g / r
    g = d[i + 1]! - p
    const t = (d[i]! - g) * s + 2 * c * b
    p = s * t
    d[i + 1] = g + p
    g = c * t - b
    turn(vectors, i * n, (i + 1) * n, n, c, s)
  }
  d[l] = d[l]! - p
  e[l] = g
  e[m] = 0
}

function turn(vectors: Float64Array, low: number, high: number, n: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const f = vectors[high + k]!
    const own = vectors[low + k]!
    vectors[high + k] = s * own + c * f
    vectors[low + k] = c * own - s * f
  }
}
