import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Value } from '../../../src/importers/pickle/nodes.ts'
import { Refusal } from '../../../src/importers/refusal.ts'
import { lowerModel, type ModelRequest } from '../../../src/importers/sklearn/model.ts'
import { refusalOf } from '../refusal.ts'
import { array, dict, estimator, list, names, object, tuple } from './nodes.ts'
import { columnsOf, readValue, runRisk, runSteps } from './run-program.ts'

const scored = (value: Value, request: ModelRequest, rows: readonly (readonly (number | null)[])[]) => {
  const program = lowerModel(value, request)
  return { program, risk: Array.from(runRisk(program.risk, runSteps(program.steps, columnsOf(rows)))) }
}

const AB = { features: ['a', 'b'] }
const sigma = (z: number) => 1 / (1 + Math.exp(-z))

const logistic = (more: Readonly<Record<string, Value>>, version?: string, rows = 1) =>
  estimator(
    'linear_model._logistic.LogisticRegression',
    {
      coef_: array(rows === 1 ? [1, -2] : [1, -2, 0.5, 0.5, -1, 1], [rows, 2]),
      intercept_: array(rows === 1 ? [0.25] : [0.25, 0, -0.5]),
      classes_: rows === 1 ? array([0, 1]) : array([0, 1, 2]),
      solver: 'lbfgs',
      ...more,
    },
    version,
  )

/** The sums of the row (1, 0.5). */
const Z = 0.25
const SUMS = [0.25, 0.75, -1]
const ROW = [[1, 0.5]]

describe('logistic regression, by version', () => {
  it.each([
    ['1.9.1', undefined, sigma(Z)],
    ['1.6.1', 'deprecated', sigma(Z)],
    ['1.2.1', 'auto', sigma(Z)],
    ['0.21.3', 'warn', sigma(Z)],
    ['0.19.2', 'ovr', sigma(Z)],
    ['1.2.1', 'multinomial', sigma(2 * Z)],
  ])('%s, two classes, multi_class %s', (version, way, expected) => {
    const { risk } = scored(logistic(way === undefined ? {} : { multi_class: way }, version), AB, ROW)
    expect(risk[0]).toBeCloseTo(expected, 14)
  })

  const total = SUMS.reduce((sum, z) => sum + sigma(z), 0)
  const exponential = SUMS.reduce((sum, z) => sum + Math.exp(z), 0)
  const softmax = SUMS.map(z => Math.exp(z) / exponential)
  const shares = SUMS.map(z => sigma(z) / total)
  it.each([
    ['1.9.1', undefined, 'lbfgs', softmax],
    ['1.6.1', 'deprecated', 'lbfgs', softmax],
    ['1.6.1', 'deprecated', 'liblinear', shares],
    ['1.2.1', 'auto', 'newton-cg', softmax],
    ['1.2.1', 'auto', 'liblinear', shares],
    ['1.2.1', 'ovr', 'lbfgs', shares],
    ['0.21.3', 'warn', 'liblinear', shares],
    ['0.21.3', 'multinomial', 'saga', softmax],
  ])('%s, three classes, multi_class %s, solver %s', (version, way, solver, expected) => {
    const value = logistic({ ...(way !== undefined && { multi_class: way }), solver }, version, 3)
    for (const [i, wanted] of expected.entries())
      expect(scored(value, { ...AB, risk: `${i}.0` }, ROW).risk[0]).toBeCloseTo(wanted, 14)
  })
})

it('warns of versions that nobody compared', () => {
  const said = (version: string) => lowerModel(logistic({}, version), { ...AB, threshold: 0.5 }).warnings.join()
  expect(said('0.20.3')).toContain('scikit-learn 0.20')
  expect(said('1.10.0')).toContain('0.21 to 1.9')
  expect(said('')).toContain('does not say its version')
  for (const version of ['0.21.0', '0.24.2', '1.0.2', '1.9.1']) expect(said(version)).toBe('')
})

