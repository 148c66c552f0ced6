/** Trees made by hand, whose answers can be reckoned in the head, and what versions and damage do to them. */
import { describe, expect, it } from 'vitest'
import type { Prediction } from '../../../src/importers/lowering/lowering.ts'
import type { Value } from '../../../src/importers/pickle/nodes.ts'
import type { LeafRisk } from '../../../src/importers/program.ts'
import { refusalOf } from '../refusal.ts'
import { array, dict, estimator, list, object } from './nodes.ts'
import { columnsOf, opened, runRisk, runSteps } from './run-program.ts'

type Fields = Readonly<Record<string, readonly number[]>>

/** A struct of doubles, whatever the library's own widths: fields are read by name. */
function struct(fields: Fields): Value {
  const entries = Object.entries(fields)
  const count = entries[0]![1].length
  const values = Array.from({ length: count }, (_, row) => entries.map(([, column]) => column[row]!)).flat()
  const number = { kind: 'f', itemsize: 8, bigEndian: false } as const
  const own = entries.map(([name], i) => ({ name, dtype: number, offset: 8 * i }))
  const dtype = { kind: 'V', itemsize: 8 * entries.length, bigEndian: false, fields: own } as const
  return { kind: 'array', dtype, shape: [count], order: 'C', bytes: new Uint8Array(Float64Array.from(values).buffer) }
}

/** x0 ≤ 0.1 (missing left): leaf 1; else x1 ≤ 2 (missing right): leaf 3, or leaf 4. */
const NODES: Fields = {
  left_child: [1, -1, 3, -1, -1],
  right_child: [2, -1, 4, -1, -1],
  feature: [0, -2, 1, -2, -2],
  threshold: [0.1, -2, 2, -2, -2],
  n_node_samples: [8, 3, 5, 1, 4],
  weighted_n_node_samples: [8, 3, 5, 1, 4],
  missing_go_to_left: [1, 0, 0, 0, 0],
}

const treeNode = (values: readonly number[], nodes: Fields = NODES, outputs = 1) => {
  const count = Object.values(nodes)[0]!.length
  const state = {
    node_count: count,
    nodes: struct(nodes),
    values: array(values, [count, outputs, values.length / count / outputs]),
  }
  return object('sklearn.tree._tree', 'Tree', [], dict(state))
}

const regressor = (values: readonly number[], nodes?: Fields, version?: string) =>
  estimator(
    'tree._classes.DecisionTreeRegressor',
    { tree_: treeNode(values, nodes), splitter: 'best', criterion: 'squared_error' },
    version,
  )

const classifier = (values: readonly number[], more: Readonly<Record<string, Value>> = {}, version?: string) =>
  estimator(
    'tree._classes.DecisionTreeClassifier',
    { tree_: treeNode(values), classes_: list('good', 'spoilt'), splitter: 'best', criterion: 'gini', ...more },
    version,
  )

const lowered = (value: Value, columns = 2): Prediction => opened(columns).predict(value)

const riskIn = (prediction: Prediction, chosen = 1) =>
  prediction.task === 'classify' ? prediction.riskOf(chosen) : prediction.risk

function scored(value: Value, rows: readonly (readonly (number | null)[])[], chosen = 1): readonly number[] {
  const { collected, predict } = opened(rows[0]!.length)
  const prediction = predict(value)
  return [...runRisk(riskIn(prediction, chosen), runSteps(collected.steps, columnsOf(rows)))]
}

const takes = (value: Value) => (riskIn(lowered(value)) as LeafRisk).takesMissing

/** 0.1 as a float32 is above 0.1 as a double: such a row goes right. */
const ROWS = [
  [0.1, 2],
  [0.09, 9],
  [0.2, 2.5],
  [null, 0],
  [5, null],
]

