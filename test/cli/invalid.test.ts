/** Rows that cannot be scored: kept, counted, explained; filled in only where that hides nothing. */
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFolder, type Folder, parseRecords } from './program.ts'
import { plantRecipe, plantTable } from './tables.ts'

let folder: Folder

const TROUBLE: Record<number, [cells: Record<string, string>, reason: string]> = {
  2: [{ temp: '-999' }, 'not scored (sensor fault): temp -999 is a fault code'],
  4: [{ temp: '' }, 'not scored (missing value): temp missing'],
  5: [{ pressure: 'n/a' }, 'not scored (not a number): pressure n/a is not a number'],
  7: [{ flow: 'Infinity' }, 'not scored (not finite): flow Infinity is not finite'],
  8: [{ pressure: '5000' }, 'not scored (out of range): pressure 5000 is impossible (range 0 to 100)'],
  9: [{ temp: '-999.0', flow: '' }, 'not scored (sensor fault): temp -999.0 is a fault code, flow missing'],
}
const bad = plantTable({ rows: 20, seed: 3, edit: (cells, row) => Object.assign(cells, TROUBLE[row]?.[0]) })
const clean = plantTable({ rows: 20, seed: 3 })
const BY = { 'missing value': 1, 'not a number': 1, 'not finite': 1, 'out of range': 1, 'sensor fault': 2 }

beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 400 }))
  const sensors = 'sensors:\n  temp: {fault: [-999]}\n  pressure: {range: [0, 100]}\n'
  folder.write('plant.yaml', plantRecipe(`${sensors}levels:\n  WARNING: {false_alarms: 5%}\n`))
  folder.write('bad.csv', bad)
  folder.write('clean.csv', clean)
  await folder.must(['fit', 'plant.yaml', '--no-report'])
})
afterAll(() => folder.remove())

describe('--on-invalid skip, the default', () => {
  beforeAll(() => folder.must(['score', 'plant.tocsin', 'bad.csv', '--output', 'skip']))

  test('keeps each row in its place, empty where there is no score, with its reason', () => {
    const rows = folder.csv('skip.csv')
    expect(rows.map(r => r.note)).toEqual(Array.from({ length: 20 }, (_, i) => `n${i}`))
    rows.forEach((row, i) => {
      const trouble = TROUBLE[i]
      if (!trouble) expect(row.anomaly_score).not.toBe('')
      else expect([row.anomaly_score, row.is_anomaly, row.alarm_reason]).toEqual(['', '', trouble[1]])
    })
  })

  test('a broken sensor calls for a person, a missing value does not', () => {
    const level = (i: number) => folder.csv('skip.csv')[i]?.alarm_level
    expect([2, 8, 9].map(level)).toEqual(['WARNING', 'WARNING', 'WARNING'])
    expect([4, 5, 7].map(level)).toEqual(['NOT_SCORED', 'NOT_SCORED', 'NOT_SCORED'])
  })

  test('accounts for every row', () => {
    const { scoring_results: r, input_info, outputs } = folder.json('skip_metadata.json')
    expect(input_info.total_samples).toBe(20)
    expect([r.scored, r.rejected]).toEqual([14, 6])
    expect(r.rejected_by).toEqual(BY)
    expect(Object.values(r.levels as Record<string, number>).reduce((a, b) => a + b)).toBe(20)
    expect(outputs.map((o: { file: string; rows: number }) => [o.file, o.rows])).toEqual([
      ['skip.csv', 20],
      ['skip.parquet', 20],
      ['skip_rejected.csv', 6],
    ])
  })

  test('writes the rejected rows as they came, with their numbers and reasons', () => {
    const [head, ...rows] = parseRecords(folder.read('skip_rejected.csv'))
    const [columns, ...lines] = parseRecords(bad)
    expect(head).toEqual(['rejected_row', 'rejected_reason', ...(columns as string[])])
    expect(rows).toEqual(
      Object.entries(TROUBLE).map(([i, [, reason]]) => [
        String(Number(i) + 1),
        reason,
        ...(lines[Number(i)] as string[]),
      ]),
    )
  })

  test('says so on the console', async () => {
    const { stdout } = await folder.must(['score', 'plant.tocsin', 'bad.csv', '--output', 'said'])
    expect(stdout).toMatch(/^rows {5}20 = 14 scored \+ 6 not scored \(.*sensor fault 2.*\)$/m)
  })

  test('a clean run removes the rejected rows of the run before', async () => {
    await folder.must(['score', 'plant.tocsin', 'bad.csv', '--output', 'stale'])
    expect(existsSync(folder.at('stale_rejected.csv'))).toBe(true)
    await folder.must(['score', 'plant.tocsin', 'clean.csv', '--output', 'stale'])
    expect(existsSync(folder.at('stale_rejected.csv'))).toBe(false)
    expect(folder.json('stale_metadata.json').scoring_results).toMatchObject({ rejected: 0, rejected_by: {} })
  })
})

