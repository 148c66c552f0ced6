/** One test for each line of docs/input.md, under the words of its first column. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { openDoor } from '../../src/data/door.ts'
import { makePlace } from './place.ts'
import { workbook, zip } from './workbook.ts'

const place = makePlace()
afterAll(() => place.remove())

const lines = new Set<string>()
/** A line of the page. */
function line(name: string, body: () => Promise<unknown> | unknown, skip = false): void {
  lines.add(name)
  test.skipIf(skip)(name, async () => void (await body()))
}

const failure = (code: string, words: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(words) })
const utf16 = (text: string) => Buffer.from(text, 'utf16le')

async function refused(
  bytes: string | Uint8Array,
  code: string,
  words: RegExp,
  read = {},
  hint?: RegExp,
): Promise<void> {
  const error = await place.text(bytes, read).then(
    () => undefined,
    e => e,
  )
  expect(error).toEqual(failure(code, words))
  if (hint !== undefined) expect(error.hint).toMatch(hint)
}

const AB = [
  { a: '1', b: '2' },
  { a: '3', b: '4' },
]

describe('how it is written', () => {
  const plain = async (bytes: string | Uint8Array, read = {}) => {
    const { source, rows } = await place.text(bytes, read)
    expect(source).toMatchObject({ plain: true, path: source.files, rows: 2, malformed: [] })
    expect(rows).toEqual(AB)
    return source
  }
  const copied = async (bytes: string | Uint8Array, read = {}) => {
    const { source, rows } = await place.text(bytes, read)
    expect(source).toMatchObject({ plain: false, rows: 2, malformed: [], malformedCount: 0 })
    expect(source.path).not.toEqual(source.files)
    expect(rows).toEqual(AB)
    return source
  }

  line('plain CSV', async () => {
    const source = await plain('a,b\n1,2\n3,4\n')
    expect(source.sha256).toBe(
      execFileSync('sha256sum', [source.files[0] as string])
        .toString()
        .slice(0, 64),
    )
    expect(source.notes).toEqual([])
  })
  line('semicolons and a decimal comma', async () => {
    const { source, numbers } = await place.text('a;b\n1,5;x\n-0,25;y\n7;z\n')
    expect(source).toMatchObject({
      plain: true,
      dialect: { delimiter: ';', decimal: ',' },
      notes: ['semicolons', 'decimal comma'],
    })
    expect(numbers('a')).toEqual([1.5, -0.25, 7])
  })
  line('tabs', async () => expect((await plain('a\tb\n1\t2\n3\t4\n')).notes).toEqual(['tabs']))
  line('pipes', async () => expect((await plain('a|b\n1|2\n3|4\n')).notes).toEqual(['pipes']))
  line('columns separated by runs of blanks', async () => {
    expect((await copied('a   b\n1  2  \n 3 4\n')).notes).toEqual(['blanks'])
    await copied('1  2  \n 3 4\n', { delimiter: ' ', names: ['a', 'b'] })
  })
  line('a line sep=;', async () => {
    expect((await copied('sep=;\r\na;b\r\n1;2\r\n3;4\r\n')).dialect).toMatchObject({ delimiter: ';', skip: 2 })
  })
  line('UTF-8 with a byte order mark', async () => {
    expect((await plain('\uFEFFa,b\n1,2\n3,4\n')).dialect.bom).toBe(true)
    await plain('\uFEFF"a",b\n1,2\n3,4\n')
  })
  line('UTF-16 with a byte order mark', () => copied(utf16('\uFEFFa,b\n1,2\n3,4\n')))
  line('UTF-16 without a byte order mark', () => copied(utf16('a,b\n1,2\n3,4\n')))
  line('UTF-16, big end first', async () => {
    await copied(utf16('\uFEFFa,b\n1,2\n3,4\n').swap16())
    await copied(utf16('a,b\n1,2\n3,4\n').swap16())
  })
  line('UTF-32', () => refused(Buffer.from([0xff, 0xfe, 0, 0, 97, 0, 0, 0]), 'INPUT_UNREADABLE', /UTF-32/))
  line('latin-1 or windows-1252', async () => {
    const { source, rows } = await place.text(Buffer.from('größe,wert\n1,5 \x80\n', 'latin1'))
    expect(source.notes).toEqual(['windows-1252'])
    expect(rows).toEqual([{ größe: '1', wert: '5 €' }])
  })
  line('bytes that are no UTF-8 far down in the file', async () => {
    const { source, query } = await place.text(
      Buffer.concat([Buffer.from(`a,b\n${'1,2\n'.repeat(100_000)}`), Buffer.from('é,ü\n', 'latin1')]),
      {},
      ["SELECT a, b FROM TABLE WHERE a <> '1'"],
    )
    expect(source).toMatchObject({ rows: 100_001, notes: ['windows-1252'], plain: false })
    expect(query("SELECT a, b FROM TABLE WHERE a <> '1'")).toEqual([{ a: 'é', b: 'ü' }])
  })
  line('an encoding the recipe names, and the bytes contradict', () =>
    refused(Buffer.from('a,b\né,2\n', 'latin1'), 'INPUT_UNREADABLE', /not written in utf-8/, { encoding: 'utf-8' }),
  )
  line('an encoding nobody knows', () =>
    refused('a,b\n1,2\n', 'INPUT_UNREADABLE', /no encoding called klingon/, { encoding: 'klingon' }, /windows-1252/),
  )
  line('gzip', async () => expect((await copied(gzipSync('a,b\n1,2\n3,4\n'))).notes).toEqual(['gzip']))
  line('gzip, cut off', () =>
    refused(gzipSync(`a,b\n${'1,2\n'.repeat(9999)}`).subarray(0, 60), 'INPUT_UNREADABLE', /ends too early/),
  )
  line('gzip, damaged', () => {
    const bytes = gzipSync(Array.from({ length: 999 }, (_, i) => `${i * 7919},x${i}\n`).join(''))
    bytes.fill(0xff, 2000, 2100)
    return refused(Buffer.concat([gzipSync('a,b\n'), bytes]), 'INPUT_UNREADABLE', /gzip data is damaged/)
  })
  line('CRLF line breaks', async () => expect((await plain('a,b\r\n1,2\r\n3,4\r\n')).dialect.newline).toBe('\r\n'))
  line('CRLF and LF mixed', async () => {
    expect((await copied('a,b\r\n1,2\n3,4\r\n')).notes).toEqual(['2 lines end in CRLF, 1 in LF'])
  })
  line('CR alone as line break', async () => {
    expect((await copied('a,b\r1,2\r3,4\r')).notes).toEqual(['lines that end in CR alone: 3'])
  })
  line('no line break at the end', () => plain('a,b\n1,2\n3,4'))
  line('blank lines', async () =>
    expect((await copied('a,b\n\n1,2\n3,4\n\n')).notes).toEqual(['blank lines left out: 2']),
  )
  line('a quoted line break', async () => {
    const { source, rows } = await place.text('a,b\n"x\ny","\r\n"\n1,2\n')
    expect(source).toMatchObject({ plain: true, rows: 2 })
    expect(rows[0]).toEqual({ a: 'x\ny', b: '\r\n' })
  })
  line('a quote inside an unquoted cell', async () => {
    const { source, rows } = await place.text('a,b\n5" pipe,1\n"6"" pipe",2\n')
    expect(source).toMatchObject({ plain: false, malformedCount: 0 })
    expect(rows.map(row => row.a)).toEqual(['5" pipe', '6" pipe'])
  })
  line('quotes that mean nothing, by the recipe', async () => {
    const { rows } = await place.text('a,b\n"x,1\ny",2\n', { quote: '' })
    expect(rows).toEqual([
      { a: '"x', b: '1' },
      { a: 'y"', b: '2' },
    ])
  })

  const malformed = async (bytes: string, row: number, at: number, reason: string) => {
    const { source, rows } = await place.text(bytes)
    expect(source).toMatchObject({ plain: false, malformedCount: 1, faultColumn: '_line_fault', rows: rows.length })
    expect(source.malformed).toEqual([{ row, line: at, reason, text: bytes.split('\n')[at - 1] }])
    expect(rows.map(r => r._line_fault)).toEqual(rows.map((_, i) => (i === row ? reason : null)))
    expect(source.names).not.toContain('_line_fault')
    return rows[row]
  }
  line('text after a closing quote', () => malformed('a,b\n1,2\n"3"x,4\n', 1, 3, 'text after a closing quote'))
  line('a quote that is never closed', () =>
    refused('a,b\n1,2\n3,"4\n5,6\n', 'INPUT_UNREADABLE', /quote opened on line 3 is never closed/),
  )
  line('a NUL byte', () => malformed('a,b\n1,2\n3\0,4\n5,6\n', 1, 3, 'a NUL byte'))
  line('a row with too few fields', async () => {
    expect(await malformed('a,b,c\n1,2,3\n4,5\n6,7,8\n', 1, 3, '2 fields instead of 3')).toMatchObject({
      a: '4',
      b: '5',
      c: null,
    })
  })
  line('a row with too many fields', async () => {
    expect(await malformed('a,b\n1,2\n3,4,5\n', 1, 3, '3 fields instead of 2')).toMatchObject({ a: '3', b: '4' })
  })
  line('empty fields beyond the last column', () => copied('a,b\n1,2,\n3,4,,\n'))
  line('a last row that was cut off', () =>
    malformed('a,b,c\n1,2,3\n4,5', 1, 3, 'the file ends inside this row: 2 fields instead of 3'),
  )
  line('a cell of 10 MB', async () => {
    const cell = 'y'.repeat(10_000_000)
    const { source, query } = await place.text(`a,b\n${cell},1\n"${cell},",2\n3,4\n`, {}, [
      'SELECT length(a) AS n FROM TABLE',
    ])
    expect(source).toMatchObject({ plain: true, rows: 3 })
    expect(query('SELECT length(a) AS n FROM TABLE').map(row => row.n)).toEqual([10_000_000, 10_000_001, 1])
  })
  line('a record of more than 64 MB', () =>
    refused(`a,b\n1,2\n"${'y'.repeat(68_000_000)}\n`, 'INPUT_UNREADABLE', /line 3 is longer than 64 MB/),
  )
  const wide = (columns: number) => {
    const cells = Array.from({ length: columns }, (_, i) => i)
    return `${cells.map(i => `c${i}`).join(',')}\n${cells.join(',')}\n`
  }
  line('4,096 columns', async () => {
    const { source, rows } = await place.text(wide(4096))
    expect(source).toMatchObject({ plain: true, rows: 1 })
    expect(rows[0]?.c4095).toBe('4095')
  })
  line('100,000 columns', () => refused(wide(100_000), 'INPUT_HEADER', /it has 100000 columns/))
  line('a row of units below the header', async () => {
    const { source, rows } = await place.text('time,__proto__,p\n[s],°C,-\n1,2,3\n2,3,4\n')
    expect(Object.entries(source.units ?? {})).toEqual([
      ['time', 's'],
      ['__proto__', '°C'],
    ])
    expect(rows.map(row => row.p)).toEqual(['3', '4'])
    const kept = await place.text('time,p\ns,bar\n1,2\n', { units: false })
    expect(kept.source).toMatchObject({ plain: true, rows: 2 })
  })
  line('lines before the header, by the recipe', async () => {
    expect((await copied('# made by\n# a logger, version 2\na,b\n1,2\n3,4\n', { skip: 2 })).dialect.skip).toBe(3)
  })
})