describe('which number is the risk', () => {
  it('is the second of two classes, above 0.5, and says so', () => {
    const { program } = scored(logistic({ classes_: names('good', 'failed') }), AB, ROW)
    expect(program).toMatchObject({ task: 'classify', riskName: 'probability of failed', cut: { risk: 0.5 } })
    expect(program.warnings.join()).toContain('0.5')
  })

  it('is the class that a person names, found by its number too', () => {
    const { program, risk } = scored(logistic({}), { ...AB, risk: '0', threshold: 0.7 }, ROW)
    expect(risk[0]).toBeCloseTo(sigma(-Z), 14)
    expect(program.cut).toEqual({ risk: 0.7, from: 'the threshold given' })
    expect(program.warnings).toEqual([])
  })

  it('is refused for several classes, with their names', () => {
    const said = refusalOf(() => lowerModel(logistic({ classes_: names('ok', 'warn', 'bad') }, '1.9.1', 3), AB))
    expect(said).toMatchObject({ kind: 'unsaid', hint: 'Name it: --risk bad' })
    expect(said.message).toContain('ok, warn, bad')
  })

  it('is refused for a class that is none, and for a share beyond 1', () => {
    expect(refusalOf(() => lowerModel(logistic({}), { ...AB, risk: 'maybe' })).kind).toBe('unsaid')
    expect(refusalOf(() => lowerModel(logistic({}), { ...AB, threshold: -0.2 })).message).toContain('-0.2')
  })

  it('of a regressor is the end that a person names', () => {
    const ridge = estimator('linear_model._ridge.Ridge', { coef_: array([2, 3]), intercept_: 1 })
    expect(refusalOf(() => lowerModel(ridge, AB))).toMatchObject({
      kind: 'unsaid',
      hint: 'Say --risk high or --risk low.',
    })
    const { program, risk } = scored(ridge, { ...AB, risk: 'low', threshold: 4 }, ROW)
    expect(risk).toEqual([4.5])
    expect(program).toMatchObject({ task: 'regress', low: true, cut: { risk: -4 } })
    expect(lowerModel(ridge, { ...AB, risk: 'high', threshold: 4 }).cut?.risk).toBe(4)
  })

  it('without probabilities is the decision, above 0', () => {
    const svc = estimator('svm._classes.LinearSVC', {
      coef_: array([1, 1], [1, 2]),
      intercept_: array([-1]),
      classes_: array([0, 1]),
    })
    const { program, risk } = scored(svc, AB, ROW)
    expect(risk).toEqual([0.5])
    expect(program).toMatchObject({ riskName: 'decision_function of 1.0', cut: { risk: 0 } })
  })
})

describe('names of the features', () => {
  it('are asked for, with their number', () => {
    const said = refusalOf(() => lowerModel(logistic({}), {}))
    expect(said.kind).toBe('unsaid')
    expect(`${said.message} ${said.hint}`).toMatch(/2 features.*--features a,b/)
  })

  const named = logistic({ feature_names_in_: names('ph', 'load') })

  it('are those of the file, of the outermost estimator first', () => {
    const scaler = estimator('preprocessing._data.StandardScaler', {
      ...{ with_mean: true, with_std: true, mean_: array([1, 2]), scale_: array([2, 4]) },
      feature_names_in_: names('temp', 'flow'),
    })
    expect(lowerModel(named, {}).features).toEqual([{ name: 'ph' }, { name: 'load' }])
    const both = lowerModel(named, { before: [scaler] })
    expect(both.features.map(({ name }) => name)).toEqual(['temp', 'flow'])
    expect(both.profile).toEqual({ mean: Float64Array.of(1, 2), std: Float64Array.of(2, 4) })
  })

  it('keep the order of the fit when they are given in another', () => {
    const { features, warnings } = lowerModel(named, { features: ['load', 'ph'] })
    expect(features.map(({ name }) => name)).toEqual(['ph', 'load'])
    expect(warnings.join()).toContain('ph, load')
  })

  it('are refused when there are too many, too few, or two of one name', () => {
    expect(refusalOf(() => lowerModel(named, { features: ['ph'] })).message).toContain('1 name is given')
    expect(refusalOf(() => lowerModel(logistic({}), { features: ['a', 'a'] })).message).toContain('called a')
  })
})

