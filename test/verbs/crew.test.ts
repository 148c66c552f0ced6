import { spawnSync } from 'node:child_process'
import { afterAll, describe, expect, test } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { createRandom } from '../../src/math/random.ts'
import { type Crew, openCrew } from '../../src/verbs/crew.ts'
import { type FitAndScoreJob, JOBS, type LearnSteps } from '../../src/verbs/crew-jobs.ts'
import { shared, sharedLesson } from '../../src/verbs/shared-memory.ts'
import type { Lesson } from '../../src/verbs/train.ts'

const ROWS = 400

function lessonOf(rows = ROWS): Lesson {
  const random = createRandom(7)
  const columns = Array.from({ length: 4 }, () => Float64Array.from({ length: rows }, () => random.normal()))
  return {
    task: 'detect',
    x: { rows, columns },
    y: undefined,
    names: ['a', 'b', 'c', 'd'],
    weight: new Float64Array(rows).fill(1),
  }
}

const recipe = (parameters: Record<string, unknown> = {}): LearnSteps => ({
  columns: { later: [], private: [], blinded: [], ignore: [] },
  transforms: [
    { use: 'impute', strategy: 'mean', fill_value: 0 },
    { use: 'scale', method: 'standard' },
  ],
  model: {
    use: 'isolation-forest',
    n_estimators: 20,
    max_samples: 'auto',
    contamination: 'auto',
    max_features: 1,
    bootstrap: false,
    ...parameters,
  },
  seed: 5,
})

const numbers = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i)
const job = (i: number): FitAndScoreJob => ({
  lesson: lessonOf(),
  recipe: { ...recipe(), seed: i },
  train: numbers(0, 300),
  test: numbers(300, ROWS),
})
/** Takes minutes, unless somebody ends it. */
const endless = { lesson: lessonOf(60_000), recipe: recipe({ n_estimators: 10_000, max_samples: 5000 }) }

const crews: Crew[] = []
function crewOf(threads: number, signal?: AbortSignal): Crew {
  const crew = openCrew({ threads, signal })
  crews.push(crew)
  return crew
}
afterAll(() => Promise.all(crews.map(crew => crew.close())))

describe('whatever the number of threads', () => {
  test.each([1, 2, 3])('%i threads give what this thread gives, in the order asked for', async threads => {
    const crew = crewOf(threads)
    const jobs = Array.from({ length: 7 }, (_, i) => job(i))
    const done = await Promise.all(jobs.map(each => crew.run('fitAndScore', each)))
    expect(done.map(({ risk }) => risk)).toEqual(jobs.map(each => JOBS.fitAndScore(each).risk))
  })

  test('a fitted state comes back as it was, also from shared memory', async () => {
    const here = JOBS.fit({ lesson: lessonOf(), recipe: recipe() })
    const there = await crewOf(1).run('fit', { lesson: sharedLesson(lessonOf()), recipe: recipe() })
    expect(there).toEqual(here)
    for (const value of Object.values(there.model))
      if (ArrayBuffer.isView(value)) expect(value.byteLength).toBe(value.buffer.byteLength)
  })
})

test('shared memory is not copied again', () => {
  const once = sharedLesson({ ...lessonOf(), y: { codes: Int32Array.of(1, 0), levels: ['a', 'b'], positive: 1 } })
  const twice = sharedLesson(once)
  expect(twice).toEqual(once)
  expect(twice.x.columns[0]).toBe(once.x.columns[0])
  expect(shared(Float64Array.of(1, 2)).buffer).toBeInstanceOf(SharedArrayBuffer)
})

test('jobs of a few milliseconds do not pay for the start of a thread each', async () => {
  const crew = crewOf(2)
  await Promise.all([crew.run('fitAndScore', job(0)), crew.run('fitAndScore', job(1))])
  const begun = performance.now()
  await Promise.all(Array.from({ length: 60 }, (_, i) => crew.run('fitAndScore', job(i))))
  const eachMs = (performance.now() - begun) / 60
  const before = performance.now()
  for (let i = 0; i < 60; i++) JOBS.fitAndScore(job(i))
  const alone = (performance.now() - before) / 60
  // A start takes 60 ms and more; that machine has other work too.
  expect(eachMs).toBeLessThan(alone + 20)
})

