/** The statement that scores: every input column as it came, then ours. One SELECT, so that one COPY does the work. */
import type { PlannedFeature as Feature, Types } from '../recipe/feature.ts'
import type { Recipe } from '../recipe/schema.ts'
import { quoteName, quoteNumber, quoteText } from '../sql.ts'
import {
  type Cell,
  cellsOf,
  findColumn,
  isMissing,
  isOutside,
  ORDER,
  type Table,
  typedTable,
  UNTIMED,
} from './cells.ts'
import { asNumber, featureLayers } from './features.ts'
import {
  alarmOf,
  breachOf,
  faultCondition,
  faultOf,
  imputedOf,
  notScored,
  type Seen,
  short,
  type Untimed,
  untimedOf,
} from './reasons.ts'

export const OK = 'OK'
/** The level of a row that has no score and breaks no limit: not good, not bad, unknown. */
export const NOT_SCORED = 'NOT_SCORED'

/** The columns that scoring adds, in order. The first five are the published interface's, in its order. */
export const ADDED = [
  'anomaly_score',
  'is_anomaly',
  'threshold_used',
  'model_name',
  'scored_at',
  'alarm_level',
  'alarm_reason',
] as const

/** For each reason asked for: the feature, its value in the row, and how much it raised the risk. */
export function reasonNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => [
    `reason_${i + 1}`,
    `reason_${i + 1}_value`,
    `reason_${i + 1}_share`,
  ]).flat()
}

/** What the statement needs to know of a fitted model. */
export interface Fitted {
  readonly name: string
  readonly recipe: Recipe
  readonly types: Types
  readonly features: readonly (Feature & Seen & { readonly fill: number })[]
  /** Mildest first; `hold` makes a level wait until enough of the last rows of the group exceed its cut. */
  readonly levels: readonly { name: string; cut: number; hold?: { count: number; of: number } }[]
}

export interface ScoreOptions {
  /** The registered SQL function that gives a row's risk. */
  readonly risk: string
  /** ISO time, UTC. */
  readonly scoredAt: string
  readonly onInvalid: 'skip' | 'impute'
  /** Appended to each added column; '' for one model. */
  readonly suffix: string
  /** Whether the input's own columns come first. */
  readonly withInput: boolean
  /** Columns of the input to leave out. */
  readonly without: readonly string[]
  /** Reasons of each row that the model alarms, or of every row; `sql` is the registered function that names them. */
  readonly reasons?: { readonly count: number; readonly sql: string; readonly of: 'alarms' | 'all' } | undefined
}

export function scoreStatement(table: Table, fitted: Fitted, options: ScoreOptions): string {
  const { recipe, features } = fitted
  const cells = cellsOf(table, recipe, fitted.types, features)
  // Rows that depend on their group: the plan carries a row number, so that they come out in the order they came in.
  const windowed = features.some(f => f.kind === 'window') || fitted.levels.some(l => l.hold)
  const typed = featureLayers(typedTable(table, recipe, cells, windowed), features, recipe)
  const inputs = features.map(f => inputOf(f, cells, table, options))
  const untimed = windowed ? untimedOf(recipe, cells) : undefined
  const risk = `${options.risk}(${inputs.join(', ')})`
  const spoiled = [
    ...(untimed ? [untimed.condition] : []),
    ...brokenCells(recipe, featureCells(cells, features), table),
  ]
  const known = spoiled.length ? `CASE WHEN ${spoiled.join(' OR ')} THEN NULL ELSE ${risk} END` : risk
  const risked = `SELECT *, ${known} AS "~risk" FROM (${typed})`
  const { reasons } = options
  const cut = quoteNumber(fitted.levels[0]?.cut ?? Number.POSITIVE_INFINITY)
  const asked = reasons?.of === 'all' ? '"~risk" IS NOT NULL' : `"~risk" > ${cut}`
  const explained = reasons
    ? `SELECT *, CASE WHEN ${asked} THEN ${reasons.sql}(${inputs.join(', ')}) END AS "~why" FROM (${risked})`
    : risked
  const forced = `SELECT *, ${fitted.levels.map((l, i) => `${inForce(l, recipe)} AS "~in${i}"`).join(', ')} FROM (${explained})`
  const leveled = `SELECT *, ${levelOf(fitted, cells)} AS "~level" FROM (${forced})`
  const columns = [
    ...(options.withInput ? inputColumns(table, recipe, cells, options.without) : []),
    ...addedColumns(fitted, cells, options, untimed),
    ...reasonColumns(options),
  ]
  const order = windowed ? ' ORDER BY "~row"' : ''
  return `SELECT ${columns.join(', ')} FROM (${leveled})${order}`
}

