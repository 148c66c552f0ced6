import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openForest, sumPlainly, type Trees } from '../../src/kernels/forest.ts'
import { thresholdKey } from '../../src/kernels/forest-layout.ts'
import { createRandom, type Random } from '../../src/math/random.ts'

const same = (a: Float64Array, b: Float64Array) => expect(new Uint8Array(a.buffer)).toEqual(new Uint8Array(b.buffer))

/** Random trees of a given depth; `fill` is the share of nodes above that depth that split. */
function randomTrees(
  random: Random,
  count: number,
  columns: number,
  depth: number,
  fill: number,
  missing: boolean,
): Trees {
  const start = [0]
  const nodes: {
    feature: number
    threshold: number
    left: number
    right: number
    value: number
    missingLeft: number
  }[] = []
  for (let t = 0; t < count; t++) {
    const root = nodes.length
    const grow = (level: number): number => {
      const at = nodes.length - root
      const node = { feature: -2, threshold: -2, left: -1, right: -1, value: random.next() * 10, missingLeft: 0 }
      nodes.push(node)
      if (level < depth && (level === 0 || random.next() < fill)) {
        node.feature = random.integer(columns)
        node.threshold = random.integer(4) === 0 ? random.integer(5) - 2 : random.normal()
        node.missingLeft = missing ? random.integer(2) : 0
        node.left = grow(level + 1)
        node.right = grow(level + 1)
      }
      return at
    }
    grow(0)
    start.push(nodes.length)
  }
  return {
    start: Int32Array.from(start),
    feature: Int32Array.from(nodes, n => n.feature),
    threshold: Float64Array.from(nodes, n => n.threshold),
    left: Int32Array.from(nodes, n => n.left),
    right: Int32Array.from(nodes, n => n.right),
    missingLeft: Uint8Array.from(nodes, n => n.missingLeft),
    value: Float64Array.from(nodes, n => n.value),
  }
}

/** One tree that peels one side off at each level: deep and thin. */
function chain(depth: number): Trees {
  const nodes = 2 * depth + 1
  const inner = (i: number) => i % 2 === 0 && i < 2 * depth
  const each = <T>(f: (i: number) => T) => Array.from({ length: nodes }, (_, i) => f(i))
  return {
    start: Int32Array.of(0, nodes),
    feature: Int32Array.from(each(i => (inner(i) ? 0 : -2))),
    threshold: Float64Array.from(each(i => i / 2)),
    left: Int32Array.from(each(i => (inner(i) ? i + 1 : -1))),
    right: Int32Array.from(each(i => (inner(i) ? i + 2 : -1))),
    missingLeft: new Uint8Array(nodes),
    value: Float64Array.from(each(i => i)),
  }
}

const SPECIAL = [
  0,
  -0,
  1,
  -1,
  1e-60,
  -1e-60,
  1e300,
  -1e300,
  Infinity,
  -Infinity,
  2 ** -149,
  -(2 ** -149),
  0.1,
  1 + 2 ** -24,
]

function randomColumns(random: Random, columns: number, rows: number, missing: boolean): Float64Array[] {
  const value = () => {
    const pick = random.integer(20)
    if (pick === 0 && missing) return NaN
    return pick < 4 ? SPECIAL[random.integer(SPECIAL.length)]! : random.normal()
  }
  return Array.from({ length: columns }, () => Float64Array.from({ length: rows }, value))
}