describe('names', () => {
  line('two columns of the same name', () =>
    refused('a,b,a\n1,2,3\n', 'INPUT_HEADER', /several columns are called a/, {}, /names: \[a, b, a_2\]/),
  )
  line('names that differ only in case', () =>
    refused(
      'Temp,temp\n1,2\n',
      'INPUT_HEADER',
      /differ only in case or accents: Temp and temp/,
      {},
      /names: \[Temp, temp_2\]/,
    ),
  )
  line('names that differ only in how an accent is written (NFC, NFD)', () =>
    refused('\u00e9,e\u0301\n1,2\n', 'INPUT_HEADER', /differ only in case or accents/, {}, /names: \[/),
  )
  line('a column without a name', () =>
    refused(',a\n0,1\n', 'INPUT_HEADER', /column 1 of 2 has no name/, {}, /index=False.*names: \[column_1, a\]/),
  )
  line('names given by the recipe instead', async () => {
    const { source, rows } = await place.text(',a\n0,1\n', { header: true, names: ['index', 'a'] })
    expect(source).toMatchObject({ names: ['index', 'a'], plain: false, rows: 1 })
    expect(rows).toEqual([{ index: '0', a: '1' }])
    await refused('a,b\n1,2\n', 'INPUT_HEADER', /3 names were given, but line 1 has 2 fields/, {
      names: ['a', 'b', 'c'],
    })
  })
  line('no header, names given', async () => {
    const { rows } = await place.text('1,2\n3,4\n', { header: false, names: ['a', 'b'] })
    expect(rows).toEqual(AB)
  })
  line('no header, no names', () =>
    refused('1,2\n3,4\n', 'INPUT_HEADER', /first line holds numbers \(1,2\)/, {}, /names: \[c1, c2\]/),
  )
  line('a header of numbers, by the recipe', async () => {
    const { rows } = await place.text('2025,2026\n3,4\n', { header: true })
    expect(rows).toEqual([{ 2025: '3', 2026: '4' }])
  })
  line('`__proto__` and `constructor` as names', async () => {
    const { source, rows } = await place.text('__proto__,constructor\n1,2\n')
    expect(source).toMatchObject({ names: ['__proto__', 'constructor'], plain: true })
    expect(Object.entries(rows[0] ?? {})).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ])
    expect(({} as Record<string, unknown>)['1']).toBeUndefined()
  })
  line('names with accents and emoji', async () => {
    expect((await place.text('größe,🌡️\n1,2\n')).rows).toEqual([{ größe: '1', '🌡️': '2' }])
  })
  line('blanks around names', async () => expect((await place.text('a , b\n1,2\n')).source.names).toEqual(['a', 'b']))
  line('a quote in a name', async () => {
    expect((await place.text(`"a""b",it's\n1,2\n`)).rows).toEqual([{ 'a"b': '1', "it's": '2' }])
  })
})

