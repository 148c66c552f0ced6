import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import { createFolder, type Folder } from './program.ts'

let folder: Folder
beforeAll(async () => {
  folder = createFolder()
  const random = createRandom(5)
  const lines = ['id,grade,x,bad']
  for (let i = 0; i < 900; i++) {
    const grade = 'ABCDE'[random.integer(5)]!
    const x = random.normal()
    const bad = ('BD'.includes(grade) && x > 0) !== random.next() < 0.05
    lines.push(`R${i},${i % 50 === 0 ? '' : grade},${i % 20 === 0 ? '' : x.toFixed(3)},${Number(bad)}`)
  }
  folder.write('train.csv', `${lines.join('\n')}\n`)
  folder.write('g.yaml', recipe('gradient-boosting'))
  await folder.must(['fit', 'g.yaml', '--no-report'])
})
afterAll(() => folder.remove())

const recipe = (model: string) =>
  `tocsin: 1\nname: g\nrows: train.csv\ncolumns: {id: id, label: bad}\nfeatures: [grade, x]\nmodel: ${model}\n`

test('a text is a feature: rows of the same number and other grades get other risks', async () => {
  folder.write('new.csv', 'id,grade,x\na,B,1\nb,A,1\nc,D,1.5\nd,D,-1\n')
  await folder.must(['score', 'g.tocsin', 'new.csv', '-o', 'out'])
  const risk = folder.csv('out.csv').map(row => Number(row.anomaly_score))
  expect(risk.map(r => r > 0.5)).toEqual([true, false, true, false])
})

test('the same file out of fold and from the model file: codes mean the same on both ways', async () => {
  const { stdout } = await folder.must(['fit', 'g.yaml', '--no-report', '-o', 'again.tocsin'])
  const areas = [...stdout.matchAll(/AUC (0\.\d+)/g)].map(match => Number(match[1]))
  expect(areas).toHaveLength(2)
  for (const area of areas) expect(area).toBeGreaterThan(0.85)
})

test('a grade never seen and an empty one are scored, and a reason names the grade', async () => {
  folder.write('odd.csv', 'id,grade,x\na,Z,1\nb,,1\nc,B,2\n')
  await folder.must(['score', 'g.tocsin', 'odd.csv', '-o', 'out2', '--reasons', '2'])
  const rows = folder.csv('out2.csv')
  expect(rows.every(row => Number.isFinite(Number(row.anomaly_score)) && row.anomaly_score !== '')).toBe(true)
  expect([rows[2]!.reason_1, rows[2]!.reason_2]).toContain('grade = B')
})

test('a model of numbers says what to write', async () => {
  folder.write('l.yaml', recipe('logistic-regression'))
  const { code, stderr } = await folder.run(['fit', 'l.yaml'])
  expect(code).toBe(1)
  expect(stderr).toContain(`is_grade: CASE WHEN "grade" = 'A' THEN 1 ELSE 0 END`)
})
