/** Layouts of dicts, tuples and lists as people save them; the keys are those of files found on the net. */
import { expect, it } from 'vitest'
import { type Bundle, bundleOf } from '../../src/importers/artifact-dict.ts'
import type { DictNode, Value } from '../../src/importers/pickle/nodes.ts'
import { textKey } from '../../src/importers/pickle/nodes.ts'
import { refusalOf } from './refusal.ts'
import { array, dict, estimator, list, names, object, tuple } from './sklearn/nodes.ts'

const forest = estimator('ensemble._iforest.IsolationForest', {})
const factor = estimator('neighbors._lof.LocalOutlierFactor', {})
const scaler = estimator('preprocessing._data.StandardScaler', {})
const imputer = estimator('impute._base.SimpleImputer', {})
const pca = estimator('decomposition._pca.PCA', {})
const encoder = estimator('preprocessing._label.LabelEncoder', {})
const clusters = estimator('cluster._kmeans.KMeans', {})
const pipeline = (...steps: Value[]) =>
  estimator('pipeline.Pipeline', { steps: list(...steps.map((step, i) => tuple(`s${i}`, step))) })

const refusal = (value: Value, pick?: string) => refusalOf(() => bundleOf(value, pick))
const before = (bundle: Bundle) => bundle.before.map(({ value }) => value)

it('takes a model alone as it is', () => {
  expect(bundleOf(forest)).toEqual({ model: forest, before: [], beside: [], unread: [] })
})

it('reads the five keys of the published artifact, any of them missing', () => {
  const whole = dict({
    model: forest,
    scaler,
    features: names('a', 'b'),
    threshold: 0.48,
    metadata: dict({ trained_on: '2025-11-26' }),
  })
  expect(bundleOf(whole)).toMatchObject({
    model: forest,
    key: 'model',
    features: ['a', 'b'],
    threshold: { value: 0.48, key: 'threshold' },
    beside: [],
  })
  expect(before(bundleOf(whole))).toEqual([scaler])
  const bare = bundleOf(dict({ model: forest }))
  expect([bare.features, bare.threshold, bare.before]).toEqual([undefined, undefined, []])
})

it.each([
  'feature_names',
  'feature_columns',
  'feature_cols',
  'columns',
  'feature_names_in_',
  'selected_features',
  'input_features',
  'X_columns',
  'feature_list',
  'training_columns',
])('finds the features under %s', key => {
  expect(bundleOf(dict({ model: forest, [key]: names('a', 'b') })).features).toEqual(['a', 'b'])
})

it.each([
  'thresh',
  'anomaly_threshold',
  'best_threshold',
  'optimal_threshold',
  'cutoff',
  'reconstruction_threshold',
  'mse_threshold',
])('finds the threshold under %s', key => {
  expect(bundleOf(dict({ model: forest, [key]: 0.5 })).threshold).toEqual({ value: 0.5, key })
})

it.each(['contamination', 'n_features', 'score', 'threshold_config', 'feature_importances'])(
  'takes no threshold or features from %s',
  key => {
    const { features, threshold } = bundleOf(dict({ model: forest, [key]: 0.5 }))
    expect([features, threshold]).toEqual([undefined, undefined])
  },
)

it('looks into what is said about the model', () => {
  const { features, threshold } = bundleOf(
    dict({ model: forest, metadata: dict({ features: names('a'), threshold: 0.3 }) }),
  )
  expect([features, threshold?.value]).toEqual([['a'], 0.3])
})

it('reads tuples and lists by what stands in them', () => {
  expect(before(bundleOf(tuple(forest, scaler)))).toEqual([scaler])
  expect(bundleOf(list(scaler, forest)).model).toBe(forest)
})

it('reads names of columns from arrays of texts and from an Index of pandas', () => {
  const texts: Value = {
    kind: 'array',
    dtype: { kind: 'U', itemsize: 4, bigEndian: false },
    shape: [2],
    order: 'C',
    bytes: new Uint8Array(Uint32Array.from([97, 98]).buffer),
  }
  const index = object('pandas.core.indexes.base', '_new_Index', [dict({ data: texts })])
  expect(bundleOf(dict({ model: forest, columns: texts })).features).toEqual(['a', 'b'])
  expect(bundleOf(dict({ model: forest, columns: index })).features).toEqual(['a', 'b'])
  expect(bundleOf(dict({ model: forest, columns: array([1, 2]) })).features).toBeUndefined()
})

it('applies what goes before in the order in which everybody does', () => {
  expect(before(bundleOf(dict({ pca, scaler, model: forest, imputer })))).toEqual([imputer, scaler, pca])
})

it('reads an Index of pandas 3, which keeps its texts in an array of its own', () => {
  const texts: Value = {
    kind: 'array',
    dtype: { kind: 'U', itemsize: 4, bigEndian: false },
    shape: [2],
    order: 'C',
    bytes: new Uint8Array(Uint32Array.from([97, 98]).buffer),
  }
  const type = object('pandas', 'StringDtype', ['python', Number.NaN])
  const data = object('pandas._libs.arrays', '__pyx_unpickle_NDArrayBacked', [], tuple(type, texts))
  const index = object('pandas.core.indexes.base', '_new_Index', [dict({ data })])
  expect(bundleOf(dict({ model: forest, features: index })).features).toEqual(['a', 'b'])
})

