/** The CSV side of a scoring run: the user's text as it was, and the new columns behind it. */
import { join } from 'node:path'
import type { Source } from '../data/intake.ts'
import { pasteFile } from '../data/paste.ts'
import { ADDED, addedNames, NOT_SCORED, OK, reasonNames } from '../plan/score.ts'
import { quoteName, quoteNumber, quoteText } from '../sql.ts'
import type { Scored } from './score.ts'
import type { Session } from './session.ts'

interface Paths {
  /** The Parquet file with everything. */
  readonly master: string
  readonly out: string
}

/**
 * A plain file gets the new columns pasted behind its own bytes. Any other text table is written anew from its text,
 * and a Parquet input from its values.
 * @returns the file's SHA-256 where it was taken on the way
 */
export async function writeCsv(
  session: Session,
  scored: Scored,
  paths: Paths & { scoredAt: Date },
): Promise<string | undefined> {
  const { door, source, suffixes, replaced } = scored
  const added = addedColumns(scored, paths.scoredAt)
  const { delimiter } = source.dialect
  if (source.plain && replaced.length === 0) {
    const lines = join(session.run.folder, 'added.csv')
    await door.run(copyLines(scored, { master: paths.master, out: lines }, paths.scoredAt))
    const [file] = source.path
    const { quote } = source.dialect
    const { sha256 } = await pasteFile({ source: file as string, suffixes: lines, out: paths.out, delimiter, quote })
    return sha256
  }
  const select =
    source.kind === 'csv'
      ? `SELECT ${kept(source, replaced)
          .map(n => `t.${quoteName(n)}`)
          .join(', ')}, ${added.join(', ')} FROM ${beside(source, paths.master)}`
      : `SELECT * EXCLUDE (${addedNames(suffixes, scored.reasons).map(quoteName).join(', ')}), ${added.join(', ')} FROM ${parquet(paths.master)} p`
  await door.run(copyCsv(select, paths.out, source.kind === 'csv' ? delimiter : ','))
  return undefined
}

/**
 * The added columns of each row as one ready line. What is the same in every row is written once into the statement:
 * formatting and quoting it a million times would take as long as all the rest.
 */
function copyLines({ source, suffixes, fitted, reasons }: Scored, paths: Paths, scoredAt: Date): string {
  const { delimiter, decimal } = source.dialect
  const text = (value: string) => quoteText(csvText(value, delimiter))
  const number = (sql: string) => (decimal === ',' ? `replace(CAST(${sql} AS VARCHAR), '.', ',')` : sql)
  const special = (sql: string) =>
    ['"', '\r', '\n', delimiter].map(sign => `contains(${sql}, ${quoteText(sign)})`).join(' OR ')
  const quoted = (sql: string) =>
    `CASE WHEN ${special(sql)} THEN concat('"', replace(${sql}, '"', '""'), '"') ELSE ${sql} END`
  const fields = suffixes.flatMap((suffix, i) => {
    const column = (name: string) => quoteName(`${name}${suffix}`)
    const model = fitted[i] as Scored['fitted'][number]
    const levels = [...model.levels.map(l => l.name), OK, NOT_SCORED]
    const plain = levels.every(name => csvText(name, delimiter) === name)
    const fields: Record<(typeof ADDED)[number], string> = {
      anomaly_score: number(column('anomaly_score')),
      is_anomaly: column('is_anomaly'),
      threshold_used: number(quoteNumber(model.levels[0]?.cut ?? Number.NaN)),
      model_name: text(model.name),
      scored_at: text(isoSeconds(scoredAt)),
      alarm_level: plain ? column('alarm_level') : quoted(column('alarm_level')),
      alarm_reason: quoted(column('alarm_reason')),
    }
    const why = reasonNames(reasons).map((name, r) => (r % 3 === 0 ? quoted : number)(column(name)))
    return [...ADDED.map(name => fields[name]), ...why]
  })
  // concat() skips NULL, which is the empty field that is meant.
  const line = `concat(${fields.join(`, ${quoteText(delimiter)}, `)})`
  const header = addedNames(suffixes, reasons)
    .map(name => csvText(name, delimiter))
    .join(delimiter)
  const raw = `FORMAT csv, HEADER true, QUOTE '', ESCAPE '', DELIMITER ${quoteText(LINE_DELIMITER)}, USE_TMP_FILE false`
  return `COPY (SELECT ${line} AS ${quoteName(header)} FROM ${parquet(paths.master)}) TO ${quoteText(paths.out)} (${raw})`
}

/** A file of one column has no use for a delimiter; this one is in no text that we write. */
const LINE_DELIMITER = '\u0001'

/** A constant as a CSV field (RFC 4180). */
function csvText(text: string, delimiter: string): string {
  return /["\r\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The rows that no score was given to: which one, why, and the row as it came. */
export async function writeRejected(scored: Scored, paths: Paths): Promise<void> {
  const { door, source, suffixes, replaced } = scored
  const missing = suffixes.map(s => `p.${quoteName(`anomaly_score${s}`)} IS NULL`).join(' OR ')
  const reasons = suffixes.map(s => `p.${quoteName(`alarm_reason${s}`)}`).join(', ')
  const columns = kept(source, replaced).map(n => `t.${quoteName(n)}`)
  const numbered = `(SELECT *, row_number() OVER () AS "~row" FROM ${parquet(paths.master)})`
  const from = `${source.sql} t POSITIONAL JOIN ${numbered} p`
  const select = `SELECT "~row" AS rejected_row, concat_ws('; ', ${reasons}) AS rejected_reason, ${columns.join(', ')} FROM ${from} WHERE ${missing} ORDER BY "~row"`
  await door.run(copyCsv(select, paths.out, source.kind === 'csv' ? source.dialect.delimiter : ','))
}

function kept(source: Source, replaced: readonly string[]): string[] {
  return source.names.filter(name => !replaced.includes(name))
}

function beside(source: Source, master: string): string {
  return `${source.sql} t POSITIONAL JOIN ${parquet(master)} p`
}

function parquet(path: string): string {
  return `read_parquet(${quoteText(path)})`
}

function copyCsv(select: string, path: string, delimiter: string): string {
  return `COPY (${select}) TO ${quoteText(path)} (FORMAT csv, HEADER true, DELIMITER ${quoteText(delimiter)}, USE_TMP_FILE false)`
}

/** The added columns as text in the table's own way of writing: its decimal sign, and times in ISO 8601. */
function addedColumns({ source, suffixes, reasons }: Scored, scoredAt: Date): string[] {
  const comma = source.kind === 'csv' && source.dialect.decimal === ','
  return addedNames(suffixes, reasons).map(name => {
    const as = `AS ${quoteName(name)}`
    // The input may have a column of the same name, which this one replaces.
    const column = `p.${quoteName(name)}`
    if (name.startsWith('scored_at')) return `${quoteText(isoSeconds(scoredAt))} ${as}`
    const isNumber = /^(anomaly_score|threshold_used|reason_\d+_(value|share))/.test(name)
    return comma && isNumber ? `replace(CAST(${column} AS VARCHAR), '.', ',') ${as}` : `${column} ${as}`
  })
}

/** "2026-11-20T00:00:00Z"; milliseconds only where there are some. */
export function isoSeconds(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z')
}
