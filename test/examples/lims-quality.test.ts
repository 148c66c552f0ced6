import { describe, expect, it } from 'vitest'
import { parseCsv, type Row } from '../../examples/csv.ts'
import { COLUMNS, simulate } from '../../examples/lims-quality/simulate.ts'

const plant = simulate(42)
const day = parseCsv(plant.day)
const history = parseCsv(plant.history)
const byId = new Map(day.map(row => [row.sample_id, row]))
const number = (row: Row | undefined, column: string) => Number(row?.[column])

/** Inside what the laboratory signs off, column by column. */
const isHealthy = (row: Row) =>
  number(row, 'ph_level') >= 6.75 &&
  number(row, 'ph_level') <= 7.65 &&
  number(row, 'storage_temp_c') >= 2 &&
  number(row, 'storage_temp_c') <= 8 &&
  number(row, 'dissolved_oxygen_ppm') >= 6 &&
  number(row, 'dissolved_oxygen_ppm') <= 11 &&
  number(row, 'turbidity_ntu') >= 0 &&
  number(row, 'turbidity_ntu') <= 5

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length
const deviation = (values: number[]) => {
  const center = mean(values)
  return Math.sqrt(mean(values.map(v => (v - center) ** 2)))
}

describe('the simulated laboratory', () => {
  it('is a function of its seed', () => {
    expect(simulate(42)).toEqual(plant)
    expect(simulate(43).day).not.toBe(plant.day)
    expect(simulate(43).history).not.toBe(plant.history)
  })

  it('writes the fifty samples of the published example, with its ids and times', () => {
    expect(plant.day.split('\n')[0]).toBe(COLUMNS.join(','))
    expect(day.map(row => row.sample_id)).toEqual(
      Array.from({ length: 50 }, (_, i) => `S${String(i + 1).padStart(4, '0')}`),
    )
    expect(byId.get('S0001')).toMatchObject({
      facility_id: 'GA_LTC_01',
      batch_id: 'BATCH_20251122_000',
      timestamp: '2025-11-22 10:00:00',
    })
    expect(byId.get('S0035')).toMatchObject({
      facility_id: 'GA_LTC_03',
      batch_id: 'BATCH_20251122_003',
      timestamp: '2025-11-22 13:00:00',
      storage_temp_c: '85.00',
    })
    expect(new Set([...day, ...history].map(row => row.facility_id))).toEqual(
      new Set(['GA_LTC_01', 'GA_LTC_02', 'GA_LTC_03', 'GA_LTC_04', 'GA_LTC_05']),
    )
  })

  it.each([1, 42, 2025])('puts each trouble where the truth says and nowhere else (seed %i)', seed => {
    const { day: text, truth } = simulate(seed)
    const rows = new Map(parseCsv(text).map(row => [row.sample_id, row]))
    for (const { sample_id, trouble, column } of truth) {
      const value = number(rows.get(sample_id), column)
      if (trouble === 'sensor fault') expect(value).toBe(-999)
      if (trouble === 'warm fridge') expect(value).toBe(85)
      if (trouble === 'calibration drift') expect(value).toBeGreaterThan(7.65)
      if (trouble === 'contamination') {
        expect(value).toBeGreaterThanOrEqual(15)
        expect(value).toBeLessThanOrEqual(25)
        expect(number(rows.get(sample_id), 'dissolved_oxygen_ppm')).toBeLessThan(9)
      }
    }
    const injected = new Set(truth.map(t => t.sample_id))
    expect(injected.size).toBe(13)
    expect([...rows.values()].filter(row => !injected.has(row.sample_id!)).every(isHealthy)).toBe(true)
  })

  it('has a history whose verified rows are healthy and whose few rejected rows are not', () => {
    expect(history).toHaveLength(20_000)
    const verified = history.filter(row => row.status === 'verified')
    expect(verified.every(isHealthy)).toBe(true)
    const rejected = history.filter(row => row.status === 'rejected')
    expect(rejected.length + verified.length).toBe(20_000)
    expect(rejected.length).toBeGreaterThan(50)
    expect(rejected.length).toBeLessThan(150)
    const times = history.map(row => row.timestamp!)
    expect(times.toSorted()).toEqual(times)
    expect(times.at(-1)! < day[0]!.timestamp!).toBe(true)
  })

  it('draws from the published distributions', () => {
    const verified = history.filter(row => row.status === 'verified')
    const column = (name: string) => verified.map(row => number(row, name))
    // Cutting a normal distribution at three deviations leaves 0.9866 of its deviation.
    expect(mean(column('ph_level'))).toBeCloseTo(7.2, 2)
    expect(deviation(column('ph_level'))).toBeCloseTo(0.15 * 0.9866, 2)
    expect(mean(column('storage_temp_c'))).toBeCloseTo(4, 1)
    expect(deviation(column('storage_temp_c'))).toBeCloseTo(0.3, 1)
    expect(mean(column('dissolved_oxygen_ppm'))).toBeCloseTo(8.5, 1)
    expect(deviation(column('dissolved_oxygen_ppm'))).toBeCloseTo(0.5, 1)
    // Gamma with shape 2 and scale 0.5: mean 1, deviation √½.
    expect(mean(column('turbidity_ntu'))).toBeCloseTo(1, 1)
    expect(deviation(column('turbidity_ntu'))).toBeCloseTo(Math.SQRT1_2, 1)
  })
})