it('finds the only transformer of a file with one model wherever it stands', () => {
  const nested = dict({ artifact: dict({ model: forest, prep: dict({ fitted: scaler }) }) })
  expect(before(bundleOf(nested))).toEqual([scaler])
  // Which of several is meant, or whose it is, nothing says.
  const several = dict({ model: forest, prep: dict({ scaler, imputer }) })
  expect(before(bundleOf(several))).toEqual([])
  expect(bundleOf(several).beside).toEqual(['prep.scaler (StandardScaler)', 'prep.imputer (SimpleImputer)'])
  const two = dict({ models: dict({ forest, factor }), scalers: dict({ forest: scaler }) })
  expect(before(bundleOf(two, 'factor'))).toEqual([])
  expect(bundleOf(two, 'factor').beside).toContain('scalers.forest (StandardScaler)')
  expect(before(bundleOf(two, 'forest'))).toEqual([scaler])
})

it.each(['y_scaler', 'scaler_y', 'target_scaler', 'scalerY'])('does not send the features through %s', key => {
  const target = estimator('preprocessing._data.MinMaxScaler', {})
  const bundle = bundleOf(dict({ model: forest, scaler, [key]: target }))
  expect(before(bundle)).toEqual([scaler])
  expect(bundle.beside).toEqual([`${key} (MinMaxScaler)`])
})

it('takes a threshold written as a text or alone in a list, and says which it cannot read', () => {
  const of = (threshold: Value) => bundleOf(dict({ model: forest, threshold }))
  expect(of('0.55').threshold?.value).toBe(0.55)
  expect(of(list(0.55)).threshold?.value).toBe(0.55)
  expect(of(dict({ value: 0.55 }))).toMatchObject({ unread: ['threshold (a dict)'] })
  for (const nothing of [Number.NaN, Number.POSITIVE_INFINITY, list(0.5, 0.6), 'auto', '']) {
    expect(of(nothing).threshold).toBeUndefined()
    expect(of(nothing).unread).toHaveLength(1)
  }
  expect(of(null).unread).toEqual([])
  const levels = dict({ model: forest, thresholds: dict({ warning: 0.5, critical: 0.6 }) })
  expect(bundleOf(levels)).toMatchObject({ unread: ['thresholds (a dict)'] })
})

it('takes a pipeline that only transforms for what it is', () => {
  const bundle = bundleOf(dict({ model: forest, preprocessor: pipeline(imputer, scaler) }))
  expect(bundle.model).toBe(forest)
  expect(before(bundle)).toHaveLength(1)
})

it('names what takes no part', () => {
  const encoders = dict({ line: encoder })
  expect(bundleOf(dict({ model: forest, clusters, encoders })).beside).toEqual([
    'clusters (KMeans)',
    'encoders.line (LabelEncoder)',
  ])
})

it('refuses to choose between models, lists them, and takes the one that is picked', () => {
  const both = dict({ isolation_forest: forest, lof: factor, scaler })
  expect(refusal(both)).toMatchObject({
    kind: 'unsaid',
    message: 'it holds 2 models: isolation_forest (IsolationForest), lof (LocalOutlierFactor)',
    hint: 'Say which one is meant: --pick isolation_forest',
  })
  expect(bundleOf(both, 'lof').model).toBe(factor)
  expect(before(bundleOf(both, 'lof'))).toEqual([scaler])
  expect(refusal(both, 'svm').message).toMatch(/no model called svm; it has isolation_forest/)
})

it('finds models in dicts inside, with what is said of each', () => {
  const nested = dict({
    models: dict({ forest, factor }),
    thresholds: dict({ forest: 0.6, factor: 1.7 }),
    features: names('a'),
  })
  expect(bundleOf(nested, 'models.factor')).toMatchObject({ model: factor, threshold: { value: 1.7 }, features: ['a'] })
  expect(bundleOf(nested, 'forest').threshold?.value).toBe(0.6)
  const bundles = dict({ a: dict({ model: forest, threshold: 0.6 }), b: dict({ model: factor, threshold: 1.7 }) })
  expect(bundleOf(bundles, 'b.model')).toMatchObject({ model: factor, threshold: { value: 1.7 } })
})

it('says what a file without a model holds', () => {
  expect(refusal(list('a', 'b'))).toMatchObject({
    kind: 'unsupported',
    message: expect.stringContaining("the text 'a'"),
  })
  expect(refusal(dict({ line: encoder })).message).toContain('no model')
  expect(refusal(forest, 'lof').message).toContain('one model')
})

it('takes keys of every kind, and files that hold themselves', () => {
  const loop: DictNode = dict({ model: forest, ['__proto__']: 1 })
  loop.entries.set(textKey('self'), { key: 'self', value: loop })
  loop.entries.set('n1', { key: 1, value: null })
  expect(bundleOf(loop).model).toBe(forest)
  // Each of these lists stands a thousand times in the next: walked one by one they are 10^9.
  let wide: Value = list(scaler)
  for (let depth = 0; depth < 3; depth++) wide = list(...Array.from({ length: 1000 }, () => wide))
  expect(bundleOf(dict({ model: forest, wide })).model).toBe(forest)
})
