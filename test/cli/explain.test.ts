/** `tocsin explain`: one row, its shares, what is ordinary, and where the alarm would be off. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFolder, type Folder, type Json, parseRecords } from './program.ts'
import { FEATURES, plantTable } from './tables.ts'

let folder: Folder

/** All rows teach, so that what is ordinary is known by arithmetic. */
const recipe = `tocsin: 1
name: plant
rows: train.csv
columns: {id: note, time: timestamp}
sensors:
  temp: {unit: °C}
features: [temp, pressure, flow]
split: {calibrate: 0}
transforms: [scale]
model: {use: gaussian-mixture, n_components: 1}
levels:
  WARNING: {risk: 12}
  CRITICAL: {risk: 60}
`
const train = plantTable({ rows: 301, seed: 11 })
const today = plantTable({
  rows: 20,
  seed: 12,
  edit: (cells, row) => {
    if (row === 4) cells.temp = '60'
    if (row === 7) cells.flow = '150'
    if (row === 9) cells.flow = ''
  },
})

beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', train)
  folder.write('today.csv', today)
  folder.write('plant.yaml', recipe)
  await folder.must(['fit', 'plant.yaml', '--no-report'])
  await folder.must(['score', 'plant.tocsin', 'today.csv', '-o', 'scores', '--format', 'csv'])
})
afterAll(() => folder.remove())

const told = new Map<string, Json>()

async function explained(...flags: string[]): Promise<Json> {
  const key = flags.join(' ')
  if (!told.has(key)) {
    const { stdout } = await folder.must(['explain', 'plant.tocsin', 'today.csv', '--json', ...flags])
    told.set(key, JSON.parse(stdout))
  }
  return told.get(key)
}

describe('the row', () => {
  test('is the riskiest, with its risk and level, and both files stand there', async () => {
    const said = await explained()
    const rows = folder.csv('scores.csv')
    const highest = Math.max(...rows.map(row => Number(row.anomaly_score)))
    expect(said).toMatchObject({ row: 5, name: 'n4', risk: highest, cut: 12, level: 'CRITICAL', hidden: 0 })
    expect(folder.bytes('plant_why.png').subarray(1, 4).toString()).toBe('PNG')
    expect(folder.read('plant_why.html')).toContain('plant: why n4')
  })

  test('is the one asked for, by number or by name; a quiet one has no level and no way out', async () => {
    const [byNumber, byName] = [await explained('--row', '8'), await explained('--id', 'n7')]
    expect(byNumber).toEqual(byName)
    expect(byName).toMatchObject({ row: 8, name: 'n7', level: 'WARNING' })
    const quiet = await explained('--row', '1')
    expect(quiet.level).toBeUndefined()
    expect(quiet.reasons.some((reason: Json) => reason.quiet)).toBe(false)
  })

  test.each([
    [['--row', '21'], '--row is 21, but there are 20 rows', 'Count from 1.'],
    [['--id', 'n99'], '--id is "n99", which is in no row', 'Its first rows are n0, n1, n2.'],
    [['--id', 'n4', '--row', '5'], '--id and --row both name a row', 'Give one of them.'],
    [['--row', '10'], 'n9 has no risk: missing value', 'Choose a row that is scored.'],
  ])('%j is refused', async (flags, problem, hint) => {
    const { code, stderr } = await folder.run(['explain', 'plant.tocsin', 'today.csv', ...flags])
    expect(stderr).toContain(`ERROR: ${problem}`)
    expect(stderr).toContain(hint)
    expect(code).toBe(1)
  })
})

describe('the reasons', () => {
  test('are all features, largest share first, beside what is ordinary', async () => {
    const { reasons } = await explained()
    expect(reasons[0]).toMatchObject({ feature: 'temp', unit: '°C', value: 60 })
    const shares = reasons.map((reason: Json) => reason.share)
    expect(shares).toEqual(shares.toSorted((a: number, b: number) => b - a))
    expect(reasons.map((reason: Json) => reason.feature).toSorted()).toEqual([...FEATURES].sort())
    const cells = parseRecords(train).slice(1)
    for (const { feature, ordinary } of reasons) {
      const values = cells.map(row => Number(row[2 + FEATURES.indexOf(feature)])).sort((a, b) => a - b)
      expect(ordinary).toEqual({ median: values[150], min: values[0], max: values[300] })
    }
  })

  test('the alarm is off at the end of the range that is said, and on just beyond it', async () => {
    const { reasons } = await explained('--row', '8')
    const [{ feature, quiet }] = reasons
    expect(feature).toBe('flow')
    const places = [quiet.high, quiet.high * (1 + 1e-9)]
    const [head = [], ...rows] = parseRecords(today)
    const lines = places.map(value => rows[7]!.map((cell, c) => (head[c] === 'flow' ? String(value) : cell)).join(','))
    folder.write('edge.csv', `${[head.join(','), ...lines].join('\n')}\n`)
    await folder.must(['score', 'plant.tocsin', 'edge.csv', '-o', 'edge_scores', '--format', 'csv'])
    expect(folder.csv('edge_scores.csv').map(row => row.is_anomaly)).toEqual(['0', '1'])
  })

  test('on the terminal: value and unit, what is ordinary, the way out; --top says how many', async () => {
    const { stdout } = await folder.must(['explain', 'plant.tocsin', 'today.csv', '--top', '1', '-o', 'why/n4'])
    expect(stdout).toMatch(/^row +n4 \(row 5\): risk [\d.]+, CRITICAL; the alarm begins above 12$/m)
    expect(stdout).toMatch(
      /^because +temp +\+[\d.]+ {2}60 °C, ordinary [\d.]+ \([\d.]+ to [\d.]+\)\n +would not alarm if temp ≤ [\d.]+\n/m,
    )
    expect(stdout).not.toContain('pressure')
    expect(stdout).toMatch(/^wrote +why\/: n4\.png, n4\.html$/m)
    expect(folder.read('why/n4.html')).toContain('would not alarm if')
  })
})

test('the same row gives the same files, and an input is never overwritten', async () => {
  await explained('--id', 'n4', '-o', 'one', '--threads', '1')
  for (const ending of ['png', 'html'])
    expect(folder.bytes(`one.${ending}`).equals(folder.bytes(`why/n4.${ending}`))).toBe(true)
  folder.write('page.html', today)
  const { code, stderr } = await folder.run(['explain', 'plant.tocsin', 'page.html', '-o', 'page'])
  expect(stderr).toContain('The output page.html is also an input')
  expect(code).toBe(4)
})
