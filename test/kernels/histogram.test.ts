import { describe, expect, test } from 'vitest'
import { binPlainly } from '../../src/kernels/bins.ts'
import {
  type Histograms,
  type Limits,
  openHistograms,
  type Scale,
  type Split,
  type Sums,
} from '../../src/kernels/histogram.ts'
import { createRandom } from '../../src/math/random.ts'

const ROWS = 1500

interface Made {
  readonly histograms: Histograms
  readonly columns: Float64Array[]
  readonly edges: Float64Array[]
}

/** Six columns: fine, coarse, one with missing values, one constant, one all missing, one of 200 bins. */
function make(seed = 1, slots = 3): Made {
  const random = createRandom(seed)
  const number = () => Float64Array.from({ length: ROWS }, () => random.normal())
  const columns = [number(), number().map(Math.round), number().map(v => (v > 1 ? Number.NaN : v))]
  columns.push(new Float64Array(ROWS).fill(3), new Float64Array(ROWS).fill(Number.NaN), number())
  const edges = [30, 5, 40, 0, 0, 199].map(count =>
    Float64Array.from({ length: count }, (_, i) => ((i + 0.5) / count) * 4 - 2),
  )
  const histograms = openHistograms(ROWS, columns.length, slots)
  columns.forEach((column, c) => {
    histograms.binNumbers(c, column, edges[c]!)
  })
  for (let row = 0; row < ROWS; row++) {
    histograms.gradient[row] = random.normal()
    histograms.hessian[row] = random.next()
  }
  return { histograms, columns, edges }
}

const binOf = (value: number, edges: Float64Array) => binPlainly(value, edges, edges.length + 1)

/** Rounded to the nearest integer, halves to the even one. */
function rounded(value: number): bigint {
  const low = Math.floor(value)
  const rest = value - low
  return BigInt(low) + (rest > 0.5 || (rest === 0.5 && low % 2 !== 0) ? 1n : 0n)
}

/** Sums by definition, with integers of any size. */
function sumPlainly({ gradient, hessian }: Histograms, scale: Scale, rows: Iterable<number>): Sums {
  let [g, h, count] = [0n, 0n, 0]
  for (const row of rows) {
    g += rounded(gradient[row]! * scale.gradient)
    h += rounded(hessian[row]! * scale.hessian)
    count++
  }
  return { gradient: Number(g), hessian: Number(h), rows: count }
}

describe('bins', () => {
  test('a bin is the number of edges below', () => {
    const { histograms, columns, edges } = make()
    for (const [c, column] of columns.entries())
      for (let row = 0; row < ROWS; row++) expect(histograms.binOf(c, row)).toBe(binOf(column[row]!, edges[c]!))
    expect(columns.map((_, c) => histograms.bins(c))).toEqual([31, 6, 41, 1, 1, 200])
  })

  test('bins that are given stay', () => {
    const { histograms } = make()
    const given = Uint8Array.from({ length: ROWS }, (_, i) => i % 256)
    histograms.setBins(1, given, 255)
    expect(Uint8Array.from(given, (_, row) => histograms.binOf(1, row))).toEqual(given)
    expect(histograms.bins(1)).toBe(255)
  })
})

describe('sums', () => {
  test('every cell, the total, and the sibling by subtraction are exactly those of the definition', () => {
    const { histograms, columns, edges } = make()
    const bins = columns.map((column, c) => Array.from(column, value => binOf(value, edges[c]!)))
    const order = [...createRandom(4).sample(ROWS, ROWS)]
    histograms.order.set(order)
    const scale = histograms.setPairs()
    histograms.build(0, 0, ROWS)
    histograms.build(1, 100, 700)
    histograms.subtract(0, 1)
    const parts = [[...order.slice(0, 100), ...order.slice(700)], order.slice(100, 700)]
    for (const [slot, rows] of parts.entries()) {
      expect(histograms.total(slot)).toEqual(sumPlainly(histograms, scale, rows))
      for (const c of columns.keys())
        for (let bin = 0; bin <= histograms.bins(c); bin++) {
          const inside = rows.filter(row => bins[c]![row] === bin)
          expect(histograms.cell(slot, c, bin)).toEqual(sumPlainly(histograms, scale, inside))
        }
    }
  })

  test('units keep the sums of all rows within 63 bits, whatever the size of gradients', () => {
    for (const size of [1e-290, 1e-30, 1, 3e99, 1e300]) {
      const histograms = openHistograms(3, 1, 1)
      histograms.gradient.set([size, size, -size / 2])
      histograms.hessian.set([size, size, size])
      const scale = histograms.setPairs()
      histograms.build(0, 0, 3)
      const { gradient, hessian, rows } = histograms.total(0)
      expect(rows).toBe(3)
      expect(gradient / scale.gradient / size).toBeCloseTo(1.5, 2)
      expect(hessian / scale.hessian / size).toBeCloseTo(3, 2)
      expect(Math.abs(gradient)).toBeLessThan(2 ** 62)
    }
  })
})

