/** Each column has the roles that go together, and what may not be a feature is none. */
import { nearest } from '../math/nearest.ts'
import { type PathMistake, type RecipeSource, recipeFailure } from './mistakes.ts'
import { entries, get, list, optional, texts } from './resolve.ts'
import type { Recipe } from './schema.ts'
import { extend, type Node } from './source.ts'
import { sqlNames } from './sql-names.ts'

type Say = (mistake: PathMistake) => void

/** Pairs that contradict each other. A private id, or a group that is also the id, do not. */
const CONFLICTS: readonly (readonly [string, string])[] = [
  ['ignore', 'id'],
  ['ignore', 'time'],
  ['ignore', 'group'],
  ['ignore', 'label'],
  ['ignore', 'later'],
  ['ignore', 'blinded'],
  ['ignore', 'sensors'],
  ['later', 'id'],
  ['later', 'time'],
  ['later', 'group'],
  ['label', 'id'],
  ['time', 'id'],
  ['time', 'group'],
]

/** What a feature may not use, and why. */
const CLOSED: Readonly<Record<string, string>> = {
  label: 'it makes the label: the answer would be among the questions',
  later: 'it is known only after the score is made (columns.later)',
  blinded: 'nobody may look at it yet (columns.blinded)',
  ignore: 'it is passed through unused (columns.ignore)',
}

interface Use {
  name: string
  path: string
  at?: 'key'
}

export function checkRoles(tree: Node, say: Say): void {
  const roles = rolesOf(tree)
  for (const [role, uses] of Object.entries(roles)) checkTwice(role, uses, say)
  for (const [one, other] of CONFLICTS) {
    for (const use of roles[one] ?? []) {
      const twin = roles[other]?.find(({ name }) => same(name, use.name))
      if (!twin) continue
      const found = `${use.name}, which is also ${other === 'sensors' ? 'under sensors' : `in the role ${other}`}`
      say({ ...place(use), found, expected: `a column in one of the two: these roles contradict each other` })
    }
  }
  checkFeatures(tree, roles, say)
}

function rolesOf(tree: Node): Record<string, Use[]> {
  const columns = get(tree, 'columns')
  const single = (role: string, node = get(columns, role)): Use[] => {
    const name = optional<string>(node)
    return node && name !== undefined ? [{ name, path: node.path }] : []
  }
  const several = (role: string): Use[] => {
    const node = get(columns, role)
    return node?.kind === 'list' ? list(node).flatMap(item => single(role, item)) : single(role)
  }
  const time = get(columns, 'time')
  const label = get(columns, 'label')
  return {
    id: single('id'),
    time: single('time', time?.kind === 'map' ? get(time, 'name') : time),
    group: single('group'),
    label: labelNodes(label).flatMap(node =>
      sqlNames(optional<string>(node) ?? '').map(name => ({ name, path: node.path })),
    ),
    later: several('later'),
    private: several('private'),
    blinded: several('blinded'),
    ignore: several('ignore'),
    sensors: entries(get(tree, 'sensors')).map(({ key, path }) => ({ name: key, path, at: 'key' as const })),
  }
}

/** The expressions of a label: itself, the number to predict, or time and event. */
function labelNodes(label: Node | undefined): readonly Node[] {
  if (label?.kind !== 'map') return label ? [label] : []
  return ['value', 'time', 'event'].flatMap(word => get(label, word) ?? [])
}

function checkTwice(role: string, uses: readonly Use[], say: Say): void {
  if (role === 'label') return
  uses.forEach((use, i) => {
    if (uses.findIndex(({ name }) => same(name, use.name)) < i)
      say({
        ...place(use),
        found: `${use.name} a second time`,
        expected: 'each column once in its list (case does not tell columns apart)',
      })
  })
}

