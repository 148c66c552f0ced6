/**
 * The solution of least norm of min ‖A x − b‖, for any shape and rank: Householder's QR with column pivoting, then the
 * same from the other side when columns depend on each other (complete orthogonal decomposition; Golub, Van Loan,
 * "Matrix computations", 2013, 5.4 and 5.5). It loses half as many digits as the normal equations do.
 *
 * @param a the columns of A, each of the length of `b`; used up.
 * @param b used up.
 * @param tolerance a column whose rest is below this share of the first is taken to depend on those before it.
 */
export function leastSquares(a: Float64Array[], b: Float64Array, tolerance: number): Float64Array {
  const order = a.map((_, j) => j)
  const most = Math.min(a.length, b.length)
  let rank = 0
  let first = 0
  for (; rank < most; rank++) {
    const pivot = longest(a, rank)
    swap(a, rank, pivot)
    swap(order, rank, pivot)
    const length = norm(a[rank]!, rank)
    if (rank === 0) first = length
    if (!(length > tolerance * first)) break
    reflect(a[rank]!, rank, length, [...a.slice(rank + 1), b])
  }
  // R is `rank` rows of a trapezoid: a[j][i] for i ≤ j.
  const out = new Float64Array(a.length)
  const solved = rank === a.length ? solveTriangle(a, rank, b) : leastOf(a, rank, b)
  for (const [place, j] of order.entries()) out[j] = solved[place]!
  return out
}

/** Makes column `from` zero below its entry `from`, and does the same reflection to the others. */
function reflect(column: Float64Array, from: number, length: number, others: readonly Float64Array[]): void {
  const head = column[from]!
  const turned = head > 0 ? -length : length
  const scale = 1 / (length * (length + Math.abs(head)))
  column[from] = head - turned
  for (const other of others) {
    let product = 0
    for (let i = from; i < column.length; i++) product += column[i]! * other[i]!
    product *= scale
    for (let i = from; i < column.length; i++) other[i] = other[i]! - product * column[i]!
  }
  column.fill(0, from)
  column[from] = turned
}

function longest(a: readonly Float64Array[], from: number): number {
  let [best, most] = [from, -1]
  for (let j = from; j < a.length; j++) {
    const length = norm(a[j]!, from)
    if (length > most) [best, most] = [j, length]
  }
  return best
}

/** Scaled by the largest entry, so that no square overflows. */
function norm(column: Float64Array, from: number): number {
  let largest = 0
  for (let i = from; i < column.length; i++) largest = Math.max(largest, Math.abs(column[i]!))
  if (!(largest > 0)) return 0
  let squares = 0
  for (let i = from; i < column.length; i++) squares += (column[i]! / largest) ** 2
  return largest * Math.sqrt(squares)
}

function solveTriangle(a: readonly Float64Array[], rank: number, b: Float64Array): Float64Array {
  const x = b.slice(0, rank)
  for (let i = rank - 1; i >= 0; i--) {
    x[i] = x[i]! / a[i]![i]!
    for (let k = 0; k < i; k++) x[k] = x[k]! - a[i]![k]! * x[i]!
  }
  return x
}

/** R x = b has many solutions: with Rᵀ = Q S, S upper triangular, the least is x = Q S⁻ᵀ b. */
function leastOf(a: readonly Float64Array[], rank: number, b: Float64Array): Float64Array {
  const width = a.length
  const rows = Array.from({ length: rank }, (_, i) =>
    Float64Array.from({ length: width }, (_, j) => (i <= j ? a[j]![i]! : 0)),
  )
  const reflections: { vector: Float64Array; scale: number }[] = []
  for (const [k, row] of rows.entries()) {
    const length = norm(row, k)
    const head = row[k]!
    const vector = row.slice()
    vector.fill(0, 0, k)
    vector[k] = head + (head > 0 ? length : -length)
    reflections.push({ vector, scale: 1 / (length * (length + Math.abs(head))) })
    reflect(row, k, length, rows.slice(k + 1))
  }
  // S is a lower triangle here: row i of R became row i of Sᵀ.
  const x = new Float64Array(width)
  for (let i = 0; i < rank; i++) {
    let rest = b[i]!
    for (let k = 0; k < i; k++) rest -= rows[i]![k]! * x[k]!
    x[i] = rest / rows[i]![i]!
  }
  for (const { vector, scale } of reflections.reverse()) {
    let product = 0
    for (let i = 0; i < width; i++) product += vector[i]! * x[i]!
    for (let i = 0; i < width; i++) x[i] = x[i]! - product * scale * vector[i]!
  }
  return x
}

function swap<T>(list: T[], i: number, j: number): void {
  const held = list[i]!
  list[i] = list[j]!
  list[j] = held
}
