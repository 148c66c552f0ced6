/** How large a measurement may be before arithmetic takes it for less. */

/** Beyond this a square would overflow, and a distance would no longer order rows; no measurement is as large. */
export const LARGEST = 1e150

/** NaN stays NaN. */
export function within(value: number): number {
  return value > LARGEST ? LARGEST : value < -LARGEST ? -LARGEST : value
}

/** How far a value, within ±1e150, is from the centre; a missing one is at the centre. */
export function apart(value: number, centre: number): number {
  if (value >= -LARGEST && value <= LARGEST) return value - centre
  return Number.isNaN(value) ? 0 : (value > 0 ? LARGEST : -LARGEST) - centre
}
