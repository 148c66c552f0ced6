/** What a scoring run found, counted from the file that it wrote. Counts only: integers, so threads cannot change them. */
import type { Door } from '../data/door.ts'
import type { PublishedFile } from '../data/publish.ts'
import { findColumn } from '../plan/cells.ts'
import { quoteName, quoteText } from '../sql.ts'
import { type Breach, parseBreaches, parseRejection } from '../plan/reasons.ts'
import { type Fitted, NOT_SCORED, OK } from '../plan/score.ts'

export { NOT_SCORED, OK }

export interface ModelOutcome {
  readonly name: string
  readonly scored: number
  readonly rejected: number
  readonly rejectedBy: Readonly<Record<string, number>>
  readonly anomalies: number
  readonly threshold: number
  /** Every level of the model, then OK and NOT_SCORED, with the number of rows. */
  readonly levels: Readonly<Record<string, number>>
  /** Rows above OK, by what raised them. */
  readonly found: { readonly model: number; readonly limits: number; readonly both: number; readonly faults: number }
}

export interface Outcome {
  readonly rows: number
  /** Rows that some model did not score. */
  readonly rejected: number
  readonly models: readonly ModelOutcome[]
  /** First and last day of the time column, "2003-11-01"; absent without one. */
  readonly dates: { readonly from: string; readonly to: string } | undefined
  /** Rows of the first model above OK, severest first; at most {@link LISTED}. */
  readonly listed: readonly ListedRow[]
}

export interface ListedRow {
  readonly row: number
  readonly id: string
  readonly level: string
  readonly reason: string
  /** The first limit that the row breaks. */
  readonly breach: Breach | undefined
}

/** Rows that a summary may name. */
export const LISTED = 500

export async function outcomeOf(
  door: Door,
  master: string,
  fitted: readonly Fitted[],
  suffixes: readonly string[],
  names: readonly string[],
): Promise<Outcome> {
  const from = `read_parquet(${quoteText(master)})`
  const models: ModelOutcome[] = []
  for (const [i, model] of fitted.entries()) models.push(await countModel(door, from, model, suffixes[i] ?? ''))
  const missing = suffixes.map(s => `${quoteName(`anomaly_score${s}`)} IS NULL`).join(' OR ')
  const [total] = await door.rows(`SELECT count(*) AS n, count(*) FILTER (WHERE ${missing}) AS rejected FROM ${from}`)
  const first = fitted[0] as Fitted
  return {
    rows: Number(total?.n),
    rejected: Number(total?.rejected),
    models,
    dates: await datesOf(door, from, first, names),
    listed: await listRows(door, from, first, suffixes[0] ?? '', names),
  }
}

async function countModel(door: Door, from: string, model: Fitted, suffix: string): Promise<ModelOutcome> {
  const column = (name: string) => quoteName(`${name}${suffix}`)
  const reason = column('alarm_reason')
  const limits = `coalesce(regexp_matches(${reason}, ' (above|below) limit '), false)`
  const fault = `coalesce(regexp_matches(${reason}, '(^not scored \\((sensor fault|out of range)\\)|sensor fault: )'), false)`
  const alarm = `coalesce(${column('is_anomaly')} = 1, false)`
  const raised = `${column('alarm_level')} NOT IN ('${OK}', '${NOT_SCORED}')`
  const [counts] = await door.rows(
    `SELECT count(*) AS rows, count(${column('anomaly_score')}) AS scored, count(*) FILTER (WHERE ${alarm}) AS anomalies,
      count(*) FILTER (WHERE ${raised} AND ${alarm} AND ${limits}) AS both,
      count(*) FILTER (WHERE ${raised} AND ${alarm} AND NOT ${limits}) AS model,
      count(*) FILTER (WHERE ${raised} AND NOT ${alarm} AND ${limits}) AS limits,
      count(*) FILTER (WHERE ${raised} AND ${fault}) AS faults FROM ${from}`,
  )
  const levels = await door.rows(`SELECT ${column('alarm_level')} AS level, count(*) AS n FROM ${from} GROUP BY 1`)
  const reasons = await door.rows(
    `SELECT regexp_extract(${reason}, '^not scored \\([^)]+\\)') AS reason, count(*) AS n FROM ${from}
      WHERE ${column('anomaly_score')} IS NULL GROUP BY 1 ORDER BY 1`,
  )
  const inOrder = [...model.levels.map(l => l.name).toReversed(), OK, NOT_SCORED]
  const n = (name: string) => Number(levels.find(l => l.level === name)?.n ?? 0)
  return {
    name: model.name,
    scored: Number(counts?.scored),
    rejected: Number(counts?.rows) - Number(counts?.scored),
    rejectedBy: Object.fromEntries(reasons.map(r => [parseRejection(String(r.reason)) ?? 'unknown', Number(r.n)])),
    anomalies: Number(counts?.anomalies),
    threshold: model.levels[0]?.cut ?? Number.NaN,
    levels: Object.fromEntries(inOrder.map(name => [name, n(name)])),
    found: {
      model: Number(counts?.model),
      limits: Number(counts?.limits),
      both: Number(counts?.both),
      faults: Number(counts?.faults),
    },
  }
}

async function datesOf(door: Door, from: string, model: Fitted, names: readonly string[]): Promise<Outcome['dates']> {
  const { time } = model.recipe.columns
  const index = time ? findColumn(names, time.name) : -1
  if (index < 0 || model.types[time?.name ?? ''] !== 'time') return undefined
  const column = `TRY_CAST(${quoteName(names[index] as string)} AS TIMESTAMP)`
  const day = (value: string) => `strftime(${value}, '%Y-%m-%d')`
  const [row] = await door.rows(`SELECT ${day(`min(${column})`)} AS a, ${day(`max(${column})`)} AS b FROM ${from}`)
  return row?.a ? { from: String(row.a), to: String(row.b) } : undefined
}

async function listRows(door: Door, from: string, model: Fitted, suffix: string, names: readonly string[]): Promise<ListedRow[]> {
  const { id } = model.recipe.columns
  const index = id && !model.recipe.columns.private.includes(id) ? findColumn(names, id) : -1
  const shown = index < 0 ? `'row ' || "~row"` : `CAST(${quoteName(names[index] as string)} AS VARCHAR)`
  const level = quoteName(`alarm_level${suffix}`)
  const rank = model.levels.map((l, i) => `WHEN ${quoteText(l.name)} THEN ${i + 1}`).join(' ')
  const listed = await door.rows(
    `SELECT "~row" AS row, ${shown} AS id, ${level} AS level, ${quoteName(`alarm_reason${suffix}`)} AS reason
      FROM (SELECT *, row_number() OVER () AS "~row" FROM ${from})
      WHERE ${level} NOT IN ('${OK}') ORDER BY CASE ${level} ${rank} ELSE 0 END DESC, "~row" LIMIT ${LISTED}`,
  )
  return listed.map(r => {
    const reason = String(r.reason ?? '')
    return { row: Number(r.row), id: String(r.id ?? ''), level: String(r.level), reason, breach: parseBreaches(reason)[0] }
  })
}

export interface OutputRecord {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  readonly rows: number
}

export function outputRecords(files: readonly PublishedFile[], outcome: Outcome): OutputRecord[] {
  return files.map(({ name, bytes, sha256 }) => ({
    file: name,
    bytes,
    sha256,
    rows: name.endsWith('_rejected.csv') ? outcome.rejected : outcome.rows,
  }))
}
