import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Door, openDoor } from '../../src/data/door.ts'
import { Failure } from '../../src/errors.ts'

let room: string
let spill: string
let open: Door[] = []

beforeAll(() => {
  room = mkdtempSync(join(tmpdir(), 'door-'))
  spill = join(room, 'spill')
  mkdirSync(spill)
  writeFileSync(join(room, 'allowed.csv'), 'a,b\n1,2\n3,\n')
  writeFileSync(join(room, 'secret.csv'), 'a\n1\n')
})
afterEach(() => {
  for (const door of open) door.close()
  open = []
})
afterAll(() => rmSync(room, { recursive: true, force: true }))

async function door(options: { paths?: string[]; memory?: string; threads?: number } = {}): Promise<Door> {
  const made = await openDoor({ paths: [join(room, 'allowed.csv')], spill, ...options })
  open.push(made)
  return made
}

describe('rows', () => {
  test('boxes every type the product reads', async () => {
    const { rows } = await door()
    expect(
      await rows(`SELECT 1::BIGINT AS i, 2.5::DOUBLE AS d, 1.25::DECIMAL(9, 2) AS c, true AS b, 'naïve – 12345678' AS t, NULL::DOUBLE AS n,
        'nan'::DOUBLE AS nan, TIMESTAMP '2024-03-01 12:30:00' AS ts, TIMESTAMPTZ '2024-03-01 12:30:00+02' AS tz,
        DATE '0001-01-01' AS day, [1, NULL] AS l, {'a': 1} AS s, sum(7::BIGINT) AS huge`),
    ).toEqual([
      {
        i: 1,
        d: 2.5,
        c: 1.25,
        b: true,
        t: 'naïve – 12345678',
        n: null,
        nan: Number.NaN,
        ts: '2024-03-01T12:30:00',
        tz: '2024-03-01T10:30:00Z',
        day: '0001-01-01',
        l: [1, null],
        s: { a: 1 },
        huge: 7,
      },
    ])
  })

  test('a column called __proto__ is an ordinary column', async () => {
    const [row] = await (await door()).rows('SELECT 1 AS "__proto__", 2 AS constructor')
    expect(Object.entries(row ?? {})).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ])
  })
})

describe('stream', () => {
  test('hands numbers and texts over in order, NULL as NaN and null', async () => {
    const { stream } = await door()
    const numbers: number[] = []
    const words: (string | null)[] = []
    const count = await stream(
      `SELECT CASE WHEN i % 3 = 0 THEN NULL ELSE i END::DOUBLE, i::FLOAT, i::BIGINT, CASE WHEN i % 5 = 0 THEN NULL ELSE repeat('é', i % 20) END
       FROM range(5000) t(i) ORDER BY i`,
      chunk => {
        numbers.push(...chunk.doubles(0))
        expect([...chunk.doubles(1)]).toEqual([...chunk.doubles(2)])
        words.push(...chunk.texts(3))
      },
    )
    expect(count).toBe(5000)
    for (let i = 0; i < 5000; i += 1) {
      expect(numbers[i]).toBe(i % 3 === 0 ? Number.NaN : i)
      expect(words[i]).toBe(i % 5 === 0 ? null : 'é'.repeat(i % 20))
    }
  })

  test('queries asked at the same time answer one after the other', async () => {
    const { stream, rows } = await door()
    let seen = 0
    const [count, answer] = await Promise.all([
      stream('SELECT i::DOUBLE FROM range(100000) t(i)', chunk => (seen += chunk.rows)),
      rows('SELECT 1 AS one'),
    ])
    expect([count, seen, answer]).toEqual([100_000, 100_000, [{ one: 1 }]])
  })
})

