import Type from 'typebox'
import type { Catalogue } from '../../src/recipe/schema.ts'

/** A small catalogue of fixed words, so that messages do not change when a model is added. */
export const catalogue: Catalogue = {
  models: [
    {
      kind: 'isolation-forest',
      about: 'Few random cuts set an outlier apart.',
      tasks: ['detect'],
      params: Type.Object({
        n_estimators: Type.Integer({ default: 100, minimum: 1, maximum: 10_000, description: 'how many trees' }),
        max_samples: Type.Union(
          [Type.Literal('auto'), Type.Integer({ minimum: 2 }), Type.Number({ exclusiveMinimum: 0, maximum: 1 })],
          { default: 'auto' },
        ),
        bootstrap: Type.Boolean({ default: false }),
      }),
    },
    {
      kind: 'gaussian-mixture',
      about: 'A sum of bells.',
      tasks: ['detect'],
      params: Type.Object({ k: Type.Integer({ default: 2, minimum: 1 }) }),
    },
    {
      kind: 'logistic-regression',
      about: 'A weighted sum as log-odds.',
      tasks: ['classify'],
      params: Type.Object({
        C: Type.Number({ default: 1, exclusiveMinimum: 0 }),
        max_iter: Type.Integer({ default: 100, minimum: 1 }),
        penalty: Type.Union([Type.Literal('l2'), Type.Literal('none')], { default: 'l2' }),
      }),
    },
    { kind: 'ridge', about: 'A weighted sum.', tasks: ['regress'], params: Type.Object({}) },
    { kind: 'cox', about: 'A weighted sum as log hazard.', tasks: ['survive'], params: Type.Object({}) },
  ],
  balancers: [
    {
      kind: 'smote',
      about: 'Makes rows up.',
      params: Type.Object({ k_neighbors: Type.Integer({ default: 5, minimum: 1, description: 'How many nearest.' }) }),
    },
  ],
  transforms: [
    { kind: 'scale', about: 'Same spread for all.', params: Type.Object({}) },
    {
      kind: 'impute',
      about: 'Fills gaps.',
      params: Type.Object({
        strategy: Type.Union([Type.Literal('median'), Type.Literal('mean')], { default: 'median' }),
      }),
    },
  ],
}