describe('errors', () => {
  test('a failure comes back as the same failure, and the thread goes on', async () => {
    const crew = crewOf(1)
    const wrong = { lesson: lessonOf(), recipe: recipe({ max_features: 9 }) }
    const error = await crew.run('fit', wrong).catch(e => e)
    expect(error).toBeInstanceOf(Failure)
    expect(() => JOBS.fit(wrong)).toThrow(error.message)
    expect(error).toMatchObject({ code: 'RECIPE_INVALID', exit: 1, parameters: { report: expect.any(String) } })
    expect(error.hint).toContain('0.5')
    expect((await crew.run('fitAndScore', job(1))).risk.length).toBe(100)
  })

  test('any other error keeps its kind and its words', async () => {
    const wrong = { ...recipe(), transforms: [{ use: 'no-such-step' }] }
    const error = await crewOf(1)
      .run('fit', { lesson: lessonOf(), recipe: wrong })
      .catch(e => e)
    expect(error).not.toBeInstanceOf(Failure)
    expect(error.message).toContain('no-such-step')
  })

  test('what cannot be sent is refused, and the thread is free again', async () => {
    const crew = crewOf(1)
    const unsendable = { lesson: lessonOf(), recipe: recipe({ n_estimators: () => 5 }) }
    await expect(crew.run('fit', unsendable)).rejects.toThrow(/clone/)
    expect((await crew.run('fitAndScore', job(1))).risk.length).toBe(100)
  })
})

describe('the end', () => {
  test('closing ends work and what waits, at once; nothing can be asked any more', async () => {
    const crew = crewOf(1)
    await crew.run('fitAndScore', job(0))
    const jobs = [crew.run('fit', endless), crew.run('fitAndScore', job(1))]
    const ended = Promise.allSettled(jobs)
    await new Promise(resolve => setTimeout(resolve, 300))
    const begun = performance.now()
    await crew.close()
    expect(performance.now() - begun).toBeLessThan(1000)
    for (const result of await ended) expect(result).toMatchObject({ reason: { code: 'INTERRUPTED' } })
    await expect(crew.run('fitAndScore', job(1))).rejects.toMatchObject({ code: 'INTERRUPTED' })
    await crew.close()
  })

  test('an abort closes; one that came before lets nothing begin', async () => {
    const stop = new AbortController()
    const crew = crewOf(1, stop.signal)
    const work = crew.run('fit', endless)
    stop.abort()
    await expect(work).rejects.toMatchObject({ code: 'INTERRUPTED' })
    await expect(crewOf(1, stop.signal).run('fitAndScore', job(0))).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })

  test('a crew that nobody closed lets the process end', () => {
    const ended = runAlone(`
      const crew = openCrew({ threads: 2 })
      const { model } = await crew.run('fit', { lesson, recipe })
      console.log(model.columns)`)
    expect(ended).toEqual({ status: 0, stdout: '1\n', stderr: '' })
  })

  test('closed while answers are on their way, it lets the process go on', () => {
    const ended = runAlone(`
      for (let round = 0; round < 15; round++) {
        const crew = openCrew({ threads: 2 })
        const jobs = [0, 1].map(() => crew.run('fit', { lesson, recipe }).catch(() => {}))
        await Promise.race(jobs)
        await crew.close()
      }
      console.log('went on')`)
    expect(ended).toEqual({ status: 0, stdout: 'went on\n', stderr: '' })
  })
})

/** In a process of its own, which ends when nothing holds it. */
function runAlone(work: string) {
  const program = `
    import { openCrew } from './src/verbs/crew.ts'
    const lesson = { task: 'detect', x: { rows: 50, columns: [new Float64Array(50)] }, names: ['a'], weight: new Float64Array(50).fill(1) }
    const recipe = ${JSON.stringify({ ...recipe(), transforms: [] })}
    ${work}`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  return { status, stdout, stderr }
}

test('a crew has at least one thread', () => {
  expect(() => openCrew({ threads: 0 })).toThrow(RangeError)
})
