/** Walks DuckDB's parse tree of one expression. What is not named here is refused. */
import { nearest } from '../math/nearest.ts'
import {
  CAST_TYPES,
  FALLIBLE,
  FUTURE_FUNCTIONS,
  ROW_FUNCTIONS,
  rowFunctions,
  WINDOW_FUNCTIONS,
  windowFunctions,
} from './functions.ts'

export interface Visit {
  /** Lower case → as the table spells it. */
  readonly columns: ReadonlyMap<string, string>
  readonly group: string | undefined
  readonly order: readonly string[]
  readonly used: {
    columns: Set<string>
    functions: Set<string>
    windows: number
    /** The first call outside TRY that fails on some values. */
    fallible: { name: string; location: number } | undefined
  }
  nodes: number
  refuse(location: number, found: string, expected: string): never
}

interface Place {
  readonly depth: number
  readonly inWindow: boolean
  readonly inTry: boolean
}

type Tree = Readonly<Record<string, unknown>> & {
  readonly class?: string
  readonly type?: string
  readonly query_location?: number
  readonly children?: readonly unknown[]
}

const MAX_NODES = 1000
const MAX_DEPTH = 50
const MAX_TEXT = 500
const MAX_ROWS = 100_000

const CONSTANTS = new Set(['NULL', 'BOOLEAN', 'INTEGER', 'BIGINT', 'HUGEINT', 'DECIMAL', 'DOUBLE', 'VARCHAR'])

/** Refused constructs in words; any other class of node is refused by its own name. */
const NAMES: Readonly<Record<string, string>> = {
  SUBQUERY: 'a query inside the expression',
  STAR: 'a star (all columns)',
  LAMBDA: 'a lambda (x -> …)',
  PARAMETER: 'a parameter',
  POSITIONAL_REFERENCE: 'a column by its position',
  COLLATE: 'a collation',
  DEFAULT: 'the word DEFAULT',
}

export function checkNode(value: unknown, visit: Visit, place: Place): void {
  const node = value as Tree
  const at = locationOf(node)
  if (++visit.nodes > MAX_NODES)
    visit.refuse(at, 'more than 1000 parts', 'a shorter expression: split it into several features')
  if (place.depth > MAX_DEPTH)
    visit.refuse(at, 'more than 50 levels of nesting', 'a flatter expression: split it into several features')
  if (node.alias !== '')
    visit.refuse(
      at,
      `the name ${String(node.alias)} inside the expression`,
      'a name only before the colon: name: expression',
    )
  const kind = node.class ?? ''
  const known = Object.hasOwn(CHECKS, kind) && (TYPES[kind]?.test(node.type ?? '') ?? true)
  if (!known) {
    const name = NAMES[kind] ?? `${node.type ?? kind}`.toLowerCase().replaceAll('_', ' ')
    visit.refuse(at, name, 'columns, constants, CASE, CAST, operators, comparisons and the functions of docs/recipe.md')
  }
  CHECKS[kind]!(node, visit, { ...place, depth: place.depth + 1 })
}

type Check = (node: Tree, visit: Visit, place: Place) => void

/** Every class of node that is allowed. */
const CHECKS: Readonly<Record<string, Check>> = {
  COLUMN_REF: checkColumn,
  CONSTANT: checkConstant,
  FUNCTION: checkFunction,
  WINDOW: checkWindow,
  CAST: checkCast,
  CONJUNCTION: checkChildren,
  OPERATOR: checkOperator,
  COMPARISON: (node, visit, place) => checkAll([node.left, node.right], visit, place),
  BETWEEN: (node, visit, place) => checkAll([node.input, node.lower, node.upper], visit, place),
  CASE: checkCase,
}

/** Classes of which only some types are allowed. */
const TYPES: Readonly<Record<string, RegExp>> = {
  COMPARISON:
    /^COMPARE_(EQUAL|NOTEQUAL|LESSTHAN|GREATERTHAN|LESSTHANOREQUALTO|GREATERTHANOREQUALTO|DISTINCT_FROM|NOT_DISTINCT_FROM)$/,
  OPERATOR: /^(OPERATOR_(COALESCE|NOT|IS_NULL|IS_NOT_NULL|TRY)|COMPARE_(IN|NOT_IN))$/,
}

function checkAll(nodes: readonly unknown[], visit: Visit, place: Place): void {
  for (const node of nodes) checkNode(node, visit, place)
}

function checkChildren({ children = [] }: Tree, visit: Visit, place: Place): void {
  checkAll(children, visit, place)
}

