import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadRecipe } from '../../src/recipe/load.ts'
import { type DataDescription, type SeenColumn, writeRecipe } from '../../src/recipe/write.ts'
import { catalogue } from './catalogue.ts'

const column = (name: string, kind: SeenColumn['kind'], more: Partial<SeenColumn> = {}): SeenColumn => ({
  name,
  kind,
  missing: 0,
  distinct: 50,
  examples: ['1'],
  ...more,
})

test('a first recipe says what was seen', () => {
  const text = writeRecipe({
    file: 'day.csv',
    name: 'day',
    rows: 50,
    read: { delimiter: ';', decimal: ',' },
    columns: [
      column('sample_id', 'id'),
      column('sampled_at', 'time', { formats: ['DD.MM.YYYY HH:mm'] }),
      column('site', 'text', { group: true, distinct: 3 }),
      column('ph_level', 'numeric', { unit: 'pH', min: 6.8, max: 8.3, faults: [{ value: -999, count: 2 }] }),
      column('turbidity', 'numeric', { min: 0.4, max: 22.8, missing: 1 }),
      column('plant', 'constant', { examples: ['A1'], distinct: 1 }),
      column('failed', 'text', { label: { bad: 'Y', count: 4 }, distinct: 2 }),
    ],
  })
  expect(text).toBe(`# A first recipe for day.csv: 50 rows, 7 columns.
# Comments say what was seen. Read it, change it, then run: tocsin fit

tocsin: 1
name: day
rows:
  file: day.csv
  read: {delimiter: semicolon, decimal: ","}

columns:
  id: sample_id  # 50 different values
  time: {name: sampled_at, format: DD.MM.YYYY HH:mm}  # the only reading that fits; add its zone: Europe/Zurich
  # group: site  # 3 values that repeat: rows that belong together?
  # label: "\\"failed\\" = 'Y'"  # 4 rows: the outcome? Then take it out of later, and list the features
  later: [failed]  # not a feature until you say so: it may be known only afterwards
  ignore: [plant]  # plant is always A1

sensors:
  ph_level: {unit: pH, fault: [-999]}  # 6.8–8.3, -999 twice: looks like a fault code
  turbidity: {fault: [-999]}  # 0.4–22.8, -999 not here, but a fault code of another sensor, 1 empty

# Without features, every numeric column above that has no other role is one.
# A list of features turns that off: then only what it names is one. To choose, or to compute:
# features:
#   ratio: 'ph_level / nullif("turbidity", 0)'
#   rise: ph_level - lag(ph_level) over group  # with the line group: under columns

levels:
  ALARM: {false_alarms: 1%}  # or in time: {false_alarms: 1/month, hold: 3 of 5}
seed: 42
`)
  const { recipe } = loadRecipe(text, { path: 'day.yaml', catalogue })
  expect(recipe.columns).toEqual({
    id: 'sample_id',
    time: { name: 'sampled_at', format: 'DD.MM.YYYY HH:mm' },
    later: ['failed'],
    private: [],
    blinded: [],
    ignore: ['plant'],
  })
  expect(recipe.sensors).toEqual([
    { column: 'ph_level', unit: 'pH', fault: [-999], missing: [] },
    { column: 'turbidity', fault: [-999], missing: [] },
  ])
  expect(recipe.rows).toEqual({ file: ['day.csv'], read: { delimiter: ';', decimal: ',' }, join: [] })
})

test('a date that fits two orders is left to the person', () => {
  const columns = [column('at', 'time', { formats: ['DD/MM/YYYY', 'MM/DD/YYYY'], examples: ['01/02/2026'] })]
  const text = writeRecipe({ file: 'a.csv', name: 'a', rows: 3, columns })
  expect(text).toContain(
    '  # at can be read in 2 ways (01/02/2026). Keep the line that is right:\n  # time: {name: at, format: DD/MM/YYYY}\n  # time: {name: at, format: MM/DD/YYYY}\n',
  )
  expect(loadRecipe(text, { path: 'a.yaml', catalogue }).recipe.columns.time).toBeUndefined()
})

const hostile = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    '#',
    ': ',
    'a: b',
    'a #b',
    '"',
    "'",
    "it's",
    '- x',
    '*x',
    '&x',
    '!x',
    '%',
    '@',
    '|',
    '>',
    '{',
    '[a]',
    ',',
    '00123',
    '1e3',
    'null',
    '~',
    'yes',
    'true',
    '.inf',
    '0x1F',
    ' a',
    'a ',
    '\t',
    '\n',
    '\r\n',
    '\u0000',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\ud800',
    '𝔘',
    '温度',
    '---',
    '...',
    '<<',
    '?',
    'pH (°C)',
    'a\\b',
    '=',
    '12:30:45',
    '2026-01-01',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
  fc.string({ minLength: 1, maxLength: 200 }),
)

test('any column names load again as they are', () => {
  const seen = fc.record({
    kind: fc.constantFrom<SeenColumn['kind']>('numeric', 'text', 'constant', 'id', 'time'),
    unit: fc.option(hostile, { nil: undefined }),
    examples: fc.array(hostile, { maxLength: 2 }),
    group: fc.boolean(),
    label: fc.option(fc.record({ bad: hostile, count: fc.nat() }), { nil: undefined }),
    formats: fc.constantFrom<string[]>([], ['YYYY-MM-DD'], ['DD/MM/YYYY', 'MM/DD/YYYY']),
    faults: fc.constantFrom([], [{ value: -999, count: 3 }]),
  })
  const names = fc.uniqueArray(hostile, { minLength: 1, maxLength: 8, selector: name => name.toLowerCase() })
  const table = fc.tuple(names, fc.array(seen, { minLength: 8, maxLength: 8 }), hostile, hostile)
  fc.assert(
    fc.property(table, ([unique, details, file, name]) => {
      const columns = unique.map((each, i): SeenColumn => {
        const { unit, label, ...rest } = details[i]!
        return {
          name: each,
          missing: 0,
          distinct: 2,
          ...rest,
          ...(unit !== undefined && { unit }),
          ...(label && { label }),
        }
      })
      const description: DataDescription = { file, name, rows: 3, columns }
      const { recipe } = loadRecipe(writeRecipe(description), { path: 'r.yaml', catalogue })
      expect(recipe.rows.file).toEqual([file])
      const of = (kind: string) => columns.filter(each => each.kind === kind)
      expect(recipe.columns.id).toBe(of('id')[0]?.name)
      const kept = of('numeric').filter(each => !each.label && each.name.length <= 150)
      expect(recipe.sensors.map(sensor => sensor.column)).toEqual(kept.map(each => each.name))
      expect(recipe.columns.ignore).toEqual(
        columns
          .filter(each => each.kind === 'constant' || (each.kind === 'id' && each !== of('id')[0]))
          .map(each => each.name),
      )
    }),
    { numRuns: 1000, seed: 42 },
  )
})