describe('a decision tree', () => {
  it('rounds to float32, and sends missing values where the node says', () => {
    expect(scored(regressor([0, 10, 0, 20, 30]), ROWS)).toEqual([20, 10, 30, 10, 30])
  })

  it('says shares of a class, of counts and of shares alike', () => {
    const counts = [4, 4, 3, 0, 1, 4, 1, 0, 0, 4]
    expect(scored(classifier(counts, {}, '1.2.1'), ROWS)).toEqual([0, 0, 1, 0, 1])
    const shares = [0.5, 0.5, 0.75, 0.25, 0, 1, 0.1, 0.9, 0, 1]
    expect(scored(classifier(shares), ROWS)).toEqual([0.9, 0.25, 1, 0.25, 1])
    expect(scored(classifier(shares), ROWS, 0)).toEqual([0.1, 0.75, 0, 0.75, 0])
  })

  it.each([
    ['1.2.2', {}, false],
    ['1.3.0', {}, true],
    ['1.5.0', { splitter: 'random' }, false],
    ['1.6.0', { splitter: 'random' }, true],
    ['1.6.0', { criterion: 'absolute_error' }, false],
    ['1.6.0', { monotonic_cst: array([1, 0]) }, false],
  ])('%s %o takes missing values: %s', (version, more, expected) => {
    expect(takes(classifier([1, 1, 1, 0, 0, 1, 1, 0, 0, 1], more, version))).toBe(expected)
  })
})

describe('a tree that is none is refused:', () => {
  const cases: [string, Partial<Record<string, readonly number[]>>, string][] = [
    ['a child that is its own parent', { left_child: [0, -1, 3, -1, -1] }, 'node 0 has the child 0'],
    ['a child before its parent', { right_child: [2, -1, 1, -1, -1] }, 'node 2 has the child 1'],
    ['a child out of range', { right_child: [2, -1, 2 ** 40, -1, -1] }, 'node 2 has the child 1099511627776'],
    ['a column that is not there', { feature: [0, -2, 2, -2, -2] }, 'asks for column 2, expected 0 to 1'],
    ['a threshold that is no number', { threshold: [Number.NaN, -2, 2, -2, -2] }, 'node 0 has no threshold'],
  ]
  it.each(cases)('%s', (_, change, message) => {
    const found = refusalOf(() => lowered(regressor([0, 1, 0, 2, 3], { ...NODES, ...change } as Fields)))
    expect(found.kind).toBe('damaged')
    expect(found.message).toContain(message)
  })

  it('fields, shapes and outputs that do not fit', () => {
    const { threshold: _, ...rest } = NODES
    expect(refusalOf(() => lowered(regressor([0, 1, 0, 2, 3], rest))).message).toContain('its nodes have no threshold')
    expect(refusalOf(() => lowered(regressor([0, 1, 0, 2, 3, 4, 5, 6, 7, 8]))).message).toContain('2 numbers a leaf')
    const two = estimator('tree._classes.DecisionTreeRegressor', {
      tree_: treeNode([1, 2, 3, 4, 5, 6, 7, 8, 9, 0], NODES, 2),
    })
    expect(refusalOf(() => lowered(two)).message).toContain('predicts 2 numbers a row')
    const unfitted = estimator('tree._classes.DecisionTreeRegressor', { max_depth: 3 })
    expect(refusalOf(() => lowered(unfitted)).message).toContain('was not fitted')
  })
})