/** The cells that a feature reads; only these can keep a row from being scored. */
function featureCells(cells: readonly Cell[], features: readonly Feature[]): Cell[] {
  const used = new Set(features.flatMap(f => f.columns))
  return cells.filter(c => c.type === 'number' && used.has(c.name))
}

/**
 * SQL conditions: a cell is not merely empty but wrong. A recipe that imputes fills empty cells, as it did in fitting;
 * without it every such row has a missing feature anyway.
 */
function brokenCells(recipe: Recipe, cells: readonly Cell[], table: Table): string[] {
  if (recipe.incomplete === 'reject') return []
  const conditions = cells.flatMap(c => [
    faultCondition(c),
    `(${c.number} IS NULL AND NOT ${isMissing(c)})`,
    `NOT isfinite(${c.number})`,
  ])
  const present = conditions.filter(c => c !== undefined).map(c => `coalesce(${c}, false)`)
  return table.faultColumn ? ['"~line" IS NOT NULL', ...present] : present
}

/** A feature as the model takes it. Imputing fills what is missing, but never hides a broken sensor or line. */
function inputOf(
  feature: Fitted['features'][number],
  cells: readonly Cell[],
  table: Table,
  options: ScoreOptions,
): string {
  const value = asNumber(feature)
  if (options.onInvalid === 'skip' || !Number.isFinite(feature.fill)) {
    // Of a line with too few or too many fields nobody knows which field is which.
    return table.faultColumn ? `CASE WHEN "~line" IS NULL THEN ${value} END` : value
  }
  const broken = featureCells(cells, [feature])
    .map(faultCondition)
    .filter(c => c !== undefined)
  const blocked = ['"~line" IS NOT NULL', ...broken.map(c => `coalesce(${c}, false)`)].join(' OR ')
  return `CASE WHEN ${blocked} THEN NULL WHEN isfinite(${value}) THEN ${value} ELSE ${quoteNumber(feature.fill)} END`
}

/** SQL: 1 where the model puts a row at this level. */
function inForce(level: Fitted['levels'][number], recipe: Recipe): string {
  const above = `coalesce(CAST("~risk" > ${quoteNumber(level.cut)} AS INTEGER), 0)`
  return level.hold ? held(above, level.hold, recipe) : above
}

/**
 * SQL: 0 for OK, 1 for the mildest level … Model, limits and faults each raise it; nothing lowers it. With `hold` a
 * higher level can be in force while a milder one is not.
 */
function levelOf(fitted: Fitted, cells: readonly Cell[]): string {
  const ranks = fitted.levels.map((_, i) => `${i + 1} * "~in${i}"`)
  const raised = cells.flatMap(cell => {
    const fault = faultCondition(cell)
    const breach = isOutside(cell.value, cell.sensor?.limits)
    const rank = Math.max(1, fitted.levels.findIndex(l => l.name === cell.sensor?.level) + 1)
    return [
      ...(fault ? [`CASE WHEN ${fault} THEN 1 ELSE 0 END`] : []),
      ...(breach ? [`CASE WHEN ${breach} THEN ${rank} ELSE 0 END`] : []),
    ]
  })
  return `greatest(${[...ranks, ...raised].join(', ')}, 0)`
}

function held(above: string, hold: { count: number; of: number }, recipe: Recipe): string {
  const { group } = recipe.columns
  const apart = [...(group === undefined ? [] : [quoteName(group)]), ...(recipe.columns.time ? [UNTIMED] : [])]
  const partition = apart.length ? `PARTITION BY ${apart.join(', ')} ` : ''
  const frame = `ROWS BETWEEN ${hold.of - 1} PRECEDING AND CURRENT ROW`
  return `CASE WHEN sum(${above}) OVER (${partition}ORDER BY ${ORDER.join(', ')} ${frame}) >= ${hold.count} THEN 1 ELSE 0 END`
}

/** In Parquet a number with a role is DOUBLE, a time a timestamp, the rest text unless the recipe declares its type. */
function inputColumns(table: Table, recipe: Recipe, cells: readonly Cell[], without: readonly string[]): string[] {
  const declared = new Map(Object.entries(recipe.columns.types ?? {}))
  return table.names.flatMap((name, index) => {
    if (without.includes(name)) return []
    const cell = cells.find(c => c.index === index)
    const as = `AS ${quoteName(name)}`
    if (table.kind === 'parquet') return `"~o${index}" ${as}`
    const type = PARQUET_TYPES.get(declared.get(name) ?? '')
    if (type) return `TRY_CAST("~o${index}" AS ${type}) ${as}`
    if (cell?.type === 'number') return `${cell.number} ${as}`
    return `${cell?.type === 'time' ? '"~time"' : `"~o${index}"`} ${as}`
  })
}

