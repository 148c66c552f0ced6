/** Where a recipe's rows come from: joined tables, rows left out, and files that are never written over. */
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import { createFolder, type Folder } from './program.ts'

let folder: Folder

const RECIPE = `tocsin: 1
name: batches
rows:
  file: log.csv
  join:
    coa: {file: coa.csv, by: lot, expect: one}
    lab: {file: lab.csv, by: batch, expect: one}
  where: rpm > 300
columns: {id: batch, ignore: [rpm]}
levels:
  ALARM: {false_alarms: 5%}
`
const BATCHES = 300
const LOTS = 20

/** Every third batch ran at 0 rpm, which `where` leaves out. */
function tables(): { log: string; coa: string; lab: string } {
  const random = createRandom(11)
  const number = (mean: number, std: number) => (mean + std * random.normal()).toFixed(3)
  const batches = Array.from({ length: BATCHES }, (_, i) => `B${i}`)
  return {
    log: `batch,ph,lot,rpm\n${batches.map((b, i) => `${b},${number(7, 0.2)},L${i % LOTS},${i % 3 === 0 ? 0 : 500}`).join('\n')}\n`,
    coa: `lot,purity\n${Array.from({ length: LOTS }, (_, i) => `L${i},${number(0.9, 0.02)}`).join('\n')}\n`,
    lab: `batch,viscosity\n${batches.map(b => `${b},${number(50, 3)}`).join('\n')}\n`,
  }
}

beforeAll(async () => {
  folder = createFolder()
  folder.write('batches.yaml', RECIPE)
  for (const place of ['', 'new/']) {
    for (const [name, text] of Object.entries(tables())) folder.write(`${place}${name}.csv`, text)
  }
  await folder.must(['fit', 'batches.yaml', '--no-report'])
})
afterAll(() => folder.remove())

describe('a recipe with joins and where', () => {
  test('scores an input as it was fitted: joined tables beside it, rows left out', async () => {
    const { stdout } = await folder.must(['score', 'batches.tocsin', 'new/log.csv', '--output', 'out', '--verbose'])
    expect(stdout).toContain(`where keeps ${BATCHES - BATCHES / 3} of ${BATCHES} rows`)
    const rows = folder.csv('out.csv')
    expect(rows).toHaveLength(BATCHES - BATCHES / 3)
    const purity = new Map(folder.csv('new/coa.csv').map(row => [row.lot, row.purity]))
    for (const row of rows) {
      expect(row.rpm).toBe('500')
      expect(row.purity).toBe(purity.get(row.lot))
      expect(Number(row.anomaly_score)).toBeGreaterThan(0)
    }
  })

  test('scores a table that is joined already without looking for the others', async () => {
    await folder.must(['features', 'batches.yaml', '--output', 'joined'])
    await folder.must(['score', 'batches.tocsin', 'joined.csv', '--output', 'again'])
    const scores = (name: string) => folder.csv(name).map(row => [row.batch, row.anomaly_score])
    await folder.must(['score', 'batches.tocsin', 'new/log.csv', '--output', 'out'])
    expect(scores('again.csv')).toEqual(scores('out.csv'))
  })

  test('names the joined table that is not there', async () => {
    folder.write('alone/log.csv', tables().log)
    const { code, stderr } = await folder.run(['score', 'batches.tocsin', 'alone/log.csv'])
    expect(code).toBe(3)
    expect(stderr).toContain('coa.csv')
  })
})

describe('files that a recipe names are never written over', () => {
  test.each([
    ['fit', 'log.csv'],
    ['fit', 'coa.csv'],
    ['features', 'lab'],
  ])('by %s -o %s', async (command, output) => {
    const before = ['log', 'coa', 'lab'].map(name => folder.read(`${name}.csv`))
    const { code, stderr } = await folder.run([command, 'batches.yaml', '-o', output])
    expect(code).toBe(4)
    expect(stderr).toContain('is also an input')
    expect(['log', 'coa', 'lab'].map(name => folder.read(`${name}.csv`))).toEqual(before)
  })
})

test('a column may have any name that is not ours, x too', async () => {
  folder.write('x.csv', `x,y\n${Array.from({ length: 200 }, (_, i) => `${i}.5,${(i * 7) % 13}`).join('\n')}\n`)
  folder.write('x.yaml', 'tocsin: 1\nname: x\nrows: x.csv\nlevels: {ALARM: {quantile: 90%}}\n')
  await folder.must(['fit', 'x.yaml', '--no-report'])
  await folder.must(['score', 'x.tocsin', 'x.csv', '--threshold', '0.5', '--output', 'xs'])
  expect(folder.csv('xs.csv').some(row => row.is_anomaly === '1' && row.alarm_reason?.startsWith('risk '))).toBe(true)
})

test('a pipe or a device is no model, and is not waited for', async () => {
  execFileSync('mkfifo', [folder.at('pipe')])
  for (const path of ['pipe', '/dev/zero']) {
    const { code, stderr } = await folder.run(['inspect', path])
    expect(code).toBe(2)
    expect(stderr).toContain('a pipe, a socket or a device')
  }
})
