/**
 * k-means (Lloyd, "Least squares quantization in PCM", 1982) from k-means++ seeds (Arthur, Vassilvitskii, "k-means++: the
 * advantages of careful seeding", SODA 2007), with scikit-learn's rules: of 2 + ⌊ln k⌋ candidates for each seed the best
 * is taken; a cluster that loses its rows takes the one farthest from its centre; it ends when no row changes its
 * cluster, or when the centres move less than 1e-4 of the mean variance of the columns.
 */
import type { Random } from './random.ts'

export interface Points {
  /** Row after row, finite. Squared distances, added over the rows, must be finite too. */
  readonly values: Float64Array
  readonly rows: number
  readonly columns: number
  /** One weight a row, not negative, some positive. A row without weight joins a cluster but moves none. */
  readonly weight: Float64Array
}

export interface Clusters {
  /** The cluster of each row. */
  readonly labels: Int32Array
  /** k × columns. */
  readonly centres: Float64Array
  /** The weighted sum of squared distances to the centres. */
  readonly inertia: number
  readonly iterations: number
}

const MOST_ITERATIONS = 300
const TOLERANCE = 1e-4

/** Given k rows of `seeds` (as {@link seedClusters} draws them), or centres of one's own. */
export function kMeans(points: Points, seeds: Int32Array | Float64Array): Clusters {
  const { rows, columns, weight } = points
  let centres: Float64Array = seeds instanceof Float64Array ? seeds.slice() : rowsAt(points, seeds)
  const tolerance = TOLERANCE * meanVariance(points)
  const members = openMembers(points, centres.length / columns)
  let iterations = 0
  for (let settled = false; !settled && iterations < MOST_ITERATIONS; iterations++) {
    const changed = members.assign(centres)
    const moved = means(points, members.labels, centres)
    settled = changed === 0
    // The labels that no longer change belong to the centres they were found with.
    if (!settled && squared(centres, 0, moved, 0, moved.length) <= tolerance) {
      settled = true
      members.assign(moved)
    }
    centres = moved
  }
  const distances = distancesTo(points, members.labels, centres)
  let inertia = 0
  for (let i = 0; i < rows; i++) inertia += weight[i]! * distances[i]!
  return { labels: members.labels, centres, inertia, iterations }
}

/** k rows, the next more likely the farther it is from those before; fewer than k when there are not as many different
 * rows of positive weight. */
export function seedClusters(points: Points, k: number, random: Random): Int32Array {
  const { rows, weight } = points
  const seeds = [drawBy(weight, random.next())]
  let nearest = new Float64Array(rows).fill(Number.POSITIVE_INFINITY)
  nearest = nearer(points, nearest, seeds[0]!)
  const trials = 2 + Math.floor(Math.log(k))
  while (seeds.length < k) {
    const chances = nearest.map((distance, i) => distance * weight[i]!)
    let best: { seed: number; nearest: Float64Array<ArrayBuffer>; potential: number } | undefined
    for (let t = 0; t < trials; t++) {
      const seed = drawBy(chances, random.next())
      if (chances[seed] === 0) continue
      const closer = nearer(points, nearest, seed)
      let potential = 0
      for (let i = 0; i < rows; i++) potential += closer[i]! * weight[i]!
      if (best === undefined || potential < best.potential) best = { seed, nearest: closer, potential }
    }
    if (best === undefined) break
    seeds.push(best.seed)
    nearest = best.nearest
  }
  return Int32Array.from(seeds)
}

/** The place where the running sum of the chances first exceeds the share; chance 0 only when all are. */
function drawBy(chances: Float64Array, share: number): number {
  let total = 0
  for (let i = 0; i < chances.length; i++) total += chances[i]!
  let rest = share * total
  let last = 0
  for (let i = 0; i < chances.length; i++) {
    if (chances[i] === 0) continue
    last = i
    rest -= chances[i]!
    if (rest < 0) return i
  }
  return last
}

function nearer({ values, rows, columns }: Points, nearest: Float64Array, seed: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(rows)
  for (let i = 0; i < rows; i++)
    out[i] = Math.min(nearest[i]!, squared(values, i * columns, values, seed * columns, columns))
  return out
}

interface Members {
  readonly labels: Int32Array
  /** Brings every row to its nearest centre, and returns how many changed theirs. */
  assign(centres: Float64Array): number
}

/**
 * Rows keep an upper bound of the distance to their own centre and a lower one of that to each other: while these do not
 * meet, no distance is taken (Elkan, "Using the triangle inequality to accelerate k-means", ICML 2003). Rounding may keep
 * a row with a centre that is farther than the nearest by some units in the last place.
 */
