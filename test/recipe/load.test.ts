import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { jsonSchema } from '../../src/recipe/grammar.ts'
import { loadRecipe } from '../../src/recipe/load.ts'
import { checkColumns } from '../../src/recipe/roles.ts'
import type { Recipe } from '../../src/recipe/schema.ts'
import { catalogue } from './catalogue.ts'

const load = (text: string) => loadRecipe(text, { path: 'plant.yaml', catalogue })
const recipeOf = (text: string): Recipe => load(text).recipe
const top = 'tocsin: 1\nname: plant\nrows: day.csv\n'

function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    expect(error.code).toBe('RECIPE_INVALID')
    expect(error.hint).toContain('tocsin schema')
    return error.message
  }
  throw new Error('accepted')
}

describe('what a recipe resolves to', () => {
  test('three lines are enough', () => {
    expect(recipeOf(top)).toEqual({
      tocsin: 1,
      name: 'plant',
      task: 'detect',
      incomplete: 'reject',
      rows: { file: ['day.csv'], read: {}, join: [] },
      columns: { later: [], private: [], blinded: [], ignore: [] },
      sensors: [],
      split: { by: 'random', test: 0, calibrate: 1 / 3 },
      transforms: [],
      model: { use: 'isolation-forest', n_estimators: 100, max_samples: 'auto', bootstrap: false },
      levels: [{ name: 'ALARM', rule: { kind: 'false_alarms', budget: 0.01, unit: 'share', text: '1%' } }],
      output: { files: ['csv', 'parquet'] },
      seed: 42,
    })
  })

  test('everything at once', () => {
    const text = `
tocsin: 1
name: lims-quality
rows:
  file: [day.csv, 'week/*.csv']
  sheet: Log
  read: {delimiter: ;, decimal: ',', header: none, encoding: latin-1, names: [a, b], units: true, skip: 2, quote: "'"}
  join:
    qc: {file: qc.csv, by: batch_id, expect: one, read: {delimiter: tab}}
    coa: {file: coa.xlsx, sheet: COA, by: [lot, site]}
  where: rpm > 300
columns:
  id: sample_id
  time: {name: sampled_at, format: DD.MM.YYYY HH:mm, zone: Europe/Zurich}
  group: site
  label: viability < 0.90
  later: [dropout_day, end_reason]
  private: sample_id
  blinded: [arm]
  ignore: [operator]
  types: {lot: integer, __proto__: text}
sensors:
  turbidity: {unit: NTU, fault: -999, range: [0, null], limits: [0, 5], level: CRITICAL, missing: [N/A], censored: half}
  "__proto__": {limits: [null, 1]}
features:
  burden: adverse_rate * (1 - visit_rate)
  rise: a - lag(a, 5) over group
learn: status = 'verified'
split: {by: group, test: 20%, calibrate: 0.5}
transforms: [scale, {use: impute, strategy: mean}]
model: [{use: isolation-forest, n_estimators: 50}]
levels:
  WARNING: {false_alarms: 1/month, per: site, hold: 3 of 5}
  "2": {risk: 0.4}
  CRITICAL: {quantile: 99.9%}
output: {files: csv, reasons: 3}
seed: 7
`.replace('"2"', 'HIGH')
    const recipe = recipeOf(text)
    expect(recipe.rows).toEqual({
      file: ['day.csv', 'week/*.csv'],
      sheet: 'Log',
      read: {
        delimiter: ';',
        decimal: ',',
        header: false,
        encoding: 'latin-1',
        names: ['a', 'b'],
        units: true,
        skip: 2,
        quote: "'",
      },
      join: [
        { name: 'qc', file: 'qc.csv', by: ['batch_id'], expect: 'one', read: { delimiter: '\t' } },
        { name: 'coa', file: 'coa.xlsx', sheet: 'COA', by: ['lot', 'site'], expect: 'any', read: {} },
      ],
      where: 'rpm > 300',
    })
    const { types, ...roles } = recipe.columns
    expect(roles).toEqual({
      id: 'sample_id',
      time: { name: 'sampled_at', format: 'DD.MM.YYYY HH:mm', zone: 'Europe/Zurich' },
      group: 'site',
      label: 'viability < 0.90',
      later: ['dropout_day', 'end_reason'],
      private: ['sample_id'],
      blinded: ['arm'],
      ignore: ['operator'],
    })
    expect(JSON.stringify(types)).toBe('{"lot":"integer","__proto__":"text"}')
    expect(recipe.sensors).toEqual([
      {
        column: 'turbidity',
        unit: 'NTU',
        fault: [-999],
        range: [0, null],
        limits: [0, 5],
        level: 'CRITICAL',
        missing: ['N/A'],
        censored: 'half',
      },
      { column: '__proto__', fault: [], limits: [null, 1], level: 'WARNING', missing: [] },
    ])
    expect(recipe.features).toEqual([
      { name: 'burden', sql: 'adverse_rate * (1 - visit_rate)' },
      { name: 'rise', sql: 'a - lag(a, 5) over group' },
    ])
    expect(recipe.split).toEqual({ by: 'group', test: 0.2, calibrate: 0.5 })
    expect(recipe.transforms).toEqual([{ use: 'scale' }, { use: 'impute', strategy: 'mean' }])
    expect(recipe.model).toEqual({ use: 'isolation-forest', n_estimators: 50, max_samples: 'auto', bootstrap: false })
    expect(recipe.levels).toEqual([
      {
        name: 'WARNING',
        rule: { kind: 'false_alarms', budget: 84 / 365.25, unit: 'week', text: '1/month' },
        per: 'group',
        hold: { count: 3, of: 5 },
      },
      { name: 'HIGH', rule: { kind: 'risk', value: 0.4 } },
      { name: 'CRITICAL', rule: { kind: 'quantile', value: 0.999 } },
    ])
    expect(recipe.output).toEqual({ files: ['csv'], reasons: 3 })
    expect(JSON.parse(JSON.stringify(recipe))).toEqual(recipe)
  })

  test('the split follows from the roles', () => {
    expect(recipeOf(`${top}columns: {time: at}\n`).split).toEqual({ by: 'time', test: 0, calibrate: 1 / 3 })
    expect(recipeOf(`${top}columns: {label: bad}\nfeatures: [a]\n`).split).toEqual({
      by: 'random',
      test: 0.25,
      calibrate: 1 / 3,
    })
  })

  test('features as a list are columns, quoted', () => {
    expect(recipeOf(`${top}features: [ph, 'a "b"', {x: ph * 2}]\n`).features).toEqual([
      { name: 'ph', sql: '"ph"' },
      { name: 'a "b"', sql: '"a ""b"""' },
      { name: 'x', sql: 'ph * 2' },
    ])
  })

  test('the order of levels is the order written, also for names that look like numbers', () => {
    const levels = recipeOf(`${top}levels:\n  Z: {risk: 1}\n  A: {risk: 2}\n  M: {risk: 3}\n`).levels
    expect(levels.map(level => level.name)).toEqual(['Z', 'A', 'M'])
  })
})