/** Of one support vector at 0 with a linear kernel: decision_function = −0.3 + 0, so offset_ is 0.3. */
const oneClass = estimator('svm._classes.OneClassSVM', {
  ...{ kernel: 'linear', degree: 3, coef0: 0, _gamma: 0.5 },
  ...{ support_vectors_: array([1, 0], [1, 2]), _dual_coef_: array([1], [1, 1]), _intercept_: array([-0.3]) },
})

const elliptic = estimator('covariance._elliptic_envelope.EllipticEnvelope', {
  location_: array([1, 1]),
  precision_: array([2, 0, 0, 1], [2, 2]),
  offset_: -5,
})

describe('thresholds of detectors', () => {
  it('come from the file', () => {
    const { program, risk } = scored(elliptic, AB, [[2, 3]])
    expect(risk).toEqual([6])
    expect(program.cut).toEqual({ risk: 5, from: 'offset_ of the file' })
  })

  it('are risks where they can be, and the sentence says so', () => {
    const { cut, warnings } = lowerModel(elliptic, { ...AB, threshold: 4 })
    expect(cut?.risk).toBe(4)
    expect(warnings.join()).toContain('compared with the risk (−score_samples)')
  })

  it('below the range of the risk are asked about where two scales could hold them', () => {
    const said = refusalOf(() => lowerModel(elliptic, { ...AB, threshold: -4 }))
    expect(said).toMatchObject({
      kind: 'unsaid',
      hint: 'Say which: --threshold-of risk|score_samples|decision_function',
    })
  })

  it('of 0 alarm no row of a distance: only decision_function can be 0', () => {
    const { cut, warnings } = lowerModel(elliptic, { ...AB, threshold: 0 })
    expect(cut).toEqual({ risk: 5, from: 'the threshold given for decision_function' })
    expect(warnings.join()).toContain('decision_function')
  })

  it.each([
    ['risk', 4],
    ['score_samples', -4],
    ['decision_function', 1],
  ] as const)('are turned from %s when that is said', (thresholdOf, threshold) => {
    expect(lowerModel(elliptic, { ...AB, threshold, thresholdOf }).cut?.risk).toBe(4)
  })

  it('of a model without an end to its scores are always asked about', () => {
    expect(lowerModel(oneClass, AB).cut?.risk).toBe(0)
    expect(refusalOf(() => lowerModel(oneClass, { ...AB, threshold: -0.318 })).kind).toBe('unsaid')
    // decision_function = score_samples − 0.3, and the risk is its negative.
    const at = (thresholdOf: 'score_samples' | 'decision_function', threshold: number) =>
      lowerModel(oneClass, { ...AB, threshold, thresholdOf }).cut?.risk
    expect(at('score_samples', 0.5)).toBeCloseTo(-0.2, 15)
    expect(at('decision_function', -0.318)).toBe(0.318)
  })
})