describe('--on-invalid impute', () => {
  beforeAll(() => folder.must(['score', 'plant.tocsin', 'bad.csv', '--output', 'impute', '--on-invalid', 'impute']))

  test('fills what is missing with the training mean, and says where', () => {
    const rows = folder.csv('impute.csv')
    for (const [i, column] of [
      [4, 'temp'],
      [5, 'pressure'],
      [7, 'flow'],
    ] as const) {
      expect(rows[i]?.anomaly_score).not.toBe('')
      expect(rows[i]?.alarm_reason).toContain(`imputed: ${column}`)
    }
  })

  test('the filling is the mean of the rows that taught, as published', async () => {
    // Four fifths of the readings are near 0, one fifth near 100: the mean is far from the median, and from any reading.
    const skewed = plantTable({
      rows: 400,
      seed: 4,
      edit: (cells, row) => (cells.temp = row % 5 === 0 ? `100.${row}` : `0.${row}`),
    })
    folder.write('skew/train.csv', skewed)
    folder.write('skew/plant.yaml', plantRecipe())
    await folder.must(['fit', 'skew/plant.yaml', '--no-report', '-o', 'skew/plant.tocsin'])
    const { lineage } = (await folder
      .run(['inspect', 'skew/plant.tocsin', '--json'])
      .then(o => JSON.parse(o.stdout))) as { lineage: { learned: number } }
    const taught = parseRecords(skewed).slice(1, 1 + lineage.learned)
    const mean = taught.reduce((sum, r) => sum + Number(r[2]), 0) / taught.length
    const row = (temp: string) => `timestamp,unit_id,temp,pressure,flow\n2026-03-01 00:00:00,U1,${temp},5,100\n`
    folder.write('hole.csv', row(''))
    folder.write('mean.csv', row(String(mean)))
    folder.write('zero.csv', row('0.5'))
    const score = async (input: string) => {
      await folder.must([
        'score',
        'skew/plant.tocsin',
        input,
        '--on-invalid',
        'impute',
        '--output',
        'one',
        '--format',
        'csv',
      ])
      return folder.csv('one.csv')[0]?.anomaly_score
    }
    const filled = await score('hole.csv')
    expect(filled).toBe(await score('mean.csv'))
    expect(filled).not.toBe(await score('zero.csv'))
  })

  test('never fills in for a broken sensor', () => {
    const rows = folder.csv('impute.csv')
    for (const i of [2, 8, 9]) expect([rows[i]?.anomaly_score, rows[i]?.alarm_level]).toEqual(['', 'WARNING'])
    expect(folder.json('impute_metadata.json').scoring_results).toMatchObject({
      scored: 17,
      rejected: 3,
      rejected_by: { 'sensor fault': 2, 'out of range': 1 },
      on_invalid: 'impute',
    })
  })

  test('changes no row that needs nothing', () => {
    const clean = (name: string) => folder.csv(name).filter((_, i) => !TROUBLE[i])
    return folder
      .must(['score', 'plant.tocsin', 'bad.csv', '--output', 'plain', '--scored-at', '2026-01-01T00:00:00Z'])
      .then(() => {
        const scores = (name: string) => clean(name).map(r => [r.anomaly_score, r.alarm_level, r.alarm_reason])
        expect(scores('impute.csv')).toEqual(scores('plain.csv'))
      })
  })
})

test('--on-invalid error ends with 3, names the reasons and writes nothing', async () => {
  const { code, stderr, files } = await folder.run([
    'score',
    'plant.tocsin',
    'bad.csv',
    '--output',
    'error',
    '--on-invalid',
    'error',
  ])
  expect(code).toBe(3)
  expect(stderr).toMatch(/^ERROR: 6 of 20 rows cannot be scored: .*2 sensor fault/)
  expect(files.filter(f => f.includes('error'))).toEqual([])
})

test('--max-rejected ends with 7, after writing the outputs', async () => {
  const { code, stderr, files } = await folder.run([
    'score',
    'plant.tocsin',
    'bad.csv',
    '--output',
    'many',
    '--max-rejected',
    '29%',
  ])
  expect(code).toBe(7)
  expect(stderr).toContain('6 of 20 rows (30 %) were not scored; the limit is 29 %')
  expect(stderr).toContain('many_rejected.csv')
  expect(files).toEqual(expect.arrayContaining(['many.csv', 'many.parquet', 'many_metadata.json', 'many_rejected.csv']))
  const enough = await folder.run(['score', 'plant.tocsin', 'bad.csv', '--output', 'many', '--max-rejected', '0.3'])
  expect(enough.code).toBe(0)
})

test('a line with too few or too many fields is a row of its own class, in place', async () => {
  const lines = clean.trimEnd().split('\n')
  lines[3] = (lines[3] as string).split(',').slice(0, 4).join(',')
  lines[6] += ',surplus'
  folder.write('ragged.csv', `${lines.join('\n')}\n`)
  await folder.must(['score', 'plant.tocsin', 'ragged.csv', '--output', 'ragged_out', '--on-invalid', 'impute'])
  const rows = folder.csv('ragged_out.csv')
  expect(rows).toHaveLength(20)
  expect([2, 5].map(i => [rows[i]?.anomaly_score, rows[i]?.alarm_reason?.replace(/:.*/, '')])).toEqual([
    ['', 'not scored (malformed line)'],
    ['', 'not scored (malformed line)'],
  ])
  expect(folder.json('ragged_out_metadata.json').scoring_results.rejected_by).toEqual({ 'malformed line': 2 })
})

test('an input that has columns called like ours of the rejected rows keeps them', async () => {
  folder.write('names.csv', bad.replace('note', 'rejected_reason').replace('unit_id', 'rejected_row'))
  folder.write('free.yaml', plantRecipe(undefined, 'time: timestamp'))
  await folder.must(['fit', 'free.yaml', '--no-report', '-o', 'free.tocsin'])
  await folder.must(['score', 'free.tocsin', 'names.csv', '--output', 'names_out'])
  const [head, first] = parseRecords(folder.read('names_out_rejected.csv'))
  expect([head?.length, first?.length]).toEqual([8, 8])
  expect(first?.[3]).toBe('U1')
})