describe('bounds on what a recipe may cost', () => {
  test.each([
    ['more than a megabyte', `${top}learn: ${'x'.repeat(1_000_001)}\n`],
    ['deep brackets', `a: ${'['.repeat(50_000)}`],
    ['deep lists', '- '.repeat(100_000)],
    ['an alias of itself', `${top}columns: &c [*c]\n`],
    [
      'a bomb of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`)}]`).join('\n')}\n`,
    ],
  ])('%s', (_, text) => {
    const start = performance.now()
    expect(messageOf(() => load(text))).toMatch(/at most 1 MB, 20,000 values and 20 levels|a text or a list/)
    expect(performance.now() - start).toBeLessThan(5000)
  })

  test('anchors in moderation are fine', () => {
    const text = `${top}sensors:\n  a: &probe {unit: °C, range: [0, 100]}\n  b: *probe\n`
    expect(recipeOf(text).sensors.map(sensor => sensor.range)).toEqual([
      [0, 100],
      [0, 100],
    ])
  })
})

test('any text is a recipe or a RECIPE_INVALID without control characters', () => {
  const line = fc.constantFrom(
    'tocsin: 1',
    'name: p',
    'rows: d.csv',
    'rows:',
    '  file: d',
    'levels:',
    '  A: {risk: 1}',
    '  A: {hold: 3}',
    'columns: {id: [a]}',
    'columns: {label: 3, time: {}}',
    'sensors: {a: 1}',
    'sensors: {a: {limits: [x, {}], level: []}}',
    'features: [1, {a: b}]',
    'features: {a: }',
    'split: {by: 1, test: {}}',
    'model: {use: []}',
    'model: {use: 1}',
    'transforms: scale',
    'seed: .nan',
    '- a',
    '\t',
    '&a',
    '*a',
    '? b',
    '!!x',
    '"',
    '{',
    ']',
    '%',
    '\u001b[31m',
    '---',
  )
  const noise = fc.oneof(line, fc.string({ maxLength: 20 }))
  fc.assert(
    fc.property(fc.array(noise, { maxLength: 8 }), lines => {
      try {
        load(lines.join('\n'))
      } catch (error) {
        expect(error).toBeInstanceOf(Failure)
        expect((error as Failure).code).toBe('RECIPE_INVALID')
        expect((error as Failure).message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/)
      }
    }),
    { numRuns: 3000, seed: 42 },
  )
})

