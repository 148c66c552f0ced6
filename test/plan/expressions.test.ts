import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { type ExpressionContext, readExpression, windowClause } from '../../src/plan/expressions.ts'

type Connection = Awaited<ReturnType<DuckDBInstance['connect']>>
let connection: Connection

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(`CREATE TABLE rows AS SELECT * FROM (VALUES
    (1, 1.0, 2.0, 'x', DATE '2026-01-01', 'p'), (2, 3.0, -1.0, 'y', DATE '2026-01-02', 'p'), (3, 5.0, 4.0, NULL, NULL, 'q')
  ) AS t(o, a, b, s, d, batch)`)
})
afterAll(() => connection.closeSync())

/** DuckDB's own parse, as the rest of the program gets it. */
async function parse(select: string): Promise<unknown> {
  const result = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)::VARCHAR', [select])
  const tree = JSON.parse(String(result.getRows()[0]?.[0]))
  if (tree.error) throw new Error(tree.error_message)
  return tree
}

const context: ExpressionContext = {
  path: 'features.f',
  columns: ['o', 'a', 'b', 's', 'd', 'Batch', 'ä b'],
  group: 'batch',
  order: ['"o"'],
}
const read = (sql: string, more: Partial<ExpressionContext> = {}) => readExpression(sql, parse, { ...context, ...more })

async function refusal(sql: string, more: Partial<ExpressionContext> = {}): Promise<string> {
  const error = await read(sql, more).then(
    done => new Error(`accepted: ${JSON.stringify(done)}`),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof Failure)) throw error
  expect(error.code).toBe('RECIPE_INVALID')
  return error.message
}

async function values(sql: string): Promise<unknown[]> {
  const done = await read(sql)
  const windows = windowClause('batch', ['"o"'])
  const result = await connection.runAndReadAll(`SELECT CAST((${done.sql}) AS DOUBLE) FROM rows ${windows} ORDER BY o`)
  return result.getRows().map(row => row[0])
}

describe('accepted expressions', () => {
  test.each([
    ['a', '"a"', ['a'], 'row'],
    ['A * (1 - b)', 'TRY(A * (1 - b))', ['a', 'b'], 'row'],
    ['CASE WHEN a > 1 THEN 2 ELSE NULL END', undefined, ['a'], 'row'],
    ['try_cast(s AS DOUBLE)', undefined, ['s'], 'row'],
    ["a BETWEEN 1 AND 2 AND s NOT IN ('x', 'y') OR s LIKE 'z%'", undefined, ['a', 's'], 'row'],
    ['a / nullif(b, 0)', undefined, ['a', 'b'], 'row'],
    ['coalesce(a, b, 0)', undefined, ['a', 'b'], 'row'],
    ["date_diff('day', d, DATE '2026-02-01')", undefined, ['d'], 'row'],
    ['extract(hour FROM d)', undefined, ['d'], 'row'],
    ['"ä b" > 2', undefined, ['ä b'], 'row'],
    ['try(sqrt(b))', undefined, ['b'], 'row'],
    ['a - lag(a, 5) over batch', 'a - lag(a, 5) over batch', ['a', 'batch'], 'window'],
    ['a / avg(a) over group', 'a / avg(a) over "~g~"', ['a', 'batch'], 'window'],
    ['avg(a) OVER (GROUP ROWS 9 PRECEDING)', 'avg(a) OVER ("~g~" ROWS 9 PRECEDING)', ['a', 'batch'], 'window'],
    ["CASE WHEN s = 'over group' THEN 1 END", "TRY(CASE WHEN s = 'over group' THEN 1 END)", ['s'], 'row'],
  ])('%s', async (sql, finished, columns, kind) => {
    const done = await read(sql)
    if (finished) expect(done.sql).toBe(finished)
    expect(done.columns.map(name => name.toLowerCase())).toEqual(columns)
    expect(done.kind).toBe(kind)
  })

  test('the spelling of the table is given back', async () => {
    expect((await read('BATCH')).columns).toEqual(['Batch'])
  })

  test('functions are listed', async () => {
    expect((await read('abs(a) + round(b, 1)')).functions.toSorted()).toEqual(['+', 'abs', 'round'])
  })

  test('a row the expression fails on gives NULL instead of ending the query', async () => {
    expect(await values('sqrt(b)')).toEqual([Math.SQRT2, null, 2])
    expect(await values('s = 1')).toEqual([null, null, null])
  })

  test('windows stay in their group and never look ahead', async () => {
    expect(await values('a - lag(a) over group')).toEqual([null, 2, null])
    expect(await values('avg(a) over batch')).toEqual([1, 2, 5])
    expect(await values('sum(a) over (group rows between 1 preceding and 1 preceding)')).toEqual([null, 1, null])
  })
})

