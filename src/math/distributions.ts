/**
 * Exact tail quantiles, for intervals on counts, shares and areas.
 *
 * The densities in front of the sums are Loader's saddle-point forms (C. Loader, "Fast and accurate computation of
 * binomial probabilities", 2000): the plain `exp(a ln x − x − lnΓ(a))` loses one digit for each digit of `a`.
 */

const LN_2PI = Math.log(2 * Math.PI)
const TINY = 1e-300
const EPS = 2 ** -52

/** P(a, x), the regularised lower incomplete gamma function: the chance that a Gamma(a, 1) variable is at most x. */
export function gammaCdf(x: number, a: number): number {
  if (Number.isNaN(x) || !(a > 0)) return Number.NaN
  if (x <= 0) return 0
  if (x === Infinity) return 1
  return x < a + 1 ? gammaDensity(x, a) * x * gammaSeries(x, a) : 1 - gammaTail(x, a)
}

/** I_x(a, b), the regularised incomplete beta function: the chance that a Beta(a, b) variable is at most x. */
export function betaCdf(x: number, a: number, b: number): number {
  if (Number.isNaN(x) || !(a > 0) || !(b > 0)) return Number.NaN
  if (x <= 0) return 0
  if (x >= 1) return 1
  const density = betaDensity(x, a, b)
  return x < (a + 1) / (a + b + 2)
    ? (density * x * (1 - x) * betaFraction(x, a, b)) / a
    : 1 - (density * x * (1 - x) * betaFraction(1 - x, b, a)) / b
}

/** The x with P(a, x) = p; p in [0, 1]. Chi-square with k degrees of freedom is 2 · gammaQuantile(p, k / 2). */
export function gammaQuantile(p: number, a: number): number {
  if (!(p >= 0 && p <= 1) || !(a > 0)) return Number.NaN
  if (p === 0) return 0
  if (p === 1) return Infinity
  let high = a + 1
  while (gammaCdf(high, a) < p) high *= 2
  return invert(
    p,
    0,
    high,
    x => gammaCdf(x, a),
    x => gammaDensity(x, a),
  )
}

/** The x with I_x(a, b) = p; p in [0, 1]. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1) || !(a > 0) || !(b > 0)) return Number.NaN
  if (p === 0 || p === 1) return p
  return invert(
    p,
    0,
    1,
    x => betaCdf(x, a, b),
    x => betaDensity(x, a, b),
  )
}

/** The x of which a share p of Fisher's F with a and b degrees of freedom is smaller; p in [0, 1]. */
export function fQuantile(p: number, a: number, b: number): number {
  const share = betaQuantile(p, a / 2, b / 2)
  // Near 1 the digits are in what is left of it.
  const rest = share > 0.5 ? betaQuantile(1 - p, b / 2, a / 2) : 1 - share
  return ((share > 0.5 ? 1 - rest : share) / rest) * (b / a)
}

/** The t that a Student variable stays within, both ways, with this probability. */
export function studentQuantile(within: number, freedom: number): number {
  const share = betaQuantile(within, 0.5, freedom / 2)
  return Math.sqrt((freedom * share) / (1 - share))
}

export function normalCdf(z: number): number {
  const x = 0.5 * z * z
  if (x < 1.5) return 0.5 + 0.5 * Math.sign(z) * gammaCdf(x, 0.5)
  const tail = 0.5 * (x === Infinity ? 0 : gammaTail(x, 0.5))
  return z < 0 ? tail : 1 - tail
}

/** The z with Φ(z) = p. */
export function normalQuantile(p: number): number {
  const z = Math.sqrt(2 * gammaQuantile(Math.abs(2 * p - 1), 0.5))
  return p < 0.5 ? -z : z
}