describe('pipelines', () => {
  const scaler = estimator('preprocessing.data.StandardScaler', {
    ...{ with_mean: true, with_std: false, mean_: array([1, 1]), scale_: null },
  })
  const model = logistic({ intercept_: array([0]) })
  const sampler = object('imblearn.over_sampling._smote.base', 'SMOTE', [], dict({ k_neighbors: 5 }))
  const pipeline = (module: string, ...steps: Value[]) =>
    object(module, 'Pipeline', [], dict({ steps: list(...steps.map((step, i) => tuple(`s${i}`, step))) }))

  it('of imbalanced-learn score without their samplers', () => {
    const value = pipeline('imblearn.pipeline', scaler, sampler, 'passthrough', null, model)
    expect(scored(value, AB, [[2, 3]]).risk[0]).toBeCloseTo(sigma(1 * 1 - 2 * 2), 14)
  })

  it('that hold themselves are refused', () => {
    const value = pipeline('sklearn.pipeline', scaler)
    ;(value.state as ReturnType<typeof dict>).entries.set('ssteps', { key: 'steps', value: list(tuple('own', value)) })
    expect(() => lowerModel(value, AB)).toThrow(Refusal)
  })

  it('ask a table only for the columns that they read', () => {
    const chosen = estimator('compose._column_transformer.ColumnTransformer', {
      transformers_: list(tuple('scale', 'passthrough', list(2, 0)), tuple('remainder', 'drop', list(1))),
      n_features_in_: 3,
      transformer_weights: null,
    })
    const { program, risk } = scored(pipeline('sklearn.pipeline', chosen, model), { features: ['a', 'b', 'c'] }, [
      [2, 3],
    ])
    expect(program.features.map(({ name }) => name)).toEqual(['a', 'c'])
    // The model reads c, then a.
    expect(risk[0]).toBeCloseTo(sigma(1 * 3 - 2 * 2), 14)
  })

  it.each<[string, Value, number[]]>([
    ['names', names('c', 'a'), [2, 0]],
    ['one name', 'b', [1]],
    ['places from the end', list(-1, 0), [2, 0]],
    ['flags', list(true, false, true), [0, 2]],
    ['a slice of places', object('builtins', 'slice', [0, 2, null]), [0, 1]],
    ['a slice of names, its end included', object('builtins', 'slice', ['b', 'c', null]), [1, 2]],
    [
      'the remainder as its own class keeps it',
      object('sklearn.compose._column_transformer', '_RemainderColsList', [], dict({ data: list(1) })),
      [1],
    ],
  ])('choose columns by %s', (_, columns, expected) => {
    const value = pipeline(
      'sklearn.pipeline',
      estimator('compose._column_transformer.ColumnTransformer', {
        transformers_: list(tuple('some', 'passthrough', columns)),
        n_features_in_: 3,
      }),
      estimator('linear_model._base.LinearRegression', {
        coef_: array(expected.map((_, i) => 10 ** i)),
        intercept_: 0,
      }),
    )
    const { risk } = scored(value, { features: ['a', 'b', 'c'], risk: 'high' }, [
      [1, 2, 3].filter((_, i) => expected.includes(i)),
    ])
    expect(risk[0]).toBe(expected.reduce((sum, place, i) => sum + (place + 1) * 10 ** i, 0))
  })
})

describe('what SimpleImputer takes for missing', () => {
  it.each<[string, Value]>([
    ['None', null],
    ['NaN', Number.NaN],
    ['pandas.NA', { kind: 'global', module: 'pandas', name: 'NA' }],
    ['pandas.NA, as older versions keep it', object('pandas._libs.missing', 'NAType', [])],
    ['NaT', object('pandas._libs.tslibs.nattype', '_nat_unpickle', [null])],
  ])('%s is an empty cell', (_, missing_values) => {
    const imputer = estimator('impute._base.SimpleImputer', {
      missing_values,
      strategy: 'mean',
      statistics_: array([7, 8]),
    })
    const { program } = scored(logistic({}), { ...AB, before: [imputer] }, [[1, 2]])
    expect(program.steps.map(({ use }) => use)).toEqual(['impute'])
  })

  it('a word of another library is refused', () => {
    const sign = { kind: 'global', module: 'polars', name: 'NA' } as const
    const imputer = estimator('impute._base.SimpleImputer', { missing_values: sign, statistics_: array([7, 8]) })
    expect(() => lowerModel(logistic({}), { ...AB, before: [imputer] })).toThrow('takes polars.NA for missing')
  })
})

// Seen in 1.6.1 and 1.9.1; _map_infrequent_categories says the same of 1.7.2 and 1.8.0.
it.each([
  ['1.7.2', 'warn', 0],
  ['1.8.0', 'warn', 100],
  ['1.7.2', 'infrequent_if_exist', 100],
  ['1.8.0', 'ignore', 0],
])('OneHotEncoder of %s, handle_unknown %s: an unknown value sets the column of the rare ones or none', (...given) => {
  const [version, handle_unknown, unknown] = given
  const state = {
    ...{ categories_: list(array([1, 2, 3])), drop_idx_: null, handle_unknown },
    ...{ _infrequent_enabled: true, _default_to_infrequent_mappings: list(array([0, 1, 1])) },
  }
  const sum = estimator('linear_model._base.LinearRegression', { coef_: array([10, 100]), intercept_: 0 }, version)
  const before = [estimator('preprocessing._encoders.OneHotEncoder', state, version)]
  const { risk } = scored(sum, { features: ['a'], risk: 'high', before }, [[1], [2], [3], [9]])
  expect(risk).toEqual([10, 100, 100, unknown])
})