/** Each would read, repeat, leak, change or reach something that a recipe has no business with. */
const HOSTILE = [
  "read_csv('/etc/passwd')",
  "read_text('/etc/passwd')",
  "read_blob('/etc/shadow')",
  "read_parquet('s3://bucket/x')",
  "glob('/*')",
  "getenv('HOME')",
  "current_setting('memory_limit')",
  "query('SELECT 1')",
  "query_table('rows')",
  '(SELECT max(a) FROM rows)',
  'EXISTS (SELECT 1)',
  "a IN (SELECT a FROM read_csv('/etc/passwd'))",
  'a = ANY (SELECT 1)',
  'a FROM rows; DROP TABLE rows',
  "1; ATTACH 'x.db'",
  "a) FROM rows; COPY rows TO '/tmp/x' --",
  'a) FROM rows UNION SELECT (b',
  'a) + (b',
  'a -- the rest',
  'a /* hidden */ + b',
  'a /* open',
  '*',
  'rows.*',
  "COLUMNS('.*')",
  '$1',
  '?',
  '#1',
  'x -> x + 1',
  'list_transform([1, 2], x -> x)',
  'list_transform([1, 2], lambda x: x)',
  '[x FOR x IN [1, 2]]',
  "'x' || repeat('x', 3000000000)",
  "repeat('x', 3000000000)",
  "lpad('x', 2000000000, 'y')",
  "rpad(s, 2000000000, 'y')",
  's || s',
  'concat(s, s)',
  "replace(s, 'a', 'aaaaaaaaaa')",
  "regexp_replace(s, 'a', 'aaaaaaaa', 'g')",
  "printf('%1000000000d', 1)",
  "format('{:>1000000000}', s)",
  'range(1000000000)',
  'generate_series(1, 1000000000)',
  'unnest([1, 2])',
  'bar(a, 0, 1, 1000000000)',
  'random()',
  'uuid()',
  'setseed(0.5)',
  'now()',
  'current_date',
  'current_timestamp',
  'today()',
  'age(d)',
  'current_user',
  'rowid',
  "nextval('seq')",
  'pragma_version()',
  'PRAGMA database_list',
  "ATTACH 'x.db'",
  "COPY rows TO '/tmp/x'",
  'INSTALL httpfs',
  'SET memory_limit = 1',
  'WITH t AS (SELECT 1) SELECT 1',
  'SELECT 1',
  'TABLE rows',
  'a UNION SELECT 1',
  'a FROM rows WHERE a > 1',
  'a ORDER BY b',
  'DISTINCT a',
  'a AS b',
  'a, b',
  '(a, b)',
  "{'k': a}",
  'MAP {1: 2}',
  '[a, b]',
  'a[1]',
  's.lower()',
  'rows.a',
  'evil.lower(s)',
  'main.lower(s)',
  'sum(a)',
  'count(*)',
  'sum(a) OVER ()',
  'sum(a) OVER (ORDER BY o DESC)',
  'sum(a) OVER (PARTITION BY batch ORDER BY o DESC)',
  'sum(a) OVER (PARTITION BY s ORDER BY o)',
  'lead(a) over group',
  'lag(a, -1) over group',
  'lag(a, b) over group',
  'sum(a) over (group rows between 1 preceding and 1 following)',
  'sum(a) over (group rows between current row and unbounded following)',
  'sum(a) over (group rows b preceding)',
  'ntile(4) over group',
  'string_agg(s) over group',
  'list(s) over group',
  'try(lag(a) over group)',
  'sqrt(b) - lag(a) over group',
  's::timestamptz',
  's::JSON',
  's::INTEGER[]',
  "CAST('nan' AS DOUBLE)",
  "'inf'::FLOAT",
  's COLLATE nocase',
  "E'\\x41' = s",
  '$$x$$ = s',
  `s = '${'x'.repeat(501)}'`,
  'a!',
  'DEFAULT',
  '',
  ' ',
  'a)',
  '(a',
  '\u0000',
  'a + '.repeat(600) + 'a',
  '('.repeat(900) + 'a' + ')'.repeat(900),
  'abs('.repeat(60) + 'a' + ')'.repeat(60),
  `a IN (${Array.from({ length: 1001 }, () => 1).join(',')})`,
]

