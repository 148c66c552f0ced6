/**
 * The grammar of a recipe: one schema of what people write. It validates, its descriptions are the words of the error
 * messages, and editors get it as JSON Schema.
 */
import Type from 'typebox'
import { modelStep, Search, step } from './model-grammar.ts'
import type { Catalogue } from './schema.ts'

export const DELIMITERS: Readonly<Record<string, string>> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  pipe: '|',
  space: ' ',
}

export const DEFAULTS = {
  seed: 42,
  calibrate: 1 / 3,
  /** With a label there is something to evaluate against, so rows are kept for it. */
  testWithLabel: 0.25,
  expect: 'any',
  files: ['csv', 'parquet'],
  model: 'isolation-forest',
  level: { name: 'ALARM', budget: '1%' },
  /** A classifier's even chance, and of predicted numbers the highest twentieth. */
  levelOf: {
    detect: { kind: 'false_alarms', budget: 0.01, unit: 'share', text: '1%' },
    classify: { kind: 'risk', value: 0.5 },
    regress: { kind: 'quantile', value: 0.95 },
    survive: { kind: 'quantile', value: 0.95 },
  },
  trials: 30,
} as const

const text = (description: string, ...examples: string[]) => Type.String({ minLength: 1, description, examples })
const column = (description: string) => text(description)
const columns = (description: string) =>
  Type.Union([column(description), Type.Array(column('a column'))], { description: `${description}: one, or a list` })
const words = <const T extends string>(list: readonly T[], description: string) =>
  Type.Union(
    list.map(word => Type.Literal(word)),
    { description },
  )
const closed = { additionalProperties: false } as const

const share = (description: string) =>
  Type.Union(
    [
      Type.Number({ minimum: 0, exclusiveMaximum: 1 }),
      Type.String({ pattern: String.raw`^\s*\d{1,2}(\.\d+)?\s*%\s*$` }),
    ],
    { description: `${description}: a share such as 25% or 0.25, below 1`, examples: ['25%', 0.25] },
  )

const Read = Type.Object(
  {
    delimiter: Type.Optional(
      Type.String({
        pattern: '^([^\\r\\n"]|tab|semicolon|comma|pipe|space)$',
        description: 'one character, or tab, semicolon, comma, pipe, space',
        examples: ['semicolon'],
      }),
    ),
    decimal: Type.Optional(words(['.', ','], "the decimal sign: '.' or ','")),
    header: Type.Optional(
      Type.Union([Type.Boolean(), Type.Literal('none')], {
        description: 'true; false or none when there is no header line',
      }),
    ),
    encoding: Type.Optional(
      words(['utf-8', 'utf-16', 'utf-16le', 'utf-16be', 'latin-1', 'windows-1252'], 'the encoding of the file'),
    ),
    names: Type.Optional(Type.Array(column('a column'), { minItems: 1, description: 'the column names, in order' })),
    units: Type.Optional(Type.Boolean({ description: 'true when the line below the header holds units' })),
    skip: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1000,
        description: 'how many lines to leave out before the header: 0 to 1000',
      }),
    ),
    quote: Type.Optional(Type.String({ pattern: '^[^\\r\\n]$', description: 'the quote sign: one character' })),
  },
  { ...closed, description: 'how the text table is written; what is left out is settled by looking at the file' },
)

const sheet = Type.Optional(text('the sheet of an .xlsx file', 'Batch log'))

const Join = Type.Object(
  {
    file: text('the file to join', 'qc.csv'),
    sheet,
    by: columns('the columns both tables share'),
    expect: Type.Optional(
      words(['one', 'any'], 'one: each row must find exactly one partner; any: it may find none (default)'),
    ),
    read: Type.Optional(Read),
  },
  { ...closed, description: 'a second table, such as {file: qc.csv, by: batch_id}' },
)

const files = Type.Union(
  [text('a file, folder or glob'), Type.Array(text('a file, folder or glob'), { minItems: 1 })],
  {
    description: 'a file, a folder, a glob, or a list of them',
    examples: ['day.csv'],
  },
)

const Rows = Type.Object(
  {
    file: files,
    sheet,
    read: Type.Optional(Read),
    join: Type.Optional(Type.Record(Type.String(), Join, { description: 'tables to join, each under a name' })),
    where: Type.Optional(text('a condition: only these rows are used', 'rpm > 300')),
  },
  { ...closed, description: 'where the rows come from, such as {file: day.csv}' },
)