describe('register', () => {
  test('a function sees NULL as NaN, answers NaN as NULL, and identical calls are evaluated once', async () => {
    const { register, rows } = await door()
    let calls = 0
    register('risk', 2, ({ rows: n, columns }, out) => {
      calls += 1
      const [a, b] = columns as [Float64Array, Float64Array]
      for (let i = 0; i < n; i += 1)
        out[i] = (b[i] as number) > 2 ? Number.NaN : Number.isNaN(a[i]) ? -1 : (a[i] as number) * 10
    })
    expect(
      await rows(
        `SELECT risk(a, b) AS r, risk(a, b) > 5 AS high, a FROM (VALUES (1, 0), (NULL, 1), (3, 3), (0.25, 2)) t(a, b)`,
      ),
    ).toEqual([
      { r: 10, high: true, a: 1 },
      { r: -1, high: false, a: null },
      { r: null, high: null, a: 3 },
      { r: 2.5, high: false, a: 0.25 },
    ])
    expect(calls).toBe(1)
  })

  test('a failure inside a function is the failure of the query, and the next query works', async () => {
    const { register, run, rows } = await door()
    const failure = new Failure('TOO_FEW_ROWS', { what: 'learn', found: 1, needed: 2, hint: 'more' })
    register('broken', 1, () => {
      throw failure
    })
    await expect(run('SELECT broken(1)')).rejects.toBe(failure)
    expect(await rows('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })
})

describe('parse', () => {
  test('gives the tree of a SELECT, and the words of DuckDB for what is none', async () => {
    const { parse } = await door()
    const tree = JSON.stringify(await parse("SELECT a * 'it''s' FROM t"))
    expect(tree).toContain('COLUMN_REF')
    await expect(parse('SELECT FROM WHERE')).rejects.toThrow(/syntax error/)
    await expect(parse('DROP TABLE x')).rejects.toThrow(/SELECT/)
  })
})

describe('the lock', () => {
  const gadgets = [
    "FROM read_csv('/etc/passwd')",
    "FROM read_text('/etc/hostname')",
    "FROM read_blob('/etc/hostname')",
    "FROM '/etc/passwd'",
    "FROM sniff_csv('/etc/passwd')",
    "FROM glob('/etc/*')",
    "FROM read_csv('{room}/secret.csv')",
    "FROM read_csv('{room}/sub/../secret.csv')",
    "FROM read_csv('{room}/*.csv')",
    "FROM read_parquet('https://example.com/x.parquet')",
    "COPY (SELECT 1) TO '{room}/../elsewhere.csv'",
    "EXPORT DATABASE '{room}/../dump'",
    "ATTACH '{room}/../x.db'",
    "ATTACH 'dbname=x' AS pg (TYPE postgres)",
    'INSTALL httpfs',
    'LOAD httpfs',
    "LOAD '{room}/x.duckdb_extension'",
    "SELECT getenv('HOME')",
    'SET threads = 1',
    'RESET lock_configuration',
    'SET lock_configuration = false',
    'SET enable_external_access = true',
    "SET allowed_paths = ['/etc/passwd']",
    "SET TimeZone = 'Asia/Tokyo'",
    'PRAGMA threads = 1',
    "SET profiling_output = '{room}/profile.json'",
    "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')",
  ]
  test.each(gadgets)('refuses %s', async sql => {
    const { run } = await door({ paths: [join(room, 'allowed.csv')] })
    await expect(run(sql.replaceAll('{room}', room))).rejects.toThrow(/./)
  })

  test('opens exactly what was named', async () => {
    const { rows } = await door()
    expect(await rows(`SELECT count(*) AS n FROM read_csv('${room}/allowed.csv')`)).toEqual([{ n: 2 }])
    expect(
      await rows("SELECT current_setting('TimeZone') AS zone, current_setting('lock_configuration') AS locked"),
    ).toEqual([{ zone: 'UTC', locked: true }])
  })
})

describe('failures', () => {
  test('too little memory is OUT_OF_MEMORY', async () => {
    const { run } = await door({ memory: '20MB', threads: 1 })
    const error = await run('SELECT list(i ORDER BY i) FROM range(20000000) t(i)').catch(e => e)
    expect(error).toMatchObject({ name: 'Failure', code: 'OUT_OF_MEMORY', exit: 8 })
  })

  test('a closed door ends the running query and those behind it with INTERRUPTED', async () => {
    const made = await door()
    const query = made.run('SELECT count(*) FROM range(100000) a, range(1000000) b WHERE hash(a.range + b.range) = 1')
    const behind = made.rows('SELECT 1 AS one')
    await new Promise(resolve => setTimeout(resolve, 50))
    const closed = made.close()
    await expect(query).rejects.toMatchObject({ code: 'INTERRUPTED', exit: 130 })
    await expect(behind).rejects.toMatchObject({ code: 'INTERRUPTED' })
    await closed
    await expect(made.run('SELECT 1')).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })

  test('a file that is not Parquet is INPUT_UNREADABLE', async () => {
    const path = join(room, 'no.parquet')
    writeFileSync(path, 'this is no parquet file at all')
    const { run } = await door({ paths: [path] })
    await expect(run(`FROM read_parquet('${path}')`)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' })
  })

  test('a folder that does not take a file is OUTPUT_NOT_WRITABLE', async () => {
    const { run } = await door({ paths: [`${room}/missing/`] })
    await expect(run(`COPY (SELECT 1) TO '${room}/missing/out.csv'`)).rejects.toMatchObject({
      code: 'OUTPUT_NOT_WRITABLE',
    })
  })

  test('a mistake in our own SQL keeps the words of DuckDB', async () => {
    const { run } = await door()
    await expect(run('SELECT nothing FROM nowhere')).rejects.toThrow(/Catalog Error/)
  })
})
