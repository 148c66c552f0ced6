/** Text stays text: what a table holds comes out as it went in, whatever it looks like. */
import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFolder, type Folder, parseRecords, readParquet } from './program.ts'
import { plantRecipe, plantTable } from './tables.ts'

let folder: Folder
const AT = ['--scored-at', '2026-03-01T00:00:00Z']

/** What sniffing readers change. */
const CELLS = [
  '00124',
  '9223372036854775808',
  '1e5',
  '0x10',
  '1.10',
  ' padded ',
  'TRUE',
  'null',
  'NA',
  '01/02/2026',
  '"a ""quoted"" word"',
  '"two\nlines, and a comma"',
  '"crlf\r\ninside"',
  'żółć – 日本 😀 e\u0301',
  "'; DROP TABLE x; --",
  '=1+1',
  '""',
  '',
]

beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 300 }))
  folder.write('plant.yaml', plantRecipe())
  await folder.must(['fit', 'plant.yaml', '--no-report'])
})
afterAll(() => folder.remove())

const notes = plantTable({ rows: CELLS.length, edit: (cells, row) => (cells.note = CELLS[row] as string) })

describe('a plain file', () => {
  test('comes back byte for byte, our columns behind each record', async () => {
    folder.write('notes.csv', notes)
    await folder.must(['score', 'plant.tocsin', 'notes.csv', '--output', 'notes_out', ...AT])
    const text = folder.read('notes_out.csv')
    // Cutting our fields off the end of each record gives the input again.
    const ours = /,(?:anomaly_score,[^\n]*|0\.\d+,[01],0\.\d+,plant,[^\n]*Z,(?:OK|WARNING),(?:"[^"]*"|[^\n"]*))(?=\n)/g
    expect(text.replace(ours, '')).toBe(notes)
    expect(
      parseRecords(text)
        .slice(1)
        .map(r => r[5]),
    ).toEqual(
      parseRecords(notes)
        .slice(1)
        .map(r => r[5]),
    )
  })

  test('with a byte order mark and CRLF', async () => {
    const given = `\ufeff${notes.replaceAll(/(?<!\r)\n/g, '\r\n')}`
    folder.write('crlf.csv', given)
    await folder.must(['score', 'plant.tocsin', 'crlf.csv', '--output', 'crlf_out', ...AT])
    const text = folder.read('crlf_out.csv')
    expect(text.startsWith('\ufefftimestamp,')).toBe(true)
    expect(
      parseRecords(text)
        .slice(1)
        .map(r => r[5]),
    ).toEqual(
      parseRecords(given)
        .slice(1)
        .map(r => r[5]),
    )
    expect(text.match(/(?<!\r)\n/g)).toBeNull()
  })

  test('without a line break at its end', async () => {
    folder.write('open.csv', notes.trimEnd().replace(/\n[^\n]*$/, ''))
    await folder.must(['score', 'plant.tocsin', 'open.csv', '--output', 'open_out', ...AT])
    expect(parseRecords(folder.read('open_out.csv'))).toHaveLength(CELLS.length)
  })
})

test('the same cells through every other way of writing the table', async () => {
  const expected = parseRecords(notes)
    .slice(1)
    .map(r => r[5])
  const records = parseRecords(notes)
  const quote = (c: string, d: string) =>
    c.includes('"') || c.includes('\n') || c.includes(d) ? `"${c.replaceAll('"', '""')}"` : c
  const semicolons = `${records.map((r, i) => r.map((c, k) => quote(i > 0 && k > 1 && k < 5 ? c.replace('.', ',') : c, ';')).join(';')).join('\n')}\n`
  writeFileSync(folder.at('gz.csv.gz'), gzipSync(notes))
  writeFileSync(folder.at('utf16.csv'), Buffer.from(`\ufeff${notes}`, 'utf16le'))
  folder.write('semi.csv', semicolons)
  await folder.must(['score', 'plant.tocsin', 'notes.csv', '--output', 'reference', ...AT])
  const scores = folder.csv('reference.csv').map(r => r.anomaly_score)
  for (const [file, delimiter] of [
    ['gz.csv.gz', ','],
    ['utf16.csv', ','],
    ['semi.csv', ';'],
  ] as const) {
    await folder.must(['score', 'plant.tocsin', file, '--output', 'other', ...AT])
    const rows = folder.csv('other.csv', delimiter)
    expect(
      rows.map(r => r.note),
      file,
    ).toEqual(expected)
    expect(
      rows.map(r => r.anomaly_score?.replace(',', '.')),
      file,
    ).toEqual(scores)
  }
  expect(folder.read('other.csv')).toMatch(/^2026-01-01 00:00:00;U0;[\d]+,[\d]+;/m)
})

