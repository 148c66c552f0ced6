/** What a file with several things in it has warned of, so that nobody takes a number for what it is not. */
import { expect, it } from 'vitest'
import type { Value } from '../../src/importers/pickle/nodes.ts'
import { openValue } from '../../src/importers/pickle-model.ts'
import { array, dict, estimator, list, tuple } from './sklearn/nodes.ts'

const scaler = estimator('preprocessing._data.StandardScaler', {
  with_mean: true,
  with_std: true,
  mean_: array([1, 2]),
  scale_: array([1, 2]),
  n_features_in_: 2,
})
const encoder = estimator('preprocessing._label.LabelEncoder', {})
const linear = estimator('linear_model._base.LinearRegression', {
  coef_: array([1, -1]),
  intercept_: 0.5,
  n_features_in_: 2,
})
const pipeline = estimator('pipeline.Pipeline', { steps: list(tuple('scale', scaler), tuple('model', linear)) })

const warned = (entries: Readonly<Record<string, Value>>, own = {}) => {
  const request = { name: 'm.joblib', bytes: new Uint8Array(0), risk: 'high', features: ['a', 'b'], ...own }
  const said = { format: 'joblib', containers: [], versions: {}, globals: [] }
  return openValue(dict(entries), request, said).program().warnings
}

it.each([
  ['nothing', { model: linear, scaler }, []],
  [
    'an encoder of one column',
    { model: linear, encoder },
    ['encoder (LabelEncoder) beside the model are not applied: the columns must hold the numbers that they gave'],
  ],
  [
    'a scaler of the target',
    { model: linear, y_scaler: scaler },
    [
      'y_scaler (StandardScaler) beside the model is not applied: what the model predicts stays on the scale of its training',
    ],
  ],
  [
    'scalers of which none is said to be the one',
    { model: linear, all: dict({ a: scaler, b: { ...scaler } }) },
    ['all.a (StandardScaler), all.b (StandardScaler) beside the model are not applied: --scaler FILE says what is'],
  ],
  [
    'a scaler twice',
    { model: pipeline, scaler: { ...scaler } },
    [
      'scaler (StandardScaler) is applied before a pipeline that has one of its own: save the pipeline alone if that is not meant',
    ],
  ],
  [
    'a threshold that is none',
    { model: linear, threshold: dict({ low: 1 }) },
    ['threshold (a dict) is no number, and is not taken for the threshold'],
  ],
] as const)('warns of %s', (_, entries, expected) => {
  expect(warned(entries)).toEqual(expected)
})
