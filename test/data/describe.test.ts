import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { describe as describeTable } from '../../src/data/describe.ts'
import { openDoor } from '../../src/data/door.ts'
import { type Read, settle } from '../../src/data/intake.ts'

const folder = mkdtempSync(join(tmpdir(), 'describe-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function look(text: string, read: Read = {}) {
  const path = join(folder, 'table.csv')
  writeFileSync(path, text)
  const source = await settle([path], read, { run: folder, hash: false })
  const door = await openDoor({ paths: [...source.path], spill: folder, threads: 2 })
  try {
    const { rows, columns } = await describeTable(door, source)
    return { rows, columns: new Map(columns.map(column => [column.name, column])) }
  } finally {
    door.close()
  }
}

const column = async (name: string, cells: readonly (string | number)[]) =>
  (await look(`${name},other\n${cells.map(cell => `${cell},${cell}x\n`).join('')}`)).columns.get(name)

describe('a column', () => {
  test('of numbers: range and mean by hand, fault codes apart', async () => {
    const cells = Array.from({ length: 20 }, (_, i) => 7 + i / 10)
    expect(await column('ph', [...cells, -999, '', -999])).toMatchObject({
      kind: 'numeric',
      missing: 1,
      numericShare: 1,
      integer: false,
      min: 7,
      max: 8.9,
      mean: expect.closeTo(7.95, 12),
      faults: [{ value: -999, count: 2 }],
    })
  })

  test('a number that is a code elsewhere is no fault among its like', async () => {
    const pressures = Array.from({ length: 30 }, (_, i) => 985 + i)
    const found = await column('pressure', [...pressures, 999])
    expect(found?.faults).toBeUndefined()
    expect(found).toMatchObject({ kind: 'numeric', min: 985, max: 1014, integer: true })
    expect((await column('level', [1, 2, 3, 2, 1, 9999, 9999]))?.faults).toEqual([{ value: 9999, count: 2 }])
    expect((await column('level', [1, 2, 3, 2, 1, 9999]))?.faults).toBeUndefined()
  })

  test('of numbers with words among them is numeric, and says its share', async () => {
    const cells = [...Array.from({ length: 19 }, (_, i) => i / 2), 'N/A']
    expect(await column('x', cells)).toMatchObject({ kind: 'numeric', numericShare: 0.95, missing: 0 })
  })

  test('with decimal commas', async () => {
    const { columns } = await look('t;u\n1,5;a\n2,5;b\n')
    expect(columns.get('t')).toMatchObject({ kind: 'numeric', min: 1.5, max: 2.5, mean: 2 })
  })

  test('of one value, or of none, is constant', async () => {
    expect(await column('x', [5, 5, 5])).toMatchObject({ kind: 'constant', distinct: 1 })
    expect(await column('x', ['', '', ''])).toMatchObject({
      kind: 'constant',
      distinct: 0,
      missing: 3,
      numericShare: 0,
    })
  })

  test('of different texts, or of a counter, is an id', async () => {
    expect(await column('sample', ['S1', 'S2', 'S3'])).toMatchObject({
      kind: 'id',
      distinct: 3,
      examples: ['S1', 'S2', 'S3'],
    })
    expect(await column('udi', [1, 2, 3, 4])).toMatchObject({ kind: 'id' })
    expect(await column('flow', [1, 2, 4, 8])).toMatchObject({ kind: 'numeric' })
  })

  test('whose values come again, with a telling name, is a group', async () => {
    expect(await column('batch', ['A', 'A', 'B', 'B'])).toMatchObject({ kind: 'text', group: true })
    expect((await column('colour', ['A', 'A', 'B', 'B']))?.group).toBeUndefined()
  })

  test('of two values, one of them a bad end, is a label', async () => {
    expect(await column('status', ['ok', 'failed', 'ok', 'ok'])).toMatchObject({ label: { bad: 'failed', count: 1 } })
    expect(await column('machine_failure', [0, 1, 0, 1])).toMatchObject({ label: { bad: '1', count: 2 } })
    expect((await column('valve_open', [0, 1, 0, 1]))?.label).toBeUndefined()
  })

  test('has the unit of the units row, or of its name', async () => {
    const { columns } = await look('a,temperature [K]\nbar,\n1,2\n2,3\n', { units: true })
    expect(columns.get('a')?.unit).toBe('bar')
    expect(columns.get('temperature [K]')?.unit).toBe('K')
  })
})

describe('a time', () => {
  test.each([
    [['2026-01-31', '2026-02-01'], ['YYYY-MM-DD']],
    [['2026-01-31T10:20:30Z', '2026-02-01T00:00:00Z'], ['YYYY-MM-DDTHH:mm:ssZ']],
    [['31.01.2026 10:20', '1.2.2026 00:00'], ['DD.MM.YYYY HH:mm']],
    [['01/31/2026', '02/01/2026'], ['MM/DD/YYYY']],
    [
      ['01/02/2026', '03/04/2026'],
      ['DD/MM/YYYY', 'MM/DD/YYYY'],
    ],
    [['01-FEB-2026', '28-Mar-2026'], ['DD-MMM-YYYY']],
    [['31.01.26', '01.02.26'], ['DD.MM.YY']],
    [['20260131', '20260201'], ['YYYYMMDD']],
    [['2026-01-31 10:20:30.125', '2026-02-01 00:00:00.000'], ['YYYY-MM-DD HH:mm:ss.SSS']],
    [['01/31/2026 03:20 PM', '02/01/2026 11:00 AM'], ['MM/DD/YYYY hh:mm A']],
  ])('%j is read as %j', async (cells, formats) => {
    expect(await column('date', [...cells, ''])).toMatchObject({ kind: 'time', formats })
  })

  test('that no calendar has is text', async () => {
    expect(await column('date', ['31.02.2026', '01.03.2026', '31.02.2026'])).toMatchObject({ kind: 'text' })
  })

  test('far down in the file can settle the order of day and month', async () => {
    const cells = [...Array.from({ length: 1500 }, (_, i) => `0${(i % 9) + 1}/0${(i % 8) + 1}/2026`), '25/12/2026']
    expect(await column('date', cells)).toMatchObject({ kind: 'time', formats: ['DD/MM/YYYY'] })
  })

  test('in plain numbers has the unit of its name', async () => {
    expect(await column('time_h', [0, 0.2, 0.4])).toMatchObject({ kind: 'time', timeUnit: 'h' })
    expect(await column('timestamp', [1_767_225_600_000, 1_767_225_660_000])).toMatchObject({
      kind: 'time',
      timeUnit: 'ms',
    })
  })
})

test('many columns, and names that are SQL and JavaScript words', async () => {
  const names = ['__proto__', 'select', 'a"b', ...Array.from({ length: 130 }, (_, i) => `c${i}`)]
  const line = (row: number) => names.map((_, i) => i + row / 2).join(',')
  const { columns } = await look(
    `${names.map(name => `"${name.replaceAll('"', '""')}"`).join(',')}\n${line(0)}\n${line(1)}\n${line(2)}\n`,
  )
  expect(columns.size).toBe(133)
  expect(columns.get('c129')).toMatchObject({ kind: 'numeric', min: 132, max: 133, mean: 132.5 })
  expect(columns.get('__proto__')).toMatchObject({ kind: 'numeric', min: 0, max: 1 })
})
