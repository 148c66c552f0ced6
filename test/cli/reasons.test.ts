/** `tocsin score --reasons`: which features raised a row's risk, in CSV and Parquet, and what must never be named. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFolder, type Folder, parseRecords, readParquet } from './program.ts'
import { COLUMNS, plantRecipe, plantTable } from './tables.ts'

let folder: Folder
const AT = ['--scored-at', '2026-03-01T00:00:00Z']
const names = (count: number) =>
  Array.from({ length: count }, (_, k) => [`reason_${k + 1}`, `reason_${k + 1}_value`, `reason_${k + 1}_share`]).flat()

/** One reading far out in each of these rows; row 20 has none. */
const culprits: Readonly<Record<number, readonly [string, string]>> = {
  5: ['temp', '60'],
  9: ['pressure', '-3.5'],
  13: ['flow', '400'],
}
const today = plantTable({
  rows: 30,
  seed: 8,
  edit: (cells, row) => {
    const [name, value] = culprits[row] ?? []
    if (name) cells[name] = value as string
    if (row === 20) cells.temp = ''
  },
})

beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 500 }))
  folder.write('today.csv', today)
  // The alarm is early, so that rows with one odd reading alarm whatever the model.
  const levels = 'levels:\n  WARNING: {quantile: 90%}\n'
  const roles = 'time: timestamp, group: unit_id'
  folder.write('forest.yaml', plantRecipe(levels))
  folder.write('closed.yaml', plantRecipe(levels, `${roles}, private: [flow]`))
  folder.write('factor.yaml', plantRecipe(`transforms: [scale]\nmodel: local-outlier-factor\n${levels}`))
  for (const name of ['forest', 'closed', 'factor'])
    await folder.must(['fit', `${name}.yaml`, '--no-report', '-o', `${name}.tocsin`])
  await folder.must(['score', 'forest.tocsin', 'today.csv', '-o', 'alarms', '--reasons', '2', ...AT])
  await folder.must([
    'score',
    'forest.tocsin',
    'today.csv',
    '-o',
    'all',
    '--reasons',
    '2',
    '--reasons-of',
    'all',
    ...AT,
  ])
})
afterAll(() => folder.remove())

describe('the columns', () => {
  test('stand behind all others, three for each reason', () => {
    const [head] = parseRecords(folder.read('alarms.csv'))
    expect(head?.slice(0, COLUMNS.length)).toEqual([...COLUMNS])
    expect(head?.slice(-7)).toEqual(['alarm_reason', ...names(2)])
  })

  test('name the culprit of each alarm first, with its value as it was read; other rows have none', () => {
    folder.csv('alarms.csv').forEach((row, i) => {
      const [name, value] = culprits[i] ?? []
      if (name) {
        expect([row.is_anomaly, row.reason_1, Number(row.reason_1_value)]).toEqual(['1', name, Number(value)])
        expect(Number(row.reason_1_share)).toBeGreaterThan(Number(row.reason_2_share))
      }
      if (row.is_anomaly !== '1') expect(names(2).map(column => row[column])).toEqual(Array(6).fill(''))
    })
  })

  test('--reasons-of all: the same for alarms, and what raised the others; shares fall and are above 0', () => {
    const [alarms, all] = [folder.csv('alarms.csv'), folder.csv('all.csv')]
    for (const [i, row] of all.entries()) {
      const own = names(2).map(column => row[column])
      if (row.is_anomaly === '1') expect(own).toEqual(names(2).map(column => alarms[i]![column]))
      if (row.anomaly_score === '') expect(own).toEqual(Array(6).fill(''))
      const shares = [row.reason_1_share, row.reason_2_share].filter(share => share !== '').map(Number)
      expect(shares.every(share => share > 0)).toBe(true)
      expect(shares).toEqual(shares.toSorted((a, b) => b - a))
      for (const k of [1, 2])
        if (row[`reason_${k}`]) expect(Number(row[`reason_${k}_value`])).toBe(Number(row[row[`reason_${k}`]!]))
    }
    expect(all.filter(row => row.reason_1 !== '').length).toBeGreaterThan(15)
    expect(all[20]?.anomaly_score).toBe('')
  })

  test('are a text and two numbers in Parquet, with the same content', async () => {
    const { types, rows } = await readParquet(folder.at('all.parquet'))
    expect(names(2).map(column => types[column])).toEqual([...Array(2)].flatMap(() => ['VARCHAR', 'DOUBLE', 'DOUBLE']))
    folder.csv('all.csv').forEach((row, i) => {
      const parquet = names(2).map(column => rows[i]?.[column])
      const csv = names(2).map((column, k) =>
        row[column] === '' ? null : k % 3 === 0 ? row[column] : Number(row[column]),
      )
      expect(parquet).toEqual(csv)
    })
  })

  test('standard output carries them too, and the same bytes come of other blocks and threads', async () => {
    const { stdout } = await folder.must([
      ...['score', 'forest.tocsin', 'today.csv', '-o', '-', '--reasons', '2', '--reasons-of', 'all', '-q', ...AT],
      ...['--batch-size', '7', '--threads', '1'],
    ])
    expect(stdout).toBe(folder.read('all.csv'))
  })

  test('more than there are features stay empty', async () => {
    await folder.must(['score', 'forest.tocsin', 'today.csv', '-o', 'five', '--reasons', '5', '--format', 'csv', ...AT])
    for (const row of folder.csv('five.csv'))
      expect([row.reason_4, row.reason_5_value, row.reason_5_share]).toEqual(['', '', ''])
    expect(folder.csv('five.csv')[5]?.reason_1).toBe('temp')
  })
})

