/**
 * Whether the rows to score look like those that taught, where a difference can only be a mistake in their making: a
 * scaler fitted on data that was already scaled, fractions where percents were, a column that stands still, two that
 * changed places. A model would score such rows without a word. (A real case: a published dropout model was fitted on
 * scaled data and asked with raw ones; it gave every patient, the healthy ones too, a probability of 1.)
 *
 * Drift, which may have its reasons, is not looked for here.
 */
import type { Columns } from '../math/columns.ts'
import type { State } from '../math/state.ts'
import type { PlannedFeature } from '../recipe/feature.ts'

/** What is known of one feature: among the rows that taught, or among those to score. */
export interface Figures {
  readonly mean: number
  readonly std: number
  readonly min: number
  readonly max: number
  /** Of the rows that taught; NaN where it is not known. */
  readonly median?: number
  /** Rows with a value. */
  readonly count: number
}

/** As many rows are looked at, spread evenly over the table. */
const LOOKED_AT = 20_000
/** Of a block of 2,048 rows some are always looked at. */
const LARGEST_STRIDE = 512

export interface Gathering {
  /** Takes in a block of features, in any order of the blocks: threads that read a table hand them out as they come. */
  add(block: Columns): void
  figures(): Figures[]
}

/** Of a column in one block. */
interface Moments {
  readonly count: number
  readonly mean: number
  /** Sum of the squared differences from the mean. */
  readonly squares: number
}

/** Gathers figures of features while they are scored; the result does not depend on the order of the blocks. */
export function gatherFigures(width: number, rows: number): Gathering {
  const stride = Math.min(LARGEST_STRIDE, Math.max(1, Math.floor(rows / LOOKED_AT)))
  const moments: Moments[][] = Array.from({ length: width }, () => [])
  const mins = new Float64Array(width).fill(Infinity)
  const maxs = new Float64Array(width).fill(-Infinity)
  return {
    add({ rows: size, columns }) {
      for (let c = 0; c < width; c++) {
        const column = columns[c]
        if (!(column instanceof Float64Array)) continue
        let [count, mean, squares, min, max] = [0, 0, 0, mins[c]!, maxs[c]!]
        for (let row = 0; row < size; row += stride) {
          const value = column[row]!
          if (!Number.isFinite(value)) continue
          // Welford 1962: stable in one pass.
          const apart = value - mean
          mean += apart / ++count
          squares += apart * (value - mean)
          if (value < min) min = value
          if (value > max) max = value
        }
        mins[c] = min
        maxs[c] = max
        if (count > 0) moments[c]!.push({ count, mean, squares })
      }
    },
    figures: () =>
      moments.map((of, c) => {
        const { count, mean, squares } = merged(of)
        return { count, mean, std: Math.sqrt(squares / count), min: mins[c]!, max: maxs[c]! }
      }),
  }
}

/** Chan, Golub, LeVeque 1979. Sorted first: sums of floats depend on their order, and that of the blocks is by chance. */
function merged(moments: readonly Moments[]): Moments {
  return moments
    .toSorted((a, b) => a.mean - b.mean || a.squares - b.squares || a.count - b.count)
    .reduce(
      (a, b) => {
        const count = a.count + b.count
        const apart = b.mean - a.mean
        return {
          count,
          mean: a.mean + (apart * b.count) / count,
          squares: a.squares + b.squares + (apart * apart * a.count * b.count) / count,
        }
      },
      { count: 0, mean: 0, squares: 0 },
    )
}

/** What the artifact keeps of the rows that taught; of a text nothing. */
export function taughtFigures(profile: State, features: readonly Pick<PlannedFeature, 'levels'>[]): Figures[] {
  const of = (name: string, i: number) => (profile[name] as Float64Array | undefined)?.[i] ?? Number.NaN
  return features.map(({ levels }, i) => {
    const figure = (name: string) => (levels ? Number.NaN : of(name, i))
    return {
      mean: figure('mean'),
      std: figure('std'),
      min: figure('min'),
      max: figure('max'),
      median: figure('median'),
      count: Infinity,
    }
  })
}

/** Standard deviations between means that no sampling explains. */
const FAR = 4
/** A standardised column lies within this many of its standard deviations. */
const BEYOND_SCALED = 10
/** Fewer rows that agree may be an accident. */
const STANDING_STILL = 100
const CHANGED_PLACES = 10

