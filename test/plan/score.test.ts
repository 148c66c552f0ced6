/** The statement that scores, as text and at work: pure, and deaf to whatever names and cells hold. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Door, openDoor } from '../../src/data/door.ts'
import { type Source, settle } from '../../src/data/intake.ts'
import { ADDED, type Fitted, NOT_SCORED, scoreStatement } from '../../src/plan/score.ts'
import type { Recipe, Sensor } from '../../src/recipe/schema.ts'
import { quoteName } from '../../src/sql.ts'
import { tableOf } from '../../src/verbs/table.ts'

let room: string
beforeAll(() => {
  room = mkdtempSync(join(tmpdir(), 'plan-'))
})
afterAll(() => rmSync(room, { recursive: true, force: true }))

const sensorOf = (column: string, more: Partial<Sensor> = {}): Sensor => ({
  column,
  fault: [-999],
  limits: [0, 10],
  level: 'ALARM',
  missing: [],
  ...more,
})

function fittedOf(names: readonly string[], more: Partial<Recipe> = {}): Fitted {
  const recipe: Recipe = {
    tocsin: 1,
    name: 'x',
    task: 'detect',
    incomplete: more.transforms?.some(step => step.use === 'impute') ? 'score' : 'reject',
    rows: { file: ['x.csv'], read: {}, join: [] },
    columns: { later: [], private: [], blinded: [], ignore: [] },
    sensors: names.map(name => sensorOf(name)),
    split: { by: 'random', test: 0, calibrate: 0.3 },
    transforms: [],
    model: { use: 'isolation-forest' },
    levels: [],
    output: { files: ['csv'] },
    seed: 1,
    ...more,
  }
  const features = names.map(name => ({
    name,
    text: quoteName(name),
    sql: quoteName(name),
    kind: 'row' as const,
    columns: [name],
    min: 0,
    max: 5,
    fill: 1,
  }))
  return {
    name: `model "of" 'x'`,
    recipe,
    types: Object.fromEntries(names.map(n => [n, 'number'])),
    features,
    levels: [{ name: 'ALARM', cut: 7 }],
  }
}

const options = {
  risk: 'risk_0',
  scoredAt: '2026-01-01T00:00:00.000Z',
  onInvalid: 'skip',
  suffix: '',
  withInput: true,
  without: [],
} as const

let count = 0

/** The table through a real door; the model's risk is the sum of its features. */
async function scoreTable(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  fitted: Fitted,
): Promise<Record<string, unknown>[]> {
  const folder = join(room, `run-${count++}`)
  mkdirSync(folder)
  const file = join(folder, 'table.csv')
  const quoted = (cells: readonly string[]) => cells.map(c => `"${c.replaceAll('"', '""')}"`).join(',')
  writeFileSync(file, `${[names, ...rows].map(quoted).join('\n')}\n`)
  const source: Source = await settle([file], {}, { run: folder })
  const door: Door = await openDoor({ paths: [...source.path, `${folder}/`], spill: folder, threads: 1 })
  try {
    door.register('risk_0', fitted.features.length, (block, out) => {
      for (let i = 0; i < block.rows; i++)
        out[i] = block.columns.reduce((sum, column) => sum + ((column as Float64Array)[i] as number), 0)
    })
    return await door.rows(scoreStatement(tableOf(source), fitted, options))
  } finally {
    door.close()
  }
}

