/**
 * The shape of what a model file says of itself. A file may come from anybody: whatever of it reaches a statement or an
 * array is held against this first.
 */
import { isLevelName } from '../recipe/measures.ts'
import { ENSEMBLE } from '../recipe/schema.ts'
import { isInternal } from '../sql.ts'
import {
  filled,
  flag,
  integer,
  list,
  matching,
  number,
  object,
  orNull,
  record,
  type Shape,
  share,
  text,
  variant,
  word,
} from './shape.ts'

/** As many columns as a table may have. */
export const COLUMNS = 4096
/** Different texts of one feature. */
export const TEXTS = 10_000
const count = integer(0, Number.MAX_SAFE_INTEGER)
const names = list(filled, 0, COLUMNS)
const oneCharacter = matching(/^[^\r\n]$/u, 'one character')

const read = object(
  {},
  {
    delimiter: oneCharacter,
    decimal: word('.', ','),
    header: flag,
    encoding: word('utf-8', 'utf-16', 'utf-16le', 'utf-16be', 'latin-1', 'windows-1252'),
    names,
    units: flag,
    skip: integer(0, 1000),
    quote: oneCharacter,
  },
)

const rows = object(
  {
    file: list(text, 1, 10_000),
    read,
    join: list(
      object({ name: text, file: text, by: names, expect: word('one', 'any'), read }, { sheet: text }),
      0,
      100,
    ),
  },
  { sheet: text, where: filled },
)

const time = object({ name: filled }, { format: filled, zone, unit: word('ms', 's', 'min', 'h', 'd') })

function zone(value: unknown, at: string): void {
  filled(value, at)
  try {
    new Intl.DateTimeFormat('en', { timeZone: value as string })
  } catch {
    throw new Error(`its description is damaged: ${at} is ${JSON.stringify(value)}, expected a time zone`)
  }
}

const task = word('detect', 'classify', 'regress', 'survive')
const target = variant('kind', {
  value: { value: filled, risk: word('high', 'low') },
  time: { time: filled, event: filled },
})

const columns = object(
  { later: names, private: names, blinded: names, ignore: names },
  {
    id: filled,
    time,
    group: filled,
    label: filled,
    target,
    types: record(word('text', 'number', 'integer', 'boolean', 'date', 'timestamp'), COLUMNS),
  },
)

const bounds = list(orNull(number), 2, 2)
const sensor = object(
  { column: filled, fault: list(number, 0, 1000), missing: list(text, 0, 1000) },
  { unit: text, range: bounds, limits: bounds, level: text, censored: word('half') },
)

const levelName: Shape = (value, at) => {
  text(value, at)
  if (isLevelName(value as string)) return
  throw new Error(`its description is damaged: ${at} is ${JSON.stringify(value)}, expected the name of a level`)
}

const hold: Shape = (value, at) => {
  object({ count: integer(1, 10_000), of: integer(1, 10_000) })(value, at)
  const { count: least, of } = value as { count: number; of: number }
  integer(1, of)(least, `${at}.count`)
}

const rule = variant('kind', {
  false_alarms: { budget: number, unit: word('share', 'week'), text },
  quantile: { value: share },
  contamination: { value: share },
  recall: { value: share },
  risk: { value: number },
})

/** Columns that the steps of an imported model can make: one for each text of a feature. */
const WIDEST = 1_000_000
const place = integer(0, WIDEST)

/** A model or a transform with its parameters, which the fitted state has made use of; they are only shown. Scoring goes
 * by the columns it reads, and by whether it takes missing numbers. */
const step: Shape = (value, at) => {
  record(parameter, 100)(value, at)
  const { use, from, count, takes_missing } = value as Readonly<Record<string, unknown>>
  filled(use, `${at}.use`)
  if (from !== undefined || count !== undefined) {
    place(from, `${at}.from`)
    place(count, `${at}.count`)
  }
  if (takes_missing !== undefined) flag(takes_missing, `${at}.takes_missing`)
}

const parameter: Shape = (value, at) => {
  if (typeof value === 'string') text(value, at)
  else if (Array.isArray(value)) list(parameter, 0, COLUMNS)(value, at)
  else if (typeof value === 'object') record(parameter, COLUMNS)(value, at)
  else if (typeof value !== 'boolean') number(value, at)
}

const MOST_STEPS = 10_000
/** Ensembles in ensembles. */
const DEEPEST = 8
const MOST_MEMBERS = 10_000

