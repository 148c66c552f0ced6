/** Both plants from simulation to outputs, through the program as a user runs it. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseCsv } from '../../examples/csv.ts'
import { run as limsDemo, summary as limsSummary } from '../../examples/lims-quality/demo.ts'
import limsExpected from '../../examples/lims-quality/expected.json' with { type: 'json' }
import { DASHBOARD_COLUMNS, outputTexts } from '../../examples/lims-quality/outputs.ts'
import { COLUMNS, simulate as simulateLims } from '../../examples/lims-quality/simulate.ts'
import { run as pumpsDemo, summary as pumpsSummary } from '../../examples/predictive-maintenance/demo.ts'
import pumpsExpected from '../../examples/predictive-maintenance/expected.json' with { type: 'json' }
import { simulate as simulatePumps } from '../../examples/predictive-maintenance/simulate.ts'

const root = join(import.meta.dirname, '../..')
const tocsin = async (args: string[]) => {
  await promisify(execFile)(process.execPath, [join(root, 'bin/tocsin.js'), ...args])
}
const folder = mkdtempSync(join(tmpdir(), 'plants-'))
const printed: string[] = []
const print = (line: string) => printed.push(line)
const scores = (path: string) => parseCsv(readFileSync(join(folder, path), 'utf8'))

afterAll(() => rmSync(folder, { recursive: true }))

describe('the laboratory', () => {
  const at = (name: string) => join(folder, 'lims', name)
  let files: string[] = []

  beforeAll(async () => {
    files = (await limsDemo({ folder: join(folder, 'lims'), seed: 42, print, tocsin })).files
  }, 60_000)

  it('catches everything that was done to a sample, tells it apart, and leaves the others alone', () => {
    const found = limsSummary(scores('lims/day_scores.csv'), simulateLims(42).truth)
    expect(found.map(({ what, right, samples }) => [what, right, samples.length])).toEqual([
      ['sensor fault', 2, 2],
      ['calibration drift', 5, 5],
      ['warm fridge', 2, 2],
      ['contamination', 4, 4],
      ['nothing', 37, 37],
    ])
    expect(found.map(({ what, levels, by }) => [what, levels, by])).toEqual([
      ['sensor fault', ['WARNING'], ['not scored']],
      ['calibration drift', ['WARNING'], expect.arrayContaining([expect.stringMatching(/limits only|both/)])],
      ['warm fridge', ['CRITICAL_FAILURE'], expect.arrayContaining([expect.stringMatching(/limits only|both/)])],
      ['contamination', ['CRITICAL_FAILURE'], ['both']],
      ['nothing', ['OK'], []],
    ])
  })

  it('says in words what is wrong with each', () => {
    const reasons = new Map(scores('lims/day_scores.csv').map(row => [row.sample_id, row.alarm_reason]))
    expect(reasons.get('S0012')).toMatch(/sensor fault.*ph_level -999/)
    expect(reasons.get('S0023')).toMatch(/sensor fault.*dissolved_oxygen_ppm -999/)
    expect(reasons.get('S0035')).toMatch(/storage_temp_c 85\.00 above limit 8/)
    expect(reasons.get('S0042')).toMatch(/turbidity_ntu 17\.31 above limit 5/)
    expect(reasons.get('S0018')).toMatch(/ph_level 8\.250 above limit 7\.65/)
    expect(reasons.get('S0001')).toBe('')
  })

  it('writes the four published files as expected.json has them', () => {
    for (const path of files) expect(existsSync(path)).toBe(true)
    const report = JSON.parse(readFileSync(at('lims_monitoring_output/monitoring_report.json'), 'utf8'))
    expect(report).toMatchObject(limsExpected)
    const lines = readFileSync(at('lims_monitoring_output/dashboard_data.csv'), 'utf8').split('\n')
    expect(lines[0]).toBe(DASHBOARD_COLUMNS.join(','))
    expect(lines).toHaveLength(52)
    const critical = parseCsv(readFileSync(at('lims_monitoring_output/critical_alerts.csv'), 'utf8'))
    expect(critical.map(row => row.sample_id)).toEqual(limsExpected.critical_samples)
    const png = readFileSync(at('lims_monitoring_output/monitoring_dashboard.png'))
    expect(png.subarray(1, 4).toString()).toBe('PNG')
  })

  it('keeps every column of the day as it came', () => {
    const before = parseCsv(simulateLims(42).day)
    const after = scores('lims/day_scores.csv')
    expect(after.map(row => Object.fromEntries(COLUMNS.map(column => [column, row[column]])))).toEqual(before)
  })

  it('writes its files with their columns when nothing alarms', async () => {
    const calm = simulateLims(42).day.split('\n').slice(0, 11)
    writeFileSync(at('calm.csv'), `${calm.join('\n')}\n`)
    await tocsin([
      'score',
      '--model',
      at('lims-quality.tocsin'),
      '--input',
      at('calm.csv'),
      '--output',
      at('calm_scores'),
    ])
    const texts = outputTexts(scores('lims/calm_scores.csv'), '2025-11-22T14:30:00')
    expect(texts['critical_alerts.csv']).toBe(`${DASHBOARD_COLUMNS.join(',')}\n`)
    expect(JSON.parse(texts['monitoring_report.json'])).toMatchObject({ total_samples: 10, data_quality_score: 100 })
  })

  it('prints a line for each kind of trouble', () => {
    expect(printed.some(line => /calibration drift .*S0018 .*WARNING .*5 of 5/.test(line))).toBe(true)
  })
})

describe('the fleet of pumps', () => {
  beforeAll(async () => {
    await pumpsDemo({ folder: join(folder, 'pumps'), seed: 42, print, tocsin })
  }, 60_000)

  it('warns of every failure days before, and rarely without one', () => {
    const watches = pumpsSummary(scores('pumps/fleet_scores.csv'), simulatePumps(42).truth)
    const failed = watches.filter(watch => watch.outcome !== 'well')
    expect(failed).toHaveLength(pumpsExpected.failures)
    for (const { pump, leadHours } of failed) {
      expect(leadHours, pump).toBeGreaterThanOrEqual(pumpsExpected.shortest_lead_hours)
    }
    const alarms = watches.reduce((sum, { falseAlarms }) => sum + falseAlarms, 0)
    expect(alarms).toBeLessThanOrEqual(pumpsExpected.false_alarms)
  })
})
