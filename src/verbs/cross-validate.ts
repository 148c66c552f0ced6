/**
 * How good a recipe's model is on rows that did not teach it: fitted anew for each fold, transforms and made-up rows
 * included, so that nothing of a judged row was known before.
 */
import type { Fold } from '../math/folds.ts'
import type { Labels } from '../math/metrics.ts'
import { createRandom } from '../math/random.ts'
import { alsoTaught, sameRows } from '../math/same-rows.ts'
import { isTurned } from '../recipe/turned.ts'
import type { Crew } from './crew.ts'
import type { LearnSteps } from './crew-jobs.ts'
import {
  type Answers,
  type CrossFigure,
  type FoldFigures,
  figuresOf,
  figuresOfFold,
  isProbability,
  meanOf,
} from './fold-figures.ts'
import { shared, sharedLesson } from './shared-memory.ts'
import { type Lesson, pickLesson } from './train.ts'

export interface CrossValidationRequest {
  /** All rows: those that may teach, and those that are only judged. */
  readonly lesson: Lesson
  readonly recipe: LearnSteps
  /** Row numbers of the lesson (math/folds.ts). */
  readonly folds: readonly Fold[]
  /** 1 bad, 0 good, anything else unknown. Absent: the lesson's own answers; a detector has none, and no figures. */
  readonly label?: Labels | undefined
  /** 1 where a row may teach. Absent: every row, for a detector those that the label does not call bad. */
  readonly teaches?: Uint8Array | undefined
  readonly progress?: ((done: number, total: number) => void) | undefined
}

export interface FoldResult {
  readonly repeat: number
  readonly fold: number
  /** Rows. */
  readonly taught: number
  readonly judged: number
  /** Judged rows that equal a row that taught, value for value. */
  readonly shared: number
  readonly figures: FoldFigures
  readonly fitMs: number
  readonly scoreMs: number
}

export interface CrossValidation {
  /** Out of fold, mean over the repeats; NaN for rows that were never judged or have no risk. */
  readonly risk: Float64Array
  /** The same of each repeat. */
  readonly repeats: readonly Float64Array[]
  readonly perFold: readonly FoldResult[]
  /** With intervals; what is shown first is the first. */
  readonly figures: readonly CrossFigure[]
  /** Rows judged at least once by a model that an equal row taught: their figures are too good. */
  readonly shared: number
}

/** What does not depend on the model, made once for all that are tried: rows in shared memory, folds, equal rows. */
export interface Prepared {
  readonly lesson: Lesson
  readonly folds: readonly (Fold & { readonly shared: Int32Array })[]
  readonly answers: (recipe: LearnSteps, repeats: readonly Float64Array[]) => Answers
  readonly seed: number
}

/**
 * @throws Failure of the model; TOO_FEW_ROWS when the rows that teach a fold all have one answer; INTERRUPTED
 */
export async function crossValidate(crew: Crew, request: CrossValidationRequest): Promise<CrossValidation> {
  return validate(crew, prepare(request), request.recipe, { progress: request.progress })
}

/** @throws Error for folds in which a row teaches and is judged */
export function prepare({ lesson, recipe, folds, label, teaches }: CrossValidationRequest): Prepared {
  const code = sameRows(lesson.x)
  const known = label ?? labelOf(lesson)
  const mayTeach = (row: number) =>
    teaches ? teaches[row] === 1 : lesson.task !== 'detect' || known === undefined || known[row] !== 1
  return {
    lesson: sharedLesson(lesson),
    folds: folds.map(fold => {
      requireApart(fold, lesson.x.rows)
      const train = shared(fold.train.filter(mayTeach))
      return { ...fold, train, test: shared(fold.test), shared: alsoTaught(code, train, fold.test) }
    }),
    answers: (steps, repeats) => answersOf(lesson, known, steps, repeats),
    seed: recipe.seed,
  }
}

