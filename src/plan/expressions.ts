/**
 * SQL from a recipe is code from outside. DuckDB itself parses it, and its tree is accepted only when every node of it
 * is on a list: a construct that DuckDB gains tomorrow is refused by default.
 */
import { nearest } from '../math/nearest.ts'
import { failureOf, type RecipeSource, recipeFailure } from '../recipe/mistakes.ts'
import { sqlTokens } from '../recipe/sql-names.ts'
import { quoteName } from '../sql.ts'
import { checkNode, type Visit } from './expression-tree.ts'

export interface ExpressionContext {
  /** Where the expression stands in the recipe: `features.burden`. */
  readonly path: string
  /** The columns it may name, and the features above it. */
  readonly columns: readonly string[]
  /** The column that windows are kept apart by. Without it, and without `order`, windows are refused. */
  readonly group?: string | undefined
  /** The columns that give the rows of a group their order, quoted, as for `windowClause`. */
  readonly order?: readonly string[]
  /** With it, a failure names the line of the recipe. */
  readonly source?: RecipeSource
}

export interface Expression {
  /** Ready to stand in a statement, in brackets. A row that it fails on gives NULL, never an error. */
  readonly sql: string
  /** As the table spells them, each once, in the order of the tree. */
  readonly columns: string[]
  /** A window expression sees other rows of its group. */
  readonly kind: 'row' | 'window'
  readonly functions: string[]
}

/** A construct that is not allowed; `at` in characters of the expression. */
export interface Refusal {
  readonly at: number
  readonly length: number
  readonly found: string
  readonly expected: string
  readonly mend?: string
}

const MAX_LENGTH = 2000
const BEFORE = 'SELECT (\n'
const TABLE = 'tocsin_rows'

/** The window that `over group` means: `group` is reserved in SQL. As long as that word, so that positions stay right. */
const GROUP_WINDOW = '"~g~"'

/**
 * Parses and checks one expression.
 * @param parse DuckDB's own parse of a SELECT; throws an Error in its words when there is none.
 * @throws Failure RECIPE_INVALID naming the construct, where it stands, and what is allowed.
 */
export async function readExpression(
  sql: string,
  parse: (select: string) => Promise<unknown>,
  context: ExpressionContext,
): Promise<Expression> {
  const select = expressionSelect(sql, context)
  let tree: unknown
  try {
    tree = await parse(select)
  } catch (error) {
    throw failure(sql, context, unparsed(sql, context, error instanceof Error ? error.message : String(error)))
  }
  return checkExpression(tree, sql, context)
}

/** The statement whose parse tree `checkExpression` takes. @throws Failure for what no tree would show. */
export function expressionSelect(sql: string, context: ExpressionContext): string {
  const refused = checkText(sql, context)
  if (refused) throw failure(sql, context, refused)
  return `${BEFORE}${nameWindow(sql)}\n) FROM ${TABLE} ${windowClause(context.group, context.order ?? [])}`
}

/** @param tree `json_serialize_sql` of `expressionSelect(sql, context)`, parsed. */
export function checkExpression(tree: unknown, sql: string, context: ExpressionContext): Expression {
  const visit: Visit = {
    columns: new Map(context.columns.map(name => [name.toLowerCase(), name])),
    group: context.group,
    order: (context.order ?? []).map(unquote),
    used: { columns: new Set(), functions: new Set(), windows: 0, fallible: undefined },
    nodes: 0,
    refuse(location, found, expected) {
      const at = characterAt(sql, location - BEFORE.length)
      const length = sqlTokens(sql).find(token => token.at === at)?.text.length ?? 1
      throw failure(sql, context, { at, length, found, expected, ...mendOf(sql, at, length, context) })
    },
  }
  const root = soleItem(tree)
  if (!root) visit.refuse(BEFORE.length, 'more than one expression', 'one expression over the columns of a row')
  checkNode(root, visit, { depth: 0, inWindow: false, inTry: false })
  const { columns, functions, windows, fallible } = visit.used
  if (windows > 0 && fallible)
    visit.refuse(
      fallible.location,
      `${fallible.name}, which fails on some values, in an expression with a window`,
      `try(${fallible.name}(…)), which is NULL there`,
    )
  return {
    sql: finished(root, sql, visit),
    columns: [...columns],
    kind: windows > 0 ? 'window' : 'row',
    functions: [...functions],
  }
}

/**
 * The named windows of features, or nothing without a group: `group`, and the group column under its own name.
 * @param apart SQL by which rows of one group are kept apart as well.
 */
export function windowClause(
  group: string | undefined,
  order: readonly string[],
  apart: readonly string[] = [],
): string {
  if (group === undefined || order.length === 0) return ''
  const window = `(PARTITION BY ${[quoteName(group), ...apart].join(', ')} ORDER BY ${order.join(', ')})`
  return `WINDOW ${GROUP_WINDOW} AS ${window}, ${quoteName(group)} AS ${window}`
}

/** `over group` and `over (group rows …)` with a name that SQL takes. Texts and quoted names stay as they are. */
function nameWindow(sql: string): string {
  const tokens = sqlTokens(sql)
  let named = sql
  tokens.forEach((token, i) => {
    const over = tokens[i - 1]?.text === '(' ? tokens[i - 2] : tokens[i - 1]
    if (token.text.toLowerCase() !== 'group' || over?.text.toLowerCase() !== 'over') return
    named = named.slice(0, token.at) + GROUP_WINDOW + named.slice(token.at + token.text.length)
  })
  return named
}

