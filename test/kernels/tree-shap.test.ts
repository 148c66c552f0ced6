import { describe, expect, test } from 'vitest'
import {
  type CountedTrees,
  openTreeShap,
  type Reading,
  sharesPlainly,
  type TreeShap,
} from '../../src/kernels/tree-shap.ts'
import { createRandom, type Random } from '../../src/math/random.ts'
import { max } from '../../src/math/statistics.ts'

interface Shape {
  readonly count: number
  readonly columns: number
  readonly depth: number
  /** Share of the nodes above that depth that split. */
  readonly fill: number
  readonly categories?: boolean
}

/** Random trees with as many training rows at a node as its children have together. */
function randomTrees(random: Random, { count, columns, depth, fill, categories = false }: Shape) {
  const start = [0]
  const nodes: Record<
    'feature' | 'threshold' | 'left' | 'right' | 'value' | 'missingLeft' | 'cover' | 'category',
    number
  >[] = []
  const words: number[] = []
  for (let t = 0; t < count; t++) {
    const root = nodes.length
    const grow = (level: number): number => {
      const at = nodes.length - root
      const node = { feature: -2, threshold: -2, left: -1, right: -1, value: 0, missingLeft: 0, cover: 0, category: 0 }
      nodes.push(node)
      node.value = random.normal()
      node.cover = 1 + random.integer(50)
      if (level >= depth || (level > 0 && random.next() >= fill)) return at
      node.feature = random.integer(columns)
      node.threshold = random.integer(4) === 0 ? random.integer(3) : random.normal()
      node.missingLeft = random.integer(2)
      if (categories && random.integer(3) === 0) {
        node.category = 1
        node.threshold = words.length
        for (let w = 0; w < 8; w++) words.push(random.integer(2 ** 32))
      }
      node.left = grow(level + 1)
      node.right = grow(level + 1)
      node.cover = nodes[root + node.left]!.cover + nodes[root + node.right]!.cover
      return at
    }
    grow(0)
    start.push(nodes.length)
  }
  const trees: CountedTrees = {
    start: Int32Array.from(start),
    feature: Int32Array.from(nodes, n => n.feature),
    threshold: Float64Array.from(nodes, n => n.threshold),
    left: Int32Array.from(nodes, n => n.left),
    right: Int32Array.from(nodes, n => n.right),
    missingLeft: Uint8Array.from(nodes, n => n.missingLeft),
    value: Float64Array.from(nodes, n => n.value),
    cover: Float64Array.from(nodes, n => n.cover),
    ...(categories ? { category: Uint8Array.from(nodes, n => n.category), bitset: Uint32Array.from(words) } : {}),
  }
  return trees
}

/** Numbers, some on thresholds, missing, infinite, or beyond every category. */
function randomColumns(random: Random, columns: number, rows: number): Float64Array[] {
  const special = [Number.NaN, 0, 1, 2, Infinity, -Infinity, 255, 256, 300.5, -3, 1e300]
  const value = () => {
    const kind = random.integer(6)
    return kind === 0 ? special[random.integer(special.length)]! : kind < 3 ? random.integer(256) : random.normal()
  }
  return Array.from({ length: columns }, () => Float64Array.from({ length: rows }, value))
}

function sharesOf(shap: TreeShap, columns: readonly Float64Array[]): Float64Array {
  const rows = columns[0]!.length
  const out = new Float64Array(rows * columns.length).fill(Number.NaN)
  shap.explain(columns, rows, out)
  return out
}

function goesLeft(trees: CountedTrees, node: number, x: number): boolean {
  if (trees.category?.[node] === 1) {
    if (!(x >= 0 && x < 256)) return false
    const word = trees.bitset![trees.threshold[node]! + Math.floor(Math.floor(x) / 32)]!
    return Math.floor(word / 2 ** (Math.floor(x) % 32)) % 2 === 1
  }
  return Number.isNaN(x) ? trees.missingLeft[node] === 1 : x <= trees.threshold[node]!
}

/** What the forest says when only the columns of the set are known: by the definition. */
function gameOf(trees: CountedTrees, row: readonly number[], known: number): number {
  let sum = 0
  for (let t = 0; t < trees.start.length - 1; t++) {
    const root = trees.start[t]!
    const walk = (node: number): number => {
      if (trees.left[node]! < 0) return trees.value[node]!
      const [l, r] = [root + trees.left[node]!, root + trees.right[node]!]
      const column = trees.feature[node]!
      if (known & (1 << column)) return walk(goesLeft(trees, node, row[column]!) ? l : r)
      return (trees.cover[l]! * walk(l) + trees.cover[r]! * walk(r)) / (trees.cover[l]! + trees.cover[r]!)
    }
    sum += walk(root)
  }
  return sum
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1)
}

/** Shapley's formula (1953) over all subsets of the columns. */
function byDefinition(trees: CountedTrees, row: readonly number[]): number[] {
  const n = row.length
  const said = Array.from({ length: 2 ** n }, (_, set) => gameOf(trees, row, set))
  const size = (set: number) => [...set.toString(2)].filter(bit => bit === '1').length
  return row.map((_, column) => {
    let share = 0
    for (let set = 0; set < 2 ** n; set++) {
      if (set & (1 << column)) continue
      const weight = (factorial(size(set)) * factorial(n - 1 - size(set))) / factorial(n)
      share += weight * (said[set | (1 << column)]! - said[set]!)
    }
    return share
  })
}

const worst = (a: ArrayLike<number>, b: ArrayLike<number>) => max(Float64Array.from(a, (x, i) => Math.abs(x - b[i]!)))

