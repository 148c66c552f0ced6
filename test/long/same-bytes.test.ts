/** Same model, input and time: same bytes, whatever the machine's settings and however the work is cut up. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder, type RunOptions } from '../cli/program.ts'
import { plantRecipe, plantTable } from '../cli/tables.ts'

let folder: Folder
let first: string[]
const AT = '2026-03-01T00:00:00Z'

/** The bytes of a set, metadata without the two values that may differ. */
async function bytesOf(args: readonly string[], options?: RunOptions): Promise<string[]> {
  await folder.must(['score', 'plant.tocsin', 'many.csv', '--output', 'out', ...args], options)
  const metadata = folder.read('out_metadata.json').replace(/^ *"(timestamp|processing_time_seconds)": .*$/gm, '')
  return [
    folder.bytes('out.csv').toString('latin1'),
    folder.bytes('out.parquet').toString('latin1'),
    folder.read('out_rejected.csv'),
    metadata,
  ]
}

beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 600 }))
  const sensors = 'sensors:\n  temp: {unit: °C, fault: [-999], limits: [14, 26]}\n'
  folder.write(
    'plant.yaml',
    plantRecipe(
      `${sensors}levels:\n  WARNING: {false_alarms: 5%}\n  ALARM: {quantile: 99.9%}\n`,
      'time: {name: timestamp, zone: Europe/Zurich}, group: unit_id',
    ),
  )
  const trouble = (cells: Record<string, string>, row: number) => {
    if (row % 97 === 3) cells.temp = '-999'
    if (row % 101 === 5) cells.flow = 'I'
  }
  folder.write('many.csv', plantTable({ rows: 5000, seed: 5, edit: trouble }))
  await folder.must(['fit', 'plant.yaml', '--no-report'])
  first = await bytesOf(['--scored-at', AT])
})
afterAll(() => folder.remove())

test.each([
  ['again', [], {}],
  ['blocks of 1', ['--batch-size', '1'], {}],
  ['blocks of 7', ['--batch-size', '7'], {}],
  ['blocks of 1000', ['--batch-size', '1000'], {}],
  ['blocks of 2048', ['--batch-size', '2048'], {}],
  ['one thread', ['--threads', '1'], {}],
  ['two threads', ['--threads', '2'], {}],
  ['the locale C', [], { LC_ALL: 'C' }],
  ['a Turkish locale', [], { LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' }],
  ['a German locale', [], { LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8' }],
  ['a time zone ahead', [], { TZ: 'Asia/Kathmandu' }],
  ['a time zone behind', [], { TZ: 'America/St_Johns' }],
])('%s', async (_, args, env) => {
  const again = await bytesOf([...args, '--scored-at', AT], { env })
  for (const [i, bytes] of again.entries())
    expect(bytes === first[i], ['csv', 'parquet', 'rejected', 'metadata'][i]).toBe(true)
})

test('SOURCE_DATE_EPOCH stands for --scored-at, which goes before it', async () => {
  const env = { SOURCE_DATE_EPOCH: String(Date.parse(AT) / 1000) }
  expect((await bytesOf([], { env }))[0] === first[0]).toBe(true)
  expect((await bytesOf(['--scored-at', AT], { env: { SOURCE_DATE_EPOCH: '0' } }))[0] === first[0]).toBe(true)
})

test('a --scored-at without a zone is UTC wherever the machine stands', async () => {
  for (const given of ['2026-03-01', '2026-03-01T00:00:00', '2026-03-01 00:00'])
    for (const TZ of ['Asia/Kathmandu', 'America/St_Johns'])
      expect((await bytesOf(['--scored-at', given], { env: { TZ } }))[0] === first[0], `${given} in ${TZ}`).toBe(true)
  expect((await bytesOf(['--scored-at', '2026-03-01T01:00:00+01:00']))[0] === first[0]).toBe(true)
})