function checkFeatures(tree: Node, roles: Record<string, Use[]>, say: Say): void {
  const features = get(tree, 'features')
  if (!features && roles.label?.length) {
    say({
      path: 'columns.label',
      found: 'a label, but no features',
      expected: 'the columns known when the score is made, listed under features: with a label none is taken by itself',
    })
    return
  }
  const seen = new Set<string>()
  for (const { name, path, at, sql } of featuresOf(features)) {
    if (seen.has(name.toLowerCase()))
      say({
        path,
        ...(at && { at }),
        found: `${name} a second time`,
        expected: 'each feature once (case does not tell names apart)',
      })
    seen.add(name.toLowerCase())
    const used = sql === undefined ? [name] : sqlNames(sql)
    for (const [role, why] of Object.entries(CLOSED)) {
      const closed = used.find(
        column => roles[role]?.some(use => same(use.name, column)) && !seenBefore(column, name, seen),
      )
      if (closed) say({ path, found: `${closed} as a feature`, expected: `other columns: ${why}` })
    }
  }
}

/** An earlier feature hides a column of its name. */
function seenBefore(column: string, own: string, seen: ReadonlySet<string>): boolean {
  return column.toLowerCase() !== own.toLowerCase() && seen.has(column.toLowerCase())
}

function featuresOf(node: Node | undefined): { name: string; path: string; at?: 'key'; sql?: string }[] {
  const maps = node?.kind === 'map' ? [node] : list(node)
  return maps.flatMap(item =>
    item.kind === 'map'
      ? item.entries.map(({ key, path, value }) => ({ name: key, path, sql: optional<string>(value) ?? '' }))
      : texts(item).map(name => ({ name, path: item.path })),
  )
}

/**
 * Holds the recipe against the columns the rows really have (after joins).
 * @throws Failure RECIPE_INVALID naming each line whose column does not exist, with the nearest name.
 */
export function checkColumns(recipe: Recipe, names: readonly string[], source: RecipeSource): void {
  const known = new Set(names.map(name => name.toLowerCase()))
  const mistakes = columnsOf(recipe, source)
    .filter(({ name }) => !known.has(name.toLowerCase()))
    .map(({ name, ...where }): PathMistake => {
      const mend = nearest(name, names)
      const shown = names.slice(0, 12).join(', ') + (names.length > 12 ? `, … (${names.length} in all)` : '')
      const quoted = mend && (/^[\p{L}_][\p{L}\p{N}_ -]*$/u.test(mend) ? mend : JSON.stringify(mend))
      return {
        ...where,
        found: `${name}, which is not a column of the rows`,
        expected: `one of ${shown}`,
        ...(quoted && { mend: quoted }),
      }
    })
  if (mistakes.length > 0) throw recipeFailure(source, mistakes)
}

function columnsOf({ columns, sensors, features, rows }: Recipe, source: RecipeSource): Use[] {
  const single = (name: string | undefined, path: string): Use[] => (name === undefined ? [] : [{ name, path }])
  const several = (list: readonly string[], path: string): Use[] =>
    list.map((name, i) => ({ name, path: source.places.has(`${path}[${i}]`) ? `${path}[${i}]` : path }))
  const timePath = source.places.has('columns.time.name') ? 'columns.time.name' : 'columns.time'
  return [
    ...rows.join.flatMap(join => several(join.by, `${extend('rows.join', join.name)}.by`)),
    ...single(columns.id, 'columns.id'),
    ...single(columns.time?.name, timePath),
    ...single(columns.group, 'columns.group'),
    ...several(columns.later, 'columns.later'),
    ...several(columns.private, 'columns.private'),
    ...several(columns.blinded, 'columns.blinded'),
    ...several(columns.ignore, 'columns.ignore'),
    ...Object.keys(columns.types ?? {}).map(name => ({
      name,
      path: extend('columns.types', name),
      at: 'key' as const,
    })),
    ...sensors.map(({ column }) => ({ name: column, path: extend('sensors', column), at: 'key' as const })),
    ...(features ?? []).flatMap(({ name }, i) =>
      source.places.has(`features[${i}]`) ? listedColumn(name, i, source) : [],
    ),
  ]
}

/** In a list of features a plain item is a column; `name: SQL` items are held against the columns by their parse tree. */
function listedColumn(name: string, i: number, source: RecipeSource): Use[] {
  const path = `features[${i}]`
  return source.places.has(extend(path, name)) ? [] : [{ name, path }]
}

function place({ path, at }: Use): { path: string; at?: 'key' } {
  return at ? { path, at } : { path }
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
