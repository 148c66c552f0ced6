import { describe, expect, it } from 'vitest'
import { parseCsv, type Row } from '../../examples/csv.ts'
import { COLUMNS, simulate } from '../../examples/predictive-maintenance/simulate.ts'

const plant = simulate(42)
const fleet = parseCsv(plant.fleet)
const history = parseCsv(plant.history)
/** A reading at rated speed: vibration and pressure follow the square of the speed. */
const atRatedSpeed = (row: Row, column: string) => Number(row[column]) / (Number(row.speed_rpm) / 1480) ** 2
const mean = (rows: readonly Row[], column: string) =>
  rows.reduce(
    (sum, row) => sum + (column === 'vibration_kurtosis' ? Number(row[column]) : atRatedSpeed(row, column)),
    0,
  ) / rows.length

describe('the simulated fleet', () => {
  it('is a function of its seed', () => {
    expect(simulate(42)).toEqual(plant)
    expect(simulate(7).fleet).not.toBe(plant.fleet)
  })

  it('has twelve pumps before and twelve other pumps now, one reading an hour until the end of each', () => {
    expect(plant.fleet.split('\n')[0]).toBe(COLUMNS.join(','))
    const pumps = new Set(fleet.map(row => row.pump))
    expect(pumps.size).toBe(12)
    expect(history.some(row => pumps.has(row.pump))).toBe(false)
    for (const life of plant.truth) {
      const rows = fleet.filter(row => row.pump === life.pump)
      expect(rows.map(row => Number(row.running_h))).toEqual(Array.from({ length: life.hours }, (_, i) => i))
      const steps = rows.slice(1).map((row, i) => Date.parse(`${row.time}Z`) - Date.parse(`${rows[i]!.time}Z`))
      expect(new Set(steps)).toEqual(new Set([3_600_000]))
    }
  })

  it('wears out ten pumps in two ways, late and gradually, and leaves two well', () => {
    expect(plant.truth.filter(life => life.outcome === 'well')).toHaveLength(2)
    expect(new Set(plant.truth.map(life => life.outcome))).toEqual(new Set(['bearing', 'seal', 'well']))
    for (const { pump, outcome, hours, wearFrom } of plant.truth) {
      const rows = fleet.filter(row => row.pump === pump)
      const healthy = rows.slice(0, 720)
      const end = rows.slice(-24)
      const rise = (column: string) => mean(end, column) / mean(healthy, column)
      if (outcome === 'well') {
        expect(rise('vibration_rms_mm_s')).toBeLessThan(1.3)
        continue
      }
      expect(wearFrom).toBeGreaterThan(720)
      expect(wearFrom).toBeLessThan(hours)
      // The last day is worse than the middle of the wear, and the middle worse than health.
      const column = outcome === 'bearing' ? 'vibration_kurtosis' : 'pressure_bar'
      const middle = Math.round((wearFrom! + hours) / 2)
      const at = [mean(healthy, column), mean(rows.slice(middle, middle + 48), column), mean(end, column)] as const
      const sign = outcome === 'bearing' ? 1 : -1
      expect(sign * (at[1] - at[0])).toBeGreaterThan(0)
      expect(sign * (at[2] - at[1])).toBeGreaterThan(sign * (at[1] - at[0]))
    }
  })

  it('stays inside what such sensors can read', () => {
    const possible: Record<string, readonly [number, number]> = {
      speed_rpm: [1300, 1600],
      vibration_rms_mm_s: [0.5, 12],
      vibration_kurtosis: [1, 12],
      bearing_temp_c: [20, 110],
      pressure_bar: [2, 9],
      motor_current_a: [5, 70],
    }
    for (const [column, [low, high]] of Object.entries(possible)) {
      const values = [...history, ...fleet].map(row => Number(row[column]))
      expect(values.filter(value => !(value > low && value < high))).toEqual([])
    }
  })
})