describe('the kernel gives the same bits as the plain form', () => {
  for (const [name, depth, fill] of [
    ['full trees', 8, 1],
    ['ragged trees', 8, 0.75],
    ['stumps', 1, 1],
    ['single leaves', 0, 1],
    ['deep ragged trees', 26, 0.65],
    ['complete deep trees', 12, 1],
  ] as const)
    for (const missing of [false, true])
      test(`${name}${missing ? ', missing values' : ''}`, () => {
        const random = createRandom(depth * 2 + Number(missing))
        for (const columns of depth > 8 ? [3, 20] : [1, 3, 20, 200]) {
          const trees = randomTrees(random, 7, columns, depth, fill, missing)
          const rows = 2048 + 77
          const data = randomColumns(random, columns, rows, missing)
          const kernel = new Float64Array(rows)
          const plain = new Float64Array(rows)
          openForest(trees)(data, rows, kernel)
          sumPlainly(trees)(data, rows, plain)
          same(kernel, plain)
        }
      })

  test('a tree of depth 300, which no padding could hold', () => {
    const trees = chain(300)
    const data = [Float64Array.from({ length: 999 }, (_, i) => i / 3 - 10)]
    const kernel = new Float64Array(999)
    const plain = new Float64Array(999)
    openForest(trees)(data, 999, kernel)
    sumPlainly(trees)(data, 999, plain)
    same(kernel, plain)
    // Row 33 holds 1: it goes right at threshold 0 and left at threshold 1, to the leaf 3.
    expect(kernel[33]).toBe(3)
    expect(kernel[0]).toBe(1)
    expect(kernel[998]).toBe(600)
  })

  test('a missing value goes right where no side is given, in both layouts', () => {
    for (const trees of [chain(2), chain(300)]) {
      const out = new Float64Array(2)
      openForest(trees)([Float64Array.of(NaN, -5)], 2, out)
      expect([...out]).toEqual([trees.left.length - 1, 1])
    }
  })
})

test('a row has the same bits in blocks of 1, 7, 1000 and 2,048 rows', () => {
  const random = createRandom(5)
  const trees = randomTrees(random, 30, 6, 8, 0.9, true)
  const data = randomColumns(random, 6, 4096, true)
  const forest = openForest(trees)
  const whole = new Float64Array(4096)
  forest(data, 4096, whole)
  for (const size of [1, 7, 1000, 2048]) {
    const parts = new Float64Array(4096)
    for (let from = 0; from < 4096; from += size) {
      const rows = Math.min(size, 4096 - from)
      forest(
        data.map(column => column.subarray(from)),
        rows,
        parts.subarray(from),
      )
    }
    same(parts, whole)
  }
})

describe('the key of a threshold', () => {
  const key = (x: number) => {
    const raw = new Int32Array(Float32Array.of(x + 0).buffer)[0]!
    return raw ^ ((raw >> 31) & 0x7fffffff)
  }
  const anyDouble = fc.double({ noNaN: true })

  test('decides x ≤ threshold for every float32 x', () => {
    const float = fc.float({ noNaN: true })
    fc.assert(
      fc.property(float, anyDouble, (x, t) => key(x) <= thresholdKey(t) === x <= t),
      { numRuns: 2000 },
    )
    const close = fc.tuple(float, fc.constantFrom(-1e-9, 0, 1e-9, -1e-46, 1e-46))
    fc.assert(
      fc.property(close, ([x, d]) => key(x) <= thresholdKey(x * (1 + d) + d) === x <= x * (1 + d) + d),
      { numRuns: 2000 },
    )
  })

  test('at the edges', () => {
    expect(thresholdKey(-0)).toBe(thresholdKey(0))
    expect(thresholdKey(-1e-60)).toBeLessThan(key(0))
    expect(thresholdKey(-1e-60)).toBeGreaterThanOrEqual(key(-(2 ** -149)))
    expect(thresholdKey(1e300)).toBe(key(3.4028234663852886e38))
    expect(thresholdKey(Infinity)).toBe(key(Infinity))
  })
})

test('starting the program loads no kernel', () => {
  const models = fileURLToPath(new URL('../../src/kernels/forest.ts', import.meta.url))
  const script = `
    const fs = (await import('node:fs')).default
    const read = fs.readFileSync
    fs.readFileSync = (path, ...rest) => { if (String(path).endsWith('.wasm')) console.log(String(path)); return read(path, ...rest) }
    ;(await import('node:module')).syncBuiltinESMExports()
    const { openForest } = await import(${JSON.stringify(models)})
    console.log('imported')
    const one = Int32Array.of(-1)
    openForest({ start: Int32Array.of(0, 1), feature: one, threshold: new Float64Array(1), left: one, right: one,
      missingLeft: new Uint8Array(1), value: new Float64Array(1) })`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^imported\n.*forest\.wasm\n$/)
})
