import { expect, test } from 'vitest'
import { riskInTurns } from '../../src/verbs/turns.ts'

test('long work gives others their turn, and the risks are those of one block', async () => {
  let heard = 0
  const listener = setInterval(() => heard++, 1)
  const x = Float64Array.from({ length: 5000 }, (_, i) => i)
  const out = new Float64Array(5000)
  const blocks: number[] = []
  await riskInTurns(
    (block, risk) => {
      blocks.push(block.rows)
      const until = performance.now() + 60
      while (performance.now() < until);
      for (let i = 0; i < block.rows; i++) risk[i] = 2 * (block.columns[0] as Float64Array)[i]!
    },
    { rows: 5000, columns: [x] },
    out,
  )
  clearInterval(listener)
  expect(out).toEqual(x.map(value => 2 * value))
  expect(blocks).toEqual([2048, 2048, 904])
  expect(heard).toBeGreaterThan(0)
})
