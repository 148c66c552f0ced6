/** A fleet of pumps from simulation to alarms. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseCsv, type Row } from '../csv.ts'
import { type Demo, tableLines } from '../demo.ts'
import { writeFiles } from '../files.ts'
import { type Life, plantFiles, simulate } from './simulate.ts'

export const run: Demo = async ({ folder, seed, print, tocsin }) => {
  const at = (name: string) => join(folder, name)
  writeFiles(folder, plantFiles(seed))
  print('A fleet of twelve pumps: the first month of twelve earlier ones teaches; ten of these will fail.')
  const model = at('pumps.tocsin')
  await tocsin(['fit', at('recipe.yaml'), '-o', model])
  await tocsin(['score', '--model', model, '--input', at('fleet.csv'), '--output', at('fleet_scores')])
  await tocsin(['evaluate', '--model', model, '--input', at('fleet.csv'), '--run-to-failure', '--output', at('report')])
  const found = summary(parseCsv(readFileSync(at('fleet_scores.csv'), 'utf8')), simulate(seed).truth)
  for (const line of ['', ...table(found), '']) print(line)
  return {
    files: [at('report/evaluation_report.html'), at('report/timeline.png'), at('pumps.html'), at('fleet_scores.csv')],
  }
}

export interface Watch {
  readonly pump: string
  readonly outcome: Life['outcome']
  /** Alarms that began before any wear. */
  readonly falseAlarms: number
  /** Hours from the beginning of the alarm that lasts until the failure; undefined without one. */
  readonly leadHours: number | undefined
  readonly healthyHours: number
}

/** One line a pump: what became of it, and what the alarm said when. */
export function summary(scored: readonly Row[], truth: readonly Life[]): Watch[] {
  return truth.map(({ pump, outcome, hours, wearFrom = hours }) => {
    const alarms = scored.filter(row => row.pump === pump).map(row => row.alarm_level === 'ALARM')
    const begins = alarms.map((on, hour) => on && !alarms[hour - 1])
    const lastQuiet = alarms.lastIndexOf(false)
    return {
      pump,
      outcome,
      falseAlarms: begins.slice(0, wearFrom).filter(Boolean).length,
      leadHours: outcome === 'well' || lastQuiet === hours - 1 ? undefined : hours - 1 - lastQuiet,
      healthyHours: wearFrom,
    }
  })
}

function table(watches: readonly Watch[]): string[] {
  const days = (hours: number) => `${(hours / 24).toFixed(1)} d`
  const cells = watches.map(({ pump, outcome, falseAlarms, leadHours, healthyHours }) => [
    pump,
    outcome === 'well' ? 'still well' : `${outcome} failed`,
    outcome === 'well' ? '–' : leadHours === undefined ? 'MISSED' : `${days(leadHours)} before`,
    `${falseAlarms} in ${Math.round(healthyHours / 168)} healthy weeks`,
  ])
  return tableLines([['pump', 'what became of it', 'alarm to stay', 'false alarms'], ...cells])
}