const PARQUET_TYPES = new Map([
  ['number', 'DOUBLE'],
  ['integer', 'BIGINT'],
  ['boolean', 'BOOLEAN'],
  ['date', 'DATE'],
  ['timestamp', 'TIMESTAMP'],
])

function addedColumns(fitted: Fitted, cells: readonly Cell[], options: ScoreOptions, untimed?: Untimed): string[] {
  const cut = quoteNumber(fitted.levels[0]?.cut ?? Number.POSITIVE_INFINITY)
  const names = fitted.levels.map((l, i) => `WHEN ${i + 1} THEN ${quoteText(l.name)}`)
  const values = [
    '"~risk"',
    `CAST("~risk" > ${cut} AS INTEGER)`,
    cut,
    quoteText(fitted.name),
    `TIMESTAMP ${quoteText(options.scoredAt.replace('Z', ''))}`,
    `CASE "~level" ${names.join(' ')} ELSE CASE WHEN "~risk" IS NULL THEN '${NOT_SCORED}' ELSE '${OK}' END END`,
    reasonOf(fitted, cells, options, untimed),
  ]
  return values.map((sql, i) => `${sql} AS ${quoteName(`${ADDED[i]}${options.suffix}`)}`)
}

/** Between the parts of what the function of the reasons answers. */
export const REASON_SEPARATOR = '\u001f'

function reasonColumns({ reasons, suffix }: ScoreOptions): string[] {
  return reasonNames(reasons?.count ?? 0).map((name, i) => {
    const part = `split_part("~why", chr(31), ${i + 1})`
    const sql = i % 3 === 0 ? `nullif(${part}, '')` : `TRY_CAST(${part} AS DOUBLE)`
    return `${sql} AS ${quoteName(`${name}${suffix}`)}`
  })
}

/** NULL for a row that is OK and scored as it came; the parts are only computed for the others. */
function reasonOf(fitted: Fitted, cells: readonly Cell[], options: ScoreOptions, untimed?: Untimed): string {
  const { features, recipe } = fitted
  const hidden = new Set([...recipe.columns.private, ...recipe.columns.blinded])
  const read = featureCells(cells, features)
  const cut = quoteNumber(fitted.levels[0]?.cut ?? Number.POSITIVE_INFINITY)
  const parts = [
    `CASE WHEN "~risk" IS NULL THEN ${notScored(read, features, hidden, untimed)} END`,
    ...cells.filter(c => !read.includes(c)).map(c => faultOf(c, hidden.has(c.name))),
    ...cells.map(c => breachOf(c, hidden.has(c.name))),
    `CASE WHEN "~risk" > ${cut} THEN ${alarmOf('"~risk"', fitted.levels, features, hidden, recipe.output.reasons)} END`,
    ...fitted.levels.map((level, i) => level.hold && heldText(level, level.hold, i)),
  ].filter(p => p !== undefined)
  const quiet = ['"~level" = 0', '"~risk" IS NOT NULL', `NOT coalesce("~risk" > ${cut}, false)`]
  if (options.onInvalid === 'impute') {
    const filled = features.map(f => `coalesce(isfinite(${asNumber(f)}), false)`)
    parts.push(`CASE WHEN "~risk" IS NOT NULL AND NOT (${filled.join(' AND ')}) THEN ${imputedOf(features)} END`)
    quiet.push(...filled)
  }
  return `CASE WHEN ${quiet.join(' AND ')} THEN NULL ELSE concat_ws('; ', ${parts.join(', ')}) END`
}

/** The names of the added columns, all models. */
export function addedNames(suffixes: readonly string[], reasons: number): string[] {
  return suffixes.flatMap(suffix => [...ADDED, ...reasonNames(reasons)].map(name => `${name}${suffix}`))
}

/** A row that is itself below the cut, while the alarm around it lasts. */
function heldText({ name, cut }: Fitted['levels'][number], hold: { count: number; of: number }, i: number): string {
  const text = `held: ${hold.count} of the last ${hold.of} rows above ${short(cut)} (${name})`
  return `CASE WHEN "~in${i}" = 1 AND NOT coalesce("~risk" > ${quoteNumber(cut)}, false) THEN ${quoteText(text)} END`
}

/** Columns of the input that scoring would also write. */
export function collisions(names: readonly string[], suffixes: readonly string[], reasons: number): string[] {
  const added = addedNames(suffixes, reasons)
  return names.filter(name => findColumn(added, name) >= 0)
}
