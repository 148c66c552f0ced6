/** `tocsin importance`: what a model goes by, over a table. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { areaByPairs, labelledTable } from '../cli/answers.ts'
import { createFolder, type Folder, parseRecords } from '../cli/program.ts'

let folder: Folder

const recipe = (columns: string, more: string) =>
  `tocsin: 1\nname: batches\nrows: batches.csv\ncolumns: {id: id${columns}}\nfeatures: [x, y]\n${more}`

beforeAll(async () => {
  folder = createFolder()
  folder.write('batches.csv', labelledTable({ rows: 240, apart: 4 }))
  folder.write('told.yaml', recipe(", label: bad = 'yes'", 'model: logistic-regression\n'))
  folder.write(
    'hidden.yaml',
    recipe(', ignore: [bad], private: [y]', 'transforms: [scale]\nmodel: local-outlier-factor\n'),
  )
  for (const name of ['told', 'hidden'])
    await folder.must(['fit', `${name}.yaml`, '--no-report', '-o', `${name}.tocsin`, '--threads', '1'])
})
afterAll(() => folder.remove())

/** The written table: name → its figures. */
function table(name: string): Record<string, Record<string, string>> {
  return Object.fromEntries(folder.csv(name).map(row => [row.feature, row]))
}

describe('with answers', () => {
  test('what tells good from bad comes first, high values raise the risk, and without it the order is chance', async () => {
    const { stdout } = await folder.must(['importance', 'told.tocsin', 'batches.csv', '-o', 'told', '--json'])
    const said = JSON.parse(stdout)
    await folder.must(['score', 'told.tocsin', 'batches.csv', '-o', 'scores'])
    const risks = folder.csv('scores.csv').map(row => ({ risk: Number(row.anomaly_score), bad: row.bad === 'yes' }))
    expect(said.quality.figure).toBe('AUC')
    expect(said.quality.value).toBeCloseTo(areaByPairs(risks), 12)
    const [head] = parseRecords(folder.read('told.csv'))
    expect(head).toEqual(['feature', 'mean_share', 'part', 'direction', 'loss'])
    expect(folder.csv('told.csv').map(row => row.feature)).toEqual(['x', 'y'])
    const { x, y } = table('told.csv')
    expect(Number(x?.part) + Number(y?.part)).toBeCloseTo(1, 12)
    expect(Number(x?.direction)).toBeCloseTo(1, 12)
    // With x dealt out anew the area is about 0.5; y hardly matters.
    expect(Number(x?.loss)).toBeGreaterThan(said.quality.value - 0.6)
    expect(Math.abs(Number(y?.loss))).toBeLessThan(0.02)
    expect(folder.bytes('told.png').subarray(1, 4).toString()).toBe('PNG')
    expect(folder.read('told.html')).toContain('batches: what it goes by')
  })

  test('on the terminal in words', async () => {
    const { stdout } = await folder.must(['importance', '--model', 'told.tocsin', '--input', 'batches.csv'])
    expect(stdout).toMatch(/^rows +240 looked at, AUC [01][\d.]*$/m)
    expect(stdout).toMatch(/^goes by +x +9\d\.\d % {2}high is risky, without it AUC loses 0\.\d+$/m)
    expect(stdout).toMatch(/^wrote +\.\/: told_importance\.csv, told_importance\.png, told_importance\.html$/m)
  })
})

describe('without answers', () => {
  test('there is no loss, a private feature has no line, and a sample is drawn by the seed', async () => {
    const args = ['importance', 'hidden.tocsin', 'batches.csv', '--sample', '40']
    const { stdout } = await folder.must([...args, '-o', 'a', '--json'])
    await folder.must([...args, '-o', 'b', '--threads', '1'])
    expect(JSON.parse(stdout)).toMatchObject({ rows: 40, quality: null, hidden: 1 })
    expect(folder.csv('a.csv').map(row => [row.feature, row.loss])).toEqual([['x', '']])
    expect(Number(table('a.csv').x?.part)).toBeLessThan(1)
    for (const ending of ['csv', 'png', 'html'])
      expect(folder.bytes(`a.${ending}`)).toEqual(folder.bytes(`b.${ending}`))
    expect(folder.read('a.html')).toContain('1 feature is private or blinded, and not shown')
    expect(folder.read('a.html')).not.toMatch(/<td>y<|\bx, y\b/)
  })

  test('a table without a row that can be scored', async () => {
    folder.write('empty.csv', 'id,hour,x,y\nr0,0,,1\n')
    const { code, stderr } = await folder.run(['importance', 'hidden.tocsin', 'empty.csv'])
    expect(stderr).toContain('Scored rows: 0 rows, at least 1 needed')
    expect(code).toBe(3)
  })
})
