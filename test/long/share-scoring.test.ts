import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { Value } from 'typebox/value'
import { afterAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import type { State } from '../../src/math/state.ts'
import { findModel, models } from '../../src/models/index.ts'
import type { Scorer, Task } from '../../src/models/model.ts'
import { scorerOf } from '../../src/verbs/ensemble.ts'
import { type SharedScorer, shareScoring } from '../../src/verbs/share-scoring.ts'

const ROWS = 6000
const random = createRandom(3)
const columns = Array.from({ length: 5 }, () => Float64Array.from({ length: ROWS }, () => random.normal()))

function fitted(kind: string): State {
  const { fit, params, tasks } = findModel(kind)!
  const rows = 500
  const value = columns[0]!.subarray(0, rows)
  const answers: Record<Task, object> = {
    detect: {},
    classify: { y: { codes: Int32Array.from(value, v => Number(v > 0)), levels: ['a', 'b'], positive: 1 } },
    regress: { y: { value } },
    survive: { y: { time: value.map(Math.exp), event: new Uint8Array(rows).fill(1) } },
  }
  const training = {
    task: tasks[0]!,
    x: { rows, columns: columns.map(c => c.subarray(0, rows)) },
    names: ['a', 'b', 'c', 'd', 'e'],
    ...answers[tasks[0]!],
    weight: new Float64Array(rows).fill(1),
    random: createRandom(1),
  }
  return fit!(training, Value.Create(params) as never)
}

const bits = (numbers: Float64Array) =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('hex')

function scoreBlocks(scorer: Scorer, size: number): Float64Array {
  const out = new Float64Array(ROWS)
  for (let from = 0; from < ROWS; from += size) {
    const rows = Math.min(size, ROWS - from)
    scorer.score({ rows, columns: columns.map(c => c.subarray(from)) }, out.subarray(from, from + rows))
  }
  return out
}

const opened: SharedScorer[] = []
function share(...given: Parameters<typeof shareScoring>): SharedScorer {
  const scorer = shareScoring(...given)
  opened.push(scorer)
  return scorer
}
afterAll(() => Promise.all(opened.map(scorer => scorer.close())))

/** Sends one block, so that the other threads start, and waits until they are there. */
async function untilReady(scorer: SharedScorer, threads: number): Promise<void> {
  scoreBlocks(scorer, 2048)
  for (let i = 0; scorer.helping < threads - 1; i++) {
    if (i > 2000) throw new Error(`${scorer.helping} of ${threads - 1} threads came in 20 s`)
    await sleep(10)
  }
}

/** Scores until another thread has taken a part and broken down over it. */
function untilBroken(scorer: SharedScorer): void {
  for (let i = 0; scorer.helping > 0; i++) {
    if (i > 2000) throw new Error('no other thread took a part')
    expect(bits(scoreBlocks(scorer, 2048))).toBe(plainly)
  }
}

const forest = fitted('isolation-forest')
const FOREST = { use: 'isolation-forest' }
const plainly = bits(scoreBlocks(scorerOf(FOREST, forest), 2048))

describe.each(models.filter(model => model.fit).map(model => model.kind))('%s', kind => {
  test('shared between threads the risks are the same to the bit, for blocks of any size', async () => {
    const state = fitted(kind)
    const plain = bits(scoreBlocks(scorerOf({ use: kind }, state), 2048))
    for (const threads of [2, 3]) {
      const scorer = share({ use: kind }, state, threads)
      await untilReady(scorer, threads)
      for (const size of [100, 256, 1000, 2048, ROWS]) expect(bits(scoreBlocks(scorer, size))).toBe(plain)
    }
  })
})

test('many blocks in a row, with pauses in which the others fall asleep', async () => {
  const scorer = share(FOREST, forest, 3)
  await untilReady(scorer, 3)
  for (let i = 0; i < 40; i++) {
    expect(bits(scoreBlocks(scorer, 300 + 17 * i))).toBe(plainly)
    if (i % 8 === 0) await sleep(3)
  }
})

describe('a thread that breaks', () => {
  test.each(['hang', 'throw', 'exit'] as const)('%s: its part is scored here, and the next blocks too', async how => {
    const worker = new URL('./silent-worker.ts', import.meta.url)
    const scorer = share({ ...FOREST, how }, forest, 2, { worker, patienceMs: 200 })
    await untilReady(scorer, 2)
    untilBroken(scorer)
    for (let i = 0; i < 3; i++) expect(bits(scoreBlocks(scorer, 2048))).toBe(plainly)
  })

  test('a thread that cannot start at all', async () => {
    const scorer = share(FOREST, forest, 2, { worker: new URL('./no-such-worker.ts', import.meta.url) })
    for (let i = 0; i < 20; i++) {
      expect(bits(scoreBlocks(scorer, 2048))).toBe(plainly)
      await sleep(10)
    }
    expect(bits(scoreBlocks(scorer, 2048))).toBe(plainly)
  })

  test('an error of the model is thrown as ever, and nobody is left behind', async () => {
    const scorer = share(FOREST, forest, 2)
    await untilReady(scorer, 2)
    const narrow = { rows: 512, columns: columns.slice(0, 2) }
    expect(() => scorer.score(narrow, new Float64Array(512))).toThrow('2 columns for a forest of 5')
    expect(bits(scoreBlocks(scorer, 2048))).toBe(plainly)
  })
})

test('closed, it goes on by itself; a bad state is refused at once', async () => {
  const scorer = share(FOREST, forest, 2)
  await untilReady(scorer, 2)
  await scorer.close()
  await scorer.close()
  expect(bits(scoreBlocks(scorer, 2048))).toBe(plainly)
  expect(() => shareScoring(FOREST, { ...forest, start: 1 }, 2)).toThrow(RangeError)
})

test('a scorer that nobody closed lets the process end', () => {
  const program = `
    import { findModel } from './src/models/index.ts'
    import { createRandom } from './src/math/random.ts'
    import { shareScoring } from './src/verbs/share-scoring.ts'
    const x = { rows: 512, columns: [Float64Array.from({ length: 512 }, (_, i) => Math.sin(i))] }
    const params = { n_estimators: 10, max_samples: 'auto', contamination: 'auto', max_features: 1, bootstrap: false }
    const training = { task: 'detect', x, names: ['a'], weight: new Float64Array(512).fill(1), random: createRandom(1) }
    const scorer = shareScoring({ use: 'isolation-forest' }, findModel('isolation-forest').fit(training, params), 2)
    const out = new Float64Array(512)
    scorer.score(x, out)
    await new Promise(resolve => setTimeout(resolve, 500))
    scorer.score(x, out)
    console.log(out.every(risk => risk > 0))`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'true\n', stderr: '' })
})
