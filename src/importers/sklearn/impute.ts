/** SimpleImputer and MissingIndicator. */
import type { Input, Lowering, LowerTransformer } from '../lowering/lowering.ts'
import { arrange, blank, columnwise, joined, part } from '../lowering/steps.ts'
import { arrayOf, numberOf } from '../numpy/array.ts'
import type { Value } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'
import { type Estimator, isMissing, wordFor } from './estimator.ts'

export const simpleImputer: LowerTransformer = (estimator, given, lowering) => {
  const input = blanked(estimator, given, lowering)
  const fills = fillsOf(estimator, input.count)
  const keepsAll = estimator.text('strategy') === 'constant' || estimator.flag('keep_empty_features', false)
  const kept = fills.flatMap((fill, i) => (keepsAll || !isMissing(fill) ? [i] : []))
  const indicated = estimator.flag('add_indicator', false) ? indicatedBy(estimator.estimator('indicator_'), input) : []
  const arranged = arrange(lowering, input, [...kept, ...indicated])
  const filled = fillPart(
    part(arranged, 0, kept.length),
    kept.map(i => fills[i] as Value),
    estimator,
    lowering,
  )
  if (indicated.length === 0) return filled
  const flags = lowering.step('indicate', part(arranged, kept.length, indicated.length), {}, indicated.length)
  return joined([filled, flags], arranged.from)
}

export const missingIndicator: LowerTransformer = (estimator, given, lowering) => {
  const input = blanked(estimator, given, lowering)
  const indicated = indicatedBy(estimator, input)
  return lowering.step('indicate', arrange(lowering, input, indicated), {}, indicated.length)
}

function indicatedBy(indicator: Estimator, input: Input): readonly number[] {
  const found = Array.from(indicator.array('features_', [-1]).values)
  if (found.every(i => Number.isInteger(i) && i >= 0 && i < input.count)) return found
  throw new Refusal('damaged', `features_ of ${indicator.name} names columns beyond the ${input.count} there are`)
}

/** Missing is what a table leaves empty; a number that stands for it is taken out first. */
function blanked(estimator: Estimator, input: Input, lowering: Lowering): Input {
  const sign = estimator.raw('missing_values')
  if (sign === undefined || isMissing(sign) || sign === 'NaN') return input
  const number = typeof sign === 'string' ? undefined : numberOf(sign)
  if (number === undefined)
    throw new Refusal(
      'unsupported',
      `${estimator.name} takes ${wordFor(sign)} for missing, expected NaN or a number`,
      'Make such values empty in the table, and re-save with missing_values=np.nan.',
    )
  lowering.warn(`${number} stands for a missing value, as in the file; an empty cell is filled like one`)
  return blank(lowering, input, new Float64Array(input.count).fill(number))
}

function fillsOf(estimator: Estimator, count: number): readonly Value[] {
  const found = estimator.raw('statistics_')
  const array = found === undefined ? undefined : arrayOf(found)
  if (!array)
    throw new Refusal('unsupported', 'SimpleImputer has no statistics_: it was not fitted before it was saved')
  if (array.shape.length !== 1 || array.shape[0] !== count)
    throw new Refusal('damaged', `statistics_ of SimpleImputer has ${array.shape[0]} values for ${count} columns`)
  if (array.dtype.kind === 'O') return array.objects()
  return array.dtype.kind === 'U' || array.dtype.kind === 'S' ? array.texts() : Array.from(array.numbers())
}

/** Numbers and texts are filled by steps of their own. */
function fillPart(input: Input, fills: readonly Value[], estimator: Estimator, lowering: Lowering): Input {
  const texts = fills.map(fill => (typeof fill === 'string' ? fill : undefined))
  if (texts.every(text => text === undefined))
    return columnwise(lowering, 'impute', input, {
      fill: Float64Array.from(fills, fill => numberOf(fill) ?? Number.NaN),
    })
  if (!texts.every(text => text !== undefined))
    throw new Refusal('unsupported', `${estimator.name} fills some columns with texts and some with numbers`)
  for (const [i, text] of texts.entries())
    if ((input.origin[i] ?? -1) >= 0) lowering.texts(input.origin[i] as number, [text])
  const out = columnwise(lowering, 'impute-text', input, { fill: texts })
  return { ...out, origin: input.origin }
}
