/** A checked tree → the resolved recipe: shorthands spelled out, defaults filled in. */
import { Value } from 'typebox/value'
import { DEFAULTS, DELIMITERS } from './grammar.ts'
import { parseBudget, parseHold, parseNumber, parseShare } from './measures.ts'
import { membersOf } from './members.ts'
import type {
  Bounds,
  Catalogue,
  Feature,
  Join,
  Kind,
  Level,
  ModelKind,
  Output,
  Read,
  Recipe,
  Roles,
  Rows,
  Rule,
  Scalar,
  Search,
  Sensor,
  Split,
  Step,
  Target,
  Task,
  Time,
} from './schema.ts'
import { ENSEMBLE } from './schema.ts'
import type { Entry, MapNode, Node } from './source.ts'

/** The tree has passed `checkTree`; here is only the right shape left, so its values are read without asking again. */
export function resolve(tree: Node, catalogue: Catalogue): Recipe {
  const columns = resolveRoles(get(tree, 'columns'))
  const model = resolveModels(tree, catalogue.models)[0]!
  const task = taskOf(tree, model, catalogue.models)
  const levels = resolveLevels(get(tree, 'levels'), task)
  const transforms = list(get(tree, 'transforms')).map(node => resolveStep(node, catalogue.transforms))
  const balance = get(tree, 'balance')
  const search = get(tree, 'search')
  const features = get(tree, 'features')
  const learn = get(tree, 'learn')
  return {
    tocsin: 1,
    name: value<string>(get(tree, 'name')!),
    task,
    rows: resolveRows(get(tree, 'rows')!),
    columns,
    sensors: entries(get(tree, 'sensors')).map(entry => resolveSensor(entry, levels)),
    ...(features && { features: resolveFeatures(features) }),
    ...(learn && { learn: value<string>(learn) }),
    split: resolveSplit(get(tree, 'split'), columns),
    transforms,
    ...(balance && { balance: resolveStep(balance, catalogue.balancers) }),
    model,
    ...(search && { search: resolveSearch(search) }),
    ...pick<Pick<Recipe, 'probability'>>(tree, ['probability']),
    incomplete: scoresIncomplete(model, transforms, catalogue.models) ? 'score' : 'reject',
    levels,
    output: resolveOutput(get(tree, 'output')),
    seed: optional<number>(get(tree, 'seed')) ?? DEFAULTS.seed,
  }
}

function resolveRows(node: Node): Rows {
  if (node.kind !== 'map') return { file: texts(node), read: {}, join: [] }
  return {
    file: texts(get(node, 'file')),
    ...pick<{ sheet?: string }>(node, ['sheet']),
    read: resolveRead(get(node, 'read')),
    join: entries(get(node, 'join')).map(resolveJoin),
    ...pick<{ where?: string }>(node, ['where']),
  }
}

function resolveJoin({ key, value: node }: Entry): Join {
  return {
    name: key,
    file: value<string>(get(node, 'file')!),
    ...pick<{ sheet?: string }>(node, ['sheet']),
    by: texts(get(node, 'by')),
    expect: optional<Join['expect']>(get(node, 'expect')) ?? DEFAULTS.expect,
    read: resolveRead(get(node, 'read')),
  }
}

function resolveRead(node: Node | undefined): Read {
  if (!node) return {}
  const delimiter = optional<string>(get(node, 'delimiter'))
  const header = optional<boolean | 'none'>(get(node, 'header'))
  const names = get(node, 'names')
  return {
    ...(delimiter !== undefined && { delimiter: DELIMITERS[delimiter] ?? delimiter }),
    ...pick<Read>(node, ['decimal']),
    ...(header !== undefined && { header: header === true }),
    ...pick<Read>(node, ['encoding']),
    ...(names && { names: texts(names) }),
    ...pick<Read>(node, ['units', 'skip', 'quote']),
  }
}

