/** What a scoring run found, counted from the file that it wrote. Counts only: integers, so threads cannot change them. */
import type { Door } from '../data/door.ts'
import type { PublishedFile } from '../data/publish.ts'
import { findColumn } from '../plan/cells.ts'
import { BREACH, parseRejection } from '../plan/reasons.ts'
import { type Fitted, NOT_SCORED, OK } from '../plan/score.ts'
import { quoteName, quoteText } from '../sql.ts'

// What a summary needs to read an outcome.
export { parseBreach, short } from '../plan/reasons.ts'
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
  /** What the first model's rows above OK come to, severest first; at most {@link LISTED}. */
  readonly episodes: readonly Episode[]
  readonly episodeCount: number
}

/** Rows next to each other, on one group, with the same trouble. */
export interface Episode {
  /** Numbers of the first and last row, from 1, and how many rows are between them, both included. */
  readonly first: number
  readonly last: number
  readonly rows: number
  /** What the id column calls these two rows; "row 7" without one. */
  readonly names: readonly [string, string]
  readonly group: string | undefined
  readonly level: string
  /** The highest risk; undefined when no row was scored. */
  readonly risk: number | undefined
  /** Of the first row. */
  readonly reason: string
  /** Where all rows break the same limit: the lowest and the highest reading, as written. */
  readonly readings: readonly [string, string] | undefined
}

/** Episodes that a summary may name. */
export const LISTED = 200

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
    ...(await episodesOf(door, from, first, suffixes[0] ?? '', names)),
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

/** Rows above OK in runs: gaps and islands over the row number, apart by group, level and trouble. */
async function episodesOf(
  door: Door,
  from: string,
  model: Fitted,
  suffix: string,
  names: readonly string[],
): Promise<Pick<Outcome, 'episodes' | 'episodeCount'>> {
  const { id, group, private: hidden } = model.recipe.columns
  const shown = (name: string | undefined) => {
    const index = name === undefined || hidden.includes(name) ? -1 : findColumn(names, name)
    return index < 0 ? undefined : `CAST(${quoteName(names[index] as string)} AS VARCHAR)`
  }
  const column = (name: string) => quoteName(`${name}${suffix}`)
  const reason = column('alarm_reason')
  const breach = (part: number) => `regexp_extract(${reason}, '${BREACH}', ${part})`
  const raised = `SELECT "~row" AS row, ${shown(id) ?? `'row ' || "~row"`} AS name, ${shown(group) ?? 'NULL'} AS grp,
      ${column('alarm_level')} AS level, ${column('anomaly_score')} AS risk, ${reason} AS reason, ${breach(2)} AS reading,
      CASE WHEN ${reason} LIKE 'not scored%' THEN ${reason} ELSE concat(${breach(1)}, ' ', ${breach(3)}) END AS trouble
    FROM (SELECT *, row_number() OVER () AS "~row" FROM ${from}) WHERE ${column('alarm_level')} NOT IN ('${OK}', '${NOT_SCORED}')`
  const runs = `SELECT *, row - row_number() OVER (PARTITION BY level, trouble, grp ORDER BY row) AS run FROM (${raised})`
  const number = `TRY_CAST(replace(reading, ',', '.') AS DOUBLE)`
  const islands = `SELECT min(row) AS first, max(row) AS last, count(*) AS rows, arg_min(name, row) AS a, arg_max(name, row) AS b, grp,
      level, max(risk) AS risk, arg_min(reason, row) AS reason, arg_min(reading, ${number}) AS low, arg_max(reading, ${number}) AS high
    FROM (${runs}) GROUP BY level, trouble, grp, run`
  const rank = model.levels.map((l, i) => `WHEN ${quoteText(l.name)} THEN ${i + 1}`).join(' ')
  const found = await door.rows(
    `SELECT *, count(*) OVER () AS total FROM (${islands}) ORDER BY CASE level ${rank} ELSE 0 END DESC, first LIMIT ${LISTED}`,
  )
  return { episodes: found.map(readEpisode), episodeCount: Number(found[0]?.total ?? 0) }
}

function readEpisode(row: Record<string, unknown>): Episode {
  return {
    first: Number(row.first),
    last: Number(row.last),
    rows: Number(row.rows),
    names: [String(row.a ?? ''), String(row.b ?? '')],
    group: row.grp === null ? undefined : String(row.grp),
    level: String(row.level),
    risk: row.risk === null ? undefined : Number(row.risk),
    reason: String(row.reason ?? ''),
    readings: row.low ? [String(row.low), String(row.high)] : undefined,
  }
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
