/**
 * How well a risk orders times until an event (Harrell, Lee, Mark, "Multivariable prognostic models", Statistics in
 * Medicine 1996). A pair counts when it is known whose event came first: both times differ and the earlier one ended
 * with an event, or they are equal and just one did.
 */
import { addPlace, countUpTo } from './count-tree.ts'
import { orderByKey, placesOf } from './order.ts'

export interface Concordance {
  /** Pairs in which the earlier event had the higher risk. */
  readonly concordant: number
  readonly discordant: number
  /** Pairs with equal risks. */
  readonly tied: number
  /** (concordant + tied / 2) / all; NaN without a pair. 0.5 is chance, 1 is perfect. */
  readonly index: number
}

/** O(n log n). `event` is 1 where the time ended with the event, 0 where it was only seen to be longer. Rows whose time or
 * risk is NaN do not count. */
export function concordance(time: Float64Array, event: Uint8Array, risk: Float64Array): Concordance {
  const { place, key, order } = byOutcome(time, event, risk)
  const later = new Uint32Array(place.distinct + 1)
  let [concordant, discordant, tied, inside] = [0, 0, 0, 0]
  // From the latest on: who is in the tree outlived the events that are looked at. At one time, those without an event
  // outlive the others.
  for (let end = order.length; end > 0; ) {
    const own = key[order[end - 1]!]!
    let start = end
    while (start > 0 && key[order[start - 1]!] === own) start--
    if (own % 2 === 0)
      for (let k = start; k < end; k++) {
        const at = place.of[order[k]!]! + 1
        const below = countUpTo(later, at - 1)
        const same = countUpTo(later, at) - below
        concordant += below
        tied += same
        discordant += inside - below - same
      }
    for (let k = start; k < end; k++, inside++) addPlace(later, place.of[order[k]!]! + 1)
    end = start
  }
  const pairs = concordant + discordant + tied
  return { concordant, discordant, tied, index: pairs === 0 ? Number.NaN : (concordant + tied / 2) / pairs }
}

/**
 * The rows that count, by `key`: earlier times first, at one time those with the event first. Their key is even; it is
 * odd where the time was only seen to be longer. `place` is that of their risk.
 */
export function byOutcome(time: Float64Array, event: Uint8Array, risk: Float64Array) {
  const place = placesOf(risk)
  const moment = placesOf(time)
  const last = 2 * moment.distinct
  const key = moment.of.map((at, i) =>
    at < moment.distinct && place.of[i]! < place.distinct ? 2 * at + (event[i] === 1 ? 0 : 1) : last,
  )
  return { place, key, order: orderByKey(key, last) }
}