/** What would be gone from the tree, or would reach out of the brackets that the expression is put into. */
function checkText(sql: string, context: ExpressionContext): Refusal | undefined {
  const refuse = (at: number, length: number, found: string, expected: string): Refusal => ({
    at,
    length,
    found,
    expected,
  })
  if (sql.trim() === '') return refuse(0, 1, 'nothing', 'an expression over the columns of a row')
  if (sql.length > MAX_LENGTH)
    return refuse(0, 1, `${sql.length} characters`, `at most ${MAX_LENGTH}: split it into several features`)
  let open = 0
  for (const { kind, text, at } of sqlTokens(sql)) {
    if (kind === 'comment')
      return refuse(
        at,
        text.length,
        'a comment inside the expression',
        'a comment of the recipe: # at the end of the line',
      )
    if (text === ';') return refuse(at, 1, 'a semicolon', 'one expression, without an end sign')
    if (kind === 'text' && !text.startsWith("'"))
      return refuse(at, text.length, `the text ${text}`, "a text in single quotes: 'verified'")
    if (/[\u0000-\u0008\u000e-\u001f\u007f]/.test(text))
      return refuse(at, 1, 'a control character', 'printable characters')
    if (text === '(') open++
    if (text === ')' && --open < 0) return refuse(at, 1, ') without (', 'brackets in pairs')
    if (kind === 'name' && text.toLowerCase() === 'over' && context.group === undefined)
      return refuse(
        at,
        text.length,
        'a window, but no column is the group',
        'a line group: under columns, which says whose earlier rows are meant',
      )
    if (kind === 'name' && text.toLowerCase() === 'over' && !context.order)
      return refuse(at, text.length, 'a window', 'an expression over one row: windows belong to features')
  }
  return open > 0 ? refuse(sql.length - 1, 1, '( without )', 'brackets in pairs') : undefined
}

function unparsed(sql: string, context: ExpressionContext, message: string): Refusal {
  const window = /window "(.*)" does not exist/.exec(message)?.[1]
  if (window !== undefined) {
    const at = sql.toLowerCase().lastIndexOf(window.toLowerCase())
    return {
      at: Math.max(0, at),
      length: window.length,
      found: `the window ${window}`,
      expected: `over group${context.group ? ` or over ${quoteName(context.group)}` : ''}`,
      mend: 'group',
    }
  }
  const near = /at or near "(.*)"$/s.exec(message)?.[1] ?? ''
  const at = near === '' ? 0 : Math.max(0, sql.indexOf(near))
  const lost =
    /FROM/.test(near) || near === ')' ? 'an expression that ends too early' : message.replace(/^Parser Error:\s*/i, '')
  return {
    at,
    length: Math.max(1, near.length),
    found: lost,
    expected: "a SQL expression, such as a * (1 - b), or a = 'x'",
  }
}

/** The one item of the one SELECT that we wrote around the expression, with nothing else added to it. */
function soleItem(tree: unknown): unknown {
  const { statements } = tree as { statements?: { node?: Record<string, unknown> }[] }
  const node = statements?.length === 1 ? statements[0]?.node : undefined
  if (node?.type !== 'SELECT_NODE') return undefined
  const empty = (value: unknown) => value === null || (Array.isArray(value) && value.length === 0)
  const from = node.from_table as Record<string, unknown> | undefined
  const plain =
    ['where_clause', 'having', 'sample', 'qualify', 'modifiers', 'group_expressions', 'group_sets'].every(key =>
      empty(node[key]),
    ) &&
    empty((node.cte_map as { map?: unknown } | undefined)?.map) &&
    from?.type === 'BASE_TABLE' &&
    from.table_name === TABLE &&
    from.schema_name === '' &&
    from.alias === ''
  const items = node.select_list
  return plain && Array.isArray(items) && items.length === 1 ? items[0] : undefined
}

/** A plain column by its quoted name; an expression of one row so that a row it fails on gives NULL. */
function finished(root: unknown, sql: string, { columns, used }: Visit): string {
  const node = root as { class?: string; column_names?: string[] }
  if (node.class === 'COLUMN_REF') return quoteName(columns.get(node.column_names?.[0]?.toLowerCase() ?? '') ?? '')
  // DuckDB has no TRY around windows.
  return used.windows > 0 ? nameWindow(sql) : `TRY(${sql})`
}

function mendOf(sql: string, at: number, length: number, context: ExpressionContext): { mend?: string } {
  const word = sql.slice(at, at + length)
  if (!/^[\p{L}_"]/u.test(word) || /^\s*\(/.test(sql.slice(at + length))) return {}
  const near = nearest(unquote(word), context.columns)
  if (near === undefined || near.toLowerCase() === unquote(word).toLowerCase()) return {}
  return { mend: /^[a-z_][a-z0-9_]*$/i.test(near) ? near : quoteName(near) }
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}

function failure(sql: string, { path, source }: ExpressionContext, refusal: Refusal): Error {
  const { at, length, ...said } = refusal
  if (source) return recipeFailure(source, [{ path, ...said, part: { text: sql, start: at, end: at + length } }])
  return failureOf({ path, text: sql }, [{ path: '', span: { start: at, end: at + length }, ...said }])
}

/** DuckDB counts bytes of UTF-8; people, and the rest of this program, count characters. */
function characterAt(sql: string, byte: number): number {
  const bytes = Buffer.from(sql)
  return byte > 0 && byte < bytes.length ? bytes.subarray(0, byte).toString().length : 0
}
