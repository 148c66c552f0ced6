/**
 * How well a risk orders times until an event (Harrell, Lee, Mark, "Multivariable prognostic models", Statistics in
 * Medicine 1996). A pair counts when it is known whose event came first: both times differ and the earlier one ended
 * with an event, or they are equal and just one did.
 */

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
  const kept = Uint32Array.from(time.keys()).filter(i => !Number.isNaN(time[i]!) && !Number.isNaN(risk[i]!))
  const place = placesOf(risk, kept)
  const order = kept.toSorted((a, b) => time[b]! - time[a]! || event[a]! - event[b]! || a - b)
  const later = new Uint32Array(place.distinct + 1)
  let [concordant, discordant, tied, inside] = [0, 0, 0, 0]
  for (let start = 0; start < order.length; ) {
    let end = start
    while (end < order.length && time[order[end]!] === time[order[start]!]) end++
    // From the latest on: who is in the tree outlived these events. At one time, those without an event outlive the others.
    let at = start
    for (; at < end && event[order[at]!] === 0; at++, inside++) add(later, place.of[order[at]!]!)
    for (let k = at; k < end; k++) {
      const own = place.of[order[k]!]!
      const below = countUpTo(later, own - 1)
      const same = countUpTo(later, own) - below
      concordant += below
      tied += same
      discordant += inside - below - same
    }
    for (; at < end; at++, inside++) add(later, place.of[order[at]!]!)
    start = end
  }
  const pairs = concordant + discordant + tied
  return { concordant, discordant, tied, index: pairs === 0 ? Number.NaN : (concordant + tied / 2) / pairs }
}

/** From 1 for the lowest risk; equal risks share a place. */
function placesOf(risk: Float64Array, kept: Uint32Array): { of: Uint32Array; distinct: number } {
  const order = kept.toSorted((a, b) => (risk[a]! < risk[b]! ? -1 : Number(risk[a]! > risk[b]!)))
  const of = new Uint32Array(risk.length)
  let distinct = 0
  for (const [k, row] of order.entries()) {
    if (k === 0 || risk[row] !== risk[order[k - 1]!]) distinct++
    of[row] = distinct
  }
  return { of, distinct }
}

/** A tree of counts (Fenwick, "A new data structure for cumulative frequency tables", 1994). */
function add(tree: Uint32Array, place: number): void {
  for (let at = place; at < tree.length; at += at & -at) tree[at] = tree[at]! + 1
}

function countUpTo(tree: Uint32Array, place: number): number {
  let count = 0
  for (let at = place; at > 0; at -= at & -at) count += tree[at]!
  return count
}
