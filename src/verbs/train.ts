/** Rows and answers in, fitted transforms and model out. */
import { Failure } from '../errors.ts'
import type { Columns } from '../math/columns.ts'
import { createRandom, type Random } from '../math/random.ts'
import type { State } from '../math/state.ts'
import { findModel } from '../models/index.ts'
import type { Target, Task } from '../models/model.ts'
import { membersOf } from '../recipe/members.ts'
import { ENSEMBLE, type Recipe, type Step } from '../recipe/schema.ts'
import { findLearned } from '../transforms/index.ts'
import { balance } from './balance.ts'
import { type Member, packMembers, scorerOf } from './ensemble.ts'
import { take } from './gather.ts'

export interface Lesson {
  readonly task: Task
  readonly x: Columns
  readonly y: Target | undefined
  /** Of the columns. */
  readonly names: readonly string[]
  /** One a row. */
  readonly weight: Float64Array
}

export interface Trained {
  readonly transforms: readonly State[]
  readonly model: State
}

type Steps = Pick<Recipe, 'transforms' | 'model' | 'seed' | 'balance'>

/**
 * Transforms are learned from all rows; only then are rows of the rarer class made up, and only for the model.
 * @throws Failure of the model, or TOO_FEW_ROWS when the answers are all the same
 */
export function train(lesson: Lesson, recipe: Steps): Trained {
  requireBothAnswers(lesson.y)
  const states: State[] = []
  let x = lesson.x
  for (const step of recipe.transforms) {
    const transform = findLearned(step.use)
    if (!transform) throw new Error(`this version learns no transform called ${step.use}`)
    const state = transform.fit(x, parametersOf(step) as never)
    states.push(state)
    x = copyOf(transform.apply(state)(x))
  }
  const random = createRandom(recipe.seed)
  const ready = { ...lesson, x }
  const balanced = recipe.balance ? balance(ready, recipe.balance, random.fork(BALANCE)) : ready
  return { transforms: states, model: fitModel(recipe.model, balanced, random) }
}

/** Streams of random numbers that never meet the model's own. */
const BALANCE = 1
const MEMBERS = 1000

function fitModel(model: Step, lesson: Lesson, random: Random): State {
  if (model.use !== ENSEMBLE) return fitOne(model, lesson, random)
  return packMembers(
    membersOf(model).map((step, i): Member => {
      const own = random.fork(MEMBERS + i)
      return { ordinary: ordinaryRisks(step, lesson, own), state: fitOne(step, lesson, own) }
    }),
  )
}

/** Fewer rows than this are not parted. */
const ENOUGH = 30

/**
 * The member's risks of rows it did not learn from: a third of the rows, scored by a model of the other two. Risks of
 * its own rows would be too low, and by how much differs between models.
 */
function ordinaryRisks(step: Step, lesson: Lesson, random: Random): Float64Array {
  const { rows } = lesson.x
  const order = Int32Array.from({ length: rows }, (_, i) => i)
  random.fork(0).shuffle(order)
  const third = rows < ENOUGH ? rows : Math.floor(rows / 3)
  const held = order.slice(0, third)
  const state = fitOne(step, third === rows ? lesson : pickLesson(lesson, order.slice(third)), random)
  const out = new Float64Array(third)
  scorerOf(step, state).score(pickLesson(lesson, held).x, out)
  return out
}

/** The lesson of some of its rows. */
export function pickLesson({ x, y, weight, ...rest }: Lesson, chosen: Int32Array): Lesson {
  const columns = x.columns.map(c =>
    c instanceof Float64Array ? take(c, chosen) : { ...c, codes: Int32Array.from(chosen, i => c.codes[i] as number) },
  )
  return { ...rest, x: { rows: chosen.length, columns }, y: y && pickTarget(y, chosen), weight: take(weight, chosen) }
}

function pickTarget(y: Target, chosen: Int32Array): Target {
  if ('codes' in y) return { ...y, codes: Int32Array.from(chosen, i => y.codes[i] as number) }
  if ('event' in y) return { time: take(y.time, chosen), event: Uint8Array.from(chosen, i => y.event[i] as number) }
  return { value: take(y.value, chosen) }
}

function fitOne(step: Step, { y, ...lesson }: Lesson, random: Random): State {
  const definition = findModel(step.use)
  if (!definition?.fit) throw new Failure('MODEL_INVALID', { path: step.use, reason: 'it cannot be fitted' })
  return definition.fit({ ...lesson, ...(y ? { y } : {}), random }, parametersOf(step) as never)
}

/** A transform's block is its own, and overwritten by the next one. */
function copyOf(x: Columns): Columns {
  return { rows: x.rows, columns: x.columns.map(c => (c instanceof Float64Array ? c.slice(0, x.rows) : c)) }
}

function parametersOf({ use: _, ...parameters }: Step): Record<string, unknown> {
  return parameters
}

/** One answer teaches nothing about the other. */
function requireBothAnswers(y: Target | undefined): void {
  if (!y) return
  const [what, counts] =
    'codes' in y
      ? ['that are bad', countOf(y.codes, code => code === y.positive)]
      : 'event' in y
        ? ['with the event', countOf(y.event, event => event === 1)]
        : ['', [1, 1] as const]
  const [yes, no] = counts
  const enough = 'event' in y ? yes > 0 : yes > 0 && no > 0
  if (enough) return
  throw new Failure('TOO_FEW_ROWS', {
    what: `Rows ${yes === 0 ? what : 'that are good'} to learn from`,
    found: 0,
    needed: 1,
    hint: 'Check the label, learn and split of the recipe: the rows that teach all have one answer.',
  })
}

function countOf(values: Int32Array | Uint8Array, is: (value: number) => boolean): readonly [number, number] {
  let yes = 0
  for (const value of values) if (is(value)) yes++
  return [yes, values.length - yes]
}
