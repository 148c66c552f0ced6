/** An evaluation says the same as the scores that it is about. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder } from './program.ts'
import { plantRecipe, plantTable } from './tables.ts'

let folder: Folder
const LEVELS = 'levels:\n  WARNING: {quantile: 60%}\n  CRITICAL: {quantile: 80%, hold: 2 of 3}\n'
beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 300 }))
  folder.write('plant.yaml', plantRecipe(LEVELS))
  folder.write('lone.yaml', plantRecipe(LEVELS, 'ignore: note').replace('name: plant', 'name: lone'))
  await folder.must(['fit', 'plant.yaml', '--no-report'])
  await folder.must(['fit', 'lone.yaml', '--no-report'])
})
afterAll(() => folder.remove())

test('rows at each level are those of alarm_level, anomalies those of is_anomaly', async () => {
  folder.write('day.csv', plantTable({ rows: 200, seed: 9 }))
  await folder.must(['score', 'plant.tocsin', 'day.csv'])
  const { stdout } = await folder.must(['evaluate', 'plant.tocsin', 'day.csv'])
  const rows = folder.csv('day_scores.csv')
  const metrics = folder.json('plant_evaluation/metrics.json')
  for (const { name, rows: n } of metrics.levels) {
    expect(n, name).toBe(rows.filter(row => row.alarm_level === name).length)
    expect(stdout).toContain(`${n} rows at this level`)
  }
  expect(metrics.n_anomalies).toBe(rows.filter(row => row.is_anomaly === '1').length)
  expect(metrics.anomaly_rate).toBe(metrics.n_anomalies / metrics.n_samples)
  // The hold must have made a difference, or this test says nothing.
  expect(metrics.levels[1].alarms).toBeGreaterThan(metrics.levels[1].rows)
})

test('without times a week is an assumption, and without a group there is no lead time', async () => {
  const { stdout } = await folder.must(['evaluate', 'lone.tocsin', 'train.csv'])
  expect(stdout).toMatch(/ a week, assuming 168 rows a week\)/)
  const given = await folder.must(['evaluate', 'lone.tocsin', 'train.csv', '--samples-per-week', '100'])
  expect(given.stdout).not.toContain('assuming')
  const refused = await folder.run(['evaluate', 'lone.tocsin', 'train.csv', '--run-to-failure'])
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('the model has no group column')])
})

test('names with control characters are drawn and printed, not obeyed', async () => {
  folder.write('esc.csv', plantTable({ rows: 60, edit: (cells, row) => (cells.unit_id = `S${row % 4}\x1b[31m`) }))
  const { stdout } = await folder.must(['evaluate', 'plant.tocsin', 'esc.csv'])
  const scored = await folder.must(['score', 'plant.tocsin', 'esc.csv', '--threshold', '0'])
  expect(stdout + scored.stdout).not.toContain('\x1b')
  expect(scored.stdout).toContain('\\u001b[31m')
})

test('a threshold set on the rows that taught is warned of', async () => {
  const same = await folder.must(['threshold', 'lone.tocsin', 'train.csv', '--quantile', '50%'])
  expect(same.stderr).toContain('WARNING: these are the rows that taught the model')
  const other = await folder.must(['threshold', 'lone.tocsin', 'day.csv', '--quantile', '50%'])
  expect(other.stderr).toBe('')
})