describe('values', () => {
  /** Text as it came, and as a number. */
  const values = async (cells: readonly string[]) => {
    const { rows, numbers } = await place.text(`x,y\n${cells.map(cell => `${cell},.\n`).join('')}`)
    return { texts: rows.map(row => row.x), numbers: numbers('x') }
  }
  line('NaN and Inf', async () => {
    const { texts, numbers } = await values(['NaN', 'Inf', '-inf', '1'])
    expect(texts).toEqual(['NaN', 'Inf', '-inf', '1'])
    expect(numbers.map(Number).filter(Number.isFinite)).toEqual([1])
  })
  line('−0', async () => expect((await values(['-0', '-0.0'])).numbers).toEqual([-0, -0]))
  line('1e309', async () => {
    const { texts, numbers } = await values(['1e309', '1e308'])
    expect(texts).toEqual(['1e309', '1e308'])
    expect(numbers.filter(n => Number.isFinite(n))).toEqual([1e308])
  })
  line('5e-324', async () => expect((await values(['5e-324'])).numbers).toEqual([5e-324]))
  line('2^53 − 1, 2^53, 2^53 + 1', async () => {
    const cells = ['9007199254740991', '9007199254740992', '9007199254740993']
    expect(await values(cells)).toEqual({ texts: cells, numbers: cells.map(Number) })
  })
  line('2^63 − 1', async () => {
    expect(await values(['9223372036854775807'])).toEqual({ texts: ['9223372036854775807'], numbers: [2 ** 63] })
  })
  line('leading zeros', async () => expect((await values(['00124', '7'])).texts).toEqual(['00124', '7']))
  line('an empty cell, quoted or not', async () =>
    expect((await values(['', '""', '1'])).texts).toEqual([null, null, '1']),
  )
  line('blanks around a value', async () => {
    expect(await values([' 1.5 ', '2'])).toEqual({ texts: [' 1.5 ', '2'], numbers: [1.5, 2] })
  })
  line('thousands separators', async () => {
    const { source, numbers } = await place.text('a,b\n"1,234",x\n2,y\n')
    expect(numbers('a')).toEqual([null, 2])
    expect(source.notes).toEqual(['a: 1,234 (line 2) is not read as a number: write it without thousands separators'])
    const german = await place.text('a;b\n1.234,5;x\n2,5;y\n')
    expect(german.numbers('a')).toEqual([null, 2.5])
    expect(german.source.notes[2]).toMatch(/^a: 1\.234,5 \(line 2\) is not read as a number/)
  })
  line('a decimal comma in one row, a point in another', async () => {
    await refused(
      'a;b\n1,5;x\n2.5;y\n',
      'INPUT_UNREADABLE',
      /line 2 has a decimal comma \(1,5\), line 3 a decimal point \(2\.5\)/,
    )
    const { numbers } = await place.text('a;b\n1,5;x\n2.5;y\n', { decimal: ',' })
    expect(numbers('a')).toEqual([1.5, 2.5])
  })
  line('a decimal comma between comma delimiters', async () => {
    const { source, numbers } = await place.text('a,b\n"1,5",x\n2,y\n')
    expect(numbers('a')).toEqual([null, 2])
    expect(source.notes).toEqual(["a: 1,5 (line 2) is not read as a number: say read: {decimal: ','}"])
    expect((await place.text('a,b\n"1,5",x\n2,y\n', { decimal: ',' })).numbers('a')).toEqual([1.5, 2])
  })
  line('an empty column', async () =>
    expect((await place.text('a,b\n,1\n,2\n')).rows.map(row => row.a)).toEqual([null, null]),
  )
  line('a column with one value throughout', async () => expect((await values(['7', '7'])).numbers).toEqual([7, 7]))

  const TIMES = 'SELECT TRY_CAST(x AS TIMESTAMP) AS t FROM TABLE'
  const times = async (cells: readonly string[]) => {
    const { rows, query } = await place.text(`x,y\n${cells.map(cell => `${cell},.\n`).join('')}`, {}, [TIMES])
    expect(rows.map(row => row.x)).toEqual(cells)
    return query(TIMES).map(row => row.t)
  }
  line('the years 0001 and 9999', async () => {
    expect(await times(['0001-01-01', '9999-12-31 23:59:59'])).toEqual(['0001-01-01T00:00:00', '9999-12-31T23:59:59'])
  })
  line('a leap second', async () => expect(await times(['2016-12-31 23:59:60'])).toEqual([null]))
  line('a local time that daylight saving leaves out', async () => {
    expect(await times(['2026-03-29 02:30:00'])).toEqual(['2026-03-29T02:30:00'])
  })
  line('text in NFC and NFD', async () =>
    expect((await values(['\u00e9', 'e\u0301'])).texts).toEqual(['\u00e9', 'e\u0301']),
  )
  line('emoji', async () => expect((await values(['👩🏽‍🔬'])).texts).toEqual(['👩🏽‍🔬']))
})

