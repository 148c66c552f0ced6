import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Histograms, openHistograms } from '../../src/kernels/histogram.ts'
import { binEdges } from '../../src/math/bin-edges.ts'
import { createRandom } from '../../src/math/random.ts'
import { type GrowPlan, treeGrower } from '../../src/models/boosted-trees.ts'
import { createHeap } from '../../src/models/leaf-heap.ts'

const ROWS = 3000
const COLUMNS = 5

/** Four columns of numbers, the second with gaps, and one of 30 categories. */
function histograms(slots: number): Histograms {
  const random = createRandom(2)
  const h = openHistograms(ROWS, COLUMNS, slots)
  for (let c = 0; c < 4; c++) {
    const column = Float64Array.from({ length: ROWS }, (_, i) =>
      c === 1 && i % 5 === 0 ? Number.NaN : random.normal(),
    )
    h.binNumbers(c, column, binEdges(column.filter(v => !Number.isNaN(v)).sort(), 60))
  }
  h.setBins(
    4,
    Uint8Array.from({ length: ROWS }, () => random.integer(30)),
    31,
  )
  for (let row = 0; row < ROWS; row++) {
    h.gradient[row] = random.normal() + (h.binOf(0, row) > 30 ? 1 : 0) + (h.binOf(4, row) % 3)
    h.hessian[row] = 0.1 + random.next()
  }
  return h
}

const plan = {
  maxLeaves: 60,
  maxDepth: Infinity,
  leastRows: 5,
  leastHessian: 1e-3,
  l2: 1,
  categories: Int32Array.of(0, 0, 0, 0, 30),
  anyMissing: Uint8Array.of(0, 1, 0, 0, 0),
  directions: undefined,
}

function grow(more: Partial<GrowPlan> & { slots: number }, learning = ROWS) {
  const h = histograms(more.slots)
  const nodes = treeGrower(h, { ...plan, ...more })(Int32Array.of(0, 1, 2, 3, 4), learning, h.setPairs())
  return { nodes, order: [...h.order] }
}

test('the same tree, whether histograms fit or are summed up again', () => {
  for (const directions of [undefined, Int32Array.of(1, 0, -1, 0, 0)]) {
    const roomy = grow({ slots: 61, directions })
    expect(roomy.nodes.length).toBe(119)
    expect(roomy.nodes.some(node => node.subset)).toBe(true)
    expect(grow({ slots: 3, directions })).toEqual(roomy)
    expect(grow({ slots: 10, directions })).toEqual(roomy)
  }
})

test('each node holds the rows that fall into it: those that teach and the others', () => {
  const { nodes, order } = grow({ slots: 61 }, 2000)
  const h = histograms(3)
  for (const { left, right, from, to, restFrom, restTo, column, bin, subset, missingLeft } of nodes) {
    expect(to - from).toBeGreaterThanOrEqual(5)
    if (left < 0) continue
    const [l, r] = [nodes[left]!, nodes[right]!]
    expect([l.from, l.to, r.to, l.restFrom, l.restTo, r.restTo]).toEqual([
      from,
      r.from,
      to,
      restFrom,
      r.restFrom,
      restTo,
    ])
    const goesLeft = (row: number) => {
      const at = h.binOf(column, row)
      if (at === h.bins(column)) return missingLeft
      return subset ? subset[at] === 1 : at <= bin
    }
    expect(order.slice(l.from, l.to).every(goesLeft)).toBe(true)
    expect(order.slice(r.from, r.to).some(goesLeft)).toBe(false)
    expect(order.slice(l.restFrom, l.restTo).every(goesLeft)).toBe(true)
    expect(order.slice(r.restFrom, r.restTo).some(goesLeft)).toBe(false)
  }
  expect(order.slice(0, 2000).sort((a, b) => a - b)).toEqual(Array.from({ length: 2000 }, (_, row) => row))
})

test('leaves wait in the order of their gains, equal ones in the order of their coming', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(-1))), steps => {
      const heap = createHeap<{ gain: number; turn: number }>(item => item.gain)
      let waiting: { gain: number; turn: number }[] = []
      for (const [turn, gain] of steps.entries()) {
        if (gain >= 0) {
          heap.push({ gain, turn })
          waiting.push({ gain, turn })
          waiting.sort((a, b) => b.gain - a.gain || a.turn - b.turn)
        } else {
          expect(heap.pop()).toEqual(waiting[0])
          waiting = waiting.slice(1)
        }
        expect(heap.items().length).toBe(waiting.length)
      }
    }),
  )
})