function openMembers({ values, rows, columns }: Points, k: number): Members {
  const labels = new Int32Array(rows).fill(-1)
  const upper = new Float64Array(rows)
  // Less what the centre has travelled until now: so bounds fall without being touched.
  const lower = new Float64Array(rows * k)
  const travelled = new Float64Array(k)
  let before: Float64Array | undefined
  const distance = (i: number, centres: Float64Array, c: number): number => {
    const found = Math.sqrt(squared(values, i * columns, centres, c * columns, columns))
    lower[i * k + c] = found + travelled[c]!
    return found
  }
  const first = (i: number, centres: Float64Array): number => {
    let own = 0
    upper[i] = Number.POSITIVE_INFINITY
    for (let c = 0; c < k; c++) {
      const found = distance(i, centres, c)
      if (found >= upper[i]!) continue
      upper[i] = found
      own = c
    }
    return own
  }
  const again = (i: number, centres: Float64Array, old: number, gaps: Float64Array): number => {
    let [own, far, tight] = [old, upper[i]!, false]
    for (let c = 0; c < k; c++) {
      if (c === own || far <= lower[i * k + c]! - travelled[c]! || far <= gaps[own * k + c]!) continue
      if (!tight) {
        far = distance(i, centres, own)
        tight = true
        if (far <= lower[i * k + c]! - travelled[c]! || far <= gaps[own * k + c]!) continue
      }
      const found = distance(i, centres, c)
      if (found >= far) continue
      far = found
      own = c
    }
    upper[i] = far
    return own
  }
  return {
    labels,
    assign(centres) {
      const moves = new Float64Array(k)
      for (let c = 0; c < k && before; c++) {
        moves[c] = Math.sqrt(squared(before, c * columns, centres, c * columns, columns))
        travelled[c] = travelled[c]! + moves[c]!
      }
      before = centres
      const gaps = halfGaps(centres, k, columns)
      let changed = 0
      for (let i = 0; i < rows; i++) {
        const old = labels[i]!
        if (old >= 0) upper[i] = upper[i]! + moves[old]!
        const own = old < 0 ? first(i, centres) : again(i, centres, old, gaps)
        changed += Number(own !== old)
        labels[i] = own
      }
      return changed
    },
  }
}

/** Half the distance of any two centres: nearer rows of one have nothing to look for at the other. */
function halfGaps(centres: Float64Array, k: number, columns: number): Float64Array {
  const gaps = new Float64Array(k * k)
  for (let c = 0; c < k; c++)
    for (let o = 0; o < c; o++)
      gaps[c * k + o] = gaps[o * k + c] = 0.5 * Math.sqrt(squared(centres, c * columns, centres, o * columns, columns))
  return gaps
}

function distancesTo({ values, rows, columns }: Points, labels: Int32Array, centres: Float64Array): Float64Array {
  const out = new Float64Array(rows)
  for (let i = 0; i < rows; i++) out[i] = squared(values, i * columns, centres, labels[i]! * columns, columns)
  return out
}

/** Two sums at a time: a processor adds while it waits for the sum before. */
function squared(a: Float64Array, fromA: number, b: Float64Array, fromB: number, count: number): number {
  let [s0, s1] = [0, 0]
  let i = 0
  for (; i + 1 < count; i += 2) {
    const d0 = a[fromA + i]! - b[fromB + i]!
    const d1 = a[fromA + i + 1]! - b[fromB + i + 1]!
    s0 += d0 * d0
    s1 += d1 * d1
  }
  if (i < count) s0 += (a[fromA + i]! - b[fromB + i]!) ** 2
  return s0 + s1
}

/** The centres of the labels; `centres` are those that the labels were found with. */
function means(points: Points, labels: Int32Array, centres: Float64Array): Float64Array {
  const { rows, columns, weight } = points
  const sums = new Float64Array(centres.length)
  const total = new Float64Array(centres.length / columns)
  for (let i = 0; i < rows; i++) addRow(points, i, weight[i]!, labels[i]!, sums, total)
  for (const [empty, row] of farthest(points, labels, centres)) {
    addRow(points, row, -weight[row]!, labels[row]!, sums, total)
    addRow(points, row, weight[row]!, empty, sums, total)
  }
  return sums.map((sum, i) => sum / (total[Math.floor(i / columns)]! || 1))
}

function addRow(
  { values, columns }: Points,
  row: number,
  share: number,
  cluster: number,
  sums: Float64Array,
  total: Float64Array,
): void {
  total[cluster] = total[cluster]! + share
  for (let f = 0, at = row * columns, to = cluster * columns; f < columns; f++, at++, to++)
    sums[to] = sums[to]! + share * values[at]!
}

/** Clusters without weight, each with a row of positive weight that it may take: the farthest first. */
function farthest(points: Points, labels: Int32Array, centres: Float64Array): [cluster: number, row: number][] {
  const { rows, columns, weight } = points
  const members = new Int32Array(centres.length / columns)
  for (let i = 0; i < rows; i++) if (weight[i]! > 0) members[labels[i]!] = members[labels[i]!]! + 1
  const empty = [...members.keys()].filter(c => members[c] === 0)
  if (empty.length === 0) return []
  const distances = distancesTo(points, labels, centres)
  const order = [...distances.keys()].sort((a, b) => distances[b]! - distances[a]! || a - b)
  const pairs: [number, number][] = []
  for (const row of order) {
    if (pairs.length === empty.length) break
    const label = labels[row]!
    if (!(weight[row]! > 0) || members[label]! < 2) continue
    members[label] = members[label]! - 1
    pairs.push([empty[pairs.length]!, row])
  }
  return pairs
}

const rowsAt = ({ values, columns }: Points, rows: Int32Array): Float64Array =>
  Float64Array.from(
    { length: rows.length * columns },
    (_, i) => values[rows[Math.floor(i / columns)]! * columns + (i % columns)]!,
  )

function meanVariance({ values, rows, columns }: Points): number {
  let total = 0
  for (let f = 0; f < columns; f++) {
    let [mean, squares] = [0, 0]
    for (let i = 0; i < rows; i++) {
      const d = values[i * columns + f]! - mean
      mean += d / (i + 1)
      squares += d * (values[i * columns + f]! - mean)
    }
    total += squares / rows
  }
  return total / columns
}
