/**
 * How far a value lies outside what is usual for its column, for models that see no further than their training rows: to
 * a tree, everything beyond its last cut is alike. The fences are Tukey's (Exploratory Data Analysis, 1977): 1.5
 * times the distance of the quartiles beyond each of them, so a few outliers among the training rows do not move them.
 */
import type { Random } from '../math/random.ts'
import { present, quantile } from '../math/statistics.ts'
import type { Training } from './model.ts'

/** One pair a column. Values between them, and all values of a column without spread, are usual. */
export type Fences = {
  readonly low: Float64Array
  readonly high: Float64Array
}

/** Quartiles of as many rows are within a few hundredths of those of all, however long the table. */
const SAMPLE = 1024

export function fencesOf(x: readonly Float64Array[], { weight, x: { rows } }: Training, random: Random): Fences {
  const sample = random.sample(rows, Math.min(rows, SAMPLE)).filter(row => weight[row]! > 0)
  const low = new Float64Array(x.length).fill(Number.NEGATIVE_INFINITY)
  const high = new Float64Array(x.length).fill(Number.POSITIVE_INFINITY)
  for (const [c, column] of x.entries()) {
    const values = present(Float64Array.from(sample, row => Math.fround(column[row]!))).sort()
    const [first, third] = [quantile(values, 0.25), quantile(values, 0.75)]
    const reach = 1.5 * (third - first)
    if (reach > 0 && reach < Infinity) {
      low[c] = first - reach
      high[c] = third + reach
    } else if (reach === 0 && values[0]! < values.at(-1)! && Number.isFinite(values.at(-1)! - values[0]!)) {
      // Most rows agree. What the others do is usual too.
      low[c] = values[0]!
      high[c] = values.at(-1)!
    }
  }
  return { low, high }
}

/** The chance that a cut at a random place between the far fence and the value falls outside the fences: 0 … 1. */
export function chanceBeyond(value: number, low: number, high: number): number {
  const gap = value > high ? value - high : value < low ? low - value : 0
  return gap > 0 ? 1 - (high - low) / (gap + (high - low)) : 0
}
