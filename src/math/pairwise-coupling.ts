/**
 * Probabilities of two classes as libsvm gives them (Wu, Lin, Weng, "Probability estimates for multi-class classification
 * by pairwise coupling", JMLR 2004): the sigmoid of the sum, then the steps for any number of classes, which end within
 * 0.0025 of where they are going. So they differ from the sigmoid in the third digit, and are computed as they are there.
 */

/** As far as libsvm lets a pair be certain. */
const LEAST = 1e-7
const NEAR = 0.005 / 2
const MOST_STEPS = 100

/** @param first the pair's probability of the first class
 * @returns the coupled probability of the first class */
export function coupled(first: number): number {
  const r = Math.min(Math.max(first, LEAST), 1 - LEAST)
  const [q00, q11, q01] = [(1 - r) * (1 - r), r * r, -r * (1 - r)]
  let [p0, p1] = [0.5, 0.5]
  for (let step = 0; step < MOST_STEPS; step++) {
    const qp0 = q00 * p0 + q01 * p1
    let qp1 = q01 * p0 + q11 * p1
    let pqp = p0 * qp0 + p1 * qp1
    if (Math.max(Math.abs(qp0 - pqp), Math.abs(qp1 - pqp)) < NEAR) break
    const a = (pqp - qp0) / q00
    pqp = (pqp + a * (a * q00 + 2 * qp0)) / (1 + a) / (1 + a)
    qp1 = (qp1 + a * q01) / (1 + a)
    p0 = (p0 + a) / (1 + a)
    p1 /= 1 + a
    const b = (pqp - qp1) / q11
    p0 /= 1 + b
    p1 = (p1 + b) / (1 + b)
  }
  return p0
}