describe('amount', () => {
  line('an empty file', () => refused('', 'INPUT_EMPTY', /the file is empty/))
  line('nothing but blank lines', () => refused('\n\r\n\n', 'INPUT_EMPTY', /the file is empty/))
  line('a header and nothing else', async () => {
    await refused('a,b\n', 'INPUT_EMPTY', /a header line and nothing below it/)
    await refused(utf16('\uFEFFa,b\n'), 'INPUT_EMPTY', /a header line and nothing below it/)
  })
  line('one row', async () => expect((await place.text('a,b\n1,2')).rows).toEqual([{ a: '1', b: '2' }]))
  line('one column', async () => {
    const { source, rows } = await place.text('a\n1\n""\n3\n')
    expect(source.rows).toBe(3)
    expect(rows).toEqual([{ a: '1' }, { a: null }, { a: '3' }])
  })
})

describe('several files', () => {
  const put = (folder: string, files: Record<string, string | Uint8Array>) => {
    for (const [name, bytes] of Object.entries(files)) place.write(join(folder, name), bytes)
    return join(place.folder, folder)
  }
  line('a folder', async () => {
    const folder = put('days', {
      '2.csv': 'a,b\n3,4\n',
      '1.csv': 'a,b\n1,2\n',
      '.hidden.csv': 'x\n1\n',
      'notes.md': 'no table',
    })
    const { source, rows } = await place.settle([folder])
    expect(rows).toEqual(AB)
    expect(source.files.map(file => file.slice(-5))).toEqual(['1.csv', '2.csv'])
  })
  line('a glob', async () => {
    put('logs', { 'b.log': 'a;b\n3;4\n', 'a.log': gzipSync('a,b\n1,2\n') })
    expect((await place.settle([join(place.folder, 'logs/*.log')])).rows).toEqual(AB)
  })
  line('columns in another order', async () => {
    const folder = put('order', { '1.csv': 'a,b\n1,2\n', '2.csv': 'b,a\n4,3\n' })
    expect((await place.settle([folder])).rows).toEqual(AB)
  })
  line('a column that the first file does not have', async () => {
    const folder = put('other', { '1.csv': 'temperature,b\n1,2\n', '2.csv': 'temprature,b\n4,3\n' })
    await expect(place.settle([folder])).rejects.toEqual(
      failure(
        'INPUT_HEADER',
        /2\.csv: .*lacks temperature; it adds temprature; temprature may be meant for temperature/,
      ),
    )
  })
  line('CSV and Parquet together', async () => {
    const parquet = await makeParquet('both/1.parquet', 'SELECT 1 AS a')
    const csv = place.write('both/2.csv', 'a\n1\n')
    await expect(place.settle([parquet, csv])).rejects.toEqual(failure('INPUT_UNREADABLE', /2\.csv: it is not Parquet/))
  })
  line('a name that looks like a pattern', async () => {
    place.write('a[1].csv', 'a,b\n9,9\n')
    expect((await place.settle([place.write('a*[1]?.csv', 'a,b\n1,2\n3,4\n')])).rows).toEqual(AB)
    const parquet = await makeParquet('plain.parquet', 'SELECT 1 AS a')
    const odd = place.write('what*.parquet', readFileSync(parquet))
    expect((await place.settle([odd])).rows).toEqual([{ a: 1 }])
  })
})

