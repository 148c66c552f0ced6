/** Several predictors that read the same columns: the folds of a calibration, the members of a vote. */
import type { Input, Lowering, Prediction } from '../lowering/lowering.ts'
import { arrange, part } from '../lowering/steps.ts'
import type { Value } from '../pickle/nodes.ts'
import type { Estimator } from './estimator.ts'

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
    return { ...reader, picks: own, moved, ...lowering.rehearse(reader.value, picked(input, own), reader.outer) }
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