describe('columns that the rows do not have', () => {
  const text = `${top}columns:
  id: sample
  time: {name: sampled_at, format: DD.MM.YYYY}
  ignore: [operator, plnt]
sensors:
  turbidty: {unit: NTU}
features: [turbidity, pH]
`
  const names = ['Sample', 'sampled_at', 'operator', 'plant', 'turbidity', 'ph']

  test('are named by line, with the nearest name; case does not tell columns apart', () => {
    const { recipe, source } = load(text)
    expect(messageOf(() => checkColumns(recipe, names, source))).toBe(`plant.yaml has 2 mistakes

plant.yaml:7:22  columns.ignore[1]
  7 |   ignore: [operator, plnt]
    |                      ^^^^
  found     plnt, which is not a column of the rows
  expected  one of Sample, sampled_at, operator, plant, turbidity, ph
  write     ignore: [operator, plant]

plant.yaml:9:3  sensors.turbidty
  9 |   turbidty: {unit: NTU}
    |   ^^^^^^^^
  found     turbidty, which is not a column of the rows
  expected  one of Sample, sampled_at, operator, plant, turbidity, ph
  write     turbidity: {unit: NTU}`)
  })

  test('none is missing', () => {
    const { recipe, source } = load(text)
    expect(() => checkColumns(recipe, [...names, 'plnt', 'turbidty'], source)).not.toThrow()
  })
})

describe('roles', () => {
  test.each([
    ['ignored and grouped', 'columns: {group: a, ignore: [A]}', 'columns.ignore[0]'],
    ['ignored with a sensor', 'columns: {ignore: [a]}\nsensors: {a: {unit: m}}', 'columns.ignore[0]'],
    ['known later and the group', 'columns: {group: a, later: a}', 'columns.later'],
    ['twice in a list', 'columns: {ignore: [a, b, A]}', 'columns.ignore[2]'],
    ['later as a feature', 'columns: {later: [a]}\nfeatures: {x: b + "A"}', 'features.x'],
    ['blinded in a list of features', 'columns: {blinded: [a]}\nfeatures: [b, a]', 'features[1]'],
    ['per without a group', 'levels: {A: {risk: 1, per: group}}', 'levels.A.per'],
    ['per another column', 'columns: {group: a}\nlevels: {A: {risk: 1, per: b}}', 'levels.A.per'],
    ['split by a time that is not there', 'split: {by: time}', 'split.by'],
    ['unit and format', 'columns: {time: {name: a, unit: h, format: HH}}', 'columns.time.unit'],
    ['a level called OK', 'levels: {OK: {risk: 1}}', 'levels.OK'],
    ['two rules', 'levels: {A: {risk: 1, quantile: 99%}}', 'levels.A'],
    ['no rule', 'levels: {A: {hold: 1 of 2}}', 'levels.A'],
    ['hold of more than all', 'levels: {A: {risk: 1, hold: 6 of 5}}', 'levels.A.hold'],
    ['budgets that grow', 'levels: {A: {false_alarms: 0.1%}, B: {false_alarms: 1%}}', 'levels.B.false_alarms'],
    ['equal cuts', 'levels: {A: {risk: 1}, B: {risk: 1}}', 'levels.B.risk'],
    ['a contamination above a half', 'levels: {A: {contamination: 60%}}', 'levels.A.contamination'],
    [
      'a decimal comma between commas',
      'rows: {file: a, read: {delimiter: comma, decimal: ","}}',
      'rows.read.delimiter',
    ],
  ])('%s', (_, lines, path) => {
    const start = lines.startsWith('rows') ? 'tocsin: 1\nname: p\n' : top
    const [, where] = /\n\nplant\.yaml:\d+:\d+ {2}(\S+)\n/.exec(messageOf(() => load(`${start}${lines}\n`))) ?? []
    expect(where).toBe(path)
  })

  test('an earlier feature may hide the name of a closed column from later ones only', () => {
    expect(() => load(`${top}columns: {later: [x]}\nfeatures: {a: b, c: a + 1}\n`)).not.toThrow()
  })

  test.each([
    'columns: {id: a, group: a, private: [a]}',
    'columns: {group: a, label: b > 1, later: [b, c]}\nfeatures: [d]',
    'columns: {label: "s = \'later\'", later: [c]}\nfeatures: {x: "CASE WHEN d = \'c\' THEN 1 END"}',
    'levels: {A: {false_alarms: 1%}, B: {false_alarms: 1/week}}',
    'levels: {A: {false_alarms: 1/week}, B: {false_alarms: 1/week, hold: 3 of 5}}',
  ])('%s is fine', lines => expect(() => load(`${top}${lines}\n`)).not.toThrow())
})

test('editors get a JSON Schema with the models and their parameters', () => {
  const schema = jsonSchema(catalogue)
  expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
  expect(schema.required).toEqual(['tocsin', 'name', 'rows'])
  const text = JSON.stringify(schema)
  for (const word of ['n_estimators', 'isolation-forest', 'false_alarms', 'censored', 'Europe/Zurich'])
    expect(text).toContain(word)
})