async function makeParquet(name: string, select: string): Promise<string> {
  const path = place.write(name, '')
  const spill = join(place.folder, '.run')
  const door = await openDoor({ paths: [`${place.folder}/`], spill })
  await door.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`)
  door.close()
  return path
}

describe('other kinds of file', () => {
  line('Parquet', async () => {
    const path = await makeParquet(
      't.parquet',
      "SELECT 1::BIGINT AS i, 2.5::DOUBLE AS d, 'x' AS t, TIMESTAMP '2026-01-01' AS w",
    )
    const { source, rows } = await place.settle([path])
    expect(source).toMatchObject({
      kind: 'parquet',
      rows: 1,
      names: ['i', 'd', 't', 'w'],
      types: ['BIGINT', 'DOUBLE', 'VARCHAR', 'TIMESTAMP'],
    })
    expect(rows).toEqual([{ i: 1, d: 2.5, t: 'x', w: '2026-01-01T00:00:00' }])
  })
  line('Parquet files of one schema', async () => {
    await makeParquet('pq/2.parquet', 'SELECT 4 AS b, 3 AS a')
    await makeParquet('pq/1.parquet', 'SELECT 1 AS a, 2 AS b')
    const { rows } = await place.settle([join(place.folder, 'pq')])
    expect(rows).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ])
  })
  line('Parquet files of different schemas', async () => {
    await makeParquet('pq2/1.parquet', 'SELECT 1 AS a')
    await makeParquet('pq2/2.parquet', "SELECT 'x' AS a")
    await expect(place.settle([join(place.folder, 'pq2')])).rejects.toEqual(
      failure('INPUT_HEADER', /a is VARCHAR, in .* it is INTEGER/),
    )
  })
  line('Parquet with nested or binary columns', async () => {
    const path = await makeParquet('n.parquet', "SELECT 1 AS a, [1, 2] AS l, {'x': 1} AS s, 'ab'::BLOB AS b")
    expect((await place.settle([path])).source.types).toEqual(['INTEGER', 'INTEGER[]', 'STRUCT(x INTEGER)', 'BLOB'])
  })
  line('Parquet, cut off or damaged', async () => {
    const bytes = readFileSync(await makeParquet('d.parquet', 'SELECT i AS a, i * 2 AS b FROM range(5000) t(i)'))
    const cut = place.write('cut.parquet', bytes.subarray(0, bytes.length - 20))
    await expect(place.settle([cut])).rejects.toEqual(failure('INPUT_UNREADABLE', /cut\.parquet/))
    for (let at = 8; at < bytes.length - 12; at += Math.ceil(bytes.length / 48)) {
      const damaged = Buffer.from(bytes)
      damaged.fill(0xff, at, at + 8)
      // Damage in the data may go unseen (there are no checksums); what is seen has the one code.
      const error = await place.settle([place.write('damaged.parquet', damaged)]).catch(e => e)
      if (error instanceof Error) expect(error).toMatchObject({ code: 'INPUT_UNREADABLE' })
    }
  })
  line('a file that only ends in .parquet', async () => {
    expect((await place.settle([place.write('x.parquet', 'a,b\n1,2\n3,4\n')])).rows).toEqual(AB)
  })
  line('an Excel sheet (.xlsx)', async () => {
    const sheet = [
      ['id', 'when', 'ph', 'ok', null],
      ['007', { date: 45_292.520833333336 }, 7.1, true, null],
      [null, null, null, null, null],
      ['a,"b"', { date: 45_293 }, 0.1, false, null],
    ]
    const { source, rows } = await place.settle([place.write('b.xlsx', workbook({ Log: sheet }))])
    expect(source).toMatchObject({ plain: false, names: ['id', 'when', 'ph', 'ok'], rows: 2 })
    expect(rows).toEqual([
      { id: '007', when: '2024-01-01T12:30:00', ph: '7.1', ok: 'true' },
      { id: 'a,"b"', when: '2024-01-02T00:00:00', ph: '0.1', ok: 'false' },
    ])
  })
  line('a workbook with several sheets', async () => {
    const path = place.write('two.xlsx', workbook({ Log: [['a'], [1]], QC: [['b'], [2]] }))
    const error = await place.settle([path]).catch(e => e)
    expect(error).toEqual(failure('INPUT_UNREADABLE', /2 sheets/))
    expect(error.hint).toMatch(/Log, QC/)
    expect((await place.settle([path], {}, { sheet: 'QC' })).rows).toEqual([{ b: '2' }])
    await expect(place.settle([path], {}, { sheet: 'QD' })).rejects.toEqual(
      failure('INPUT_UNREADABLE', /no sheet called QD/),
    )
  })
  line('a damaged workbook', () => {
    const whole = workbook({ Log: [['a'], [1]] })
    const bytes = whole.subarray(0, whole.length - 300)
    return refused(bytes, 'INPUT_UNREADABLE', /workbook is damaged/)
  })

  const unsupported = (bytes: Uint8Array | string, found: RegExp) => refused(bytes, 'INPUT_UNSUPPORTED', found, {}, /./)
  const magic = (...bytes: (string | number)[]) =>
    Buffer.concat([
      ...bytes.map(part => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([part]))),
      Buffer.alloc(600, 7),
    ])
  line('.xls', () => unsupported(magic('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'), /an old Excel workbook \(\.xls\)/))
  line('.ods', () =>
    unsupported(zip({ mimetype: 'application/vnd.oasis.opendocument.spreadsheet' }), /OpenDocument sheet/),
  )
  line('PDF', () => unsupported(magic('%PDF-1.7'), /a PDF/))
  line('zip', () => unsupported(zip({ 'data.csv': 'a,b\n1,2\n' }), /a zip archive/))
  line('JSON', async () => {
    await unsupported('[\n  {"a": 1}\n]', /JSON/)
    await unsupported('{"a": 1}\n{"a": 2}\n', /JSON/)
  })
  line('SQLite', () => unsupported(magic('SQLite format 3\0'), /SQLite/))
  line('Feather or Arrow', () => unsupported(magic('ARROW1\0\0'), /Arrow or Feather/))
  line('MATLAB', () => unsupported(magic('MATLAB 5.0 MAT-file, Platform: GLNXA64'), /MATLAB/))
  line('HDF5', () => unsupported(magic('\x89HDF\r\n\x1a\n'), /HDF5/))
  line('a pickle or joblib file', async () => {
    await unsupported(magic(0x80, 4, '\x95'), /pickle/)
    await unsupported(magic(0x78, 0x9c, 0, 1), /zlib-compressed/)
  })
  line('an image', () => unsupported(magic('\x89PNG\r\n\x1a\n'), /PNG/))
  line('HTML', () => unsupported('\n<!DOCTYPE html><html><body>Sign in</body></html>', /HTML/))
  line('something else inside gzip', () => unsupported(gzipSync('{"a": 1}'), /a gzip archive of a JSON document/))
  line('a file that is not there', async () => {
    await expect(place.settle([join(place.folder, 'absent.csv')])).rejects.toEqual(
      failure('INPUT_NOT_FOUND', /absent\.csv/),
    )
    await expect(place.settle([join(place.folder, 'absent*.csv')])).rejects.toEqual(
      failure('INPUT_NOT_FOUND', /absent\*\.csv/),
    )
  })
  line(
    'a file that may not be read',
    async () => {
      const path = place.write('locked.csv', 'a\n1\n')
      chmodSync(path, 0)
      await expect(place.settle([path])).rejects.toEqual(failure('INPUT_UNREADABLE', /no permission/))
    },
    process.getuid?.() === 0 || process.platform === 'win32',
  )
  line('a folder without tables', async () => {
    mkdirSync(join(place.folder, 'empty'))
    await expect(place.settle([join(place.folder, 'empty')])).rejects.toEqual(failure('INPUT_NOT_FOUND', /empty/))
  })
  line(
    'a named pipe',
    async () => {
      const path = join(place.folder, 'pipe')
      execFileSync('mkfifo', [path])
      await expect(place.settle([path])).rejects.toEqual(failure('INPUT_UNSUPPORTED', /a named pipe/))
    },
    process.platform === 'win32',
  )
  line(
    'a device',
    () => expect(place.settle(['/dev/null'])).rejects.toEqual(failure('INPUT_UNSUPPORTED', /a device/)),
    process.platform === 'win32',
  )
})

test('the page and these tests have the same lines', () => {
  const page = readFileSync(new URL('../../docs/input.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| (.+?) \| .+ \|$/gm)]
    .map(match => match[1] as string)
    .filter(first => first !== 'input')
  expect(rows.filter(row => !lines.has(row))).toEqual([])
  expect([...lines].filter(row => !rows.includes(row))).toEqual([])
})
