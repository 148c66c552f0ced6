/**
 * Few numbers that stand for many, so that a chart of a million rows is as small as one of a thousand and the same
 * rows always give the same picture. Extremes are kept: thinning must never make an alarm vanish.
 */

export interface Histogram {
  /** One more than counts. */
  readonly edges: number[]
  readonly counts: number[]
}

/** Equal bins over [low, high], the last one closed; values outside or not finite are left out. */
export function histogram(values: Iterable<number>, low: number, high: number, bins: number): Histogram {
  const span = high > low ? high - low : 1
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    if (!(value >= low && value <= high)) continue
    counts[Math.min(bins - 1, Math.floor(((value - low) / span) * bins))]!++
  }
  return { edges: Array.from({ length: bins + 1 }, (_, i) => low + (span * i) / bins), counts }
}

/** What happened in each of at most `bins` slices of x that hold a row. */
export interface Slices {
  /** Place of the row with the highest y. */
  readonly x: number[]
  readonly low: number[]
  readonly high: number[]
  /** Rows in the slice. */
  readonly rows: number[]
  /** The highest mark among its rows; 0 when no marks are given. */
  readonly mark: number[]
}

/** Cuts x into equal slices and keeps the extremes of y in each. Rows whose x or y is not finite are left out. */
export function slices(x: Float64Array, y: Float64Array, bins: number, mark?: ArrayLike<number>): Slices {
  let [from, to] = [Infinity, -Infinity]
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(x[i]!) || !Number.isFinite(y[i]!)) continue
    from = Math.min(from, x[i]!)
    to = Math.max(to, x[i]!)
  }
  const scale = to > from ? bins / (to - from) : 0
  const top = new Int32Array(bins).fill(-1)
  const low = new Float64Array(bins).fill(Infinity)
  const rows = new Int32Array(bins)
  const marks = new Int32Array(bins)
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(x[i]!) || !Number.isFinite(y[i]!)) continue
    const bin = Math.min(bins - 1, Math.floor((x[i]! - from) * scale))
    if (top[bin]! < 0 || y[i]! > y[top[bin]!]!) top[bin] = i
    low[bin] = Math.min(low[bin]!, y[i]!)
    rows[bin]!++
    marks[bin] = Math.max(marks[bin]!, mark?.[i] ?? 0)
  }
  const full = Array.from(top.keys()).filter(bin => top[bin]! >= 0)
  return {
    x: full.map(bin => x[top[bin]!]!),
    low: full.map(bin => low[bin]!),
    high: full.map(bin => y[top[bin]!]!),
    rows: full.map(bin => rows[bin]!),
    mark: full.map(bin => marks[bin]!),
  }
}

/** At most about `count` points of a curve, evenly along its path, both ends and every n-th kept; indices. */
export function thin(x: ArrayLike<number>, y: ArrayLike<number>, count: number): number[] {
  if (x.length <= count) return Array.from({ length: x.length }, (_, i) => i)
  const kept = [0]
  const step = 2 / count
  for (let i = 1; i + 1 < x.length; i++) {
    const last = kept.at(-1)!
    const next = Math.abs(x[i + 1]! - x[last]!) + Math.abs(y[i + 1]! - y[last]!)
    if (next > step) kept.push(i)
  }
  return [...kept, x.length - 1]
}
