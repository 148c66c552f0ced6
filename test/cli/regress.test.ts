/** A number to predict: which end is the risk, what was learned, how far off it is, and why a row stands where it does. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { measuredTable } from './answers.ts'
import { createFolder, type Folder } from './program.ts'

let folder: Folder

const recipe = (label: string, more: string, rows = 'tanks.csv') => `tocsin: 1
name: tanks
rows: ${rows}
columns: {id: id, time: {name: hour, unit: h}, label: {${label}}}
features: [u, v, w]
${more}`

interface Row {
  readonly u: number
  readonly v: number
  readonly measured: number
  readonly risk: number
  readonly above: boolean
  readonly cells: Readonly<Record<string, string>>
}

beforeAll(() => {
  folder = createFolder()
  folder.write('tanks.csv', measuredTable({ rows: 200 }))
  folder.write('noisy.csv', measuredTable({ rows: 400, noise: 1 }))
})
afterAll(() => folder.remove())

async function fitted(name: string, text: string): Promise<string> {
  folder.write(`${name}.yaml`, text)
  return (await folder.must(['fit', `${name}.yaml`, '-o', `${name}.tocsin`, '--no-report', '--threads', '1'])).stdout
}

const told = new Map<string, Row[]>()

async function scored(name: string, table: string): Promise<Row[]> {
  const known = told.get(name)
  if (known) return known
  await folder.must(['score', `${name}.tocsin`, table, '--output', 'out', '--reasons', '3', '--reasons-of', 'all'])
  const rows = folder.csv('out.csv').map(cells => ({
    u: Number(cells.u),
    v: Number(cells.v),
    measured: Number(cells.yield),
    risk: Number(cells.anomaly_score),
    above: cells.is_anomaly === '1',
    cells,
  }))
  told.set(name, rows)
  return rows
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('a law without noise, all rows teach', () => {
  const all = 'split: {test: 0, calibrate: 0}\nmodel: {use: ridge, alpha: 0}\n'

  test('the risk is the number, and the shares are coefficient × (value − mean)', async () => {
    await fitted('high', recipe('value: yield', `${all}levels:\n  RICH: {risk: 10}\n`))
    const rows = await scored('high', 'tanks.csv')
    const middle = { u: mean(rows.map(row => row.u)), v: mean(rows.map(row => row.v)) }
    for (const { u, v, measured, risk, above, cells } of rows) {
      expect(risk).toBeCloseTo(measured, 5)
      expect(above).toBe(risk > 10)
      const shares = { u: 3 * (u - middle.u), v: -2 * (v - middle.v) }
      const expected = Object.entries(shares).filter(([, share]) => share > 1e-6)
      const named = [1, 2, 3].filter(k => Number(cells[`reason_${k}_share`]) > 1e-6)
      expect(named.map(k => cells[`reason_${k}`])).toEqual(
        expected.sort(([, a], [, b]) => b - a).map(([feature]) => feature),
      )
      for (const k of named)
        expect(Number(cells[`reason_${k}_share`])).toBeCloseTo(shares[cells[`reason_${k}`] as 'u' | 'v'], 5)
    }
  })

  test('where low is the risk, risk and shares are turned', async () => {
    await fitted('low', recipe('value: yield, risk: low', `${all}levels:\n  POOR: {risk: -3}\n`))
    for (const { measured, risk, above, u, cells } of await scored('low', 'tanks.csv')) {
      expect(risk).toBeCloseTo(-measured, 5)
      expect(above).toBe(measured < 3)
      const place = [1, 2, 3].find(k => cells[`reason_${k}`] === 'u')
      if (u > 1) expect(place).toBeUndefined()
      if (u < -1) expect(place).toBeDefined()
    }
  })

  test('explain: the alarm ends where the law says', async () => {
    const { stdout } = await folder.must(['explain', 'high.tocsin', 'tanks.csv', '--json', '-o', 'why'])
    const { row, reasons, cut } = JSON.parse(stdout)
    const { u, v } = (await scored('high', 'tanks.csv'))[row - 1]!
    const ranges = Object.fromEntries(reasons.map((r: { feature: string; quiet?: object }) => [r.feature, r.quiet]))
    expect(cut).toBe(10)
    // 3 u − 2 v + 7 ≤ 10, one of the two at a time.
    if (ranges.u) expect(ranges.u.high).toBeCloseTo((3 + 2 * v) / 3, 4)
    if (ranges.v) expect(ranges.v.low).toBeCloseTo((3 * u - 3) / 2, 4)
    expect(ranges.u ?? ranges.v).toBeDefined()
  })

  test('importance: parts by size of the coefficients, signs as directions, no loss without w', async () => {
    const { stdout } = await folder.must(['importance', 'high.tocsin', 'tanks.csv', '--json', '-o', 'goes_by'])
    const { features, quality } = JSON.parse(stdout)
    const rows = await scored('high', 'tanks.csv')
    const sizes = (['u', 'v'] as const).map((name, i) => {
      const middle = mean(rows.map(row => row[name]))
      return [3, 2][i]! * mean(rows.map(row => Math.abs(row[name] - middle)))
    })
    expect(features.map((f: { feature: string }) => f.feature)).toEqual(['u', 'v', 'w'])
    features.slice(0, 2).forEach((feature: { mean_share: number; part: number }, i: number) => {
      expect(feature.mean_share).toBeCloseTo(sizes[i]!, 5)
      expect(feature.part).toBeCloseTo(sizes[i]! / (sizes[0]! + sizes[1]!), 5)
    })
    expect(features[0].direction).toBeCloseTo(1, 10)
    expect(features[1].direction).toBeCloseTo(-1, 10)
    expect(quality.figure).toBe('RMSE')
    expect(quality.value).toBeCloseTo(0, 5)
    // Dealt out anew, the difference of two values of a column has √2 times its spread.
    const spread = Math.sqrt(mean(rows.map(row => (row.u - mean(rows.map(r => r.u))) ** 2)))
    expect(features[0].loss / (3 * Math.SQRT2 * spread)).toBeGreaterThan(0.9)
    expect(features[0].loss / (3 * Math.SQRT2 * spread)).toBeLessThan(1.1)
    expect(features[2].loss).toBeCloseTo(0, 5)
  })
})

describe('with noise', () => {
  let said: string

  beforeAll(async () => {
    said = await fitted(
      'noisy',
      recipe('value: yield', 'split: {by: time, test: 25%, calibrate: 40%}\nmodel: ridge\n', 'noisy.csv'),
    )
  })

  test('the figures out of fold are those of the noise, and the default alarm is the highest twentieth held out', async () => {
    const [, rmse = ''] =
      /^quality +RMSE ([\d.]+) \([\d.]+–[\d.]+\) out of fold, 5 folds, forward in time/m.exec(said) ?? []
    expect(Number(rmse)).toBeGreaterThan(0.9)
    expect(Number(rmse)).toBeLessThan(1.1)
    expect(said).toMatch(/^ +R² 0\.9\d \(0\.\d\d–0\.9\d\), MAE 0\.[78]\d* \(/m)
    expect(said).toMatch(/^ALARM +predicted yield > \d+\.\d+; quantile 95 %$/m)
    // 180 rows teach, 120 are held out: 6 of them above.
    const heldOut = (await scored('noisy', 'noisy.csv')).slice(180, 300)
    expect(heldOut.filter(row => row.above).length).toBe(6)
  })

  test('evaluate holds predicted against measured, as by hand', async () => {
    await folder.must(['evaluate', 'noisy.tocsin', 'noisy.csv', '-o', 'report'])
    const { regression, supervised, roc_auc } = folder.json('report/metrics.json')
    const rows = await scored('noisy', 'noisy.csv')
    const errors = rows.map(row => row.risk - row.measured)
    const middle = mean(rows.map(row => row.measured))
    const square = mean(errors.map(error => error ** 2))
    expect([supervised, roc_auc, regression.n]).toEqual([false, null, 400])
    expect(regression.rmse).toBeCloseTo(Math.sqrt(square), 10)
    expect(regression.mae).toBeCloseTo(mean(errors.map(Math.abs)), 10)
    expect(regression.r2).toBeCloseTo(1 - square / mean(rows.map(row => (row.measured - middle) ** 2)), 10)
  })
})

test('rows whose number is unknown are scored, but neither teach nor are judged', async () => {
  const table = measuredTable({ rows: 200, edit: (cells, row) => (row % 10 === 3 ? (cells.yield = 'n/a') : 0) })
  folder.write('gaps.csv', table)
  const said = await fitted(
    'gaps',
    recipe('value: yield', 'split: {test: 0, calibrate: 0}\nmodel: ridge\nlevels:\n  A: {risk: 9}\n', 'gaps.csv'),
  )
  expect(said).toMatch(/^left out without an answer 20$/m)
  expect(said).toMatch(/^learn +180 rows \+ 0 held out/m)
  expect((await scored('gaps', 'gaps.csv')).every(row => Number.isFinite(row.risk))).toBe(true)
})