describe("Shapley's formula, summed over all subsets of columns, gives the same", () => {
  for (const shape of [
    { count: 3, columns: 5, depth: 4, fill: 1 },
    { count: 3, columns: 2, depth: 7, fill: 0.8 },
    { count: 2, columns: 7, depth: 9, fill: 0.75 },
    { count: 4, columns: 4, depth: 1, fill: 1 },
    { count: 3, columns: 5, depth: 5, fill: 0.9, categories: true },
  ])
    test(JSON.stringify(shape), () => {
      const random = createRandom(shape.depth)
      const trees = randomTrees(random, shape)
      const rows = 30
      const columns = randomColumns(random, shape.columns, rows)
      const expected = Array.from({ length: rows }, (_, i) =>
        byDefinition(
          trees,
          columns.map(column => column[i]!),
        ),
      ).flat()
      for (const open of [sharesPlainly, openTreeShap]) {
        const shap = open(trees)
        expect(worst(sharesOf(shap, columns), expected)).toBeLessThan(1e-12)
        expect(shap.base).toBeCloseTo(gameOf(trees, [], 0), 12)
      }
    })

  test('also where no training row reached a node: its children then count alike', () => {
    const trees = randomTrees(createRandom(3), { count: 1, columns: 3, depth: 4, fill: 1 })
    const cover = Float64Array.from(trees.cover)
    const emptied = { ...trees, cover }
    // The whole left half is empty: both sides of the cuts in it are 0 of 0, which the definition takes as halves.
    for (let node = 1; node <= 15; node++) cover[node] = 0
    const halves = { ...trees, cover: cover.slice() }
    for (let node = 1; node <= 15; node++) halves.cover[node] = 1e-300
    for (let node = 15; node > 0; node--)
      if (trees.left[node]! >= 0)
        halves.cover[node] = halves.cover[trees.left[node]!]! + halves.cover[trees.right[node]!]!
    const columns = randomColumns(createRandom(4), 3, 40)
    const expected = Array.from({ length: 40 }, (_, i) =>
      byDefinition(
        halves,
        columns.map(column => column[i]!),
      ),
    ).flat()
    expect(worst(sharesOf(openTreeShap(emptied), columns), expected)).toBeLessThan(1e-12)
  })
})

describe('the kernel gives what the published algorithm gives', () => {
  for (const shape of [
    { count: 20, columns: 20, depth: 8, fill: 0.85 },
    { count: 20, columns: 1, depth: 8, fill: 0.85 },
    { count: 5, columns: 200, depth: 12, fill: 0.7 },
    { count: 3, columns: 60, depth: 30, fill: 0.63 },
    { count: 10, columns: 12, depth: 6, fill: 0.9, categories: true },
    { count: 4, columns: 3, depth: 0, fill: 1 },
  ])
    for (const reading of [{}, { rounded: true, scale: -0.25 }] satisfies Reading[])
      test(`${JSON.stringify(shape)} ${JSON.stringify(reading)}`, () => {
        const random = createRandom(shape.depth + shape.columns)
        const trees = randomTrees(random, shape)
        const columns = randomColumns(random, shape.columns, 70)
        const [kernel, plain] = [openTreeShap(trees, reading), sharesPlainly(trees, reading)]
        expect(worst(sharesOf(kernel, columns), sharesOf(plain, columns))).toBeLessThan(
          1e-12 * max(trees.value) * shape.count,
        )
        expect(kernel.base).toBe(plain.base)
      })
})

test('base and shares add up to what the forest says', () => {
  const random = createRandom(9)
  const trees = randomTrees(random, { count: 30, columns: 40, depth: 14, fill: 0.8 })
  const columns = randomColumns(random, 40, 1500)
  const shap = openTreeShap(trees)
  const shares = sharesOf(shap, columns)
  for (let row = 0; row < 1500; row++) {
    let sum = shap.base
    for (let c = 0; c < 40; c++) sum += shares[row * 40 + c]!
    let said = 0
    for (let t = 0; t < 30; t++) {
      let node = trees.start[t]!
      while (trees.left[node]! >= 0)
        node =
          trees.start[t]! +
          (goesLeft(trees, node, columns[trees.feature[node]!]![row]!) ? trees.left[node]! : trees.right[node]!)
      said += trees.value[node]!
    }
    expect(Math.abs(sum - said)).toBeLessThan(1e-11)
  }
})

test('a row has the same bits alone, in blocks of any size, and beside other explainers', () => {
  const random = createRandom(5)
  const trees = randomTrees(random, { count: 10, columns: 6, depth: 9, fill: 0.8, categories: true })
  const columns = randomColumns(random, 6, 1111)
  const shap = openTreeShap(trees)
  const whole = sharesOf(shap, columns)
  sharesOf(openTreeShap(randomTrees(random, { count: 10, columns: 6, depth: 9, fill: 0.8 })), columns)
  for (const size of [1, 7, 64, 500, 1111]) {
    const parts = new Float64Array(whole.length)
    for (let from = 0; from < 1111; from += size)
      shap.explain(
        columns.map(column => column.subarray(from)),
        Math.min(size, 1111 - from),
        parts.subarray(from * 6),
      )
    expect(new Uint8Array(parts.buffer)).toEqual(new Uint8Array(whole.buffer))
  }
})

test('forests too large to be packed at once are explained tree by tree, to the same bits', () => {
  const random = createRandom(6)
  const trees = randomTrees(random, { count: 3, columns: 40, depth: 12, fill: 0.9 })
  const columns = randomColumns(random, 40, 600)
  expect(sharesOf(openTreeShap(trees, { packedBytes: 1000 }), columns)).toEqual(sharesOf(openTreeShap(trees), columns))
})
