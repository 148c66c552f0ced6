/** Sums that equal integrals. */

export interface Quadrature {
  readonly nodes: Float64Array
  readonly weights: Float64Array
}

/**
 * Gauss–Legendre over [0, 1]: Σ weights[i] f(nodes[i]) is the integral of every polynomial f of degree below 2 × points.
 * The nodes are the roots of the Legendre polynomial, by Newton's method from their asymptotic places.
 */
export function gaussLegendre(points: number): Quadrature {
  const nodes = new Float64Array(points)
  const weights = new Float64Array(points)
  for (let i = 0; i < points; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (points + 0.5))
    let slope = 1
    for (let step = 0; step < 8; step++) {
      let [before, value] = [1, x]
      for (let n = 2; n <= points; n++) [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n]
      slope = (points * (x * value - before)) / (x * x - 1)
      x -= value / slope
    }
    nodes[i] = (1 - x) / 2
    weights[i] = 1 / ((1 - x * x) * slope * slope)
  }
  return { nodes, weights }
}