/** Newton steps kept inside a bracket that halves whenever one leaves it: quick in the middle, safe in the tails. */
function invert(
  p: number,
  from: number,
  to: number,
  cdf: (x: number) => number,
  density: (x: number) => number,
): number {
  let low = from
  let high = to
  let x = 0.5 * (low + high)
  for (let i = 0; i < 400; i++) {
    const error = cdf(x) - p
    if (error === 0) return x
    if (error > 0) high = x
    else low = x
    const newton = x - error / density(x)
    // A tiny quantile lies many halvings below the bracket's middle: the geometric mean gets there in a few.
    const middle = low > 0 && high > 4 * low ? Math.sqrt(low * high) : 0.5 * (low + high)
    const next = newton > low && newton < high ? newton : middle
    if (Math.abs(next - x) <= 2 * EPS * x || high - low <= EPS * high) return next
    x = next
  }
  return x
}

function gammaDensity(x: number, a: number): number {
  if (x === 0) return a < 1 ? Infinity : a === 1 ? 1 : 0
  return a < 1 ? (a / x) * poisson(a, x) : poisson(a - 1, x)
}

function betaDensity(x: number, a: number, b: number): number {
  // Written through Binomial(a + b; a) so that the saddle-point form holds for every a, b > 0.
  return ((a * b) / (a + b) / (x * (1 - x))) * binomial(a, b, x)
}

/** e^−x x^a / Γ(a + 1), for real a. */
function poisson(a: number, x: number): number {
  if (a === 0) return Math.exp(-x)
  return Math.exp(-stirlingError(a) - deviance(a, x)) / Math.sqrt(2 * Math.PI * a)
}

/** Γ(n + 1) / (Γ(a + 1) Γ(b + 1)) · x^a (1 − x)^b with n = a + b, for real a, b > 0. */
function binomial(a: number, b: number, x: number): number {
  const n = a + b
  const log =
    stirlingError(n) -
    stirlingError(a) -
    stirlingError(b) -
    deviance(a, n * x) -
    deviance(b, n * (1 - x)) -
    0.5 * LN_2PI
  return Math.exp(log) * Math.sqrt(n / (a * b))
}

/** a ln(a / m) + m − a, without the cancellation when a is close to m. */
function deviance(a: number, m: number): number {
  if (Math.abs(a - m) >= 0.1 * (a + m)) return a * Math.log(a / m) + m - a
  const v = (a - m) / (a + m)
  let sum = (a - m) * v
  let term = 2 * a * v
  for (let j = 1; j < 1000; j++) {
    term *= v * v
    const next = sum + term / (2 * j + 1)
    if (next === sum) return next
    sum = next
  }
  return sum
}

/** ln Γ(a + 1) − (a + ½) ln a + a − ½ ln 2π: the error of Stirling's formula. */
function stirlingError(a: number): number {
  // Below 16 the series is too short of digits: step up with Γ(a + 1) = Γ(a + 2) / (a + 1).
  let shift = 0
  let n = a
  while (n < 16) {
    shift += 1 - (n + 0.5) * Math.log1p(1 / n)
    n += 1
  }
  const q = n * n
  const series = (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - (1 / 1188 - 691 / 360360 / q) / q) / q) / q) / q) / n
  return series - shift
}

/** 1 − P(a, x), for x ≥ a + 1. */
function gammaTail(x: number, a: number): number {
  return gammaDensity(x, a) * x * gammaFraction(x, a)
}

function gammaSeries(x: number, a: number): number {
  let term = 1 / a
  let sum = term
  for (let n = a + 1; term > sum * EPS * 0.1; n++) sum += term *= x / n
  return sum
}

/** Lentz's continued fraction for Γ(a, x) x^−a e^x. */
function gammaFraction(x: number, a: number): number {
  let b = x + 1 - a
  let c = 1 / TINY
  let d = 1 / b
  let h = d
  for (let i = 1; i < 1_000_000; i++) {
    const an = -i * (i - a)
    b += 2
    d = 1 / away(an * d + b)
    c = away(b + an / c)
    h *= d * c
    if (Math.abs(d * c - 1) <= EPS) break
  }
  return h
}

/** Lentz's continued fraction of the incomplete beta function (Numerical Recipes, 6.4). */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / away(1 - ((a + b) * x) / (a + 1))
  let h = d
  for (let m = 1; m < 1_000_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    h *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    h *= d * c
    if (Math.abs(d * c - 1) <= EPS) break
  }
  return h
}

function away(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}