describe('refused expressions', () => {
  // Redundant brackets leave no trace in the tree: they are bounded by the length alone.
  const harmless = new Set(['('.repeat(900) + 'a' + ')'.repeat(900)])

  test.each(HOSTILE.filter(sql => !harmless.has(sql)))('%s', async sql => {
    expect(await refusal(sql)).toMatch(/found .*\n {2}expected /s)
  })

  test('brackets alone are bounded by the length', async () => {
    expect((await read(`${'('.repeat(900)}a${')'.repeat(900)}`)).columns).toEqual(['a'])
    expect(await refusal(`${'('.repeat(1200)}a${')'.repeat(1200)}`)).toContain('at most 2000')
  })

  test('a random arrangement of pieces is refused with our words or is a pure expression', async () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      '(',
      ')',
      ',',
      '+',
      'over',
      'group',
      "'",
      '"',
      '--',
      '/*',
      '*/',
      ';',
      'select',
      'from',
      'rows',
      'as',
      'sqrt',
      'sum',
      '1',
      'case',
      'when',
      'then',
      'end',
      '::',
      'double',
      '$$',
      '.',
      '*',
      'é',
    )
    const allowed = new Set(['a', 'b', 'o', 's', 'd', 'batch', 'Batch', 'ä b'])
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 8 }), async pieces => {
        const sql = pieces.join(' ')
        try {
          const done = await read(sql)
          expect(done.columns.every(name => allowed.has(name))).toBe(true)
          // What is accepted stands in brackets inside a larger statement without changing it.
          const around = await connection.runAndReadAll(
            `SELECT 7, (${done.sql}), 8 FROM rows ${windowClause('batch', ['"o"'])}`,
          )
          expect(around.columnCount).toBe(3)
        } catch (error) {
          // Types are checked when the statement is bound, which is not what this test is about.
          if (error instanceof Error && /Binder Error|Conversion Error/.test(error.message)) return
          expect(error).toBeInstanceOf(Failure)
        }
      }),
      { numRuns: 1500, seed: 42 },
    )
  })
})

describe('what a refusal says', () => {
  test.each([
    [
      "a * read_csv('x')",
      `features.f has a mistake

features.f:1:5
  1 | a * read_csv('x')
    |     ^^^^^^^^
  found     the function read_csv
  expected  numbers (abs, sign …), missing values (nullif, ifnull …), texts (lower, upper …), dates and times (year, quarter …), durations (to_years, to_months …)`,
    ],
    [
      '"ä b" + sqr(a)',
      `features.f has a mistake

features.f:1:9
  1 | "ä b" + sqr(a)
    |         ^^^
  found     the function sqr
  expected  a function of the list in docs/recipe.md, such as sqrt`,
    ],
    [
      'lead(a) over group',
      `features.f has a mistake

features.f:1:1
  1 | lead(a) over group
    | ^^^^
  found     the function lead
  expected  a function of earlier rows, such as lag: the rows after are not there yet when a row is scored`,
    ],
    [
      'a / avg(a)',
      `features.f has a mistake

features.f:1:5
  1 | a / avg(a)
    |     ^^^
  found     the function avg
  expected  avg(…) over group, the group's rows up to this one`,
    ],
    [
      'lag(a) over btach',
      `features.f has a mistake

features.f:1:13
  1 | lag(a) over btach
    |             ^^^^^
  found     the window btach
  expected  over group or over "batch"
  write     lag(a) over group`,
    ],
    [
      's = verified',
      `features.f has a mistake

features.f:1:5
  1 | s = verified
    |     ^^^^^^^^
  found     verified, which is not a column
  expected  a column of the rows or a feature above; a text stands in single quotes`,
    ],
  ])('%s', async (sql, message) => {
    expect(await refusal(sql)).toBe(message)
  })

  test('windows without a group, and windows in conditions', async () => {
    expect(await refusal('lag(a) over group', { group: undefined })).toContain('no column is the group')
    const { order: _, ...condition } = context
    const error = await readExpression('lag(a) over group', parse, condition).catch((thrown: Error) => thrown.message)
    expect(error).toContain('windows belong to features')
  })
})
