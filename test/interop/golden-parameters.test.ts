/** Our scorers on parameters that three versions of scikit-learn fitted: the same numbers, to ten digits. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { python } from '../../bench/python.ts'
import { findModel } from '../../src/models/index.ts'

const GOLDEN = join(import.meta.dirname, '..', '..', '..', 'shared', 'golden')
const VERSIONS = ['1.2.1', '1.6.1', '1.9.1']
const absent = !existsSync(GOLDEN)
if (absent) console.warn(`SKIPPED: the reference models are not there (${GOLDEN})`)

// biome-ignore lint/suspicious/noExplicitAny: what the Python side printed
type Parameters = any

interface Version {
  readonly models: Readonly<Record<string, Parameters>>
  readonly inputs: readonly number[][]
  readonly expected: Readonly<Record<string, Readonly<Record<string, number[] | number[][]>>>>
}

const f64 = (values: readonly (number | string)[]) => Float64Array.from(values, Number)

interface Tree {
  readonly [name: string]: readonly number[]
}

function treesOf(trees: readonly Tree[]) {
  const all = (name: string) => trees.flatMap(tree => tree[name]!)
  const start = Int32Array.from([0, ...trees.map(tree => tree.left!.length)])
  for (let t = 1; t < start.length; t++) start[t]! += start[t - 1]!
  return {
    start,
    left: Int32Array.from(all('left')),
    right: Int32Array.from(all('right')),
    feature: Int32Array.from(all('feature'), f => Math.max(0, f)),
    threshold: Float64Array.from(all('threshold')),
    missingLeft: Uint8Array.from(all('missing')),
    samples: Int32Array.from(all('samples')),
    value: Float64Array.from(all('value')),
  }
}

/** Name of the reference model → our kind, our state, and what of the expected figures our risk equals. */
const READERS: Readonly<
  Record<string, { kind: string; state(p: Parameters): object; risk: (e: Parameters) => number[] }>
> = {
  ...each(['iforest', 'iforest_mf'], 'isolation-forest', p => {
    const { value: _, ...trees } = treesOf(p.trees)
    return { ...trees, columns: 4, drawn: p.drawn, cut: 0.5 }
  }),
  ...each(['lof_kd_tree', 'lof_ball_tree', 'lof_brute', 'lof_auto', 'lof_mink3'], 'local-outlier-factor', p => ({
    columns: 4,
    neighbours: p.neighbours,
    p: p.p,
    cut: 1.5,
    rows: f64(p.rows),
    distance: f64(p.distance),
    density: f64(p.density),
  })),
  ...each(
    ['ocsvm', 'ocsvm_lin', 'ocsvm_sp'],
    'one-class-svm',
    p => ({ ...p, columns: 4, supportVectors: f64(p.supportVectors), dualCoef: f64(p.dualCoef) }),
    'decision_function(X)',
  ),
  ...each(['gmm_full', 'gmm_tied', 'gmm_diag', 'gmm_spherical'], 'gaussian-mixture', p => ({
    covariance: p.covariance,
    weights: f64(p.weights),
    means: f64(p.means),
    precisions: f64(p.precisions),
    rates: new Float64Array(0),
    usual: new Float64Array(4),
    cut: 0,
    iterations: 1,
    converged: 1,
    lowerBound: 0,
  })),
  lr: {
    kind: 'logistic-regression',
    state: p => {
      return { coefficient: f64(p.coefficient), centre: new Float64Array(4), base: p.intercept, intercept: p.intercept }
    },
    risk: e => e['predict_proba(X)'].map((row: number[]) => row[1]!),
  },
  rf: {
    kind: 'random-forest',
    state: p => ({ ...withCover(treesOf(p.trees)), columns: 4 }),
    risk: e => e['predict_proba(X)'].map((row: number[]) => row[1]!),
  },
  rfr: {
    kind: 'random-forest',
    state: p => ({ ...withCover(treesOf(p.trees)), columns: 4 }),
    risk: e => e['predict(X)'],
  },
}

function withCover({ samples, ...trees }: ReturnType<typeof treesOf>) {
  return { ...trees, cover: Float64Array.from(samples) }
}

function each(names: readonly string[], kind: string, state: (p: Parameters) => object, figure = 'score_samples(X)') {
  const risk = (e: Parameters) => e[figure].map((score: number) => -score)
  return Object.fromEntries(names.map(name => [name, { kind, state, risk }]))
}

describe.skipIf(absent)('scikit-learn’s own parameters', () => {
  let versions: Readonly<Record<string, Version>>
  beforeAll(() => {
    const script = join(import.meta.dirname, 'golden-parameters.py')
    versions = JSON.parse(execFileSync(python(), [script, GOLDEN], { encoding: 'utf8', maxBuffer: 2 ** 28 }))
  }, 600_000)

  it('has the three versions', () => {
    expect(Object.keys(versions)).toEqual(VERSIONS)
  })

  for (const version of VERSIONS)
    it.each(Object.keys(READERS))(`${version} %s: within 1e-10`, name => {
      const { models, inputs, expected } = versions[version]!
      const { kind, state, risk } = READERS[name]!
      const columns = Array.from({ length: 4 }, (_, c) => Float64Array.from(inputs, row => row[c]!))
      const out = new Float64Array(inputs.length)
      findModel(kind)!
        .scorer(state(models[name]) as never)
        .score({ rows: inputs.length, columns }, out)
      const wanted = risk(expected[name])
      expect(wanted).toHaveLength(50)
      for (const [i, value] of wanted.entries())
        expect(Math.abs(out[i]! - value)).toBeLessThan(1e-10 * Math.max(1, Math.abs(value)))
    })

  // An autoencoder's risk is the mean squared error of what the network says; here the network is scikit-learn's.
  for (const version of VERSIONS)
    it.each(['mlp', 'mlp_es', 'mlp_sgd', 'mlp_lbfgs'])(`${version} %s as an autoencoder: within 1e-10`, name => {
      const { models, inputs, expected } = versions[version]!
      const { activation, layers } = models[name]
      const dims = Int32Array.from([4, ...layers.map((layer: Parameters) => layer.shape[1])])
      const state: Record<string, unknown> = {
        columns: 4,
        dims,
        activation,
        slope: 0,
        centre: new Float64Array(4),
        size: new Float64Array(4).fill(1),
        usual: new Float64Array(4),
        cut: 0,
        training_loss: new Float64Array(0),
        validation_loss: new Float64Array(0),
      }
      layers.forEach((layer: Parameters, i: number) => {
        state[`weights_${i}`] = f64(layer.weights)
        state[`biases_${i}`] = f64(layer.biases)
      })
      const columns = Array.from({ length: 4 }, (_, c) => Float64Array.from(inputs, row => row[c]!))
      const out = new Float64Array(inputs.length)
      findModel('autoencoder')!
        .scorer(state as never)
        .score({ rows: inputs.length, columns }, out)
      const predicted = expected[name]!['predict(X)'] as number[][]
      predicted.forEach((row, i) => {
        const error = row.reduce((sum, value, c) => sum + (value - inputs[i]![c]!) ** 2, 0) / 4
        expect(Math.abs(out[i]! - error)).toBeLessThan(1e-10 * Math.max(1, error))
      })
    })
})