describe('the text', () => {
  const table = {
    kind: 'csv',
    sql: 'read_csv(x)',
    names: ['a', 'b', 'note'],
    types: ['VARCHAR', 'VARCHAR', 'VARCHAR'],
    decimal: '.',
  } as const

  test('depends on what goes in and on nothing else', () => {
    const fitted = fittedOf(['a', 'b'])
    const before = JSON.stringify(fitted)
    expect(scoreStatement(table, fitted, options)).toBe(scoreStatement(table, structuredClone(fitted), { ...options }))
    expect(JSON.stringify(fitted)).toBe(before)
  })

  test('adds our columns after the table, in the published order', () => {
    const sql = scoreStatement(table, fittedOf(['a']), options)
    // The outermost SELECT comes first in the text.
    const places = ['a', 'b', 'note', ...ADDED].map(name => sql.indexOf(` AS ${quoteName(name)}`))
    expect(places.every(p => p > 0)).toBe(true)
    expect(places).toEqual(places.toSorted((x, y) => x - y))
  })

  test('keeps numbers bit for bit', () => {
    const cut = 0.1 + 0.2
    const sql = scoreStatement(table, { ...fittedOf(['a']), levels: [{ name: 'A', cut }] }, options)
    expect(sql).toContain(`'${cut}'::DOUBLE`)
  })
})

describe('hostile names', () => {
  const NAMES = [
    'a"b',
    "it's",
    '"; DROP TABLE x; --',
    'é 😀',
    '~',
    '~o',
    '~rows',
    '~g~',
    '__proto__',
    'constructor',
    'select',
    'x)',
    '1',
    '%s',
    '{}',
    'a.b',
    'SUM',
    'risk_0',
    'p',
    't',
  ]

  test.each(NAMES)('%s', async name => {
    const names = ['id', name, 'other']
    const rows = [
      ['r1', '3', '4'],
      ['r2', '-999', '4'],
      ['r3', '12', '4'],
      ['r4', '', '4'],
      ['r5', '5', '2'],
    ]
    const found = await scoreTable(names, rows, fittedOf([name, 'other']))
    expect(found.map(r => [r.id, r.anomaly_score, r.is_anomaly, r.alarm_level])).toEqual([
      ['r1', 7, 0, 'OK'],
      ['r2', null, null, 'ALARM'],
      ['r3', 16, 1, 'ALARM'],
      ['r4', null, null, NOT_SCORED],
      ['r5', 7, 0, 'OK'],
    ])
    expect(found[1]?.alarm_reason).toBe(`not scored (sensor fault): ${name} -999 is a fault code`)
    expect(found[2]?.alarm_reason).toBe(
      `${name} 12 above limit 10; risk 16 above 7 (ALARM); ${name} 12 beyond 0–5 seen in training`,
    )
    expect(found[0]?.model_name).toBe(`model "of" 'x'`)
  })

  test.each(['~o0', '~n12', '~row', '~risk', '~level', '~time', '~line', '~Seconds', '~in0'])(
    '%s, which stands in our own statements, is refused',
    async name => {
      await expect(scoreTable(['id', name], [['r1', '3']], fittedOf([name]))).rejects.toThrow(
        `the column ${name} has a name that tocsin uses for itself`,
      )
    },
  )

  test('all of them side by side', async () => {
    const distinct = [...new Map(NAMES.map(n => [n.toLowerCase(), n])).values()]
    const found = await scoreTable(distinct, [distinct.map(() => '1')], fittedOf(distinct))
    expect(found[0]?.anomaly_score).toBe(distinct.length)
    for (const name of distinct) expect(Object.getOwnPropertyDescriptor(found[0], name)?.value, name).toBe(1)
  })
})

test('whatever stands in a cell comes out as it went in, and is never a number by chance', async () => {
  const cell = fc
    .oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom("'", '"', ';', '--', '\u0001', '1e400', 'NaN', '٣', '1_000', '0x1', ' 7 '),
    )
    .filter(t => !/[\r\n\0]/.test(t) && t.isWellFormed())
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 20 }), async cells => {
      const found = await scoreTable(
        ['v', 'text'],
        cells.map(c => ['1', `x${c}`]),
        fittedOf(['v']),
      )
      expect(found.map(r => r.text)).toEqual(cells.map(c => `x${c}`))
      const read = await scoreTable(
        ['v', 'text'],
        cells.map(c => [`x${c}`, '']),
        fittedOf(['v']),
      )
      for (const row of read)
        expect([row.anomaly_score, String(row.alarm_reason).startsWith('not scored (not a number): v ')]).toEqual([
          null,
          true,
        ])
    }),
    { numRuns: 15 },
  )
})