test('a private feature is never named, by reasons, an explanation or its page, and the others keep their places', async () => {
  await folder.must([
    'score',
    'closed.tocsin',
    'today.csv',
    '-o',
    'closed',
    '--reasons',
    '3',
    '--reasons-of',
    'all',
    ...AT,
  ])
  const [open, closed] = [folder.csv('all.csv'), folder.csv('closed.csv')]
  expect(closed.map(row => row.anomaly_score)).toEqual(open.map(row => row.anomaly_score))
  for (const row of closed) expect([row.reason_1, row.reason_2, row.reason_3]).not.toContain('flow')
  closed.forEach((row, i) => {
    const others = ['1', '2'].map(k => open[i]![`reason_${k}`]).filter(name => name !== '' && name !== 'flow')
    expect([row.reason_1, row.reason_2, row.reason_3].filter(name => name !== '').slice(0, others.length)).toEqual(
      others,
    )
  })
  const { stdout } = await folder.must(['explain', 'closed.tocsin', 'today.csv', '--row', '14', '-o', 'why'])
  expect(stdout).toMatch(/^ +1 feature is private or blinded, and not shown$/m)
  expect(stdout + folder.read('why.html')).not.toMatch(/\bflow\b/)
})

test('two models: each with its own, as they are alone', async () => {
  const both = [
    'score',
    '-m',
    'forest.tocsin',
    '-m',
    'factor.tocsin',
    '-i',
    'today.csv',
    '-o',
    'both',
    '--reasons',
    '2',
  ]
  await folder.must([...both, '--reasons-of', 'all', ...AT])
  const [all, rows] = [folder.csv('all.csv'), folder.csv('both.csv')]
  for (const column of names(2)) expect(rows.map(row => row[`${column}_forest`])).toEqual(all.map(row => row[column]))
  // A model without shares of its own is asked, and finds the same culprits.
  for (const [row, [name]] of Object.entries(culprits)) expect(rows[Number(row)]?.reason_1_factor).toBe(name)
  const { types } = await readParquet(folder.at('both.parquet'))
  expect(Object.keys(types)).toEqual(parseRecords(folder.read('both.csv'))[0])
})

test('a table with decimal commas gets its numbers so, names are quoted where they must be, a missing value is empty', async () => {
  const number = (value: number) => value.toFixed(2).replace('.', ',')
  const lines = Array.from({ length: 240 }, (_, i) => {
    const bad = i % 4 === 0
    return `r${i};${i === 1 ? '' : number((i % 7) / 7 + (bad ? 5 : 0))};${number((i % 5) / 5)};${Number(bad)}`
  })
  folder.write('comma.csv', `id;"first; of two";"""b""";bad\n${lines.join('\n')}\n`)
  folder.write(
    'comma.yaml',
    `tocsin: 1\nname: comma\nrows: {file: comma.csv, read: {delimiter: ;, decimal: ','}}\ncolumns: {id: id, label: bad}\nfeatures: ['first; of two', '"b"']\nmodel: gradient-boosting\n`,
  )
  await folder.must(['fit', 'comma.yaml', '--no-report'])
  await folder.must(['score', 'comma.tocsin', 'comma.csv', '-o', 'comma_out', '--reasons', '2', '--reasons-of', 'all'])
  const rows = folder.csv('comma_out.csv', ';')
  expect(rows[0]).toMatchObject({ is_anomaly: '1', reason_1: 'first; of two', reason_1_value: '5,0' })
  expect(rows[0]?.reason_1_share).toMatch(/^\d+,\d+$/)
  const missing = rows[1]!
  expect(missing.anomaly_score).toMatch(/^\d/)
  const place = [1, 2].find(k => missing[`reason_${k}`] === 'first; of two')
  if (place) expect(missing[`reason_${place}_value`]).toBe('')
  expect(folder.read('comma_out.csv')).not.toMatch(/nan/i)
})

describe('what is refused', () => {
  test.each([
    [['--reasons', '0'], '--reasons is "0", expected a whole number above 0'],
    [['--reasons', 'two'], '--reasons is "two", expected a whole number above 0'],
    [['--reasons', '1', '--reasons-of', 'some'], '--reasons-of is "some", expected alarms or all'],
  ])('%j', async (flags, message) => {
    const { code, stderr } = await folder.run(['score', 'forest.tocsin', 'today.csv', '-o', 'never', ...flags])
    expect(stderr).toContain(`ERROR: ${message}`)
    expect(code).toBe(1)
  })

  test('a table that has such columns already, unless they are to be replaced', async () => {
    const again = ['score', 'forest.tocsin', 'alarms.csv', '-o', 'again', '--reasons', '2', ...AT]
    const { code, stderr } = await folder.run(again)
    expect(stderr).toContain('The input already has columns that the output adds')
    expect(stderr).toContain('reason_2_share')
    expect(code).toBe(3)
    await folder.must([...again, '--replace'])
    expect(parseRecords(folder.read('again.csv'))).toEqual(parseRecords(folder.read('alarms.csv')))
  })
})