/** The best cut by trying all, in the kernel's order and with its arithmetic. */
function scanPlainly(h: Histograms, slot: number, among: number[], limits: Limits): Split | undefined {
  const all = h.total(slot)
  const { leastRows, leastHessian, l2, bounds } = limits
  let best: Split | undefined
  const sides = (left: Sums[], column: number): number | undefined => {
    const add = (pick: (sums: Sums) => number) => left.reduce((sum, cell) => sum + pick(cell), 0)
    const [gl, hl, rows] = [add(s => s.gradient), add(s => s.hessian), add(s => s.rows)]
    const [gr, hr] = [all.gradient - gl, all.hessian - hl]
    if (Math.min(rows, all.rows - rows) < leastRows || Math.min(hl, hr) < leastHessian) return undefined
    if (bounds === undefined) return (gl * gl * (hr + l2) + gr * gr * (hl + l2)) / ((hl + l2) * (hr + l2))
    const value = (g: number, d: number) => Math.min(bounds.highest, Math.max(bounds.lowest, -g / d))
    const [vl, vr] = [value(gl, hl + l2), value(gr, hr + l2)]
    if ((vr - vl) * bounds.directions[column]! < 0) return undefined
    const gain = (g: number, d: number, v: number) => -(2 * g * v + d * v * v)
    return gain(gl, hl + l2, vl) + gain(gr, hr + l2, vr)
  }
  for (const column of among) {
    const bins = h.bins(column)
    const missing = h.cell(slot, column, bins)
    for (const missingLeft of missing.rows > 0 ? [false, true] : [false])
      for (let bin = 0; bin < bins; bin++) {
        const left = Array.from({ length: bin + 1 }, (_, b) => h.cell(slot, column, b))
        const gain = sides(missingLeft ? [missing, ...left] : left, column)
        if (gain === undefined || gain <= (best?.gain ?? limits.gain)) continue
        best = { column, bin, missingLeft, gain }
      }
  }
  return best
}

describe('the best cut', () => {
  // Sums of few rows with short fractions: what the twin adds in doubles is exact.
  const prepared = (seed: number) => {
    const made = make(seed)
    const { gradient, hessian } = made.histograms
    for (let row = 0; row < ROWS; row++) {
      gradient[row] = Math.round(gradient[row]! * 64) / 64
      hessian[row] = Math.round(hessian[row]! * 64) / 64
    }
    const { hessian: unit } = made.histograms.setPairs()
    made.histograms.build(0, 0, ROWS)
    return { ...made, unit }
  }
  const among = [0, 1, 2, 5]

  test('is the one that trying all finds', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { histograms, unit } = prepared(seed)
      for (const leastRows of [1, 20, 300])
        for (const l2 of [0, 7]) {
          const limits = { leastRows, leastHessian: 5 * unit, l2: l2 * unit, gain: 0 }
          const found = histograms.scan(0, Int32Array.from(among), limits)
          const { gain, ...place } = scanPlainly(histograms, 0, among, limits)!
          expect(found).toMatchObject(place)
          expect(found!.gain / gain).toBeCloseTo(1, 12)
        }
    }
  })

  test('keeps to bounds and directions', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { histograms, unit } = prepared(seed)
      for (const directions of [
        [1, 1, 1, 1, 1, 1],
        [-1, -1, -1, -1, -1, -1],
        [0, 1, -1, 0, 0, 0],
      ]) {
        const bounds = { lowest: -4096, highest: 2 ** 14, directions: Int32Array.from(directions) }
        const limits = { leastRows: 20, leastHessian: unit, l2: unit, gain: -Infinity, bounds }
        const found = histograms.scan(0, Int32Array.from(among), limits)
        const expected = scanPlainly(histograms, 0, among, limits)
        if (expected === undefined) expect(found).toBeUndefined()
        else expect(found).toMatchObject({ column: expected.column, bin: expected.bin })
      }
    }
  })

  test('none where no side may be so small, or nothing is gained', () => {
    const { histograms } = prepared(3)
    const limits = { leastRows: 1, leastHessian: 0, l2: 0, gain: 0 }
    expect(histograms.scan(0, Int32Array.from(among), { ...limits, leastRows: 800 })).toBeUndefined()
    expect(histograms.scan(0, Int32Array.from(among), { ...limits, gain: 1e300 })).toBeUndefined()
    expect(histograms.scan(0, Int32Array.from([3, 4]), limits)).toBeUndefined()
  })

  test('a column of two values and a step between them: the gain by hand', () => {
    const histograms = openHistograms(6, 1, 1)
    histograms.binNumbers(0, Float64Array.of(1, 2, 1, 2, 2, Number.NaN), Float64Array.of(1.5))
    histograms.gradient.set([1, -2, 1, -2, -2, 1])
    histograms.hessian.fill(1)
    const scale = histograms.setPairs()
    histograms.build(0, 0, 6)
    const limits = { leastRows: 1, leastHessian: 0, l2: 0, gain: 0 }
    const split = histograms.scan(0, Int32Array.of(0), limits)!
    // Left: the two 1s and the missing one, G = 3, H = 3; right G = −6, H = 3: 9/3 + 36/3.
    expect(split).toMatchObject({ column: 0, bin: 0, missingLeft: true })
    expect((split.gain * scale.hessian) / scale.gradient ** 2).toBe(15)
  })
})

