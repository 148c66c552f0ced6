/** For which values of one number a function stays at or below a cut: the range nearest to where it does not. */

export interface QuietRange {
  /** −∞ or +∞ where the range goes on to the end of what was looked at. */
  readonly low: number
  readonly high: number
}

const STEPS = 200
const HALVINGS = 40

/**
 * Looks at 200 places between `low` and `high`, and closer where the function crosses the cut.
 * @param value the function at many places at a time
 * @param at where it exceeds the cut now
 * @returns the range nearest to `at`; undefined when no place looked at is quiet
 */
export function quietRange(
  value: (places: Float64Array) => Float64Array,
  cut: number,
  at: number,
  low: number,
  high: number,
): QuietRange | undefined {
  const places = Float64Array.from({ length: STEPS + 1 }, (_, i) => low + ((high - low) * i) / STEPS)
  const quiet = Array.from(value(places), v => v <= cut)
  const near = nearestQuiet(places, quiet, at)
  if (near < 0) return undefined
  let first = near
  let last = near
  while (first > 0 && quiet[first - 1]) first--
  while (last < STEPS && quiet[last + 1]) last++
  return {
    low: first === 0 ? Number.NEGATIVE_INFINITY : crossing(value, cut, places[first]!, places[first - 1]!),
    high: last === STEPS ? Number.POSITIVE_INFINITY : crossing(value, cut, places[last]!, places[last + 1]!),
  }
}

function nearestQuiet(places: Float64Array, quiet: readonly boolean[], at: number): number {
  let best = -1
  for (let i = 0; i < places.length; i++)
    if (quiet[i] && (best < 0 || Math.abs(places[i]! - at) < Math.abs(places[best]! - at))) best = i
  return best
}

/** The last quiet place on the way from a quiet one to a loud one. */
function crossing(value: (places: Float64Array) => Float64Array, cut: number, quiet: number, loud: number): number {
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (quiet + loud) / 2
    if (value(Float64Array.of(middle))[0]! <= cut) quiet = middle
    else loud = middle
  }
  return quiet
}
