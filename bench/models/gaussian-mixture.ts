/**
 * Gaussian mixtures of 8 full components in 20 columns: scoring with the same parameters on both sides, rows between
 * clouds that overlap and rows of clouds that stand apart; ten steps of learning from the same start; and whole fits from
 * three seeds, each from its own k-means, whose rounds are a matter of luck.
 */
import { Value } from 'typebox/value'
import { createRandom } from '../../src/math/random.ts'
import { openFitter } from '../../src/models/expectation-maximisation.ts'
import { type GaussianMixture, gaussianMixture } from '../../src/models/gaussian-mixture.ts'
import { compare, openPeer, type Row } from './row.ts'

const ROWS = 65_536
const TAUGHT = 20_000
const COLUMNS = 20
const COMPONENTS = 8
const BLOCK = 2048

/** Clouds of different shapes, their centres `apart` from each other. */
function clouds(apart: number): Float64Array[] {
  const random = createRandom(42)
  const numbers = (count: number) => Float64Array.from({ length: count }, () => random.normal())
  const centres = numbers(COMPONENTS * COLUMNS).map(value => value * apart)
  const shapes = numbers(COMPONENTS * COLUMNS * COLUMNS).map(value => value / Math.sqrt(COLUMNS))
  const columns = Array.from({ length: COLUMNS }, () => new Float64Array(ROWS))
  for (let row = 0; row < ROWS; row++) {
    const k = random.integer(COMPONENTS)
    const z = numbers(COLUMNS)
    for (const [f, column] of columns.entries()) {
      let sum = centres[k * COLUMNS + f]! + 0.5 * random.normal()
      for (let i = 0; i < COLUMNS; i++) sum += shapes[(k * COLUMNS + f) * COLUMNS + i]! * z[i]!
      column[row] = sum
    }
  }
  return columns
}

const joined = (parts: readonly Float64Array[]) => Float64Array.from(parts.flatMap(part => [...part]))

export async function rows(): Promise<Row[]> {
  const sets = { overlapping: clouds(0.3), 'standing apart': clouds(3) }
  const params = { ...Value.Create(gaussianMixture.params), n_components: COMPONENTS }
  const learn = (columns: readonly Float64Array[], seed = 0) =>
    gaussianMixture.fit!(
      {
        task: 'detect',
        x: { rows: TAUGHT, columns },
        names: [],
        weight: new Float64Array(TAUGHT).fill(1),
        random: createRandom(seed),
      },
      params,
    )
  const arrays: Record<string, Float64Array> = {}
  const states: Record<string, GaussianMixture> = {}
  for (const [name, columns] of Object.entries(sets)) {
    const state = learn(columns)
    states[name] = state
    arrays[`${name}-columns`] = joined(columns)
    for (const part of ['weights', 'means', 'precisions'] as const) arrays[`${name}-${part}`] = state[part]
  }
  const peer = await openPeer('gaussian-mixture.py', arrays)
  const found: Row[] = []
  try {
    for (const [name, columns] of Object.entries(sets)) {
      const state = states[name]!
      const scorer = gaussianMixture.scorer(state)
      const out = new Float64Array(BLOCK)
      const score = () => {
        for (let from = 0; from < ROWS; from += BLOCK)
          scorer.score({ rows: BLOCK, columns: columns.map(column => column.subarray(from)) }, out)
      }
      const steps = tenSteps(columns, state)
      found.push(
        await compare(peer, { name: `score, ${name}`, rows: ROWS, target: 4, ours: score }),
        await compare(peer, {
          name: `10 steps on 20,000 rows, ${name}`,
          peerCase: `steps, ${name}`,
          rows: 10,
          ours: steps,
        }),
        await compare(peer, {
          name: `3 fits of 20,000 rows, ${name}`,
          peerCase: `fit, ${name}`,
          rows: 3,
          pairs: 5,
          ours: () => {
            for (const seed of [0, 1, 2]) learn(columns, seed)
          },
        }),
      )
    }
    return found
  } finally {
    peer.close()
  }
}

function tenSteps(columns: readonly Float64Array[], { weights, means, precisions }: GaussianMixture): () => void {
  const taught = columns.map(column => column.subarray(0, TAUGHT))
  const sample = { columns: taught, weight: new Float64Array(TAUGHT).fill(1), centre: new Float64Array(COLUMNS) }
  const rules = { covariance: 'full', tol: 0, reg_covar: 1e-6, max_iter: 10 } as const
  return () =>
    void openFitter(sample, COMPONENTS, rules).fromMixture({ covariance: 'full', weights, means, precisions })
}
