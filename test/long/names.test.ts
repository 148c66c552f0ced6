/** Columns that name rows and machines are texts, whatever they look like. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFolder, type Folder, readParquet } from '../cli/program.ts'
import { plantRecipe, plantTable } from '../cli/tables.ts'

let folder: Folder
beforeAll(() => {
  folder = createFolder()
})
afterAll(() => folder.remove())

/** Two numbers that are one as doubles, and three ways of writing 1. */
const GROUPS = ['1', '01', '1.0', '12345678901234567890', '12345678901234567891']
const FIRST = 'features:\n  seen: count(*) over group\n  temp: temp\nlevels:\n  WARNING: {false_alarms: 5%}\n'

function recipe(columns: string, more = FIRST): string {
  return plantRecipe(more, columns).replace('features: [temp, pressure, flow]\n', '')
}

describe('a group that looks like a number', () => {
  beforeAll(async () => {
    folder.write(
      'train.csv',
      plantTable({ rows: 400, edit: (c, row) => (c.unit_id = GROUPS[row % GROUPS.length] as string) }),
    )
    folder.write('plant.yaml', recipe('time: timestamp, group: unit_id, id: note'))
    await folder.must(['features', 'plant.yaml', '-o', 'seen'])
  })

  test('keeps machines apart that are one number', () => {
    const rows = folder.csv('seen.csv')
    expect(rows.slice(0, 10).map(r => Number(r.seen))).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2])
  })

  test('has a window of its own for a machine that nobody has seen', async () => {
    await folder.must(['fit', 'plant.yaml', '--no-report'])
    const { types } = JSON.parse((await folder.must(['inspect', 'plant.tocsin', '--json'])).stdout)
    expect(types?.unit_id ?? 'text').toBe('text')
    const first = plantTable({ rows: 1, seed: 2, edit: c => (c.unit_id = 'A2') })
    const both = plantTable({ rows: 2, seed: 2, edit: (c, row) => (c.unit_id = row === 0 ? 'A2' : 'B7') })
    folder.write('one.csv', first)
    folder.write('two.csv', both)
    await folder.must(['score', 'plant.tocsin', 'one.csv', '--output', 'one_out'])
    await folder.must(['score', 'plant.tocsin', 'two.csv', '--output', 'two_out'])
    expect(folder.csv('two_out.csv')[0]?.anomaly_score).toBe(folder.csv('one_out.csv')[0]?.anomaly_score)
    // The row of B7 with its count: as the first of its machine it scores as it would alone.
    folder.write('b.csv', [both.split('\n')[0], both.split('\n')[2], ''].join('\n'))
    await folder.must(['score', 'plant.tocsin', 'b.csv', '--output', 'b_out'])
    expect(folder.csv('two_out.csv')[1]?.anomaly_score).toBe(folder.csv('b_out.csv')[0]?.anomaly_score)
  })
})

test('an id comes out as it stood there, in CSV, Parquet and lists', async () => {
  const table = (rows: number, odd: boolean) =>
    plantTable({
      rows,
      edit: (c, row) => {
        c.note = String(row).padStart(5, '0')
        if (odd && row === 100) c.temp = '-999'
      },
    })
  folder.write('train.csv', table(400, false))
  folder.write('ids.csv', table(120, true))
  folder.write(
    'ids.yaml',
    plantRecipe(
      'sensors:\n  temp: {fault: [-999]}\nlevels:\n  WARNING: {false_alarms: 1%}\n',
      'time: timestamp, id: note',
    ),
  )
  await folder.must(['fit', 'ids.yaml', '--no-report', '-o', 'ids.tocsin'])
  const { stdout } = await folder.must(['score', 'ids.tocsin', 'ids.csv', '--output', 'ids_out'])
  expect(stdout).toContain('00100')
  expect(stdout).not.toContain('100.0')
  expect(folder.csv('ids_out.csv')[100]?.note).toBe('00100')
  const parquet = await readParquet(folder.at('ids_out.parquet'))
  expect(parquet.types.note).toBe('VARCHAR')
  expect(parquet.rows[100]?.note).toBe('00100')
})

test('a name is no reading: neither a feature nor a sensor', async () => {
  folder.write('train.csv', plantTable({ rows: 400, edit: (c, row) => (c.unit_id = String(row % 3)) }))
  folder.write('feature.yaml', plantRecipe().replace('[temp, pressure, flow]', '[temp, unit_id]'))
  folder.write('sensor.yaml', plantRecipe('sensors:\n  unit_id: {limits: [0, 1]}\n'))
  for (const file of ['feature.yaml', 'sensor.yaml']) {
    const { code, stderr } = await folder.run(['fit', file, '--no-report'])
    expect(code).toBe(1)
    expect(stderr).toContain('unit_id, which names rows or machines')
  }
})

test('learn compares a name with a number as with its text', async () => {
  folder.write('train.csv', plantTable({ rows: 400, edit: (c, row) => (c.unit_id = row % 2 ? '1' : 'A2') }))
  folder.write('learn.yaml', plantRecipe('learn: unit_id = 1\nlevels:\n  WARNING: {false_alarms: 5%}\n'))
  const { stdout } = await folder.must(['fit', 'learn.yaml', '--no-report', '--json'])
  const { lineage } = JSON.parse(stdout)
  expect(lineage.learned + lineage.heldOut + lineage.tested).toBe(200)
})
