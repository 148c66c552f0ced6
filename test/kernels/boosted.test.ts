import { describe, expect, test } from 'vitest'
import { type BoostedTrees, openBoosted, sumBoostedPlainly } from '../../src/kernels/boosted.ts'
import { packMasked } from '../../src/kernels/boosted-masked.ts'
import { packWalked } from '../../src/kernels/boosted-walked.ts'
import { createRandom, type Random } from '../../src/math/random.ts'

interface Shape {
  readonly trees: number
  readonly leaves: number
  /** Columns of numbers, then of categories. */
  readonly numbers: number
  readonly categories: number
  /** Different thresholds that a column has. */
  readonly thresholds: number
  readonly missingLeft: boolean
  readonly codes?: number
}

/** Trees whose leaves are cut at random until there are as many as asked for. */
function grow(seed: number, shape: Shape): BoostedTrees {
  const random = createRandom(seed)
  const at = { left: [] as number[], right: [] as number[], feature: [] as number[], threshold: [] as number[] }
  const [missingLeft, category, bitset, value]: [number[], number[], number[], number[]] = [[], [], [], []]
  const start = [0]
  const addLeaf = (): number => {
    for (const list of [at.left, at.right, at.feature]) list.push(-1)
    at.threshold.push(0)
    missingLeft.push(0)
    category.push(0)
    return value.push(random.normal()) - 1
  }
  for (let t = 0; t < shape.trees; t++) {
    const root = addLeaf()
    const leaves = [root]
    while (leaves.length < shape.leaves) {
      const node = leaves.splice(random.integer(leaves.length), 1)[0]!
      const column = random.integer(shape.numbers + shape.categories)
      at.feature[node] = column
      if (column < shape.numbers) at.threshold[node] = thresholdOf(random, shape)
      else {
        category[node] = 1
        at.threshold[node] = bitset.length
        for (let word = 0; word < 8; word++) bitset.push(word * 32 < (shape.codes ?? 256) ? random.integer(2 ** 32) : 0)
      }
      missingLeft[node] = shape.missingLeft && category[node] === 0 ? random.integer(2) : 0
      at.left[node] = addLeaf() - root
      at.right[node] = addLeaf() - root
      leaves.push(root + at.left[node]!, root + at.right[node]!)
    }
    start.push(value.length)
  }
  return {
    start: Int32Array.from(start),
    left: Int32Array.from(at.left),
    right: Int32Array.from(at.right),
    feature: Int32Array.from(at.feature),
    threshold: Float64Array.from(at.threshold),
    missingLeft: Uint8Array.from(missingLeft),
    category: Uint8Array.from(category),
    bitset: Uint32Array.from(bitset),
    value: Float64Array.from(value),
    base: 0.25,
  }
}

/** Multiples of 1/8, so that values often lie on them, and the borders of what there is. */
function thresholdOf(random: Random, { thresholds }: Shape): number {
  const special = [Infinity, -Infinity, Number.MAX_VALUE, -Number.MAX_VALUE, -0, 0]
  const place = random.integer(thresholds)
  return place < special.length ? special[place]! : place / 8 - thresholds / 16
}

function rowsFor(seed: number, { numbers, categories, thresholds }: Shape, rows: number): Float64Array[] {
  const random = createRandom(seed)
  const odd = [Number.NaN, Infinity, -Infinity, -0, 0, 1e300, 5e-324]
  return Array.from({ length: numbers + categories }, (_, c) =>
    Float64Array.from({ length: rows }, () => {
      const kind = random.integer(10)
      if (c >= numbers)
        return kind === 0 ? [Number.NaN, -1, 256, 1e9, 3.5, -Infinity][random.integer(6)]! : random.integer(256)
      if (kind === 0) return odd[random.integer(odd.length)]!
      const near = random.integer(thresholds) / 8 - thresholds / 16
      return kind < 5 ? near : near + random.normal() / 16
    }),
  )
}

const bits = (numbers: Float64Array) => Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)

