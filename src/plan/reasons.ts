/**
 * Why a row stands where it stands, as one text a person can read: not scored and why, limits it breaks, faults of its
 * sensors, how far its risk is above the cut and which features lie beyond what training saw. Built here as SQL and
 * taken apart here again for summaries, so that the words live in one file.
 */
import type { PlannedFeature as Feature } from '../recipe/feature.ts'
import type { Bounds, Recipe } from '../recipe/schema.ts'
import { quoteNumber, quoteText } from '../sql.ts'
import { type Cell, isFault, isMissing, isOutside, UNTIMED } from './cells.ts'
import { asNumber } from './features.ts'

/** Why a row was not scored, worst first; a row with several causes counts under the first. */
export const REJECTIONS = [
  'malformed line',
  'sensor fault',
  'out of range',
  'unreadable time',
  'not a number',
  'not finite',
  'missing value',
  'undefined feature',
] as const
export type Rejection = (typeof REJECTIONS)[number]

const CELL_CHARACTERS = 40

/** The time of a row that only scores with one, and the condition that it cannot be read. */
export interface Untimed {
  readonly cell: Cell
  readonly condition: string
}

/** Where a row needs its time: for windows, `hold`, a split by time. Undefined when the table has no time column. */
export function untimedOf(recipe: Recipe, cells: readonly Cell[]): Untimed | undefined {
  const cell = cells.find(c => c.name === recipe.columns.time?.name)
  return cell && { cell, condition: UNTIMED }
}

/** SQL: the class of a row that cannot be scored. NULL never: call it only for such rows. */
export function rejectionOf(cells: readonly Cell[], untimed?: Untimed): string {
  const when = (rejection: Rejection, conditions: (string | undefined)[]) => {
    const some = conditions.filter(c => c !== undefined)
    return some.length ? `WHEN ${some.join(' OR ')} THEN ${quoteText(rejection)}` : ''
  }
  return `CASE ${[
    when('malformed line', ['"~line" IS NOT NULL']),
    when('sensor fault', cells.map(isFault)),
    when(
      'out of range',
      cells.map(c => isOutside(c.number, c.sensor?.range)),
    ),
    when('unreadable time', [untimed?.condition]),
    when(
      'not a number',
      cells.map(c => `(${c.number} IS NULL AND NOT ${isMissing(c)})`),
    ),
    when(
      'not finite',
      cells.map(c => `NOT isfinite(${c.number})`),
    ),
    when('missing value', cells.map(isMissing)),
  ].join(' ')} ELSE 'undefined feature' END`
}

/** SQL: "not scored (sensor fault): ph_level -999, turbidity missing". */
export function notScored(
  cells: readonly Cell[],
  features: readonly Feature[],
  hidden: ReadonlySet<string>,
  untimed?: Untimed,
): string {
  const details = [
    '"~line"',
    ...(untimed ? [untimedDetail(untimed, hidden.has(untimed.cell.name))] : []),
    ...cells.filter(c => c !== untimed?.cell).map(c => detailOf(c, hidden.has(c.name))),
  ]
  const undefinedOnes = features.map(f => {
    const unknown =
      f.tellsUnknown && f.levels
        ? ` WHEN ${asNumber(f)} >= ${quoteNumber(f.levels.length)} THEN ${quoteText(`${f.name} is nothing that the model knows`)}`
        : ''
    const without = f.levels ? 'missing' : 'undefined'
    return `CASE WHEN ${asNumber(f)} IS NULL THEN ${quoteText(`${f.name} ${without}`)}${unknown} END`
  })
  return `concat('not scored (', ${rejectionOf(cells, untimed)}, '): ', coalesce(nullif(concat_ws(', ', ${details.join(', ')}), ''), concat_ws(', ', ${undefinedOnes.join(', ')})))`
}

/** SQL: "sampled_at n/a is not a readable time", NULL when it is one. */
function untimedDetail({ cell, condition }: Untimed, hidden: boolean): string {
  const name = hidden ? 'a private column' : cell.name
  const said = hidden
    ? quoteText(`${name} is not a readable time`)
    : `concat(${quoteText(`${name} `)}, ${shownOf(cell)}, ' is not a readable time')`
  return `CASE WHEN ${condition} THEN CASE WHEN ${isMissing(cell)} THEN ${quoteText(`${name} missing`)} ELSE ${said} END END`
}

/** SQL: what is wrong with one cell, NULL when nothing is. */
function detailOf(cell: Cell, hidden: boolean): string {
  const name = hidden ? 'a private column' : cell.name
  const shown = hidden ? `''` : `concat(' ', ${shownOf(cell)})`
  const cases = [`WHEN ${isMissing(cell)} THEN ${quoteText(`${name} missing`)}`]
  const say = (condition: string | undefined, after: string) => {
    if (condition) cases.push(`WHEN ${condition} THEN concat(${quoteText(name)}, ${shown}, ${quoteText(after)})`)
  }
  say(`${cell.number} IS NULL`, ' is not a number')
  say(`NOT isfinite(${cell.number})`, ' is not finite')
  say(isFault(cell), ' is a fault code')
  say(isOutside(cell.number, cell.sensor?.range), ` is impossible (range ${boundsText(cell.sensor?.range)})`)
  return `CASE ${cases.join(' ')} END`
}

/** SQL: the cell as the user wrote it, cut when long. */
function shownOf(cell: Cell): string {
  return `left(CAST(${cell.raw} AS VARCHAR), ${CELL_CHARACTERS})`
}

