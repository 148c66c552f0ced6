/** The laboratory's day from simulation to dashboard. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readModel } from '../../src/verbs/model-file.ts'
import { parseCsv, type Row } from '../csv.ts'
import { type Demo, tableLines } from '../demo.ts'
import { writeFiles } from '../files.ts'
import { dashboardRows, type Finder, foundBy, outputTexts } from './outputs.ts'
import { dashboardPng } from './picture.ts'
import { type Injected, plantFiles, simulate, type Trouble } from './simulate.ts'

export const run: Demo = async ({ folder, seed, print, tocsin }) => {
  const at = (name: string) => join(folder, name)
  writeFiles(folder, plantFiles(seed))
  print('A laboratory: 20,000 past samples teach, 50 samples of today are scored; something was done to 13 of them.')
  const model = at('lims-quality.tocsin')
  await tocsin(['fit', at('recipe.yaml'), '-o', model])
  await tocsin(['score', '--model', model, '--input', at('day.csv'), '--output', at('day_scores')])
  const label = ['--label', "trouble <> 'none'"]
  await tocsin(['evaluate', '--model', model, '--input', at('checked.csv'), ...label, '--output', at('report')])
  const scored = parseCsv(readFileSync(at('day_scores.csv'), 'utf8'))
  const ran = JSON.parse(readFileSync(at('day_scores_metadata.json'), 'utf8')) as { run_info: { timestamp: string } }
  const outputs = writeFiles(at('lims_monitoring_output'), {
    ...outputTexts(scored, ran.run_info.timestamp),
    'monitoring_dashboard.png': await dashboardPng(dashboardRows(scored), readModel(model).artifact.levels),
  })
  for (const line of ['', ...table(summary(scored, simulate(seed).truth)), '']) print(line)
  return { files: [...outputs, at('report/evaluation_report.html'), at('lims-quality.html'), at('day_scores.csv')] }
}

export interface Found {
  readonly what: Trouble | 'nothing'
  readonly samples: readonly string[]
  /** How many of them have the level at which the truth wants them; for healthy samples, OK. */
  readonly right: number
  readonly levels: readonly string[]
  readonly by: readonly Finder[]
}

/** What was done to the samples, beside what was found. */
export function summary(scored: readonly Row[], truth: readonly Injected[]): Found[] {
  const rows = dashboardRows(scored)
  const injected = new Map(truth.map(t => [t.sample_id, t]))
  const kinds = [...new Set(truth.map(t => t.trouble)), 'nothing'] as const
  return kinds.map(what => {
    const chosen = rows.filter(row => (injected.get(row.sample_id ?? '')?.trouble ?? 'nothing') === what)
    const wanted = (row: Row) => injected.get(row.sample_id ?? '')?.level ?? 'OK'
    return {
      what,
      samples: chosen.map(row => row.sample_id ?? ''),
      right: chosen.filter(row => row.QA_ALERT === wanted(row)).length,
      levels: [...new Set(chosen.map(row => row.QA_ALERT ?? ''))],
      by: [...new Set(chosen.map(foundBy).filter(by => by !== undefined))],
    }
  })
}

function table(found: readonly Found[]): string[] {
  const cells = found.map(({ what, samples, right, levels, by }) => [
    what === 'nothing' ? 'healthy' : what,
    what === 'nothing' ? `${samples.length} others` : samples.join(' '),
    levels.join(', '),
    by.join(', ') || '–',
    `${right} of ${samples.length}`,
  ])
  return tableLines([['what was done', 'samples', 'level', 'found by', 'as it should be'], ...cells])
}
