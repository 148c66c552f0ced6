/** Whether an imported model gives the numbers of its original, row by row. */
import type { Artifact, Provenance } from '../artifact/artifact.ts'
import { Failure } from '../errors.ts'
import { SCORE_SCALES, type ScoreScale } from '../importers/request.ts'
import { findColumn } from '../plan/cells.ts'
import { isTurned } from '../recipe/turned.ts'
import { quoteName } from '../sql.ts'
import type { Session } from './session.ts'
import { tableOf } from './table.ts'

export interface Expected {
  readonly column: string
  /** NaN where the original gave none. */
  readonly values: Float64Array
}

export interface Parity {
  readonly rows: number
  readonly column: string
  readonly of: ScoreScale
  /** The largest difference, and where: rows are counted from 1. */
  readonly difference: number
  readonly row: number
  readonly ours: number
  readonly theirs: number
  /** Rows that differ by more than is allowed. */
  readonly beyond: number
  readonly within: boolean
  /** What to do where they differ. */
  readonly hint: string
}

const ALLOWED = 1e-9
/** Of libraries that compute in float32: their own last digits are rounding. */
const ALLOWED_SINGLE = 1e-6
/** What a model that was fitted on float32 may come to, where its library rounds between the steps. */
const ROUNDED = 1e-5
/** Columns in which scores are expected, the likeliest first. */
const NAMES = ['anomaly_score', 'score', 'scores', 'risk', 'probability', 'prediction', 'score_samples']

/** @throws Failure USAGE where no column, or more than one, could be meant */
export async function readExpected(session: Session, path: string, asked?: string): Promise<Expected> {
  const source = await session.settle([path], {}, { hash: false })
  const { sql, names, decimal } = tableOf(source)
  const door = await session.door({ oneThread: true })
  const number = (name: string) =>
    source.kind === 'parquet'
      ? `TRY_CAST(${quoteName(name)} AS DOUBLE)`
      : `TRY_CAST(${decimal === ',' ? `replace(${quoteName(name)}, ',', '.')` : quoteName(name)} AS DOUBLE)`
  const numeric = async () => {
    const counts = names.map((name, i) => `count(${number(name)}) AS n${i}`)
    const [row] = await door.rows(`SELECT ${counts.join(', ')} FROM ${sql}`)
    return names.filter((_, i) => Number(row?.[`n${i}`]) > 0)
  }
  const column =
    askedFor(names, asked) ??
    NAMES.map(name => names[findColumn(names, name)]).find(Boolean) ??
    only(path, await numeric())
  const values = new Float64Array(source.rows)
  let done = 0
  await door.stream(`SELECT coalesce(${number(column)}, 'nan'::DOUBLE) AS v FROM ${sql}`, chunk => {
    values.set(chunk.doubles(0), done)
    done += chunk.rows
  })
  return { column, values: values.subarray(0, done) }
}

function askedFor(names: readonly string[], asked: string | undefined): string | undefined {
  if (asked === undefined) return undefined
  const at = findColumn(names, asked)
  if (at >= 0) return names[at]
  throw new Failure('USAGE', {
    problem: `--expect-column is ${JSON.stringify(asked)}, which the table does not have`,
    hint: `Its columns are ${names.slice(0, 20).join(', ')}.`,
  })
}

function only(path: string, numeric: readonly string[]): string {
  const [first, ...more] = numeric
  if (first !== undefined && more.length === 0) return first
  throw new Failure('USAGE', {
    problem: `${path} has ${numeric.length} columns of numbers, and none of the names ${NAMES.join(', ')}`,
    hint: `Say which holds what the original gave: --expect-column ${first ?? 'score'}`,
  })
}

export interface ParityOptions {
  readonly of?: ScoreScale | undefined
  /** The risk is the negative of what the model predicts. */
  readonly turned: boolean
  readonly cut: number | undefined
  /** Where the model comes from. */
  readonly source?: Pick<Provenance, 'format' | 'model'> | undefined
  /** Apart by this, and this share of the original's number; absent: by what the source computes in. */
  readonly tolerance?: number | undefined
}

/** What its own artifact says of a model's numbers. */
export const parityBasis = ({ recipe, levels, source }: Artifact) => ({
  turned: isTurned(recipe.columns),
  cut: levels[0]?.cut,
  source,
})

/** XGBoost adds up in float32, PyTorch multiplies in it. */
const isSingle = (source: ParityOptions['source']) =>
  source !== undefined && (['xgboost', 'torch'].includes(source.format) || /\bXGB/.test(source.model))

export function parityOf(risk: Float64Array, { column, values }: Expected, options: ParityOptions): Parity {
  if (risk.length !== values.length)
    throw new Failure('USAGE', {
      problem: `the table to check has ${risk.length} rows, the expected scores are ${values.length}`,
      hint: 'Give the scores of exactly these rows, in the same order.',
    })
  const { of = 'risk' } = options
  const allowed = options.tolerance ?? (isSingle(options.source) ? ALLOWED_SINGLE : ALLOWED)
  const compared = compare(risk, values, scaleOf(of, options), allowed)
  const hint = compared.beyond === 0 ? '' : hintOf(risk, values, options, of, allowed)
  return { rows: risk.length, column, of, ...compared, within: compared.beyond === 0, hint }
}

type Convert = (risk: number) => number

/** From the risk to the number that the original prints. */
function scaleOf(of: ScoreScale, { turned, cut }: ParityOptions): Convert {
  if (of === 'risk') return turned ? risk => -risk : risk => risk
  // decision_function = score_samples − offset_, and the cut is −offset_.
  return of === 'score_samples' ? risk => -risk : risk => (cut ?? Number.NaN) - risk
}

function compare(risk: Float64Array, values: Float64Array, convert: Convert, allowed: number) {
  let [difference, row, ours, theirs, beyond] = [0, 1, Number.NaN, Number.NaN, 0]
  for (let i = 0; i < risk.length; i++) {
    const [own, other] = [convert(risk[i] as number), values[i] as number]
    // A row without a number in both is no difference; in one of them it is the largest there is.
    const apart = Number.isNaN(own) && Number.isNaN(other) ? 0 : Math.abs(own - other)
    const size = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart
    if (!(size <= allowed + allowed * Math.abs(other))) beyond++
    if (size > difference || i === 0) [difference, row, ours, theirs] = [size, i + 1, own, other]
  }
  return { difference, row, ours, theirs, beyond }
}

function hintOf(
  risk: Float64Array,
  values: Float64Array,
  options: ParityOptions,
  tried: ScoreScale,
  allowed: number,
): string {
  const fits = SCORE_SCALES.find(
    of => of !== tried && compare(risk, values, scaleOf(of, options), allowed).beyond === 0,
  )
  if (fits === undefined && compare(risk, values, scaleOf(tried, options), ROUNDED).beyond === 0)
    return `So little is rounding where the model was fitted on float32: then give --tolerance ${ROUNDED}`
  return fits === undefined
    ? 'Were the rows and their order the same, and unscaled? Nothing was written; report it with both files if they were.'
    : `They are equal as ${fits}: give --expect-of ${fits}`
}