describe('an isolation forest', () => {
  const member = regressor([0, 0, 0, 0, 0])
  const forest = (more: Readonly<Record<string, Value>>, version?: string) =>
    estimator(
      'ensemble._iforest.IsolationForest',
      { estimators_: list(member), estimators_features_: list(array([1, 0])), _max_samples: 8, offset_: -0.5, ...more },
      version,
    )

  it('sums depth and c(n), on the columns that its tree saw', () => {
    // Tree column 0 is column 1 here. Leaf 1: depth 1, 3 rows; leaf 3: depth 2, 1 row; leaf 4: depth 2, 4 rows.
    const c = (n: number) => 2 * (Math.log(n - 1) + 0.5772156649015329) - (2 * (n - 1)) / n
    const lengths = [1 + c(3), 2, 2 + c(4)]
    const found = scored(forest({}), [
      [9, 0],
      [1, 1],
      [9, 1],
    ])
    for (const [i, length] of lengths.entries()) expect(found[i]).toBeCloseTo(2 ** (-length / c(8)), 15)
  })

  it('has the cut and the scales of the file', () => {
    const prediction = lowered(forest({ offset_: -0.6 }))
    expect(prediction).toMatchObject({ cut: { risk: 0.6 }, scales: { score_samples: 0, decision_function: 0.6 } })
  })

  it('gives no risk below that of its longest paths, where a threshold is one of decision_function', () => {
    const c = (n: number) => 2 * (Math.log(n - 1) + 0.5772156649015329) - (2 * (n - 1)) / n
    const { range } = lowered(forest({})) as { range: readonly number[] }
    expect(range[0]).toBeCloseTo(2 ** (-(2 + c(4)) / c(8)), 15)
    expect(range[1]).toBe(1)
  })

  it('takes missing values from 1.6 on, and is refused before 0.21', () => {
    expect([takes(forest({}, '1.5.2')), takes(forest({}, '1.6.0'))]).toEqual([false, true])
    expect(refusalOf(() => lowered(forest({}, '0.20.4'))).message).toContain(
      'scikit-learn 0.20.4, whose formula was another',
    )
  })

  it('is refused where columns and trees do not fit', () => {
    expect(refusalOf(() => lowered(forest({ estimators_features_: list() }))).message).toContain(
      '1 trees and columns for 0',
    )
    expect(refusalOf(() => lowered(forest({ estimators_features_: list(array([1, 2])) }))).kind).toBe('damaged')
    // A tree that asks for more columns than it saw.
    expect(refusalOf(() => lowered(forest({ estimators_features_: list(array([1])) }))).kind).toBe('damaged')
    expect(refusalOf(() => lowered(forest({ _max_samples: 0 }))).kind).toBe('damaged')
  })
})

describe('gradient boosting', () => {
  const trees = (...items: Value[]): Value => {
    const dtype = { kind: 'O', itemsize: 8, bigEndian: false } as const
    const args = [dict({}), dict({})]
    const state: Value = {
      kind: 'tuple',
      items: [1, { kind: 'tuple', items: [items.length, 1] }, objects, false, list(...items)],
    }
    const inner = object('numpy.core.multiarray', '_reconstruct', args, state)
    return { kind: 'array', dtype, shape: [items.length, 1], order: 'C', bytes: new Uint8Array(0), objects: inner }
  }
  const objects = object('numpy', 'dtype', ['O8', false, true], {
    kind: 'tuple',
    items: [3, '|', null, null, null, -1, -1, 63],
  })
  const boosted = (init: Value, more: Readonly<Record<string, Value>> = {}, version?: string) =>
    estimator(
      'ensemble._gb.GradientBoostingClassifier',
      {
        estimators_: trees(regressor([0, 1, 0, 2, 3]), regressor([0, 10, 0, 20, 30])),
        learning_rate: 0.5,
        loss: 'log_loss',
        init_: init,
        classes_: list('good', 'spoilt'),
        ...more,
      },
      version,
    )
  const dummy = (strategy: string) =>
    estimator('dummy.DummyClassifier', { strategy, class_prior_: array([0.2, 0.8]), classes_: array([0, 1]) })
  const sigma = (z: number) => 1 / (1 + Math.exp(-z))
  /** Half of 2 + 20. */
  const row = [[0.1, 2]]

  it.each([
    ['zero', 'zero', 11],
    ['the odds of the classes', dummy('prior'), 11 + Math.log(4)],
    ['LogOddsEstimator, before 0.21', estimator('ensemble.gradient_boosting.LogOddsEstimator', { prior: -12 }), -1],
    ['ZeroEstimator, before 0.21', estimator('ensemble.gradient_boosting.ZeroEstimator', {}), 11],
  ])('begins with %s', (_, init, sum) => {
    expect(scored(boosted(init), row)[0]).toBeCloseTo(sigma(sum), 15)
    expect(scored(boosted(init), row, 0)[0]).toBeCloseTo(1 - sigma(sum), 15)
  })

  it('of the exponential loss has half the log-odds', () => {
    const half = boosted(dummy('prior'), { loss: 'exponential', learning_rate: 0.125 })
    expect(scored(half, row)[0]).toBeCloseTo(sigma(2 * (22 / 8 + 0.5 * Math.log(4))), 15)
  })

  it('takes no missing values', () => {
    expect(takes(boosted('zero'))).toBe(false)
  })

  it('is refused where it begins with another model', () => {
    const other = estimator('linear_model._logistic.LogisticRegression', {})
    expect(refusalOf(() => lowered(boosted(other))).message).toContain('begins with what LogisticRegression predicts')
    expect(refusalOf(() => lowered(boosted(dummy('stratified')))).message).toContain(
      "DummyClassifier(strategy='stratified')",
    )
    expect(refusalOf(() => lowered(boosted(null))).message).toContain('init_ of GradientBoostingClassifier is None')
    const three = boosted('zero', { classes_: list('a', 'b', 'c') })
    expect(refusalOf(() => lowered(three)).message).toContain('expected an array of trees, 3 a round')
  })
})

