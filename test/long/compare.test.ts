/** Several models on the same rows, and every way of saying where the results go. */
import { existsSync, readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BIN, createFolder, type Folder, type Json, parseRecords, readParquet, runProcess } from '../cli/program.ts'
import { COLUMNS, plantRecipe, plantTable } from '../cli/tables.ts'

let folder: Folder
const AT = ['--scored-at', '2026-03-01T00:00:00Z']

beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 400 }))
  folder.write('old.yaml', plantRecipe())
  folder.write('new.yaml', plantRecipe('levels:\n  ALERT: {contamination: 20%}\n').replace(', flow', ''))
  folder.write(
    'today.csv',
    plantTable({ rows: 60, seed: 6, edit: (cells, row) => (row === 9 ? (cells.flow = '') : 0) }),
  )
  await folder.must(['fit', 'old.yaml', '--no-report', '-o', 'old.tocsin'])
  await folder.must(['fit', 'new.yaml', '--no-report', '-o', 'new.tocsin'])
  for (const name of ['old', 'new'])
    await folder.must(['score', `${name}.tocsin`, 'today.csv', '--output', name, ...AT])
  await folder.must([
    'score',
    '--model',
    'old.tocsin',
    '--model',
    'new.tocsin',
    '--input',
    'today.csv',
    '--output',
    'both',
    ...AT,
  ])
})
afterAll(() => folder.remove())

describe('two models', () => {
  test('each say what they say alone, in columns with their names', () => {
    const both = folder.csv('both.csv')
    const added = [
      'anomaly_score',
      'is_anomaly',
      'threshold_used',
      'model_name',
      'scored_at',
      'alarm_level',
      'alarm_reason',
    ]
    const [head] = parseRecords(folder.read('both.csv'))
    expect(head).toEqual([...COLUMNS, ...added.map(a => `${a}_old`), ...added.map(a => `${a}_new`)])
    for (const name of ['old', 'new']) {
      const alone = folder.csv(`${name}.csv`)
      for (const column of added) expect(both.map(r => r[`${column}_${name}`])).toEqual(alone.map(r => r[column]))
    }
  })

  test('are compared in the metadata, where a script still finds one line', () => {
    const { comparison, scoring_results } = folder.json('both_metadata.json')
    const anomalies = (name: string) => folder.csv(`${name}.csv`).filter(r => r.is_anomaly === '1').length
    expect(comparison.map((c: Json) => [c.model_name, c.anomalies, c.scored, c.rejected])).toEqual([
      ['old', anomalies('old'), 59, 1],
      ['new', anomalies('new'), 60, 0],
    ])
    expect(scoring_results.anomalies_detected).toBe(anomalies('old'))
    expect(folder.read('both_metadata.json').match(/anomalies_detected/g)).toHaveLength(1)
  })

  test('a row that one of them could not score is among the rejected', () => {
    const rejected = folder.csv('both_rejected.csv')
    expect(rejected.map(r => [r.rejected_row, r.rejected_reason])).toEqual([
      ['10', 'not scored (missing value): flow missing'],
    ])
  })

  test('with the same file name in two folders have different suffixes', async () => {
    folder.write('other/old.tocsin', folder.bytes('new.tocsin'))
    await folder.must([
      'score',
      '--model',
      'old.tocsin',
      '--model',
      'other/old.tocsin',
      'today.csv',
      '--output',
      'same',
      ...AT,
    ])
    const [head] = parseRecords(folder.read('same.csv'))
    expect(head).toEqual(expect.arrayContaining(['anomaly_score_old', 'anomaly_score_old_2']))
  })

  test('the Parquet file has the same columns', async () => {
    const { types } = await readParquet(folder.at('both.parquet'))
    expect(Object.keys(types)).toEqual(parseRecords(folder.read('both.csv'))[0])
  })
})

test.each([
  ['csv', ['x.csv', 'x_metadata.json']],
  ['parquet', ['x.parquet', 'x_metadata.json']],
  ['both', ['x.csv', 'x.parquet', 'x_metadata.json']],
])('--format %s', async (format, expected) => {
  await folder.must(['score', 'new.tocsin', 'today.csv', '--output', `f/${format}/x`, '--format', format])
  expect(readdirSync(folder.at(`f/${format}`)).sort()).toEqual(expected)
  expect(folder.json(`f/${format}/x_metadata.json`).outputs.map((o: Json) => o.file)).toEqual(expected.slice(0, -1))
})

test('--format of a run removes what an earlier format left', async () => {
  await folder.must(['score', 'new.tocsin', 'today.csv', '--output', 'g/x'])
  await folder.must(['score', 'new.tocsin', 'today.csv', '--output', 'g/x', '--format', 'csv'])
  expect(readdirSync(folder.at('g')).sort()).toEqual(['x.csv', 'x_metadata.json'])
})

