/**
 * Symmetric positive definite matrices as A = L Lᵀ, L lower triangular (Cholesky; Golub, Van Loan, "Matrix
 * computations", 2013, 4.2). Matrices are n × n, row after row. Sums run in a fixed order: same matrix, same bits.
 */

/**
 * The factor L, zeros above its diagonal; of A only the diagonal and what is below it are read.
 *
 * `undefined` when A is not definite: when a pivot is not above `floor` times the diagonal entry that it came from (so
 * always for NaN, and for a diagonal that is not positive). With the default, 0, that is LAPACK's rule; about n · 1e-16
 * refuses a matrix that is definite only by rounding. Whoever asks decides what that means: a ridge to add, another
 * algorithm, or a failure to tell.
 */
export function cholesky(a: Float64Array, n: number, floor = 0): Float64Array | undefined {
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const row = i * n
    for (let j = 0; j < i; j++) l[row + j] = (a[row + j]! - dot(l, row, l, j * n, j)) / l[j * n + j]!
    const whole = a[row + i]!
    const pivot = whole - dot(l, row, l, row, i)
    if (!(pivot > 0 && pivot > floor * whole && pivot < Number.POSITIVE_INFINITY)) return undefined
    l[row + i] = Math.sqrt(pivot)
  }
  return l
}

/**
 * The factor of A with the least share of `whole` added to its diagonal that makes it definite: for the steps of a
 * minimisation, whose way it changes and whose end it does not. `whole` is what the diagonal was before rounding could
 * make it small; where it is 0, nothing depends on the coordinate, and its diagonal becomes 1.
 */
export function dampedCholesky(a: Float64Array, n: number, whole: Float64Array = diagonal(a, n)): Float64Array {
  for (let share = 0; share <= 1; share = share === 0 ? 1e-12 : share * 100) {
    const damped = a.slice()
    for (let j = 0; j < n; j++) damped[j * n + j] = damped[j * n + j]! + share * whole[j]! || 1
    const factor = cholesky(damped, n, 1e-13)
    if (factor) return factor
  }
  const last = new Float64Array(n * n)
  for (let j = 0; j < n; j++) last[j * n + j] = Math.sqrt(whole[j]!) || 1
  return last
}

function diagonal(a: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, j) => a[j * (n + 1)]!)
}

/** x of L Lᵀ x = b, as a new array. */
export function solveCholesky(l: Float64Array, n: number, b: Float64Array): Float64Array {
  return solveUpper(l, n, solveLower(l, n, b))
}

/** x of L x = b, as a new array. */
export function solveLower(l: Float64Array, n: number, b: Float64Array): Float64Array {
  const x = b.slice(0, n)
  for (let i = 0; i < n; i++) x[i] = (x[i]! - dot(l, i * n, x, 0, i)) / l[i * n + i]!
  return x
}

/** x of Lᵀ x = b, as a new array. */
export function solveUpper(l: Float64Array, n: number, b: Float64Array): Float64Array {
  const x = b.slice(0, n)
  for (let i = n - 1; i >= 0; i--) {
    const solved = x[i]! / l[i * n + i]!
    x[i] = solved
    for (let j = 0; j < i; j++) x[j] = x[j]! - l[i * n + j]! * solved
  }
  return x
}

/** L⁻¹, lower triangular too. Its transpose is what scikit-learn calls `precisions_cholesky_`. */
export function invertLower(l: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const row = i * n
    const scale = 1 / l[row + i]!
    for (let k = 0; k < i; k++) {
      const share = l[row + k]!
      for (let j = 0; j <= k; j++) inverse[row + j] = inverse[row + j]! - share * inverse[k * n + j]!
    }
    for (let j = 0; j < i; j++) inverse[row + j] = inverse[row + j]! * scale
    inverse[row + i] = scale
  }
  return inverse
}

/** A⁻¹ = L⁻ᵀ L⁻¹, whole and symmetric. */
export function inverseOf(l: Float64Array, n: number): Float64Array {
  const lower = invertLower(l, n)
  const inverse = new Float64Array(n * n)
  for (let k = 0; k < n; k++)
    for (let i = 0; i <= k; i++) {
      const share = lower[k * n + i]!
      for (let j = 0; j <= i; j++) inverse[i * n + j] = inverse[i * n + j]! + share * lower[k * n + j]!
    }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) inverse[j * n + i] = inverse[i * n + j]!
  return inverse
}

/** ln |A|, natural logarithm. */
export function logDeterminant(l: Float64Array, n: number): number {
  let half = 0
  for (let i = 0; i < n; i++) half += Math.log(l[i * n + i]!)
  return 2 * half
}

/** Four sums at a time: a processor adds while it waits for the sum before. */
function dot(a: Float64Array, fromA: number, b: Float64Array, fromB: number, count: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  let k = 0
  for (; k + 3 < count; k += 4) {
    s0 += a[fromA + k]! * b[fromB + k]!
    s1 += a[fromA + k + 1]! * b[fromB + k + 1]!
    s2 += a[fromA + k + 2]! * b[fromB + k + 2]!
    s3 += a[fromA + k + 3]! * b[fromB + k + 3]!
  }
  for (; k < count; k++) s0 += a[fromA + k]! * b[fromB + k]!
  return s0 + s1 + (s2 + s3)
}
