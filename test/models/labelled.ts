/** Seeded tables with a target, and what every test of a linear model asks. */
import { expect } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import type { Target, Task, Training } from '../../src/models/model.ts'

export function training(task: Task, columns: readonly Float64Array[], y: Target, weight?: Float64Array): Training {
  const rows = columns[0]!.length
  const names = columns.map((_, c) => `x${c}`)
  const weights = weight ?? new Float64Array(rows).fill(1)
  return { task, x: { rows, columns }, names, y, weight: weights, random: createRandom(1) }
}

export const classTarget = (codes: ArrayLike<number>): Target => ({
  codes: Int32Array.from(codes),
  levels: ['fine', 'bad'],
  positive: 1,
})

export const columnsOf = (x: readonly (readonly number[])[]) => x.map(values => Float64Array.from(values))

export function normalColumns(columns: number, rows: number, seed = 7): Float64Array[] {
  const random = createRandom(seed)
  return Array.from({ length: columns }, () => Float64Array.from({ length: rows }, () => random.normal()))
}

/** Each within `bound` of its expected value, or of that share of it where it is above 1. */
export function expectNear(found: ArrayLike<number>, expected: ArrayLike<number>, bound: number): void {
  expect(found.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    const apart = Math.abs(found[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!))
    expect(apart, `entry ${i}: ${found[i]}, expected ${expected[i]}`).toBeLessThanOrEqual(bound)
  }
}