describe('histogram gradient boosting', () => {
  /** x0 ≤ 1: 1; else x1 in a set of categories: 2, or 3. */
  const nodes = (missing: number): Fields => ({
    value: [0, 1, 0, 2, 3],
    count: [9, 3, 6, 3, 3],
    feature_idx: [0, 0, 1, 0, 0],
    num_threshold: [1, 0, 0, 0, 0],
    missing_go_to_left: [0, 0, missing, 0, 0],
    left: [1, 0, 3, 0, 0],
    right: [2, 0, 4, 0, 0],
    is_leaf: [0, 1, 0, 1, 1],
    is_categorical: [0, 0, 1, 0, 0],
    bitset_idx: [0, 0, 0, 0, 0],
  })
  const model = (own: Fields, more: Readonly<Record<string, Value>> = {}, version = '1.3.2') => {
    // Category 2 and 40 go left; known are 0, 2 and 40.
    const sets = array([4, 2 ** 8, 0, 0, 0, 0, 0, 0], [1, 8])
    const predictor = estimator(
      'ensemble._hist_gradient_boosting.predictor.TreePredictor',
      { nodes: struct(own), raw_left_cat_bitsets: sets },
      '',
    )
    const known = list(null, array([0, 2, 40]))
    return estimator(
      'ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor',
      {
        _predictors: list(list(predictor)),
        _baseline_prediction: 100,
        _bin_mapper: estimator('ensemble._hist_gradient_boosting.binning._BinMapper', { known_categories: known }, ''),
        loss: 'squared_error',
        ...more,
      },
      version,
    )
  }
  const rows = [0, 2, 40, 40.9, 7, -3, 300, null].map(category => [5, category])

  it('sends categories that are not known where missing values go', () => {
    expect(scored(model(nodes(0)), rows)).toEqual([103, 102, 102, 102, 103, 103, 103, 103])
    expect(scored(model(nodes(1)), rows)).toEqual([103, 102, 102, 102, 102, 102, 102, 102])
  })

  it('compares doubles, and says e to the power of the sum for counts', () => {
    const close = [1 + 2 ** -50, 2]
    expect(scored(model(nodes(0)), [[1, 0], close])).toEqual([101, 102])
    expect(scored(model(nodes(0), { loss: 'poisson', _baseline_prediction: array([-1], [1, 1]) }), [[0, 0]])).toEqual([
      1,
    ])
  })

  it('reads the layout before 0.24, and takes missing values since 0.22', () => {
    const { num_threshold, is_categorical: _, bitset_idx: __, ...rest } = nodes(0)
    const old = { ...rest, threshold: num_threshold!.with(2, 1.5) }
    const bare = { _bin_mapper: null, bin_mapper_: null, loss: 'least_squares' }
    expect(scored(model(old, bare, '0.23.2'), rows)).toEqual([102, 103, 103, 103, 103, 102, 103, 103])
    expect([takes(model(old, bare, '0.21.3')), takes(model(old, bare, '0.22.2'))]).toEqual([false, true])
  })

  it('is refused where sets or children are not there', () => {
    const beyond = { ...nodes(0), bitset_idx: [0, 0, 1, 0, 0] }
    expect(refusalOf(() => lowered(model(beyond))).message).toContain('asks for categories that are not there')
    expect(refusalOf(() => lowered(model({ ...nodes(0), left: [0, 0, 3, 0, 0] }))).message).toContain('has the child 0')
    expect(refusalOf(() => lowered(model({ ...nodes(0), feature_idx: [9, 0, 1, 0, 0] }))).kind).toBe('damaged')
    expect(refusalOf(() => lowered(model(nodes(0), { _baseline_prediction: array([1, 2]) }))).message).toContain(
      '2 numbers',
    )
  })
})

