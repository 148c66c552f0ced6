/** Rows whose time cannot be read have no place among the rows of their machine. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFolder, type Folder } from './program.ts'
import { plantRecipe, plantTable } from './tables.ts'

let folder: Folder
const BAD: Record<number, string> = { 16: 'n/a', 40: '31.02.2026', 77: '', 90: '01.01.26 00:00' }
const COLUMNS = 'time: {name: timestamp, format: DD.MM.YYYY HH:mm}, group: unit_id'
const WINDOW = 'features:\n  change: temp - lag(temp) over group\n  flow: flow\n'
const LEVELS = 'levels:\n  WARNING: {false_alarms: 5%}\n'

function german(rows: number, bad: Record<number, string>, seed = 1): string {
  return plantTable({
    rows,
    seed,
    edit: (cells, row) => {
      const [day = '', clock = ''] = (cells.timestamp as string).split(' ')
      cells.timestamp = bad[row] ?? `${day.split('-').toReversed().join('.')} ${clock.slice(0, 5)}`
    },
  })
}

const recipe = (more: string) => plantRecipe(more, COLUMNS).replace('features: [temp, pressure, flow]\n', '')

beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', german(400, BAD))
  folder.write('window.yaml', recipe(WINDOW + LEVELS))
  folder.write('plain.yaml', recipe(`features: [temp, flow]\n${LEVELS}`))
  folder.write('hold.yaml', recipe('features: [temp, flow]\nlevels:\n  WARNING: {false_alarms: 5%, hold: 1 of 3}\n'))
  folder.write('random.yaml', recipe(`features: [temp, flow]\nsplit: {by: random}\n${LEVELS}`))
  for (const name of ['window', 'plain', 'hold', 'random'])
    folder.write(
      `${name}.json`,
      (await folder.must(['fit', `${name}.yaml`, '--no-report', '--json', '-o', `${name}.tocsin`])).stdout,
    )
  folder.write('new.csv', german(120, BAD, 2))
})
afterAll(() => folder.remove())

describe('fit', () => {
  test('says how many there are, and the first', () => {
    expect(folder.json('plain.json').notes).toContain('4 of 400 times cannot be read, first row 17: n/a')
  })

  test('does not learn from them where it splits by time or looks back', () => {
    expect(folder.json('plain.json').lineage).toMatchObject({ rejected: { 'unreadable time': 4 } })
    const { learned, heldOut } = folder.json('plain.json').lineage
    expect(learned + heldOut).toBe(396)
    expect(folder.json('window.json').lineage.rejected['unreadable time']).toBe(4)
    expect(folder.json('hold.json').lineage.rejected['unreadable time']).toBe(4)
  })

  test('learns from them where time is only carried along', () => {
    const { learned, heldOut, rejected } = folder.json('random.json').lineage
    expect([learned + heldOut, rejected]).toEqual([400, {}])
  })

  test('holds out the latest of the others, as if they were not there', () => {
    const { to } = folder.json('plain.json').lineage
    expect(to).toBe('2026-01-17T15:00:00Z')
  })
})

describe('score', () => {
  const score = async (model: string, input: string) => {
    await folder.must(['score', `${model}.tocsin`, input, '--output', 'out', '--on-invalid', 'impute'])
    return folder.csv('out.csv')
  }

  test('gives them no score where windows or hold look back, whatever is imputed', async () => {
    for (const model of ['window', 'hold']) {
      const rows = await score(model, 'new.csv')
      for (const [row, text] of Object.entries(BAD)) {
        const { anomaly_score, alarm_level, alarm_reason } = rows[Number(row)] ?? {}
        expect([anomaly_score, alarm_level]).toEqual(['', 'NOT_SCORED'])
        expect(alarm_reason).toBe(
          `not scored (unreadable time): timestamp ${text === '' ? 'missing' : `${text} is not a readable time`}`,
        )
      }
    }
  })

  test('their neighbours score as if they were not there', async () => {
    const all = await score('window', 'new.csv')
    const lines = folder.read('new.csv').trimEnd().split('\n')
    folder.write('without.csv', `${lines.filter((_, i) => BAD[i - 1] === undefined).join('\n')}\n`)
    const rest = await score('window', 'without.csv')
    const scores = (rows: Record<string, string>[]) => rows.map(r => [r.note, r.anomaly_score])
    expect(scores(all.filter((_, i) => BAD[i] === undefined))).toEqual(scores(rest))
  })

  test('scores them where nothing looks back', async () => {
    const rows = await score('plain', 'new.csv')
    expect(rows.filter(r => r.anomaly_score === '')).toEqual([])
  })
})

test('a column of years in two digits is read as YY, never as the years 0001 to 0099', async () => {
  const short = plantTable({
    rows: 400,
    edit: c => (c.timestamp = (c.timestamp as string).slice(2, 10).split('-').toReversed().join('.')),
  })
  folder.write('train.csv', short)
  folder.write('short.yaml', plantRecipe())
  const { stdout } = await folder.must(['fit', 'short.yaml', '--no-report', '--json', '-o', 'short.tocsin'])
  const result = JSON.parse(stdout)
  expect(result.notes.join()).toContain('dates DD.MM.YY (only reading that fits)')
  expect(result.lineage.from).toBe('2026-01-01T00:00:00Z')
})
