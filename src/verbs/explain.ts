/** Why one row has its risk: the share of each feature, and what would have had to be otherwise. */
import { join } from 'node:path'
import type { Artifact } from '../artifact/artifact.ts'
import { renderPng, renderSvg } from '../charts/render.ts'
import { htmlReport } from '../charts/report.ts'
import { sharesChart } from '../charts/shares.ts'
import { survivalChart } from '../charts/survival.ts'
import type { PublishedFile } from '../data/publish.ts'
import { Failure } from '../errors.ts'
import { type QuietRange, quietRange } from '../math/quiet-range.ts'
import { findModel } from '../models/index.ts'
import { short } from '../plan/reasons.ts'
import { scoreRows } from './evaluate.ts'
import { pick, type Rows } from './gather.ts'
import type { Host } from './host.ts'
import { type ModelFile, readModel } from './model-file.ts'
import { readyOf, riskOf } from './pipeline.ts'
import { refuseOverwriting, splitOutput } from './place.ts'
import { explainerFor, hiddenFeatures, hiddenText } from './reasons.ts'
import { cardOf } from './report.ts'
import { inSession, type Resources } from './session.ts'

export interface ExplainRequest extends Resources {
  readonly model: string
  readonly input: readonly string[]
  /** The name of the outputs, without an ending. */
  readonly output: string
  /** Number of the row, from 1. */
  readonly row?: number | undefined
  /** What the id column calls the row. Without row and id it is the row with the highest risk. */
  readonly id?: string | undefined
}

export interface Reason {
  readonly feature: string
  readonly unit: string | undefined
  readonly value: number
  /** Of a category: what the value stands for. */
  readonly text: string | undefined
  /** What is ordinary: the training median, and the range between which all training rows lie; NaN in files that were
   * imported without rows. */
  readonly ordinary: { readonly median: number; readonly min: number; readonly max: number }
  /** Positive raised the risk. */
  readonly share: number
  /** Where the alarm would be off, all other features as they are; undefined: nowhere in what training saw, or no alarm. */
  readonly quiet: QuietRange | undefined
}

export interface Explanation {
  /** From 1. */
  readonly row: number
  readonly name: string
  readonly risk: number
  readonly cut: number
  readonly level: string | undefined
  readonly method: string
  /** Largest share first; features that nobody may see are left out, their number is in `hidden`. */
  readonly reasons: readonly Reason[]
  readonly hidden: number
}

export interface ExplainResult {
  readonly model: ModelFile
  readonly explanation: Explanation
  readonly directory: string
  readonly files: readonly PublishedFile[]
  readonly warnings: readonly string[]
}

export async function explain(host: Host, request: ExplainRequest): Promise<ExplainResult> {
  const model = readModel(request.model)
  const { directory, name } = splitOutput(request.output)
  const files = [`${name}.png`, `${name}.html`]
  refuseOverwriting(
    [...request.input, request.model],
    files.map(file => join(directory, file)),
  )
  return inSession(host, { directory, name, files }, request, async session => {
    const scored = await scoreRows(host, session, model, request)
    const row = chooseRow(model.artifact, scored.rows, scored.risk, request)
    const explanation = explainRow(model, scored.rows, scored.risk, row)
    const charts = chartsOf(model.artifact, scored.rows, row, explanation)
    const [main] = charts
    await session.run.write(`${name}.png`, main ? await renderPng(main) : new Uint8Array())
    await session.run.write(`${name}.html`, await pageOf(model, explanation, charts))
    const published = await session.run.publish({ files, metadata: undefined })
    return { model, explanation, directory, files: published, warnings: scored.warnings }
  })
}

function chooseRow(artifact: Artifact, rows: Rows, risk: Float64Array, { row, id }: ExplainRequest): number {
  if (id !== undefined && row !== undefined)
    throw new Failure('USAGE', { problem: '--id and --row both name a row', hint: 'Give one of them.' })
  if (id !== undefined) return rowCalled(id, artifact, rows)
  if (row !== undefined) {
    if (row <= rows.rows) return row - 1
    throw new Failure('USAGE', { problem: `--row is ${row}, but there are ${rows.rows} rows`, hint: 'Count from 1.' })
  }
  let riskiest = -1
  for (let i = 0; i < rows.rows; i++)
    if (Number.isFinite(risk[i]!) && (riskiest < 0 || risk[i]! > risk[riskiest]!)) riskiest = i
  if (riskiest >= 0) return riskiest
  throw new Failure('TOO_FEW_ROWS', { what: 'Scored rows', found: 0, needed: 1, hint: 'No row has a risk to explain.' })
}