const Time = Type.Object(
  {
    name: column('the column'),
    format: Type.Optional(text('how a time is written', 'DD.MM.YYYY HH:mm')),
    zone: Type.Optional(text('a time zone by its city name', 'Europe/Zurich')),
    unit: Type.Optional(words(['ms', 's', 'min', 'h', 'd'], 'for a time that is a plain number: ms, s, min, h or d')),
  },
  { ...closed, description: 'a column, or {name, format, zone}, or {name, unit}' },
)

const Value = Type.Object(
  {
    value: text('a column or an expression: the number to predict', 'penicillin_P'),
    risk: Type.Optional(words(['high', 'low'], 'which end is the risk: high (default) or low')),
  },
  { ...closed, description: 'a number to predict, such as {value: yield, risk: low}' },
)
const Event = Type.Object(
  {
    time: text('a column or an expression: how long a row was watched', 'week'),
    event: text('a column or a condition: whether the event came, or the watching just ended', 'arrest = 1'),
  },
  { ...closed, description: 'the time until an event, such as {time: week, event: arrest}' },
)

const Roles = Type.Object(
  {
    id: Type.Optional(column('the column that names a row')),
    time: Type.Optional(
      Type.Union([column('a column'), Time], { description: 'a column, or {name, format, zone}, or {name, unit}' }),
    ),
    group: Type.Optional(column('the column of what belongs together: batch, unit, patient, machine')),
    label: Type.Optional(
      Type.Union([text('a column or a condition that says which rows are bad', 'viability < 0.90'), Value, Event], {
        description:
          'which rows are bad: a column or a condition; or {value: column, risk: low} for a number to predict; or {time: column, event: condition} for the time until an event',
      }),
    ),
    later: Type.Optional(columns('columns known only after the score is made')),
    private: Type.Optional(columns('columns never shown in reports, reasons, logs or alerts')),
    blinded: Type.Optional(columns('columns nobody may look at yet')),
    ignore: Type.Optional(columns('columns to pass through unused')),
    types: Type.Optional(
      Type.Record(
        Type.String(),
        words(
          ['text', 'number', 'integer', 'boolean', 'date', 'timestamp'],
          'the type of a column: text, number, integer, boolean, date or timestamp',
        ),
        { description: 'types of columns in the Parquet output; without it they stay text' },
      ),
    ),
  },
  { ...closed, description: 'the role of each column' },
)

const number = (description: string) => Type.Number({ description })
const bounds = (description: string) =>
  Type.Array(Type.Union([Type.Number(), Type.Null()], { description: 'a number, or null for no bound' }), {
    minItems: 2,
    maxItems: 2,
    description: `${description}: [lowest, highest], null for no bound`,
    examples: [[0, 5]],
  })

const Sensor = Type.Object(
  {
    unit: Type.Optional(text('the unit', 'mg/L')),
    fault: Type.Optional(
      Type.Union([number('a number'), Type.Array(number('a number'))], {
        description: 'numbers that mean the sensor is broken, such as [-999]',
      }),
    ),
    range: Type.Optional(bounds('what is physically possible')),
    limits: Type.Optional(bounds('what is allowed')),
    level: Type.Optional(text('the level that the limits raise')),
    missing: Type.Optional(
      Type.Union([text('a text'), Type.Array(text('a text'))], {
        description: 'texts that mean no value, such as [N/A, TBD]',
      }),
    ),
    censored: Type.Optional(words(['half'], 'half: a reading such as <0.5 counts as half of it')),
  },
  { ...closed, description: 'what is known of this sensor, such as {unit: °C, limits: [2, 8]}' },
)

const sql = text('a SQL expression over the columns of a row', 'adverse_rate * (1 - visit_rate)')
const Features = Type.Union(
  [
    Type.Record(Type.String(), sql),
    Type.Array(Type.Union([column('a column'), Type.Record(Type.String(), sql)]), { minItems: 1 }),
  ],
  { description: 'name: SQL expression, one a line; or a list of columns' },
)

const Split = Type.Object(
  {
    by: Type.Optional(words(['time', 'group', 'random'], 'time (the latest rows), group (whole groups) or random')),
    test: Type.Optional(share('rows kept for evaluation only')),
    calibrate: Type.Optional(share('rows that teach, held out to set the cuts')),
    folds: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: 100,
        description: 'into how many parts rows are split to judge a model: 2 to 100',
      }),
    ),
    repeats: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, description: 'how many times the rows are split anew: 1 to 100' }),
    ),
  },
  { ...closed, description: 'how rows are kept back, such as {by: time, test: 25%}' },
)