function resolveRoles(node: Node | undefined): Roles {
  const time = get(node, 'time')
  const types = get(node, 'types')
  const label = get(node, 'label')
  return {
    ...pick<{ id?: string }>(node, ['id']),
    ...(time && {
      time: time.kind === 'map' ? pick<Time>(time, ['name', 'format', 'zone', 'unit']) : { name: value<string>(time) },
    }),
    ...pick<{ group?: string }>(node, ['group']),
    ...(label && (label.kind === 'map' ? { target: resolveTarget(label) } : { label: value<string>(label) })),
    later: texts(get(node, 'later')),
    private: texts(get(node, 'private')),
    blinded: texts(get(node, 'blinded')),
    ignore: texts(get(node, 'ignore')),
    // fromEntries makes own properties, so that a column may be called __proto__.
    ...(types && { types: Object.fromEntries(entries(types).map(entry => [entry.key, value<string>(entry.value)])) }),
  }
}

function resolveTarget(node: Node): Target {
  const time = get(node, 'time')
  if (time) return { kind: 'time', time: value<string>(time), event: value<string>(get(node, 'event')!) }
  const risk = optional<'high' | 'low'>(get(node, 'risk')) ?? 'high'
  return { kind: 'value', value: value<string>(get(node, 'value')!), risk }
}

function resolveSensor({ key, value: node }: Entry, levels: readonly Level[]): Sensor {
  const limits = get(node, 'limits')
  const range = get(node, 'range')
  return {
    column: key,
    ...pick<{ unit?: string }>(node, ['unit']),
    fault: listed<number>(get(node, 'fault')),
    ...(range && { range: listed<number | null>(range) as Bounds }),
    ...(limits && {
      limits: listed<number | null>(limits) as Bounds,
      level: optional<string>(get(node, 'level')) ?? levels[0]!.name,
    }),
    missing: texts(get(node, 'missing')),
    ...pick<{ censored?: 'half' }>(node, ['censored']),
  }
}

function resolveFeatures(node: Node): Feature[] {
  if (node.kind === 'map') return node.entries.map(resolveFeature)
  return list(node).flatMap(item => {
    if (item.kind === 'map') return item.entries.map(resolveFeature)
    const name = value<string>(item)
    return [{ name, sql: `"${name.replaceAll('"', '""')}"` }]
  })
}

function resolveFeature({ key, value: node }: Entry): Feature {
  return { name: key, sql: value<string>(node) }
}

function resolveSplit(node: Node | undefined, columns: Roles): Split {
  const test = optional<string | number>(get(node, 'test'))
  const labelled = columns.label !== undefined || columns.target !== undefined
  const calibrate = optional<string | number>(get(node, 'calibrate'))
  return {
    by: optional<Split['by']>(get(node, 'by')) ?? (columns.time ? 'time' : 'random'),
    test: test === undefined ? (labelled ? DEFAULTS.testWithLabel : 0) : parseShare(test)!,
    calibrate: calibrate === undefined ? DEFAULTS.calibrate : parseShare(calibrate)!,
    ...pick<Pick<Split, 'folds' | 'repeats'>>(node, ['folds', 'repeats']),
  }
}

/** Every model that the recipe names, in its order; the default where it names none. */
export function resolveModels(tree: Node, models: readonly ModelKind[]): readonly Step[] {
  const node = get(tree, 'model')
  return node?.kind === 'list' ? node.items.map(item => resolveModel(item, models)) : [resolveModel(node, models)]
}

/** What the recipe says, or what its label and its model come to. */
export function taskOf(tree: Node, model: Step, models: readonly ModelKind[]): Task {
  const said = optional<Task>(get(tree, 'task'))
  const label = get(get(tree, 'columns'), 'label')
  if (said !== undefined) return said
  if (label?.kind === 'map') return get(label, 'time') ? 'survive' : 'regress'
  return label && membersOf(model).every(({ use }) => kindOf(use, models)?.tasks.includes('classify'))
    ? 'classify'
    : 'detect'
}

function scoresIncomplete(model: Step, transforms: readonly Step[], models: readonly ModelKind[]): boolean {
  const taken = membersOf(model).every(({ use }) => kindOf(use, models)?.takesMissing)
  return taken || transforms.some(({ use }) => use === 'impute')
}

function kindOf(use: string, models: readonly ModelKind[]): ModelKind | undefined {
  return models.find(({ kind }) => kind === use)
}

