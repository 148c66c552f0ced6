import { describe, expect, it } from 'vitest'
import { COLUMNS, simulate } from '../../examples/batches/simulate.ts'
import { parseCsv } from '../../examples/csv.ts'

const plant = simulate(42)
const history = parseCsv(plant.history)
const running = parseCsv(plant.running)
const bad = history.filter(row => row.failed === '1')
const good = history.filter(row => row.failed === '0')
const mean = (rows: typeof history, column: string) =>
  rows.reduce((sum, row) => sum + Number(row[column]), 0) / rows.length

describe('the simulated batches', () => {
  it('are a function of their seed', () => {
    expect(simulate(42)).toEqual(plant)
    expect(simulate(43).history).not.toBe(plant.history)
  })

  it('are 300 whose end is known, and twelve without it', () => {
    expect(plant.history.split('\n')[0]).toBe([...COLUMNS, 'failed'].join(','))
    expect(plant.running.split('\n')[0]).toBe(COLUMNS.join(','))
    expect([history.length, running.length, bad.length + good.length]).toEqual([300, 12, 300])
  })

  it('fail by what the page says', () => {
    expect(mean(bad, 'ph')).toBeGreaterThan(mean(good, 'ph'))
    for (const low of ['titer', 'feed', 'temp']) expect(mean(bad, low), low).toBeLessThan(mean(good, low))
  })
})