test('in Parquet a feature is a number, a time a time, the rest the text it was', async () => {
  folder.write('notes.csv', notes)
  await folder.must(['score', 'plant.tocsin', 'notes.csv', '--output', 'typed', ...AT])
  const { types, rows } = await readParquet(folder.at('typed.parquet'))
  expect(types).toEqual({
    timestamp: 'TIMESTAMP',
    unit_id: 'VARCHAR',
    temp: 'DOUBLE',
    pressure: 'DOUBLE',
    flow: 'DOUBLE',
    note: 'VARCHAR',
    anomaly_score: 'DOUBLE',
    is_anomaly: 'INTEGER',
    threshold_used: 'DOUBLE',
    model_name: 'VARCHAR',
    scored_at: 'TIMESTAMP',
    alarm_level: 'VARCHAR',
    alarm_reason: 'VARCHAR',
  })
  expect(rows.map(r => r.note ?? '')).toEqual(
    parseRecords(notes)
      .slice(1)
      .map(r => r[5]),
  )
  expect(rows[0]?.scored_at).toBe('2026-03-01 00:00:00')
})

test('declared types hold in Parquet and leave the CSV alone', async () => {
  folder.write(
    'types.yaml',
    plantRecipe(undefined, 'time: timestamp, group: unit_id, types: {note: integer, unit_id: text}'),
  )
  const table = plantTable({
    rows: 300,
    edit: (cells, row) => (cells.note = row === 1 ? '00124' : row === 2 ? 'n/a' : String(row)),
  })
  folder.write('numbered.csv', table)
  await folder.must(['fit', 'types.yaml', '--input', 'numbered.csv', '--no-report', '-o', 'types.tocsin'])
  await folder.must(['score', 'types.tocsin', 'numbered.csv', '--output', 'declared', ...AT])
  const { types, rows } = await readParquet(folder.at('declared.parquet'))
  expect([types.note, types.unit_id]).toEqual(['BIGINT', 'VARCHAR'])
  expect(rows.slice(0, 3).map(r => r.note)).toEqual(['0', '124', null])
  expect(
    folder
      .csv('declared.csv')
      .slice(0, 3)
      .map(r => r.note),
  ).toEqual(['0', '00124', 'n/a'])
})

test('a Parquet input keeps its types, and scores as the CSV does', async () => {
  await folder.must(['score', 'plant.tocsin', 'notes.csv', '--output', 'first', ...AT])
  const before = folder.csv('first.csv')
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const columns = 'timestamp, unit_id, temp, pressure, flow, note, TRUE AS flag, 7::SMALLINT AS small'
  await connection.run(
    `COPY (SELECT ${columns} FROM read_parquet('${folder.at('first.parquet')}')) TO '${folder.at('given.parquet')}' (FORMAT parquet)`,
  )
  connection.closeSync()
  instance.closeSync()
  await folder.must(['score', 'plant.tocsin', 'given.parquet', '--output', 'second', ...AT])
  const { types } = await readParquet(folder.at('second.parquet'))
  expect([types.timestamp, types.temp, types.flag, types.small]).toEqual(['TIMESTAMP', 'DOUBLE', 'BOOLEAN', 'SMALLINT'])
  expect(folder.csv('second.csv').map(r => r.anomaly_score)).toEqual(before.map(r => r.anomaly_score))
})

describe('columns that already have our names', () => {
  const scored = (name: string) => folder.must(['score', 'plant.tocsin', 'notes.csv', '--output', name, ...AT])

  test('are refused', async () => {
    await scored('once')
    const { code, stderr, files } = await folder.run(['score', 'plant.tocsin', 'once.csv', '--output', 'refused'])
    expect(code).toBe(3)
    expect(stderr).toContain(
      'anomaly_score, is_anomaly, threshold_used, model_name, scored_at, alarm_level, alarm_reason',
    )
    expect(stderr).toContain('--replace')
    expect(files.filter(f => f.startsWith('refused'))).toEqual([])
  })

  test('whatever their case', async () => {
    folder.write('case.csv', notes.replace('note', 'Is_Anomaly'))
    const { code, stderr } = await folder.run(['score', 'plant.tocsin', 'case.csv', '--output', 'refused'])
    expect([code, stderr.includes('Is_Anomaly')]).toEqual([3, true])
  })

  test('are replaced on request', async () => {
    await scored('once')
    await folder.must(['score', 'plant.tocsin', 'once.csv', '--output', 'replaced', '--replace', ...AT])
    expect(parseRecords(folder.read('replaced.csv'))).toEqual(parseRecords(folder.read('once.csv')))
    const [a, b] = [await readParquet(folder.at('once.parquet')), await readParquet(folder.at('replaced.parquet'))]
    expect(b).toEqual(a)
  })
})
