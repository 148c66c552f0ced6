/** What a crew can do: a closed list, by name. A job is a pure function of its input, on whichever thread it runs. */
import type { Recipe } from '../recipe/schema.ts'
import { riskOf } from './pipeline.ts'
import { compact } from './shared-memory.ts'
import { type Lesson, pickLesson, type Trained, train } from './train.ts'

/** What of a recipe learning and scoring need. */
export type LearnSteps = Pick<Recipe, 'transforms' | 'model' | 'seed' | 'balance' | 'columns'>

export interface FitJob {
  readonly lesson: Lesson
  readonly recipe: LearnSteps
}

export interface FitAndScoreJob extends FitJob {
  /** Rows of the lesson that teach. */
  readonly train: Int32Array
  /** Rows of the lesson whose risk is wanted; their answers are not looked at. */
  readonly test: Int32Array
}

export interface FitAndScored {
  /** One a row of `test`; NaN where a row has none. */
  readonly risk: Float64Array
  readonly fitMs: number
  readonly scoreMs: number
}

export interface Jobs {
  readonly fit: (job: FitJob) => Trained
  readonly fitAndScore: (job: FitAndScoreJob) => FitAndScored
}

export type JobName = keyof Jobs
export type JobInput<Name extends JobName> = Parameters<Jobs[Name]>[0]
export type JobOutput<Name extends JobName> = ReturnType<Jobs[Name]>

export const JOBS: Jobs = {
  fit({ lesson, recipe }) {
    const { transforms, model } = train(lesson, recipe)
    return { transforms: transforms.map(compact), model: compact(model) }
  },
  fitAndScore(job) {
    const { lesson, recipe } = job
    const begun = performance.now()
    const trained = train(pickLesson(lesson, job.train), recipe)
    const fitted = performance.now()
    const { x } = pickLesson(lesson, job.test)
    const risk = new Float64Array(x.rows)
    riskOf({ recipe, ...trained })(x, risk)
    return { risk, fitMs: fitted - begun, scoreMs: performance.now() - fitted }
  },
}