function checkOperator(node: Tree, visit: Visit, place: Place): void {
  checkChildren(node, visit, { ...place, inTry: place.inTry || node.type === 'OPERATOR_TRY' })
}

function checkCase(node: Tree, visit: Visit, place: Place): void {
  for (const { when_expr, then_expr } of node.case_checks as { when_expr: unknown; then_expr: unknown }[])
    checkAll([when_expr, then_expr], visit, place)
  checkNode(node.else_expr, visit, place)
}

function checkColumn(node: Tree, visit: Visit): void {
  const names = node.column_names as string[]
  const name = names.join('.')
  const column = names.length === 1 ? visit.columns.get(name.toLowerCase()) : undefined
  if (column === undefined) {
    const near = nearest(name, visit.columns.values())
    const expected = near
      ? `a column or a feature above, such as ${near}`
      : 'a column of the rows or a feature above; a text stands in single quotes'
    visit.refuse(locationOf(node), `${name}, which is not a column`, expected)
  }
  visit.used.columns.add(column)
}

function checkConstant(node: Tree, visit: Visit): void {
  const value = node.value as { type: { id: string }; value?: unknown }
  if (!CONSTANTS.has(value.type.id))
    visit.refuse(locationOf(node), `a constant of type ${value.type.id}`, 'a number, a text, true, false or NULL')
  if (typeof value.value === 'string' && value.value.length > MAX_TEXT)
    visit.refuse(locationOf(node), `a text of ${value.value.length} characters`, `at most ${MAX_TEXT}`)
}

function checkFunction(node: Tree, visit: Visit, place: Place): void {
  const name = String(node.function_name).toLowerCase()
  const at = locationOf(node)
  const orders = (node.order_bys as { orders?: unknown[] } | null)?.orders ?? []
  if (!rowFunctions.has(name)) visit.refuse(at, callOf(name), allowedInstead(name, visit))
  // `x.lower()` names a schema, not an argument. EXTRACT is the one form for which DuckDB itself writes a schema.
  const schema = name === 'date_part' && node.schema === 'main' ? '' : node.schema
  if (schema !== '' || node.catalog !== '')
    visit.refuse(at, `${String(node.schema)}.${name}`, `${name}(…) without a point`)
  if (node.distinct !== false || node.filter !== null || orders.length > 0 || node.export_state !== false)
    visit.refuse(at, `${name} with DISTINCT, FILTER or ORDER BY`, `${name} with values only`)
  if (FALLIBLE.has(name) && !place.inTry) visit.used.fallible ??= { name, location: at }
  visit.used.functions.add(name)
  checkChildren(node, visit, place)
}

function callOf(name: string): string {
  return /^\w+$/.test(name) ? `the function ${name}` : `the operator ${name}`
}

function allowedInstead(name: string, { group }: Visit): string {
  if (FUTURE_FUNCTIONS.includes(name))
    return 'a function of earlier rows, such as lag: the rows after are not there yet when a row is scored'
  if (windowFunctions.has(name))
    return `${name}(…) over group, the group's rows up to this one${group === undefined ? ', with a line group: under columns' : ''}`
  if (name === '||' || name === 'concat') return 'texts as they are: joined texts can grow beyond any memory'
  const near = nearest(name, rowFunctions)
  const groups = Object.entries(ROW_FUNCTIONS).filter(([title]) => !/operators|patterns/.test(title))
  return near
    ? `a function of the list in docs/recipe.md, such as ${near}`
    : groups.map(([title, [first, second]]) => `${title} (${first}, ${second} …)`).join(', ')
}

function checkCast(node: Tree, visit: Visit, place: Place): void {
  const type = node.cast_type as { id: string; type_info: { type?: string; name?: string } | null }
  const at = locationOf(node)
  const plain = type.type_info === null || type.type_info.type === 'DECIMAL_TYPE_INFO'
  if (!CAST_TYPES.has(type.id) || !plain)
    visit.refuse(
      at,
      `a cast to ${type.type_info?.name ?? type.id}`,
      'a cast to DOUBLE, INTEGER, DECIMAL, VARCHAR, BOOLEAN, DATE, TIME, TIMESTAMP or INTERVAL',
    )
  const constant = (node.child as { value?: { value?: unknown } }).value?.value
  if (typeof constant === 'string' && /^\s*[+-]?(nan|inf(inity)?)\s*$/i.test(constant))
    visit.refuse(at, `${constant} as a number`, 'a finite number, or NULL: in SQL nan is greater than every number')
  // Casts that DuckDB itself writes (date '…', interval 1 day) have no place in the text.
  const written = typeof node.query_location === 'number' && node.query_location < 1e9
  if (written && node.try_cast !== true && constant === undefined && !place.inTry)
    visit.used.fallible ??= { name: 'cast', location: at }
  checkNode(node.child, visit, place)
}

