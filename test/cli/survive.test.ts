/** The time until an event: who comes first, how well that order holds, and curves of staying free of it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { timedTable } from './answers.ts'
import { createFolder, type Folder } from './program.ts'

let folder: Folder
let said: string

const recipe = (rows: string) => `tocsin: 1
name: parole
rows: ${rows}
columns: {id: id, label: {time: week, event: out = 1}}
features: [u, v]
split: {test: 0}
model: cox
`

beforeAll(async () => {
  folder = createFolder()
  folder.write('parole.csv', timedTable({ rows: 300 }))
  folder.write('parole.yaml', recipe('parole.csv'))
  said = (await folder.must(['fit', 'parole.yaml'])).stdout
  await folder.must([
    'score',
    'parole.tocsin',
    'parole.csv',
    '--output',
    'out',
    '--reasons',
    '1',
    '--reasons-of',
    'all',
  ])
})
afterAll(() => folder.remove())

const rows = () =>
  folder.csv('out.csv').map(row => ({
    week: Number(row.week),
    out: row.out === '1',
    u: Number(row.u),
    risk: Number(row.anomaly_score),
    cells: row,
  }))

test('the order is found out of fold, with an interval that leaves chance behind', () => {
  const [, value = '', low = ''] =
    /^quality +concordance (0\.\d\d) \((0\.\d\d)–0\.\d\d\) out of fold, 5 folds × 10; 300 rows$/m.exec(said) ?? []
  expect(Number(value)).toBeGreaterThan(0.7)
  expect(Number(low)).toBeGreaterThan(0.65)
  expect(said).not.toContain('chance')
})

test('who has a larger u is at a higher risk, by about e^1.2 for each unit; the reason is u', () => {
  const all = rows()
  const [lowest, highest] = [all.toSorted((a, b) => a.u - b.u)[0]!, all.toSorted((a, b) => b.u - a.u)[0]!]
  const perUnit = Math.log(highest.risk / lowest.risk) / (highest.u - lowest.u)
  expect(perUnit).toBeGreaterThan(0.9)
  expect(perUnit).toBeLessThan(1.5)
  expect(highest.cells.reason_1).toBe('u')
})

test('evaluate counts the pairs whose order is known, as by hand', async () => {
  const { stdout } = await folder.must(['evaluate', 'parole.tocsin', 'parole.csv', '-o', 'report'])
  const all = rows()
  let [pairs, right] = [0, 0]
  for (const a of all)
    for (const b of all) {
      // a's event came first: it is known to have been earlier than b's, or than the end of watching b.
      if (!a.out || a === b || a.week > b.week || (a.week === b.week && b.out)) continue
      pairs++
      right += a.risk > b.risk ? 1 : a.risk === b.risk ? 0.5 : 0
    }
  const { concordance, supervised } = folder.json('report/metrics.json')
  expect(concordance).toBeCloseTo(right / pairs, 12)
  expect(supervised).toBe(false)
  expect(stdout).toMatch(new RegExp(`^ +concordance ${concordance.toFixed(3)} \\(95 %: .* on these rows$`, 'm'))
})

test('the page of an explained row has its chance to be free of the event', async () => {
  const { stdout } = await folder.must(['explain', 'parole.tocsin', 'parole.csv', '-o', 'why'])
  expect(stdout).toMatch(/^because +u +\+/m)
  const page = folder.read('why.html')
  expect(page.match(/<svg/g)?.length).toBe(2)
  expect(page).toContain('a row in the middle')
})

test('rows without a time, with no time at all or an unknown event neither teach nor are judged', async () => {
  const edit = (cells: Record<string, string>, row: number) => {
    if (row === 3) cells.week = ''
    if (row === 5) cells.week = '0'
    if (row === 8) cells.out = ''
  }
  folder.write('gaps.csv', timedTable({ rows: 120, edit }))
  folder.write('gaps.yaml', recipe('gaps.csv'))
  const { stdout } = await folder.must(['fit', 'gaps.yaml', '--no-report', '-o', 'gaps.tocsin', '--threads', '1'])
  expect(stdout).toMatch(/^left out without an answer 3$/m)
  expect(stdout).toMatch(/^learn +78 rows \+ 39 held out/m)
})

test('nothing is learned where the event never came', async () => {
  folder.write('never.csv', timedTable({ rows: 60, edit: cells => (cells.out = '0') }))
  folder.write('never.yaml', recipe('never.csv'))
  const { code, stderr } = await folder.run(['fit', 'never.yaml', '--no-report', '-o', 'never.tocsin'])
  expect(stderr).toContain('Rows with the event to learn from: 0 rows, at least 1 needed')
  expect(code).toBe(3)
})
