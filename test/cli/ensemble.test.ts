/** Several models asked together: in a recipe, and made of model files that are there already. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { measuredTable } from './answers.ts'
import { createFolder, type Folder } from './program.ts'
import { plantRecipe, plantTable } from './tables.ts'

let folder: Folder
const FACTOR = '{use: local-outlier-factor, n_neighbors: 10}'
const TOGETHER = `{use: ensemble, of: [${FACTOR}, one-class-svm]`

async function fitted(name: string, model: string, ...flags: string[]): Promise<string> {
  folder.write(
    `${name}.yaml`,
    plantRecipe(`transforms: [scale]\nmodel: ${model}\nlevels:\n  WARNING: {quantile: 95%}\n`),
  )
  return (await folder.must(['fit', `${name}.yaml`, '-o', `${name}.tocsin`, '--no-report', ...flags])).stdout
}

const told = new Map<string, number[]>()

async function risks(name: string, table = 'today.csv'): Promise<number[]> {
  const known = told.get(`${name} ${table}`)
  if (known) return known
  await folder.must(['score', `${name}.tocsin`, table, '-o', 'out', '--format', 'csv'])
  const found = folder.csv('out.csv').map(row => Number(row.anomaly_score))
  told.set(`${name} ${table}`, found)
  return found
}

beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 300 }))
  folder.write('normal.csv', plantTable({ rows: 150, seed: 31 }))
  folder.write(
    'today.csv',
    plantTable({ rows: 60, seed: 32, edit: (cells, row) => (row === 11 ? (cells.temp = '70') : 0) }),
  )
  await fitted('factor', FACTOR)
  await fitted('machine', 'one-class-svm')
})
afterAll(() => folder.remove())

describe('in a recipe', () => {
  let said: string
  let together: number[]

  beforeAll(async () => {
    said = await fitted('together', `${TOGETHER}}`)
    together = await risks('together')
  })

  test('says its members, and puts the row that both find odd first', () => {
    expect(said).toMatch(/^model +ensemble of local-outlier-factor, one-class-svm, 3 features, seed 42$/m)
    expect(together.indexOf(Math.max(...together))).toBe(11)
  })

  test('keeps the order that its members agree on', async () => {
    const [a, b] = [await risks('factor'), await risks('machine')]
    let agreed = 0
    for (let i = 0; i < together.length; i++)
      for (let j = 0; j < together.length; j++) {
        if (!(a[i]! >= a[j]! && b[i]! >= b[j]!)) continue
        agreed++
        expect(together[i]).toBeGreaterThanOrEqual(together[j]!)
      }
    expect(agreed).toBeGreaterThan(500)
  })

  test('the maximum is nowhere below the mean', async () => {
    await fitted('maximum', `${TOGETHER}, combine: maximum}`)
    const highest = await risks('maximum')
    expect(highest.every((risk, i) => risk >= together[i]!)).toBe(true)
    expect(highest.some((risk, i) => risk > together[i]!)).toBe(true)
  })

  test('the same bytes again, on one thread too; it is explained by asking it', async () => {
    await fitted('again', `${TOGETHER}}`, '--threads', '1')
    expect(folder.bytes('again.tocsin')).toEqual(folder.bytes('together.tocsin').subarray())
    const { reasons, method } = JSON.parse(
      (await folder.must(['explain', 'together.tocsin', 'today.csv', '--json'])).stdout,
    )
    expect(reasons[0]).toMatchObject({ feature: 'temp', value: 70 })
    expect(method).toMatch(/^Shapley values sampled over 16 orders/)
  })
})

describe('of model files', () => {
  /** Where a risk stands among the ordinary ones: between two in proportion, beyond all by less than a place. */
  function rankAmong(ordinary: readonly number[]): (risk: number) => number {
    const n = ordinary.length
    const sorted = ordinary.toSorted((a, b) => a - b)
    const [lowest, highest] = [sorted[0]!, sorted[n - 1]!]
    const spread = highest - sorted[n >> 1]!
    return risk => {
      if (risk > highest) return 1 + (risk - highest) / (risk - highest + spread) / n
      if (risk < lowest) return -(lowest - risk) / (lowest - risk + spread) / n
      if (risk === highest) return 1
      const at = sorted.findIndex(other => other > risk)
      return (at - 1 + (risk - sorted[at - 1]!) / (sorted[at]! - sorted[at - 1]!)) / (n - 1)
    }
  }

  test('the risk is the mean of the ranks among the ordinary rows, each member behind its own transforms', async () => {
    const { stdout } = await folder.must([
      'ensemble',
      'factor.tocsin',
      'machine.tocsin',
      '-i',
      'normal.csv',
      '-o',
      'both.tocsin',
    ])
    expect(stdout).toMatch(/^members +factor \(local-outlier-factor\), machine \(one-class-svm\)$/m)
    expect(stdout).toMatch(/^rows +150 ordinary rows to rank among; mean-rank$/m)
    const members: number[][] = []
    for (const name of ['factor', 'machine']) {
      const rank = rankAmong(await risks(name, 'normal.csv'))
      members.push((await risks(name)).map(rank))
    }
    const both = await risks('both')
    both.forEach((risk, i) => {
      expect(risk).toBeCloseTo((members[0]![i]! + members[1]![i]!) / 2, 12)
    })
  })

  test('one file, other features and numbers to predict are refused', async () => {
    folder.write('narrow.yaml', plantRecipe().replace(', flow', ''))
    await folder.must(['fit', 'narrow.yaml', '--no-report', '-o', 'narrow.tocsin'])
    folder.write('tanks.csv', measuredTable({ rows: 60 }))
    folder.write(
      'tanks.yaml',
      'tocsin: 1\nname: t\nrows: tanks.csv\ncolumns: {label: {value: yield}}\nfeatures: [u, v]\nmodel: ridge\n',
    )
    await folder.must(['fit', 'tanks.yaml', '--no-report', '-o', 'tanks.tocsin'])
    for (const [files, problem] of [
      [['factor.tocsin'], 'An ensemble needs at least two models'],
      [
        ['factor.tocsin', 'narrow.tocsin'],
        'the features of the one are temp, pressure, flow, of the other temp, pressure',
      ],
      [['factor.tocsin', 'tanks.tocsin'], 'detect and regress, of which an ensemble makes no rank'],
    ] as const) {
      const { code, stderr } = await folder.run(['ensemble', ...files, '-i', 'normal.csv', '-o', 'never.tocsin'])
      expect(stderr).toContain(problem)
      expect(code).toBe(1)
    }
    expect(folder.files()).not.toContain('never.tocsin')
  })
})
