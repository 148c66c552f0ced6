/** Whose fault it is: of a reading that is far out, alone in its row, the first reason is its column. */
import { expect, test } from 'vitest'
import type { Artifact } from '../../src/artifact/artifact.ts'
import { createRandom, type Random } from '../../src/math/random.ts'
import type { State } from '../../src/math/state.ts'
import type { Model } from '../../src/models/model.ts'
import { BACKGROUND_ROWS, explainerOf, needsBackground } from '../../src/verbs/reasons.ts'
import { learn, propertiesOf, sharesOf, type Table } from './lesson.ts'

const COLUMNS = 6
const PLANTED = 200
/** Standard deviations. */
const FAR = 8
/** Between any two columns. */
const CORRELATION = 0.3

/** Normal columns that share a part of their variation. */
function correlated(random: Random, rows: number): Float64Array[] {
  const common = Float64Array.from({ length: rows }, () => random.normal())
  const [own, together] = [Math.sqrt(1 - CORRELATION), Math.sqrt(CORRELATION)]
  return Array.from({ length: COLUMNS }, () => common.map(value => together * value + own * random.normal()))
}

export function reasonsLaw(model: Model): void {
  const variants = 'max_features' in propertiesOf(model) ? [{}, { max_features: 0.5 }] : [{}]
  for (const params of variants)
    test(`the first reason is the culprit ${JSON.stringify(params).replace('{}', '')}`.trim(), () => {
      const random = createRandom(17)
      const taught = correlated(random, 1000)
      const rows = correlated(random, PLANTED)
      for (let row = 0; row < PLANTED; row++) rows[row % COLUMNS]![row] = row % 4 < 2 ? FAR : -FAR
      const shares = sharesOf(explainerOf(artifactOf(model, learn(model, 'detect', taught, { params }), taught)), rows)
      let first = 0
      for (let row = 0; row < PLANTED; row++) {
        const own = shares.subarray(row * COLUMNS, (row + 1) * COLUMNS)
        if (own.indexOf(Math.max(...own)) === row % COLUMNS) first++
      }
      expect(first / PLANTED).toBeGreaterThanOrEqual(0.98)
    })
}

/** As much of a model file as explaining reads. */
function artifactOf(model: Model, state: State, taught: Table): Artifact {
  const columns = { private: [], blinded: [], later: [], ignore: [] }
  const recipe = { model: { use: model.kind }, transforms: [], columns, seed: 3 } as unknown as Artifact['recipe']
  const kept = taught.flatMap(column => [...column.subarray(0, BACKGROUND_ROWS)])
  const profile = needsBackground(recipe) ? { background: Float64Array.from(kept) } : {}
  const features = taught.map((_, c) => ({ name: `x${c}`, columns: [`x${c}`] }))
  return { recipe, model: state, transforms: [], features, profile } as unknown as Artifact
}