/** Several models asked together are scored by what each step says; those of an imported model can be ensembles again. */
function model(value: unknown, at: string, depth = 0): void {
  const { use, combine } = (value ?? {}) as { use?: unknown; combine?: string }
  if (use !== ENSEMBLE) step(value, at)
  else if (combine === 'mean-rank' || combine === 'maximum') ranked(value, at)
  else if (depth < DEEPEST) combined((each, place) => model(each, place, depth + 1))(value, at)
  else throw new Error(`its description is damaged: ${at} is an ensemble in ${DEEPEST} others, expected fewer`)
}

function weighing(weights: readonly number[], members: number, at: string): void {
  if (weights.length === members && weights.every(weight => weight >= 0) && weights.some(weight => weight > 0)) return
  throw new Error(`its description is damaged: ${at} are expected for ${members} models, at least 0 and not all 0`)
}

const ranked = object({ use: word(ENSEMBLE), of: list(step, 2, 20), combine: word('mean-rank', 'maximum') })

const combined =
  (member: Shape): Shape =>
  (value, at) => {
    const combine = word('mean-rank', 'maximum', 'mean', 'sum', 'softmax', 'share')
    const chosen = { chosen: integer(0, MOST_MEMBERS), weights: list(number, 1, MOST_MEMBERS) }
    object({ use: word(ENSEMBLE), of: list(member, 1, MOST_MEMBERS), combine }, chosen)(value, at)
    const given = value as { of: unknown[]; combine: string; chosen?: number; weights?: readonly number[] }
    if (given.weights) weighing(given.weights, given.of.length, `${at}.weights`)
    if (given.combine === 'softmax' || given.combine === 'share')
      integer(0, given.of.length - 1)(given.chosen, `${at}.chosen`)
  }

const recipe = object(
  {
    tocsin: word(1),
    name: filled,
    task,
    rows,
    columns,
    sensors: list(sensor, 0, COLUMNS),
    split: object(
      { by: word('time', 'group', 'random'), test: share, calibrate: share },
      { folds: integer(2, 100), repeats: integer(1, 100) },
    ),
    transforms: list(step, 0, MOST_STEPS),
    model: (value, at) => model(value, at),
    incomplete: word('score', 'reject'),
    levels: list(object({ name: levelName, rule }, { per: word('group'), hold }), 0, 1000),
    output: object({ files: list(word('csv', 'parquet'), 1, 2) }, { reasons: integer(0, 20) }),
    seed: integer(0, 4_294_967_295),
  },
  {
    features: list(object({ name: filled, sql: filled }), 0, COLUMNS),
    learn: filled,
    balance: step,
    probability: word('sigmoid', 'isotonic'),
  },
)

const feature = object(
  { name: filled, text: filled, sql: filled, kind: word('row', 'window'), columns: names },
  { unit: text, levels: list(text, 1, TEXTS), tellsUnknown: flag, takesFlags: flag },
)

const support = object({
  supported: flag,
  unit: word('week', 'share'),
  rate: number,
  low: number,
  high: number,
  promise: number,
  events: number,
  exposure: number,
  asked: number,
  supports: number,
  needed: number,
})

const lineage = object(
  {
    rows: count,
    learned: count,
    heldOut: count,
    tested: count,
    rejected: record(count, 100),
    files: list(text, 0, 100_000),
    sha256: text,
  },
  { from: text, to: text },
)

const quality = object(
  { method: text, rows: count, figures: record(object({ value: number, low: number, high: number }), 100) },
  { bad: count, betterThanChance: flag },
)

const scalar: Shape = (value, at) => {
  if (typeof value === 'string') text(value, at)
  else if (typeof value === 'boolean') flag(value, at)
  else if (value !== null) number(value, at)
}

const source = object(
  {
    format: filled,
    containers: list(text, 0, 10),
    file: text,
    sha256: text,
    versions: record(text, 100),
    model: text,
    parameters: record(scalar, 1000),
    risk: text,
    warnings: list(text, 0, 1000),
  },
  { classes: list(text, 0, 10_000) },
)

const description = object(
  {
    format: word(1),
    version: text,
    name: filled,
    task,
    recipe,
    types: record(word('number', 'text', 'time', 'boolean'), COLUMNS),
    features: list(feature, 1, COLUMNS),
    levels: list(object({ name: levelName, cut: number, rule: text }, { hold, support }), 0, 1000),
    lineage,
  },
  { parent: text, quality, source },
)

/** @throws Error with the place and what was expected there. */
export function checkDescription(value: unknown): void {
  description(value, 'it')
  const { features, types } = value as { features: readonly { name: string }[]; types: object }
  const internal = [...features.map(f => f.name), ...Object.keys(types)].find(isInternal)
  if (internal !== undefined) throw new Error(`its description is damaged: a column has the name ${internal}`)
  const seen = new Set(features.map(f => f.name.toLowerCase()))
  if (seen.size < features.length) throw new Error('its description is damaged: two features have one name')
}
