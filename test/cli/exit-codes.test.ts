/** Every exit code of docs/exit-codes.md that a person can cause, from the command line. */
import { readFileSync, symlinkSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFolder, type Folder } from './program.ts'
import { plantRecipe, plantTable } from './tables.ts'

let folder: Folder

beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 300 }))
  folder.write('plant.yaml', plantRecipe())
  folder.write('tight.yaml', plantRecipe('levels:\n  ALARM: {false_alarms: 0.1/week}\n'))
  folder.write('today.csv', plantTable({ rows: 20, edit: (cells, row) => (row === 3 ? (cells.temp = 'x') : 0) }))
  folder.write('empty.csv', 'timestamp,unit_id,temp,pressure,flow,note\n')
  folder.write('twice.csv', 'temp,temp,pressure,flow\n1,2,3,4\n')
  folder.write('address.yaml', plantRecipe().replace('train.csv', 'https://example.org/today.csv'))
  folder.write('other/plant.csv', plantTable({ rows: 20 }))
  folder.write('junk.tocsin', 'junk')
  folder.write('a-folder.csv/x', '')
  symlinkSync(folder.at('train.csv'), folder.at('link.csv'))
  await folder.must(['fit', 'plant.yaml', '--no-report'])
})
afterAll(() => folder.remove())

const SCORE = ['score', 'plant.tocsin']

/** The message's first line holds the last word of each row. */
const cases: [code: number, what: string, args: string[], says: string][] = [
  [0, 'a run that finds anomalies', [...SCORE, 'today.csv', '--threshold', '0'], ''],
  [0, 'a run that finds none', [...SCORE, 'today.csv', '--threshold', '1'], ''],
  [0, 'a version', ['--version'], ''],
  [1, 'nothing', [], ''],
  [1, 'an unknown command', ['scroe', 'plant.tocsin'], 'scroe'],
  [1, 'an unknown flag', [...SCORE, 'today.csv', '--tresh', '1'], '--tresh'],
  [1, 'a flag without its value', [...SCORE, 'today.csv', '--threshold'], '--threshold'],
  [1, 'a value that is none', [...SCORE, 'today.csv', '--threshold', 'high'], '"high"'],
  [1, 'an infinite threshold', [...SCORE, 'today.csv', '--threshold', 'Infinity'], 'Infinity'],
  [1, 'a batch of no rows', [...SCORE, 'today.csv', '--batch-size', '0'], '"0"'],
  [1, 'a wrong word', [...SCORE, 'today.csv', '--on-invalid', 'ignore'], 'skip, impute or error'],
  [1, 'a wrong format', [...SCORE, 'today.csv', '--format', 'xlsx'], 'csv, parquet or both'],
  [1, 'a wrong time', [...SCORE, 'today.csv', '--scored-at', 'yesterday'], 'yesterday'],
  [1, 'a wrong memory', [...SCORE, 'today.csv', '--memory', 'lots'], 'lots'],
  [1, 'no input', ['score', 'plant.tocsin'], 'the input is missing'],
  [1, 'one word too many', [...SCORE, 'today.csv', 'more.csv'], 'too many arguments'],
  [1, 'an input twice', ['score', 'plant.tocsin', '-i', 'today.csv', '-i', 'train.csv'], '--input is given twice'],
  [
    1,
    'an input as a word and as a flag',
    [...SCORE, 'today.csv', '-i', 'train.csv'],
    '"today.csv" is one word too many',
  ],
  [1, 'a model as a word and as a flag', [...SCORE, 'today.csv', '-m', 'plant.tocsin'], '"today.csv" is one word too'],
  [1, 'a batch in powers of ten', [...SCORE, 'today.csv', '--batch-size', '1e9'], 'digits only'],
  [1, 'a model to fit', ['fit', 'plant.tocsin'], 'plant.tocsin is a model'],
  [1, 'a table whose recipe is about another one', ['fit', 'other/plant.csv'], 'it is about train.csv'],
  [1, 'a recipe that is not there', ['fit', 'none.yaml'], 'none.yaml'],
  [1, 'a plant that is not there', ['demo', 'nowhere'], 'nowhere'],
  [2, 'a model that is not there', ['score', 'none.tocsin', 'today.csv'], 'none.tocsin'],
  [2, 'a model that is none', ['score', 'junk.tocsin', 'today.csv'], 'junk.tocsin'],
  [2, 'a budget that cannot be kept', ['fit', 'tight.yaml', '--strict', '--no-report'], 'ALARM'],
  [3, 'an input that is not there', [...SCORE, 'none.csv'], 'none.csv'],
  [3, 'an input without rows', [...SCORE, 'empty.csv'], 'empty.csv'],
  [3, 'a column twice', [...SCORE, 'twice.csv'], 'temp'],
  [3, 'a model as input', [...SCORE, 'plant.tocsin'], 'plant.tocsin is a tocsin model'],
  [3, 'an address', [...SCORE, 'https://example.org/today.csv'], 'https://example.org/today.csv is an address'],
  [3, 'an address in a recipe', ['fit', 'address.yaml'], 'example.org/today.csv is an address'],
  [3, 'a folder without a table', [...SCORE, 'a-folder.csv'], 'no .csv, .parquet or .xlsx'],
  [3, 'rows that cannot be scored', [...SCORE, 'today.csv', '--on-invalid', 'error'], '1 of 20 rows'],
  [4, 'an output that is an input', [...SCORE, 'today.csv', '--output', 'today'], 'today.csv'],
  [4, 'an output through a link to an input', [...SCORE, 'train.csv', '--output', 'link'], 'link.csv'],
  [4, 'an output that is a folder', [...SCORE, 'today.csv', '--output', 'a-folder'], 'a-folder.csv'],
  [4, 'an output without a name', [...SCORE, 'today.csv', '--output', 'x/'], 'x/'],
  [7, 'more rejected rows than allowed', [...SCORE, 'today.csv', '--max-rejected', '4%'], '1 of 20 rows'],
]