/** SQL: "sensor fault: ph_level -999", NULL when the sensor works. */
export function faultOf(cell: Cell, hidden: boolean): string | undefined {
  const condition = faultCondition(cell)
  if (!condition) return undefined
  const text = hidden ? `'sensor fault'` : `concat(${quoteText(`sensor fault: ${cell.name} `)}, ${shownOf(cell)})`
  return `CASE WHEN ${condition} THEN ${text} END`
}

/** SQL condition: the reading is a fault code or physically impossible. */
export function faultCondition(cell: Cell): string | undefined {
  const conditions = [isFault(cell), isOutside(cell.number, cell.sensor?.range)].filter(c => c !== undefined)
  return conditions.length ? `(${conditions.join(' OR ')})` : undefined
}

/** SQL: "storage_temp_c 85 above limit 8 °C", NULL inside the limits. */
export function breachOf(cell: Cell, hidden: boolean): string | undefined {
  const { limits, unit = '' } = cell.sensor ?? {}
  if (!limits) return undefined
  const [low, high] = limits
  const cases: string[] = []
  const say = (test: string, bound: number, word: string) => {
    const text = `${word} limit ${bound}${unit && ` ${unit}`}`
    const value = hidden
      ? quoteText(`a private column ${text}`)
      : `concat(${quoteText(`${cell.name} `)}, ${shownOf(cell)}, ${quoteText(` ${text}`)})`
    cases.push(`WHEN ${cell.value} ${test} ${quoteNumber(bound)} THEN ${value}`)
  }
  if (low !== null) say('<', low, 'below')
  if (high !== null) say('>', high, 'above')
  return `CASE ${cases.join(' ')} END`
}

export interface Seen {
  readonly min: number
  readonly max: number
}

/** How many features an alarm names, unless the recipe says otherwise. */
const NAMED = 3

/**
 * SQL: "risk 0.7123 above 0.6512 (WARNING); ph_level 9.1 beyond 6.8–7.6 seen in training". Of the features beyond their
 * training range the `named` farthest, measured in widths of the range.
 */
export function alarmOf(
  risk: string,
  levels: readonly { name: string; cut: number }[],
  features: readonly (Feature & Seen)[],
  hidden: ReadonlySet<string>,
  named = NAMED,
): string {
  // The highest level first: CASE takes the first that holds.
  const cases = levels
    .toReversed()
    .map(l => `WHEN ${risk} > ${quoteNumber(l.cut)} THEN ${quoteText(`${short(l.cut)} (${l.name})`)}`)
  const above = `concat('risk ', ${shortSql(risk)}, ' above ', CASE ${cases.join(' ')} END)`
  const shown = features.filter(
    f => !f.levels && !f.columns.some(c => hidden.has(c)) && Number.isFinite(f.min) && Number.isFinite(f.max),
  )
  if (named === 0 || shown.length === 0) return above
  const beyond = shown.map(f => {
    const value = asNumber(f)
    const text = `concat(${quoteText(`${f.name} `)}, ${shortSql(value)}, ${quoteText(` beyond ${short(f.min)}–${short(f.max)} seen in training`)})`
    const [min, max] = [quoteNumber(f.min), quoteNumber(f.max)]
    return {
      text: `CASE WHEN ${value} < ${min} OR ${value} > ${max} THEN ${text} END`,
      far: `greatest(${min} - ${value}, ${value} - ${max}) / (${max} - ${min})`,
    }
  })
  const entries = beyond.map(b => `{'far': ${b.far}, 'text': ${b.text}}`)
  // A column called like the parameter would hide it; columns never begin with "~".
  const farthest = `list_reverse_sort(list_filter([${entries.join(', ')}], "~one" -> "~one".text IS NOT NULL))`
  const texts = `list_transform(list_slice(${farthest}, 1, ${named}), "~one" -> "~one".text)`
  return `concat_ws('; ', ${above}, nullif(array_to_string(${texts}, '; '), ''))`
}

/** SQL: "imputed: ph_level, turbidity", NULL when nothing was. */
export function imputedOf(features: readonly Feature[]): string {
  const names = features.map(
    f => `CASE WHEN NOT coalesce(isfinite(${asNumber(f)}), false) THEN ${quoteText(f.name)} END`,
  )
  return `concat('imputed: ', concat_ws(', ', ${names.join(', ')}))`
}

/** Four significant digits, as the reasons write numbers. */
export function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}

function shortSql(value: string): string {
  return `format('{:.4g}', ${value})`
}

function boundsText(bounds: Bounds | undefined): string {
  return bounds ? `${bounds[0] ?? '−∞'} to ${bounds[1] ?? '∞'}` : ''
}

// ── and back again ──────────────────────────────────────────────────────────────────────────────────────────────────

export interface Breach {
  readonly column: string
  readonly value: string
  readonly side: 'above' | 'below'
  readonly limit: string
}

/** The rejection class of a reason, undefined for a row that was scored. */
export function parseRejection(reason: string): string | undefined {
  return /^not scored \(([^)]+)\)/.exec(reason)?.[1]
}

/** A broken limit in a reason, as a regular expression for TypeScript and SQL alike: column, reading, side, limit. */
export const BREACH = '(?:^|; )([^;]+) (\\S+) (above|below) limit ([^;]+)'

export function parseBreach(reason: string): Breach | undefined {
  const [, column, value, side, limit] = new RegExp(BREACH).exec(reason) ?? []
  return column && value && limit ? { column, value, side: side as 'above' | 'below', limit } : undefined
}