describe('derivatives', () => {
  test('of the log loss: e^x within two units in the last place, at any log-odds', () => {
    const rows = 3001
    const histograms = openHistograms(rows, 1, 1)
    const { raw, y, weight, gradient, hessian } = histograms
    for (let row = 0; row < rows; row++) {
      raw[row] = [0, -0, 1e-300, 709, -709, 1e300, -1e300][row] ?? ((row - 1500) / 1500) ** 3 * 60
      y[row] = row % 2
      weight[row] = 1 + (row % 3)
    }
    histograms.logisticSlopes()
    for (let row = 0; row < rows; row++) {
      const p = 1 / (1 + Math.exp(-Math.max(-700, Math.min(700, raw[row]!))))
      // p carries the error of e^x, and p − 1 its own rounding.
      expect(Math.abs(gradient[row]! - weight[row]! * (p - y[row]!))).toBeLessThanOrEqual(
        weight[row]! * (8e-16 * p + 2.3e-16 * y[row]!),
      )
      expect(Math.abs(hessian[row]! - weight[row]! * p * (1 - p))).toBeLessThanOrEqual(1e-15 * weight[row]! * p)
    }
  })

  test('sums over the rows of a node, and steps of its predictions', () => {
    const { histograms } = make()
    const order = [...createRandom(4).sample(ROWS, ROWS)]
    histograms.order.set(order)
    const sum = (of: Float64Array) => order.slice(100, 700).reduce((total, row) => total + of[row]!, 0)
    expect(histograms.slopes(100, 700)).toEqual({
      gradient: sum(histograms.gradient),
      hessian: sum(histograms.hessian),
    })
    histograms.raw.fill(1)
    histograms.raise(100, 700, 0.1)
    for (const [place, row] of order.entries()) expect(histograms.raw[row]).toBe(place >= 100 && place < 700 ? 1.1 : 1)
  })
})

test('partition keeps the order on both sides', () => {
  const { histograms, columns, edges } = make()
  const goesLeft = Uint8Array.from({ length: 256 }, (_, bin) => Number(bin % 3 === 0))
  for (const column of [0, 2, 5]) {
    const before = [...histograms.order]
    const middle = histograms.partition(column, 100, 1400, goesLeft)
    const left = (row: number) => goesLeft[binOf(columns[column]![row]!, edges[column]!)] === 1
    const inside = before.slice(100, 1400)
    expect([...histograms.order]).toEqual([
      ...before.slice(0, 100),
      ...inside.filter(left),
      ...inside.filter(row => !left(row)),
      ...before.slice(1400),
    ])
    expect(middle).toBe(100 + inside.filter(left).length)
  }
})