const plain = { trees: 20, leaves: 31, numbers: 6, categories: 0, thresholds: 200, missingLeft: false }
const shapes: Record<string, { shape: Shape; masked: boolean }> = {
  '31 leaves': { shape: plain, masked: true },
  'one leaf': { shape: { ...plain, leaves: 1 }, masked: true },
  'two leaves': { shape: { ...plain, leaves: 2 }, masked: true },
  '32 leaves, missing values to both sides': { shape: { ...plain, leaves: 32, missingLeft: true }, masked: true },
  '33 leaves': { shape: { ...plain, leaves: 33, missingLeft: true }, masked: true },
  '64 leaves': { shape: { ...plain, leaves: 64 }, masked: true },
  'few categories': { shape: { ...plain, categories: 3, codes: 32, missingLeft: true }, masked: true },
  'categories alone, 64 leaves': {
    shape: { ...plain, leaves: 64, numbers: 0, categories: 2, codes: 200 },
    masked: true,
  },
  '65 leaves': { shape: { ...plain, leaves: 65, missingLeft: true }, masked: false },
  '1000 leaves with categories': { shape: { ...plain, leaves: 1000, categories: 2, missingLeft: true }, masked: false },
  'more thresholds than a byte tells apart': {
    shape: { ...plain, numbers: 2, trees: 40, thresholds: 900 },
    masked: false,
  },
  'all 256 categories': { shape: { ...plain, numbers: 1, categories: 1 }, masked: false },
  'sixty columns': { shape: { ...plain, trees: 60, numbers: 60, missingLeft: true }, masked: true },
}

describe('the kernel gives the bits of the plain form', () => {
  for (const [name, { shape, masked }] of Object.entries(shapes))
    test(name, () => {
      for (let seed = 1; seed <= 5; seed++) {
        const trees = grow(seed, shape)
        expect(packMasked(trees) !== undefined).toBe(masked)
        const sum = openBoosted(trees)
        for (const rows of [1, 31, 700]) {
          const columns = rowsFor(seed + rows, shape, rows)
          const expected = new Float64Array(rows)
          sumBoostedPlainly(trees)(columns, rows, expected)
          const found = new Float64Array(rows)
          sum(columns, rows, found)
          expect(bits(found).equals(bits(expected))).toBe(true)
          // The walk takes any model, also those that it is not used for.
          const walked = new Float64Array(rows)
          const packed = packWalked(trees)
          for (let from = 0; from < rows; from += packed.tileRows)
            packed.sum(columns, from, Math.min(packed.tileRows, rows - from), walked)
          expect(bits(walked).equals(bits(expected))).toBe(true)
        }
      }
    })
})

test('254 thresholds are told apart, 255 are walked; an infinite one needs no place', () => {
  const stumps = (count: number): BoostedTrees => {
    const each = <T>(of: (t: number) => T[]) => Array.from({ length: count }, (_, t) => of(t)).flat()
    return {
      start: Int32Array.from({ length: count + 1 }, (_, t) => 3 * t),
      left: Int32Array.from(each(() => [1, -1, -1])),
      right: Int32Array.from(each(() => [2, -1, -1])),
      feature: Int32Array.from(each(() => [0, -1, -1])),
      threshold: Float64Array.from(each(t => [t === 0 ? Infinity : t, 0, 0])),
      missingLeft: new Uint8Array(3 * count),
      category: new Uint8Array(3 * count),
      bitset: new Uint32Array(0),
      value: Float64Array.from(each(() => [0, 0, 1])),
      base: 0,
    }
  }
  expect(packMasked(stumps(255))).toBeDefined()
  expect(packMasked(stumps(256))).toBeUndefined()
  const x = Float64Array.of(0, 1, 1.5, 253, 254, 254.5, 1e9, Infinity, -Infinity, Number.NaN)
  for (const count of [255, 256]) {
    const out = new Float64Array(x.length)
    openBoosted(stumps(count))([x], x.length, out)
    // A sum counts the thresholds below; a missing number is beyond all, also the infinite one.
    const last = count - 1
    expect([...out]).toEqual([0, 0, 1, 252, 253, 254, last, last, 0, count])
  }
})
