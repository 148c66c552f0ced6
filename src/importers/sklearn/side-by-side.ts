/** Several predictors that read the same columns: the folds of a calibration, the members of a vote. */
import type { Value } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'
import type { Estimator } from './estimator.ts'
import { lowerPredictor, lowerTransformer } from './index.ts'
import type { Input, Lowering, Prediction } from './lowering.ts'
import { openLowering } from './open-lowering.ts'
import { arrange, part } from './steps.ts'

export interface Reader {
  readonly value: Value
  readonly outer: Estimator
  /** The columns that it reads, in its order. Absent: all as they are. */
  readonly picks?: readonly number[] | undefined
}

/** Members that leave their columns as they are share them; as soon as one does not, each works on its own copy. */
export function sideBySide(lowering: Lowering, input: Input, readers: readonly Reader[]): readonly Prediction[] {
  const all = Array.from({ length: input.count }, (_, i) => i)
  const trials = readers.map(({ picks, ...reader }) => {
    const own = picks ?? all
    const moved = own.length !== all.length || own.some((pick, i) => pick !== i)
    return { ...reader, picks: own, moved, ...rehearsed(lowering, reader, picked(input, own)) }
  })
  if (!trials.some(({ steps, moved }) => moved || steps > 0))
    return readers.map(({ value, outer }) => lowering.predictor(value, input, outer))
  const arranged = arrange(
    lowering,
    input,
    trials.flatMap(({ picks }) => picks),
  )
  // A member moves those behind it, so they are lowered from the left.
  let [read, at] = [0, arranged.from]
  return trials.map(({ value, outer, picks, growth }) => {
    const own = { ...part(arranged, read, picks.length), from: at }
    read += picks.length
    at += picks.length + growth
    return lowering.predictor(value, own, outer)
  })
}

const picked = ({ from, origin, names }: Input, picks: readonly number[]): Input => ({
  from,
  count: picks.length,
  origin: picks.map(pick => origin[pick] as number),
  names: names && picks.map(pick => names[pick] as string),
})

interface Rehearsal {
  /** Shared by all rehearsals of a program: a file can double its members at every level. */
  readonly estimators: { left: number }
  readonly depth: number
}

const DEEPEST = 8
const MOST_ESTIMATORS = 10_000
const rehearsals = new WeakMap<Lowering, Rehearsal>()

/** How many steps a member takes, and by how many columns its stretch grows, found by lowering it for nothing.
 * @throws Refusal for ensembles within ensembles beyond the limits */
function rehearsed(around: Lowering, { value, outer }: Reader, input: Input) {
  const whole = rehearsals.get(around) ?? { estimators: { left: MOST_ESTIMATORS }, depth: 0 }
  rehearsals.set(around, whole)
  if (whole.depth >= DEEPEST || whole.estimators.left-- <= 0)
    throw new Refusal('damaged', `${outer.name} has ensembles more than ${DEEPEST} deep in each other, or too many`)
  let [steps, growth] = [0, 0]
  const features = input.origin.reduce((most, feature) => Math.max(most, feature + 1), 0)
  const { lowering } = openLowering(features, {
    transformer: (inner, at, holder) => lowerTransformer(inner, at, trial, holder),
    predictor: (inner, at, holder) => lowerPredictor(inner, at, trial, holder),
  })
  const trial: Lowering = {
    ...lowering,
    step(use, at, state, produces, origin) {
      steps++
      growth += produces - at.count
      return lowering.step(use, at, state, produces, origin)
    },
  }
  rehearsals.set(trial, { ...whole, depth: whole.depth + 1 })
  lowerPredictor(value, input, trial, outer)
  return { steps, growth }
}