/** @param share of each fold's training rows to learn from; a larger share holds the rows of a smaller one */
export async function validate(
  crew: Crew,
  prepared: Prepared,
  recipe: LearnSteps,
  { share = 1, progress }: { share?: number; progress?: CrossValidationRequest['progress'] } = {},
): Promise<CrossValidation> {
  const { lesson, folds } = prepared
  let done = 0
  const scored = await Promise.all(
    folds.map(async fold => {
      const train = share < 1 ? shared(shareOf(fold, prepared, share)) : fold.train
      const result = await crew.run('fitAndScore', { lesson, recipe, train, test: fold.test })
      progress?.(++done, folds.length)
      return { ...result, taught: train.length }
    }),
  )
  const repeats = byRepeat(prepared, scored)
  const answers = prepared.answers(recipe, repeats)
  const perFold = folds.map(({ repeat, fold, test, shared }, i): FoldResult => {
    const { risk, taught, fitMs, scoreMs } = scored[i]!
    const figures = figuresOfFold(risk, pickAnswers(answers, test))
    return { repeat, fold, taught, judged: test.length, shared: shared.length, figures, fitMs, scoreMs }
  })
  const risk = meanOf(repeats)
  const testShare = total(perFold, 'judged') / total(perFold, 'taught')
  const figures = figuresOf({ repeats, perFold: perFold.map(fold => fold.figures), testShare }, answers)
  return { risk, repeats, perFold, figures, shared: new Set(folds.flatMap(fold => [...fold.shared])).size }
}

function requireApart({ repeat, fold, train, test }: Fold, rows: number): void {
  const taught = new Uint8Array(rows)
  for (const row of train) taught[row] = 1
  const both = test.find(row => taught[row] === 1)
  if (both !== undefined) throw new Error(`row ${both} teaches and is judged in fold ${fold} of repeat ${repeat}`)
}

function labelOf({ y }: Lesson): Labels | undefined {
  return y && 'codes' in y ? Uint8Array.from(y.codes, code => Number(code === y.positive)) : undefined
}

function answersOf(
  { task, y }: Lesson,
  label: Labels | undefined,
  { columns }: LearnSteps,
  repeats: readonly Float64Array[],
): Answers {
  if (y && 'value' in y) return { kind: 'value', value: y.value, sign: isTurned(columns) ? -1 : 1 }
  if (y && 'event' in y) return { kind: 'time', time: y.time, event: y.event }
  if (!label) return { kind: 'none' }
  return { kind: 'label', label, isProbability: isProbability(repeats, task) }
}

function pickAnswers(answers: Answers, rows: Int32Array): Answers {
  const take = (values: Labels) => Float64Array.from(rows, row => values[row]!)
  switch (answers.kind) {
    case 'label':
      return { ...answers, label: take(answers.label) }
    case 'value':
      return { ...answers, value: take(answers.value) }
    case 'time':
      return { ...answers, time: take(answers.time), event: Uint8Array.from(rows, row => answers.event[row]!) }
    case 'none':
      return answers
  }
}

/** One array a repeat, one risk a row: NaN where the repeat did not judge it. */
function byRepeat({ lesson, folds }: Prepared, scored: readonly { readonly risk: Float64Array }[]): Float64Array[] {
  const repeats: Float64Array[] = []
  folds.forEach(({ repeat, test }, i) => {
    const risk = (repeats[repeat] ??= new Float64Array(lesson.x.rows).fill(Number.NaN))
    test.forEach((row, at) => {
      risk[row] = scored[i]!.risk[at]!
    })
  })
  return repeats
}

/** A share of the rows that teach a fold, and of those of each class, ascending. */
function shareOf({ repeat, fold, train }: Fold, { lesson, seed }: Prepared, share: number): Int32Array {
  const { y } = pickLesson({ ...lesson, x: { rows: lesson.x.rows, columns: [] } }, train)
  const isBad = (i: number): boolean =>
    y !== undefined && ('codes' in y ? y.codes[i] === y.positive : 'event' in y && y.event[i] === 1)
  const order = Int32Array.from(train, (_, i) => i)
  createRandom(seed).fork(repeat).fork(fold).shuffle(order)
  const classes = [order.filter(i => isBad(i)), order.filter(i => !isBad(i))]
  const chosen = classes.flatMap(rows => [...rows.subarray(0, Math.ceil(share * rows.length))])
  return Int32Array.from(chosen, i => train[i]!).sort()
}

function total(folds: readonly FoldResult[], of: 'judged' | 'taught'): number {
  return folds.reduce((sum, fold) => sum + fold[of], 0)
}