function checkWindow(node: Tree, visit: Visit, place: Place): void {
  const name = String(node.function_name).toLowerCase()
  const at = locationOf(node)
  if (FUTURE_FUNCTIONS.includes(name) || !windowFunctions.has(name))
    visit.refuse(at, callOf(name), windowInstead(name, visit))
  if (place.inWindow) visit.refuse(at, 'a window inside a window', 'two features: the second uses the first')
  if (place.inTry) visit.refuse(at, 'a window inside try', 'try inside the window: avg(try(sqrt(x))) over group')
  if (node.schema !== '' || node.catalog !== '') visit.refuse(at, `${name} with a schema`, `${name}(…) over group`)
  checkWindowRows(node, visit, at)
  checkFrame(node, visit, at)
  const odd = node.distinct !== false || node.exclude_clause !== 'NO_OTHER' || (node.arg_orders as unknown[]).length > 0
  if (odd) visit.refuse(at, `${name} with DISTINCT, EXCLUDE or ORDER BY inside`, `${name}(…) over group`)
  visit.used.windows++
  visit.used.functions.add(name)
  const parts = [...(node.children ?? []), node.default_expr, node.filter_expr]
  for (const part of parts) if (part) checkNode(part, visit, { ...place, inWindow: true })
  const group = visit.group ?? ''
  visit.used.columns.add(visit.columns.get(group.toLowerCase()) ?? group)
}

function windowInstead(name: string, visit: Visit): string {
  if (rowFunctions.has(name)) return `${name}(…) without OVER`
  const all = Object.values(WINDOW_FUNCTIONS).flat().join(', ')
  return FUTURE_FUNCTIONS.includes(name) ? allowedInstead(name, visit) : `one of ${all}`
}

/** Only the named windows: any other order or partition could put a later row before this one. */
function checkWindowRows(node: Tree, visit: Visit, at: number): void {
  const partitions = (node.partitions as Tree[]).map(columnOf)
  const orders = (node.orders as { type: string; expression: Tree }[]).map(order =>
    order.type === 'ORDER_DEFAULT' ? columnOf(order.expression) : undefined,
  )
  const same = partitions.length === 1 && partitions[0] === visit.group && orders.length === visit.order.length
  if (!same || orders.some((name, i) => name !== visit.order[i]))
    visit.refuse(
      at,
      'a window of its own',
      'over group, or over (group rows 9 preceding): the rows of a group in the order of time',
    )
}

function columnOf(node: Tree): string | undefined {
  const names = node.class === 'COLUMN_REF' ? (node.column_names as string[]) : []
  return names.length === 1 ? names[0] : undefined
}

function checkFrame(node: Tree, visit: Visit, at: number): void {
  const frame = [node.start, node.end].map(String)
  if (frame.some(end => end.includes('FOLLOWING')))
    visit.refuse(
      at,
      'a window that looks ahead (FOLLOWING)',
      'rows up to the present one: over (group rows 9 preceding)',
    )
  if (!frame.every(end => /^(UNBOUNDED_PRECEDING|CURRENT_ROW_(RANGE|ROWS)|EXPR_PRECEDING_ROWS)$/.test(end)))
    visit.refuse(at, 'a window counted in values or groups', 'a window counted in rows: over (group rows 9 preceding)')
  for (const [part, what] of [
    [node.start_expr, 'rows before'],
    [node.end_expr, 'rows before'],
    [node.offset_expr, 'an offset'],
  ] as const) {
    if (part === null || part === undefined) continue
    const rows =
      (part as { class?: string; value?: { value?: unknown } }).class === 'CONSTANT'
        ? (part as { value: { value?: unknown } }).value.value
        : undefined
    if (typeof rows !== 'number' || !Number.isInteger(rows) || rows < 0 || rows > MAX_ROWS)
      visit.refuse(
        at,
        `${what} that ${typeof rows === 'number' ? `is ${rows}` : 'is not a plain number'}`,
        `a whole number of rows from 0 to ${MAX_ROWS}: later rows are not there yet`,
      )
  }
}

/** In bytes of the statement; a very large number where DuckDB has none. */
function locationOf(node: Tree): number {
  return typeof node.query_location === 'number' ? node.query_location : Number.MAX_VALUE
}