function rowCalled(id: string, artifact: Artifact, { ids }: Rows): number {
  const found = ids?.indexOf(id) ?? -1
  if (found >= 0) return found
  const named = ids?.some(name => name !== null)
  const examples = isShownId(artifact) ? `Its first rows are ${ids?.slice(0, 3).join(', ')}.` : 'Its names are private.'
  throw new Failure('USAGE', {
    problem: `--id is ${JSON.stringify(id)}, which is in no row`,
    hint: named ? examples : 'The table has no names of rows: give --row with a number from 1.',
  })
}

/** Names of rows that nobody may see are told apart by their number. */
function isShownId({ recipe: { columns } }: Artifact): boolean {
  return columns.id !== undefined && !columns.private.includes(columns.id) && !columns.blinded.includes(columns.id)
}

function explainRow(model: ModelFile, rows: Rows, risk: Float64Array, row: number): Explanation {
  const { artifact } = model
  const { features, levels, profile } = artifact
  const name = (isShownId(artifact) && rows.ids?.[row]) || `row ${row + 1}`
  if (!Number.isFinite(risk[row]!))
    throw new Failure('USAGE', {
      problem: `${name} has no risk: ${rows.rejection.get(row) ?? 'the model gives none'}`,
      hint: 'Choose a row that is scored.',
    })
  const explainer = explainerFor(model)
  const x = pick(rows, Int32Array.of(row))
  const shares = new Float64Array(features.length)
  explainer.explain(x, shares)
  const closed = hiddenFeatures(artifact)
  const cut = levels[0]?.cut ?? Number.POSITIVE_INFINITY
  const of = (statistic: string, i: number) => (profile[statistic] as Float64Array)[i] as number
  const risks = riskOf(artifact)
  const values = x.columns.map(column => (column as Float64Array)[0] as number)
  const alarms = risk[row]! > cut
  const reasons = features.flatMap((feature, i): Reason[] => {
    if (closed.has(i)) return []
    const ordinary = { median: of('median', i), min: of('min', i), max: of('max', i) }
    const value = values[i] as number
    const text = feature.levels && (feature.levels[value] ?? 'unknown')
    return [
      {
        feature: feature.name,
        unit: feature.unit,
        value,
        text,
        ordinary,
        share: shares[i] as number,
        quiet: undefined,
      },
    ]
  })
  const sorted = reasons.sort((a, b) => b.share - a.share)
  const shown = sorted.map((reason, k): Reason => {
    const i = features.findIndex(f => f.name === reason.feature)
    if (!alarms || k >= MENDED || reason.share <= 0 || reason.text !== undefined) return reason
    return { ...reason, quiet: quietOf(risks, values, i, cut, reason) }
  })
  return {
    row: row + 1,
    name,
    risk: risk[row]!,
    cut,
    level: levels.findLast(level => risk[row]! > level.cut)?.name,
    method: explainer.method,
    reasons: shown,
    hidden: closed.size,
  }
}

/** Of so many features it is said what would have been quiet. */
const MENDED = 3

function quietOf(
  risks: ReturnType<typeof riskOf>,
  values: readonly number[],
  feature: number,
  cut: number,
  { value, ordinary }: Reason,
): QuietRange | undefined {
  // Without a range there are no places to try.
  if (![value, ordinary.min, ordinary.max].every(Number.isFinite)) return undefined
  const risk = (places: Float64Array) => {
    const columns = values.map((own, c) => (c === feature ? places : new Float64Array(places.length).fill(own)))
    const out = new Float64Array(places.length)
    risks({ rows: places.length, columns }, out)
    return out
  }
  return quietRange(risk, cut, value, Math.min(ordinary.min, value), Math.max(ordinary.max, value))
}

/** "85 °C", the text of a category, "missing" */
export function valueText({ value, text, unit }: Reason): string {
  if (text !== undefined) return text
  return Number.isFinite(value) ? `${short(value)}${unit ? ` ${unit}` : ''}` : 'missing'
}

