/** Every estimator of the reference files of three versions of scikit-learn, against what scikit-learn itself said.
 * With GAPS=1 it prints the largest difference of each. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importModel } from '../../src/importers/import-model.ts'
import type { Prediction } from '../../src/importers/lowering/lowering.ts'
import type { DictNode, Value } from '../../src/importers/pickle/nodes.ts'
import type { LeafRisk } from '../../src/importers/program.ts'
import { estimatorOf } from '../../src/importers/sklearn/estimator.ts'
import { isTransformer } from '../../src/importers/sklearn/index.ts'
import { lowerModel } from '../../src/importers/sklearn/model.ts'
import type { Columns } from '../../src/math/columns.ts'
import { columnsOf, opened, readValue, runRisk, runSteps } from '../importers/sklearn/run-program.ts'

const GOLDEN = join(import.meta.dirname, '..', '..', '..', 'shared', 'golden', 'joblib')
const VERSIONS = ['1.2.1', '1.6.1', '1.9.1']
const absent = !existsSync(GOLDEN)
if (absent) console.warn(`SKIPPED: the reference models are not there (${GOLDEN})`)

type Rows = readonly (readonly (number | null)[])[]
type Figures = readonly number[] | Rows

interface Expected {
  readonly inputs: Readonly<Record<string, Rows>>
  readonly expected: Readonly<Record<string, Readonly<Record<string, Figures>>>>
}

/** Scores of trees are sums of what stands in the file: the same to the last bits. */
const TREES = /^(dt|dtr|rf|rfr|et|gb|gb3|gbr|gb_init_zero|hgb|hgb_es|hgbr|hgb_cat|iforest|iforest_mf)$/
const TOLERANCE = 1e-10
const TREE_TOLERANCE = 1e-14

/** The numbers that scikit-learn's method gives, column after column, made of what was lowered. */
function figuresOf(method: string, prediction: Prediction, block: Columns): readonly Float64Array[] {
  if (prediction.task === 'regress') return [runRisk(prediction.risk, block)]
  if (prediction.task === 'classify') return prediction.classes.map((_, i) => runRisk(prediction.riskOf(i), block))
  const leaf = prediction.risk as LeafRisk
  if (leaf.use === 'gaussian-mixture' && method !== 'score_samples') return clouds(method, leaf, block)
  if (leaf.use === 'autoencoder') return [runRisk(leaf, block)]
  const risk = runRisk(leaf, block)
  if (method === 'predict') {
    const cut = prediction.cut?.risk ?? Number.NaN
    return [risk.map(value => (value > cut ? -1 : 1))]
  }
  const scale = prediction.scales[method as 'score_samples']
  return [risk.map(value => (scale as number) - value)]
}

/** What each cloud has of a row, or which one has most. */
function clouds(method: string, leaf: LeafRisk, block: Columns): readonly Float64Array[] {
  const { length } = leaf.state.weights as Float64Array
  const shares = Array.from({ length }, (_, k) => {
    const rates = Float64Array.from({ length }, (_, i) => Number(i === k))
    return runRisk({ ...leaf, state: { ...leaf.state, rates } }, block)
  })
  if (method === 'predict_proba') return shares
  const most = (row: number) => shares.reduce((best, share, k) => (share[row]! > shares[best]![row]! ? k : best), 0)
  return [Float64Array.from({ length: block.rows }, (_, row) => most(row))]
}

/** What an autoencoder says is the mean squared error of what the network predicts. */
function errorsOf(predicted: Rows, rows: Rows): readonly number[] {
  return predicted.map((row, i) => row.reduce<number>((sum, x, c) => sum + (x! - rows[i]![c]!) ** 2, 0) / row.length)
}

const columnsIn = (figures: Figures): readonly (readonly number[])[] =>
  Array.isArray(figures[0])
    ? (figures as Rows)[0]!.map((_, c) => (figures as Rows).map(row => row[c] ?? Number.NaN))
    : [figures as readonly number[]]

function figuresAndWanted(method: string, wanted: Figures, rows: Rows, value: Value) {
  const { collected, transform, predict } = opened(rows[0]!.length)
  if (isTransformer(estimatorOf(value).name) && method === 'transform') {
    transform(value)
    const { columns } = runSteps(collected.steps, columnsOf(rows))
    return [columns as Float64Array[], columnsIn(wanted)] as const
  }
  const prediction = predict(value)
  const figures = figuresOf(method, prediction, runSteps(collected.steps, columnsOf(rows)))
  const auto = prediction.task === 'detect' && (prediction.risk as LeafRisk).use === 'autoencoder'
  return [figures, auto ? [errorsOf(wanted as Rows, rows)] : columnsIn(wanted)] as const
}