function resolveSearch(node: Node): Search {
  const over = entries(get(node, 'over')).map(({ key, value: range }): [string, Search['over'][string]] => [
    key,
    range.kind === 'list'
      ? listed<Scalar>(range)
      : {
          from: value<number>(get(range, 'from')!),
          to: value<number>(get(range, 'to')!),
          scale: optional<'linear' | 'log'>(get(range, 'scale')) ?? 'linear',
        },
  ])
  return {
    method: optional<Search['method']>(get(node, 'method')) ?? 'random',
    trials: optional<number>(get(node, 'trials')) ?? DEFAULTS.trials,
    over: Object.fromEntries(over),
  }
}

function resolveModel(node: Node | undefined, models: readonly ModelKind[]): Step {
  if (optional<string>(get(node, 'use')) === ENSEMBLE) {
    const of = list(get(node, 'of')).map(item => resolveStep(item, models))
    return { use: ENSEMBLE, of, combine: optional<string>(get(node, 'combine')) ?? 'mean-rank' }
  }
  if (node) return resolveStep(node, models)
  const kind = models.find(model => model.kind === DEFAULTS.model) ?? models[0]
  if (!kind) throw new RangeError('the catalogue has no model')
  return withDefaults(kind, {})
}

function resolveStep(node: Node, kinds: readonly Kind[]): Step {
  const { use, ...given } = node.kind === 'map' ? (plain(node) as Step) : { use: value<string>(node) }
  return withDefaults(kinds.find(kind => kind.kind === use)!, given)
}

function withDefaults(kind: Kind, given: Record<string, unknown>): Step {
  return { use: kind.kind, ...(Value.Default(kind.params, given) as Record<string, unknown>) }
}

function resolveLevels(node: Node | undefined, task: Task): Level[] {
  if (!node) return [{ name: DEFAULTS.level.name, rule: { ...DEFAULTS.levelOf[task] } }]
  return entries(node).map(({ key, value: level }) => {
    const hold = optional<string>(get(level, 'hold'))
    return {
      name: key,
      rule: resolveRule(level),
      ...(get(level, 'per') && { per: 'group' as const }),
      ...(hold !== undefined && { hold: parseHold(hold)! }),
    }
  })
}

function resolveRule(level: Node): Rule {
  const budget = optional<string>(get(level, 'false_alarms'))
  if (budget !== undefined) return parseBudget(budget)!
  for (const kind of ['quantile', 'contamination', 'recall', 'risk'] as const) {
    const given = optional<string | number>(get(level, kind))
    if (given !== undefined) return { kind, value: parseNumber(given)! }
  }
  throw new RangeError('a level without a rule')
}

function resolveOutput(node: Node | undefined): Output {
  const files = get(node, 'files')
  return {
    files: files ? listed<'csv' | 'parquet'>(files) : [...DEFAULTS.files],
    ...pick<{ reasons?: number }>(node, ['reasons']),
  }
}

// ── reading the tree ────────────────────────────────────────────────────────────────────────────────────────────────

export function get(node: Node | undefined, key: string): Node | undefined {
  return node?.kind === 'map' ? node.entries.find(entry => entry.key === key)?.value : undefined
}

export function entries(node: Node | undefined): MapNode['entries'] {
  return node?.kind === 'map' ? node.entries : []
}

export function list(node: Node | undefined): readonly Node[] {
  return node?.kind === 'list' ? node.items : []
}

/** One value, or a list of them, as a list. */
function listed<T>(node: Node | undefined): T[] {
  if (!node) return []
  return node.kind === 'list' ? node.items.map(item => value<T>(item)) : [value<T>(node)]
}

export function texts(node: Node | undefined): string[] {
  return listed<string>(node)
}

function value<T>(node: Node): T {
  return (node.kind === 'scalar' ? node.value : undefined) as T
}

export function optional<T>(node: Node | undefined): T | undefined {
  return node && value<T>(node)
}

/** The scalars under these words, in this order. */
function pick<T>(node: Node | undefined, keys: readonly (keyof T & string)[]): T {
  const found = keys.flatMap(key => {
    const child = get(node, key)
    return child ? [[key, value(child)] as const] : []
  })
  return Object.fromEntries(found) as T
}

/** Parameters of a model may be of any shape. */
function plain(node: Node): unknown {
  if (node.kind === 'map') return Object.fromEntries(node.entries.map(entry => [entry.key, plain(entry.value)]))
  return node.kind === 'list' ? node.items.map(plain) : node.value
}