describe('standard output', () => {
  test('is the CSV and nothing else; the summary is on stderr, no file is written', async () => {
    const before = folder.files()
    const { stdout, stderr, files } = await folder.must(['score', 'old.tocsin', 'today.csv', '--output', '-', ...AT])
    expect(stdout).toBe(folder.read('old.csv'))
    expect(stderr).toMatch(/^rows +60 = 59 scored/m)
    expect(stderr).not.toContain('wrote')
    expect(files).toEqual(before)
  })

  test('with --quiet says nothing on stderr', async () => {
    const { stdout, stderr } = await folder.must([
      'score',
      'old.tocsin',
      'today.csv',
      '--output',
      '-',
      '--quiet',
      ...AT,
    ])
    expect([stdout === folder.read('old.csv'), stderr]).toEqual([true, ''])
  })

  test('still ends with 7 when too many rows were rejected, after the CSV', async () => {
    const { stdout, stderr, code } = await folder.run([
      'score',
      'old.tocsin',
      'today.csv',
      '--output',
      '-',
      '--max-rejected',
      '0',
      ...AT,
    ])
    expect(code).toBe(7)
    expect(stdout).toBe(folder.read('old.csv'))
    expect(stderr).toContain('1 of 60 rows')
    expect(stderr).not.toMatch(/[/\\]tocsin-/)
  })

  test('cannot carry JSON too', async () => {
    const { code, stdout } = await folder.run(['score', 'old.tocsin', 'today.csv', '--output', '-', '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout).error.code).toBe('USAGE')
  })

  test('a reader that goes away ends it quietly and leaves nothing in the temporary folder', async () => {
    folder.write('big.csv', plantTable({ rows: 30_000 }))
    const tmp = createFolder()
    const script = `"${process.execPath}" "${BIN}" score new.tocsin big.csv --output - --quiet | head -2 | tail -1; echo "\${PIPESTATUS[0]}"`
    const { stdout, stderr } = await runProcess('bash', ['-c', script], { cwd: folder.path, env: { TMPDIR: tmp.path } })
    expect(stderr).toBe('')
    expect(stdout.split('\n')[0]).toMatch(/^2026-01-01 00:00:00,U0,/)
    expect(['0', '141']).toContain(stdout.split('\n')[1])
    expect(tmp.files()).toEqual([])
    tmp.remove()
  })
})

describe('what is said', () => {
  test('--json prints the metadata and nothing else', async () => {
    const { stdout, stderr } = await folder.must(['score', 'old.tocsin', 'today.csv', '--output', 'json', '--json'])
    expect(stdout).toBe(folder.read('json_metadata.json'))
    expect(stderr).toBe('')
  })

  test('--json prints a failure as JSON, with its code', async () => {
    const { stdout, code } = await folder.run(['score', 'none.tocsin', 'today.csv', '--json'])
    expect(code).toBe(2)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'MODEL_NOT_FOUND', exit: 2 })
  })

  test('--quiet prints nothing', async () => {
    const { stdout, stderr } = await folder.must(['score', 'old.tocsin', 'today.csv', '--output', 'quiet', '--quiet'])
    expect(stdout + stderr).toBe('')
  })

  test('the summary names rows, levels and files', async () => {
    const { stdout } = await folder.must(['score', 'old.tocsin', 'today.csv', '--output', 'deep/said'])
    expect(stdout).toMatch(/^rows {5}60 = 59 scored \+ 1 not scored \(missing value\)$/m)
    expect(stdout).toMatch(/^level {4}WARNING \d+ {3}OK \d+ {3}NOT_SCORED 1$/m)
    expect(stdout).toMatch(/^model {4}old [0-9a-f]{8}, claims WARNING 5%$/m)
    expect(stdout).toMatch(/^wrote {4}deep\/said\.csv, \.parquet, _rejected\.csv, _metadata\.json$/m)
    expect(existsSync(folder.at('deep/said.csv'))).toBe(true)
  })

  test('--verbose says more than nothing more', async () => {
    const plain = await folder.must(['score', 'old.tocsin', 'today.csv', '--output', 'v', ...AT])
    const verbose = await folder.must(['score', 'old.tocsin', 'today.csv', '--output', 'v', '--verbose', ...AT])
    expect(verbose.stdout.split('\n').length).toBeGreaterThan(plain.stdout.split('\n').length)
    expect(verbose.stdout).toMatch(/seconds|ms/)
  })
})

test('help has its examples first, and ends with 0', async () => {
  for (const command of ['score', 'fit', 'threshold', 'evaluate', 'init', 'features', 'inspect', 'schema', 'demo']) {
    const { stdout, code } = await folder.run([command, '--help'])
    expect([command, code, stdout.startsWith('Examples:')]).toEqual([command, 0, true])
  }
  expect((await folder.run(['--help'])).stdout).toMatch(/^Examples:/)
  expect((await folder.run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})