/** "ordinary 5 (2 to 8)", as far as it is known. */
export function ordinaryText({ text, ordinary: { median, min, max } }: Reason): string | undefined {
  if (text !== undefined) return undefined
  const range = Number.isFinite(min) && Number.isFinite(max) ? `${short(min)} to ${short(max)}` : undefined
  if (Number.isFinite(median)) return `ordinary ${short(median)}${range ? ` (${range})` : ''}`
  return range && `ordinary ${range}`
}

/** "the alarm begins above 0.5" */
export const alarmText = (cut: number): string =>
  Number.isFinite(cut) ? `the alarm begins above ${short(cut)}` : 'no threshold says where the alarm begins'

/** "would not alarm if storage_temp_c ≤ 8.1" */
export function quietText({ feature, quiet }: Reason): string | undefined {
  if (!quiet) return undefined
  const { low, high } = quiet
  const bound = Number.isFinite(low)
    ? Number.isFinite(high)
      ? `is between ${short(low)} and ${short(high)}`
      : `≥ ${short(low)}`
    : `≤ ${short(high)}`
  return `would not alarm if ${feature} ${bound}`
}

const SHOWN = 20

function chartsOf(artifact: Artifact, rows: Rows, row: number, explanation: Explanation) {
  const { name, risk, cut, level, reasons, method } = explanation
  const said = `risk ${short(risk)}${level ? `, ${level}` : ''}; ${alarmText(cut)}`
  const shares = reasons.slice(0, SHOWN).map(reason => ({
    name: `${reason.feature} = ${valueText(reason)}`,
    share: reason.share,
  }))
  const charts = [
    sharesChart({ name: 'shares', title: `Why ${name}: ${said}`, subtitle: method, shares, unit: 'share of the risk' }),
  ]
  const survival = findModel(artifact.recipe.model.use)?.survival?.(artifact.model)
  if (survival) {
    const ready = readyOf(artifact)
    const curveOf = (values: readonly Float64Array[]) => {
      const out = new Float64Array(survival.times.length)
      survival.curve(ready({ rows: 1, columns: values }), out)
      return out
    }
    const own = rows.features.map(column => column.slice(row, row + 1))
    const middle = Array.from(artifact.profile.median as Float64Array, value => Float64Array.of(value))
    charts.push(
      survivalChart({
        times: survival.times,
        curves: [
          { name, survival: curveOf(own) },
          { name: 'a row in the middle', survival: curveOf(middle) },
        ],
      }),
    )
  }
  return charts
}

async function pageOf(
  model: ModelFile,
  explanation: Explanation,
  charts: ReturnType<typeof chartsOf>,
): Promise<string> {
  const { artifact, id } = model
  const { name, risk, cut, level, reasons, method, hidden } = explanation
  const drawn = []
  for (const chart of charts) drawn.push({ svg: await renderSvg(chart), about: chart.about, wide: true })
  const number = (value: number) => (Number.isFinite(value) ? short(value) : '–')
  return htmlReport({
    title: `${artifact.name}: why ${name}`,
    subtitle: `row ${explanation.row}; shares by ${method}`,
    headline: [
      { name: 'risk', value: short(risk), detail: Number.isFinite(cut) ? `alarm above ${short(cut)}` : 'no threshold' },
      { name: 'level', value: level ?? 'OK' },
    ],
    charts: drawn,
    tables: [
      {
        title: 'Features, the strongest reason first',
        head: ['feature', 'value', 'ordinary (median)', 'training range', 'share', 'would not alarm if'],
        rows: reasons.map(reason => [
          reason.feature,
          valueText(reason),
          reason.text === undefined ? number(reason.ordinary.median) : '–',
          reason.text === undefined ? `${number(reason.ordinary.min)} – ${number(reason.ordinary.max)}` : '–',
          number(reason.share),
          quietText(reason)?.replace('would not alarm if ', '') ?? '',
        ]),
        ...(hidden ? { foot: `${hiddenText(hidden)}.` } : {}),
      },
    ],
    card: cardOf(artifact, id),
    unsupported: [],
    warnings: [],
    notes: [],
  })
}