describe('AdaBoost', () => {
  const boosted = (way: string | undefined, version: string, members: readonly Value[]) =>
    estimator(
      'ensemble._weight_boosting.AdaBoostClassifier',
      {
        estimators_: list(...members),
        estimator_weights_: array([3, 1]),
        classes_: list('good', 'spoilt'),
        ...(way !== undefined && { algorithm: way }),
      },
      version,
    )
  const sure = classifier([4, 4, 3, 0, 1, 4, 1, 0, 0, 4], {}, '1.2.1')
  const even = classifier([4, 4, 1, 3, 1, 4, 2, 2, 0, 4], {}, '1.2.1')
  /** Leaves 3: the first says good, so does the second, of equals the first. Leaves 1: good, spoilt. */
  const rows = [
    [0.2, 1],
    [0, 0],
  ]
  const sigma = (z: number) => 1 / (1 + Math.exp(-z))

  it.each([
    ['1.2.2', 'SAMME', [-1, -0.5]],
    ['1.3.0', 'SAMME', [-1, -0.5]],
    ['1.3.1', 'SAMME', [-2, -1]],
    ['1.6.1', 'deprecated', [-2, -1]],
    ['1.9.1', undefined, [-2, -1]],
  ])('%s, algorithm %s: the weighted votes', (version, way, sums) => {
    const found = scored(boosted(way, version, [sure, even]), rows)
    for (const [i, sum] of sums.entries()) expect(found[i]).toBeCloseTo(sigma(sum), 15)
  })

  it('SAMME before 0.22, whose predict_proba was no function of its decisions, is refused', () => {
    expect(refusalOf(() => lowered(boosted('SAMME', '0.21.3', [sure, even]))).message).toContain('before 0.22')
    expect(scored(boosted('SAMME.R', '0.21.3', [sure, even]), rows)).toHaveLength(2)
  })

  it('SAMME.R adds the logarithms of shares, none below the smallest step from 1', () => {
    const least = Math.log(Number.EPSILON)
    // (log p₁ − log p₀) for each tree, times its weight of 3 / 4 and 1 / 4.
    const sums = [(3 / 4) * least, (3 / 4) * least + Math.log(3) / 4]
    const found = scored(boosted('SAMME.R', '1.2.2', [sure, even]), rows)
    for (const [i, sum] of sums.entries()) expect(found[i]).toBeCloseTo(sigma(sum), 15)
  })

  it('over other models is refused by their name, and so is the regressor', () => {
    const linear = estimator('linear_model._logistic.LogisticRegression', {})
    const found = refusalOf(() => lowered(boosted('SAMME', '1.2.2', [sure, linear])))
    expect(found.message).toBe('AdaBoostClassifier has a member LogisticRegression, expected decision trees')
    const median = estimator('ensemble._weight_boosting.AdaBoostRegressor', { estimators_: list(sure) })
    expect(refusalOf(() => lowered(median)).message).toContain('weighted median')
  })
})

describe('members side by side', () => {
  const inner = (value: Value) =>
    estimator('calibration.CalibratedClassifierCV', {
      classes_: list('good', 'spoilt'),
      calibrated_classifiers_: list(
        object('sklearn.calibration', '_CalibratedClassifier', [], dict({ estimator: value, calibrators: list() })),
      ),
    })

  it('deep within each other are refused, not walked for ever', () => {
    let value: Value = classifier([1, 1, 1, 0, 0, 1, 1, 0, 0, 1])
    for (let depth = 0; depth < 20; depth++) value = inner(value)
    expect(refusalOf(() => lowered(value)).kind).toBe('damaged')
  })

  it('that hold themselves are refused', () => {
    const items: Value[] = []
    const own = estimator('ensemble._voting.VotingClassifier', {
      classes_: list('good', 'spoilt'),
      voting: 'soft',
      weights: null,
      estimators_: { kind: 'list', items },
    })
    items.push(own, own)
    expect(refusalOf(() => lowered(own)).kind).toBe('damaged')
  })
})
