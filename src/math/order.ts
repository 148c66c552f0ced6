/** Orders of rows, by sorting numbers natively and finding each again: several times as fast as comparing in a callback. */

export interface Places {
  /** From 0 for the smallest; equal values share a place. NaN has the place after all others. */
  readonly of: Uint32Array
  /** How many different values there are, NaN not counted. */
  readonly distinct: number
}

export function placesOf(values: Float64Array): Places {
  const sorted = values.slice().sort()
  let distinct = 0
  for (let i = 0; i < sorted.length && !Number.isNaN(sorted[i]!); i++)
    if (i === 0 || sorted[i]! !== sorted[distinct - 1]!) sorted[distinct++] = sorted[i]!
  const of = new Uint32Array(values.length)
  for (let i = 0; i < values.length; i++) of[i] = placeIn(sorted, distinct, values[i]!)
  return { of, distinct }
}

function placeIn(sorted: Float64Array, distinct: number, value: number): number {
  if (Number.isNaN(value)) return distinct
  let [low, high] = [0, distinct]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

/** The rows with a key below `keys`, by ascending key; those of one key in their own order. */
export function orderByKey(key: Uint32Array, keys: number): Uint32Array {
  const start = new Uint32Array(keys + 1)
  for (let i = 0; i < key.length; i++) if (key[i]! < keys) start[key[i]! + 1]!++
  for (let k = 0; k < keys; k++) start[k + 1]! += start[k]!
  const order = new Uint32Array(start[keys]!)
  for (let i = 0; i < key.length; i++) if (key[i]! < keys) order[start[key[i]!]!++] = i
  return order
}