const percent = (description: string, ...examples: (string | number)[]) =>
  Type.Union([Type.Number(), Type.String({ pattern: String.raw`^\s*\d+(\.\d+)?\s*%\s*$` })], { description, examples })

const Level = Type.Object(
  {
    false_alarms: Type.Optional(
      Type.String({
        pattern: String.raw`^\s*\d+(\.\d+)?\s*(%|/\s*(hour|day|week|month|year))\s*$`,
        description: 'a budget of false alarms: 0.1/week, 1/month, or 1% of the rows',
        examples: ['1/month', '1%'],
      }),
    ),
    quantile: Type.Optional(percent('the share of normal rows below the cut, such as 99.9%', '99.9%')),
    contamination: Type.Optional(percent('the share of all rows above the cut, at most 50%, such as 1%', '1%')),
    recall: Type.Optional(percent('the share of bad rows that the alarm must catch, such as 85%', '85%')),
    risk: Type.Optional(percent('the cut itself: a number', 0.5)),
    per: Type.Optional(column('group: alarms are counted on each group of its own')),
    hold: Type.Optional(
      Type.String({
        pattern: String.raw`^\s*\d+\s+of\s+\d+\s*$`,
        description: 'how lasting an alarm is, such as 3 of 5',
        examples: ['3 of 5'],
      }),
    ),
  },
  {
    ...closed,
    description: 'one rule: false_alarms, quantile, contamination, recall or risk; then per and hold if you like',
  },
)

const file = words(['csv', 'parquet'], 'csv or parquet')
const Output = Type.Object(
  {
    files: Type.Optional(
      Type.Union([file, Type.Array(file, { minItems: 1 })], { description: 'csv, parquet or both' }),
    ),
    reasons: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 20, description: 'how many reasons an alarm names: 0 to 20' }),
    ),
  },
  { ...closed, description: 'what is written, such as {files: [csv, parquet], reasons: 3}' },
)

/** The schema of a recipe as people write it, for these models and transforms. */
export function recipeSchema({ models, transforms, balancers }: Catalogue) {
  const model = modelStep(models)
  return Type.Object(
    {
      tocsin: Type.Literal(1, { description: 'the version of the grammar: 1' }),
      name: Type.String({
        pattern: '^[\\p{L}\\p{N}][\\p{L}\\p{N}._-]{0,63}$',
        description: 'a name for files: letters, digits, dots, dashes, at most 64',
        examples: ['lims-quality'],
      }),
      rows: Type.Union([files, Rows], { description: 'where the rows come from, such as {file: day.csv}' }),
      columns: Type.Optional(Roles),
      sensors: Type.Optional(
        Type.Record(Type.String(), Sensor, { description: 'the physical truth about columns, each under its name' }),
      ),
      features: Type.Optional(Features),
      learn: Type.Optional(text('a condition: the rows that teach', "status = 'verified'")),
      split: Type.Optional(Split),
      transforms: Type.Optional(
        Type.Array(step(transforms, 'a transform'), { description: 'fitted steps before the model, in order' }),
      ),
      task: Type.Optional(
        words(
          ['detect', 'classify', 'regress', 'survive'],
          'what is asked: detect (unusual rows), classify (bad rows), regress (a number) or survive (the time until an event); settled by the label where it is left out',
        ),
      ),
      balance: Type.Optional(step(balancers, 'a way to make up rows of the rarer class')),
      model: Type.Optional(
        Type.Union([model, Type.Array(model, { minItems: 1, maxItems: 20 })], {
          description: 'a model: a word, or {use: word, parameter: value}; or a list of models',
        }),
      ),
      search: Type.Optional(Search),
      probability: Type.Optional(
        words(['sigmoid', 'isotonic'], 'how a risk becomes a probability on held-out rows: sigmoid or isotonic'),
      ),
      levels: Type.Optional(
        Type.Record(Type.String(), Level, { minProperties: 1, description: 'your levels, mildest first' }),
      ),
      output: Type.Optional(Output),
      seed: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 4_294_967_295, description: 'a whole number from 0 to 4294967295' }),
      ),
    },
    { ...closed, title: 'A tocsin recipe' },
  )
}

/** JSON Schema (draft 2020-12) of a recipe, for editors. */
export function jsonSchema(catalogue: Catalogue): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...recipeSchema(catalogue) }),
  ) as Record<string, unknown>
}