describe('what is refused', () => {
  it.each<[string, Value, RegExp]>([
    [
      'clusters',
      estimator('cluster._kmeans.KMeans', { cluster_centers_: array([1, 2], [1, 2]), n_features_in_: 2 }),
      /clusters do not say a risk/,
    ],
    [
      'neighbours of training rows',
      estimator('neighbors._lof.LocalOutlierFactor', { novelty: false, n_features_in_: 2 }),
      /novelty=False/,
    ],
    ['an unfitted model', estimator('linear_model._base.LinearRegression', { n_features_in_: 2 }), /not fitted/],
    ['a transformer alone', estimator('preprocessing._data.StandardScaler', { n_features_in_: 2 }), /only transforms/],
    ['an unknown class', estimator('own.Strange', { n_features_in_: 2 }), /Strange/],
    ['what is no estimator', dict({}), /expected an estimator|does not say/],
    ['damaged coefficients', logistic({ coef_: array([1, 2, 3], [1, 3]), n_features_in_: 2 }), /shape \(1, 3\)/],
    ['numbers that are none', logistic({ coef_: array([1, Number.NaN], [1, 2]) }), /missing or infinite/],
    [
      'an own metric',
      estimator('neighbors._lof.LocalOutlierFactor', {
        ...{ novelty: true, _fit_X: array([1, 2], [1, 2]), n_neighbors_: 1, _distances_fit_X_: array([1], [1, 1]) },
        ...{ _lrd: array([1]), offset_: -1.5, effective_metric_: { kind: 'global', module: '__main__', name: 'mine' } },
      }),
      /__main__.mine/,
    ],
    [
      'an own function',
      object(
        'sklearn.pipeline',
        'Pipeline',
        [],
        dict({
          n_features_in_: 2,
          steps: list(
            tuple(
              'f',
              estimator('preprocessing._function_transformer.FunctionTransformer', {
                func: { kind: 'global', module: 'os', name: 'system' },
                n_features_in_: 2,
              }),
            ),
            tuple('m', logistic({})),
          ),
        }),
      ),
      /os.system/,
    ],
    [
      'several outputs',
      estimator('linear_model._base.LinearRegression', {
        coef_: array([1, 2, 3, 4], [2, 2]),
        intercept_: array([0, 0]),
      }),
      /2 numbers a row/,
    ],
    [
      'a mixture of another kind',
      estimator('mixture._bayesian_mixture.BayesianGaussianMixture', { n_features_in_: 2 }),
      /GaussianMixture is scored/,
    ],
  ])('%s', (_, value, words) => {
    const said = refusalOf(() => lowerModel(value, { ...AB, risk: undefined }))
    expect(said.message).toMatch(words)
    expect(said.kind).not.toBe('hostile')
  })
})

it('says what no name could mend before it asks for names', () => {
  const votes = estimator('svm._classes.SVC', { classes_: names('a', 'b', 'c'), n_features_in_: 2 })
  expect(refusalOf(() => lowerModel(votes, {})).message).toContain('votes of pairs')
  const own = object('__main__', 'Clean', [], dict({}))
  const steps = list(tuple('clean', own), tuple('model', logistic({})))
  const pipeline = object('sklearn.pipeline', 'Pipeline', [], dict({ steps }))
  expect(refusalOf(() => lowerModel(pipeline, {})).message).toContain('__main__.Clean')
})

it('takes the threshold that a tuned classifier brings, for its class alone', () => {
  // best_threshold_, as Python prints it.
  const tuned = readValue(readFileSync(join(import.meta.dirname, '../../golden/estimators/tuned.joblib')))
  const features = ['a', 'b', 'c']
  expect(lowerModel(tuned, { features })).toMatchObject({
    riskName: 'probability of spoilt',
    cut: { risk: 0.2727783338587074, from: 'best_threshold_ of the file' },
    warnings: [],
  })
  expect(lowerModel(tuned, { features, risk: 'good' }).cut?.risk).toBe(0.5)
  expect(lowerModel(tuned, { features, threshold: 0.4 }).cut?.risk).toBe(0.4)
})