/** The largest difference, relative to numbers above 1. */
function apart(found: readonly ArrayLike<number>[], wanted: readonly (readonly number[])[]): number {
  expect(found.length).toBe(wanted.length)
  let most = 0
  for (const [c, column] of wanted.entries())
    for (const [row, value] of column.entries()) {
      const gap = Math.abs(found[c]![row]! - value) / Math.max(1, Math.abs(value))
      if (!(gap <= most)) most = Number.isNaN(value) && Number.isNaN(found[c]![row]!) ? most : gap
    }
  return most
}

describe.skipIf(absent).each(VERSIONS)('scikit-learn %s', version => {
  const folder = join(GOLDEN, version)
  const { inputs, expected }: Expected = absent
    ? { inputs: {}, expected: {} }
    : JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))

  it('has all its files here', () => {
    const files = readdirSync(folder).filter(name => /^[^.]+\.joblib$/.test(name))
    expect(files.map(name => name.replace('.joblib', '')).sort()).toEqual(Object.keys(expected).sort())
  })

  it.each(Object.entries(expected))('%s', (name, methods) => {
    const value = readValue(readFileSync(join(folder, `${name}.joblib`)))
    for (const [call, wanted] of Object.entries(methods)) {
      const [, method = '', input = ''] = /^(\w+)\((\w+)\)$/.exec(call) ?? []
      const rows = inputs[input] as Rows
      const gap = apart(...figuresAndWanted(method, wanted, rows, value))
      if (process.env.GAPS) console.log(`${version} ${name} ${call} ${gap}`)
      expect(gap, `${name} ${call}`).toBeLessThanOrEqual(TREES.test(name) ? TREE_TOLERANCE : TOLERANCE)
    }
  })

  it('holds one dict in nine containers', async () => {
    const files = readdirSync(folder).filter(name => name.startsWith('artifact.'))
    expect(files).toHaveLength(9)
    const states = []
    for (const name of files) {
      const { artifact, about } = await importModel({ name: 'artifact', bytes: readFileSync(join(folder, name)) }, '0')
      expect(about).toMatchObject({ threshold: 0.48, features: ['a', 'b', 'c', 'd'] })
      states.push({ model: artifact?.model, transforms: artifact?.transforms, levels: artifact?.levels })
    }
    expect(states[0]?.levels).toMatchObject([{ cut: 0.48 }])
    for (const state of states) expect(state).toEqual(states[0])
  })
})

const WILD = join(GOLDEN, '..', '..', 'data', 'joblib', 'wild', 'joshtvill__ai-code-templates-for-engineers')

describe.skipIf(!existsSync(WILD))('the batch summary tool’s own files', () => {
  const read = (name: string) => {
    const value = readValue(readFileSync(join(WILD, `case_studies__batch_summary_tool__output__${name}.pkl`)))
    const { model, scaler } = Object.fromEntries(
      [...(value as DictNode).entries.values()].map(each => [String(each.key), each.value]),
    )
    return lowerModel(model!, { before: [scaler!] })
  }
  // BATCH_0601, and what the tool's output says of it.
  const row = columnsOf([[0.22175, 6.277593145641728]])

  it('give the logistic risk of a batch', () => {
    const { steps, risk, features } = read('risk_model_logreg')
    expect(features.map(({ name }) => name)).toEqual(['component_A', 'avg_pH'])
    expect(Math.abs(runRisk(risk, runSteps(steps, row))[0]! - 0.5833338689469153)).toBeLessThan(1e-12)
  })

  it('give the cloud of a batch: the one in which 105 of 169 failed', () => {
    const { steps, risk } = read('risk_model_gmm')
    const block = runSteps(steps, row)
    const [first, second] = [0, 1].map(k => {
      const state = { ...(risk as LeafRisk).state, rates: Float64Array.of(1 - k, k) }
      return runRisk({ ...(risk as LeafRisk), state }, block)[0]!
    })
    expect(second).toBeGreaterThan(first!)
    expect((risk as LeafRisk).state.weights).toEqual(Float64Array.of(0.7142355046521552, 0.2857644953478448))
  })
})