test.each(cases)('%i: %s', async (code, _, args, says) => {
  const outcome = await folder.run(
    args.includes('--output') || args[0] !== 'score' ? args : [...args, '--output', 'out'],
  )
  expect({ code: outcome.code, stderr: outcome.stderr }).toEqual({ code, stderr: expect.any(String) })
  expect(outcome.stderr).not.toContain('mistake in tocsin')
  if (code === 0) return
  expect(outcome.stderr.startsWith('ERROR: ') || args.length === 0).toBe(true)
  expect(outcome.stderr).toContain(says)
  if (args.length) expect(outcome.stderr).toContain('\n\nSolution: ')
  expect(outcome.files.filter(f => f.startsWith('.'))).toEqual([])
})

test('6: another run is writing the same output', async () => {
  folder.write('many.csv', plantTable({ rows: 200_000 }))
  const first = folder.run([...SCORE, 'many.csv', '--output', 'shared/out'])
  // The lock is there as soon as the work begins.
  const { existsSync, readdirSync } = await import('node:fs')
  while (!existsSync(folder.at('shared')) || !readdirSync(folder.at('shared')).some(f => f.endsWith('lock')))
    await new Promise(r => setTimeout(r, 5))
  const second = await folder.run([...SCORE, 'today.csv', '--output', 'shared/out'])
  expect([second.code, second.stderr]).toEqual([6, expect.stringContaining('Another run')])
  expect((await first).code).toBe(0)
})

test('8: not enough memory', async () => {
  const { code, stderr } = await folder.run([...SCORE, 'many.csv', '--output', 'small', '--memory', '1MB'])
  expect([code, stderr]).toEqual([8, expect.stringContaining('--batch-size')])
  expect(folder.files().filter(f => f.includes('small'))).toEqual([])
})

test('the page lists these codes; 5 needs a bad disk, 129, 130 and 143 a signal', () => {
  const page = readFileSync(new URL('../../docs/exit-codes.md', import.meta.url), 'utf8')
  const listed = [...page.matchAll(/^\| (\d+) \|/gm)].map(m => Number(m[1]))
  const here = new Set([...cases.map(([code]) => code), 6, 8])
  expect(listed.filter(code => !here.has(code)).sort((a, b) => a - b)).toEqual([5, 129, 130, 143])
})

describe('spelling', () => {
  test('the nearest command and flag are named', async () => {
    expect((await folder.run(['scroe'])).stderr).toContain('score')
    expect((await folder.run([...SCORE, 'today.csv', '--treshold', '1'])).stderr).toContain('--threshold')
  })

  test('a value is never taken for a flag, whatever is in it', async () => {
    folder.write('under_score.csv', plantTable({ rows: 5 }))
    await folder.must([...SCORE, 'under_score.csv', '--output', 'with_under_scores'])
    expect(folder.files()).toContain('with_under_scores.csv')
    await folder.must(['score', '--model=plant.tocsin', '--input=under_score.csv', '--output=also_under=scores'])
    expect(folder.files()).toContain('also_under=scores.csv')
  })
})