/** One sentence for each feature that cannot be what the model was taught with, in the order of the features. */
export function skewOf(names: readonly string[], taught: readonly Figures[], seen: readonly Figures[]): string[] {
  const scaled = taughtOnScaled(taught)
  const places = changedPlaces(taught, seen)
  return names.flatMap((name, i) => {
    const [before, now] = [taught[i]!, seen[i]!]
    if (now.count === 0) return []
    const other = places[i] as number
    const found =
      (scaled && rawForScaled(before, now)) ||
      (other >= 0 &&
        `looks like ${names[other]}: ${meansText(before, now)}, and the reverse there; are they swapped?`) ||
      otherUnit(before, now) ||
      standsStill(before, now)
    return found ? [`${name} ${found}`] : []
  })
}

/** Whether the model's training columns, nearly all, have mean 0 and standard deviation 1: nobody measures that. */
function taughtOnScaled(taught: readonly Figures[]): boolean {
  const known = taught.filter(({ mean, std }) => Number.isFinite(mean) && std > 0)
  const standard = known.filter(({ mean, std }) => Math.abs(mean) < 0.01 && Math.abs(std - 1) < 0.01)
  return known.length > 0 && standard.length >= 0.9 * known.length
}

function rawForScaled(before: Figures, now: Figures): string | undefined {
  if (!(before.std > 0) || !(Math.abs(now.mean - before.mean) > BEYOND_SCALED * before.std)) return undefined
  // A scaler's mean of scaled data is 0 but for the last bits.
  const mean = Math.abs(before.mean) < 1e-6 * before.std ? 0 : before.mean
  return `has mean ${short(now.mean)} (${rangeText(now)}), but the model learned it with mean ${short(mean)} and standard deviation ${short(before.std)}: it was fitted on data that was already scaled, and needs its input scaled in the same way`
}

/** For each feature the one whose values it seems to hold now, and that holds its; −1 for none. */
function changedPlaces(taught: readonly Figures[], seen: readonly Figures[]): number[] {
  const places = taught.map(() => -1)
  const suspects = taught.flatMap((before, i) => (apart(before, seen[i]!) > FAR ? [i] : []))
  for (const a of suspects)
    for (const b of suspects) {
      if (a >= b || places[a]! >= 0 || places[b]! >= 0) continue
      if (!(fits(taught[a]!, seen[b]!) && fits(taught[b]!, seen[a]!))) continue
      places[a] = b
      places[b] = a
    }
  return places
}

function fits(before: Figures, now: Figures): boolean {
  return now.count >= CHANGED_PLACES && apart(before, now) < 1 && now.std < 3 * before.std && now.std > before.std / 3
}

/** Between the means, in standard deviations of the rows that taught; 0 where nothing is known. */
function apart(before: Figures, { mean }: Pick<Figures, 'mean'>): number {
  return before.std > 0 ? Math.abs(mean - before.mean) / before.std : 0
}

function otherUnit(before: Figures, now: Figures): string | undefined {
  if (!(apart(before, now) > FAR)) return undefined
  const times = (factor: number) => apart(before, { mean: now.mean * factor }) < FAR / 2
  if (now.min >= 0 && now.max <= 1 && before.mean > 1.5 && before.mean <= 100 && times(100))
    return `looks like fractions where the model learned percents: ${meansText(before, now)}`
  if (now.min >= 0 && now.max > 1 && now.max <= 100 && before.mean > 0 && before.mean < 1 && times(0.01))
    return `looks like percents where the model learned fractions: ${meansText(before, now)}`
  return undefined
}

/** A flag or a count may well be the same everywhere: then it is at an end or in the middle of what was learned. */
function standsStill(before: Figures, now: Figures): string | undefined {
  if (now.count < STANDING_STILL || now.min !== now.max || !(before.std > 0)) return undefined
  const value = now.min
  if ([before.min, before.max, before.median, 0, 1].includes(value)) return undefined
  return `is ${short(value)} in all ${now.count} rows looked at, but varied when the model learned (standard deviation ${short(before.std)})`
}

function meansText(before: Figures, now: Figures): string {
  return `mean ${short(now.mean)} here, ${short(before.mean)} when it learned`
}

function rangeText({ min, max }: Figures): string {
  return min === max ? `always ${short(min)}` : `${short(min)} to ${short(max)}`
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)) + 0)
}
