/**
 * Our reading of CSV against Python's csv module, on files that csv.writer makes and on files that nobody should.
 * Needs python3 on the PATH; says so and passes over when there is none.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { openDoor } from '../../src/data/door.ts'
import { settle } from '../../src/data/intake.ts'
import { createRecordReader } from '../../src/data/records.ts'
import { survey } from '../../src/data/survey.ts'

const FILES = 10_000
const READ_BACK = 2000
const found = spawnSync('python3', ['--version']).status === 0
if (!found) console.warn('SKIPPED: python3 is not on the PATH, the comparison with its csv module did not run')

const folder = mkdtempSync(join(tmpdir(), 'csv-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const READ = `
import csv, io, json, sys
out = []
for text, delimiter in json.load(open(sys.argv[1], encoding='utf-8')):
    out.append([row for row in csv.reader(io.StringIO(text, newline=''), delimiter=delimiter) if row])
json.dump(out, sys.stdout)
`

/** The records of each text as Python reads them, blank lines left out. */
function python(texts: readonly (readonly [text: string, delimiter: string])[]): string[][][] {
  const input = join(folder, 'texts.json')
  writeFileSync(input, JSON.stringify(texts))
  return JSON.parse(execFileSync('python3', ['-c', READ, input], { maxBuffer: 2 ** 30 }).toString())
}

function ours(text: string, delimiter: string, cuts: readonly number[]): string[][] {
  const records: string[][] = []
  const reader = createRecordReader({ delimiter, quote: '"' }, ({ fields }) => records.push(fields))
  const places = [...cuts.map(cut => cut % (text.length + 1)), text.length].sort((a, b) => a - b)
  for (const [i, end] of places.entries()) reader.push(text.slice(places[i - 1] ?? 0, end))
  reader.end()
  return records
}

const delimiters = fc.constantFrom(',', ';', '\t', '|')
const cell = fc.oneof(
  fc.constantFrom('', '1', '-2.5', '1e-3', 'NA', ' x ', 'é', '🌡', '0012', "it's", '=1+1'),
  fc.constantFrom('a,b', 'a;b', 'a|b', 'a\tb', '"', '""', 'say "x"', 'line\nbreak', 'cr\r\nlf', '\n', ',', '",'),
  fc.string({ unit: 'grapheme', maxLength: 12 }).map(text => text.replaceAll('\0', '')),
)

/** A well-formed table: every record has the header's number of fields. */
const table = fc
  .record({
    columns: fc.integer({ min: 1, max: 6 }),
    delimiter: delimiters,
    newline: fc.constantFrom('\n', '\r\n'),
    final: fc.boolean(),
    all: fc.boolean(),
  })
  .chain(shape =>
    fc
      .array(fc.array(cell, { minLength: shape.columns, maxLength: shape.columns }), { minLength: 1, maxLength: 12 })
      .map(rows => {
        const header = Array.from({ length: shape.columns }, (_, i) => `c${i}`)
        const quote = (text: string, only: boolean) =>
          shape.all || only || text.includes(shape.delimiter) || /["\r\n]/.test(text)
            ? `"${text.replaceAll('"', '""')}"`
            : text
        const lines = [header, ...rows].map(fields =>
          fields.map(text => quote(text, fields.length === 1 && text === '')).join(shape.delimiter),
        )
        return { ...shape, header, rows, text: lines.join(shape.newline) + (shape.final ? shape.newline : '') }
      }),
  )

/** Any text over the letters that a parser trips over, each quote closed. */
const wild = fc
  .array(
    fc.constantFrom('a', 'bc', ' ', ',', ';', '\n', '\r\n', '\r', '"x"', '"x,y"', '"l\nm"', '"q""q"', '5"', '""'),
    { maxLength: 40 },
  )
  .map(parts => parts.join(''))

describe.skipIf(!found)('like the csv module of Python', () => {
  test(`records and fields of ${FILES} files, wherever the blocks are cut`, () => {
    const cuts = fc.array(fc.nat(500), { maxLength: 3 })
    const samples = fc.sample(
      fc.tuple(
        fc.oneof(
          table.map(({ text, delimiter }) => [text, delimiter] as const),
          fc.tuple(wild, delimiters),
        ),
        cuts,
      ),
      {
        numRuns: FILES,
        seed: 17,
      },
    )
    const texts = samples.map(([sample]) => sample)
    const expected = python(texts)
    let unclosed = 0
    for (const [i, [[text, delimiter], at]] of samples.entries()) {
      // What stands after a quote that is never closed is an error for us, and one long cell for Python.
      let open = false
      const reader = createRecordReader({ delimiter, quote: '"' }, () => undefined)
      reader.push(text)
      open = reader.end().openLine !== undefined
      if (open) unclosed += 1
      else expect(ours(text, delimiter, at), JSON.stringify(text)).toEqual(expected[i])
    }
    expect(unclosed).toBeLessThan(FILES / 20)
  })

  test(`the scan counts the same records in ${FILES} tables, and DuckDB reads the same text in ${READ_BACK} of them`, async () => {
    const samples = fc.sample(table, { numRuns: FILES, seed: 18 })
    const expected = python(samples.map(({ text, delimiter }) => [text, delimiter] as const))
    const door = await openDoor({ paths: [`${folder}/`], spill: folder, threads: 2 })
    let plain = 0
    for (const [i, { text, delimiter, rows }] of samples.entries()) {
      const path = join(folder, 'table.csv')
      writeFileSync(path, text)
      const records = expected[i] ?? []
      const counted = await survey(path, { delimiter, quote: '"', bom: 0, hash: false })
      expect(counted, JSON.stringify(text)).toMatchObject({
        records: records.length,
        wrong: 0,
        fields: records[0]?.length,
      })
      if (i >= READ_BACK) continue
      const source = await settle(
        [path],
        { delimiter, decimal: '.', header: true, units: false },
        { run: folder, hash: false },
      )
      if (source.plain) plain += 1
      const read = await door.rows(`SELECT * FROM ${source.sql}`)
      if (source.path[0] !== path) rmSync(source.path[0] as string)
      expect(source.rows).toBe(rows.length)
      const got = read.map(row => source.names.map(name => row[name] ?? ''))
      expect(got, JSON.stringify(text)).toEqual(records.slice(1))
    }
    door.close()
    expect(plain).toBeGreaterThan(READ_BACK / 2)
  })
})
