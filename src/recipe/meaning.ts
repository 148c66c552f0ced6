/** Mistakes that no schema sees: amounts out of range, levels out of order, a column with two roles. */
import { nearest } from '../math/nearest.ts'
import { isLevelName, parseBudget, parseHold, parseNumber } from './measures.ts'
import { type Mistake, type PathMistake, type RecipeSource, spanOf } from './mistakes.ts'
import { entries, get, list, optional } from './resolve.ts'
import { checkRoles } from './roles.ts'
import type { Catalogue } from './schema.ts'
import type { Node } from './source.ts'
import { checkTask } from './task.ts'

type Say = (mistake: PathMistake) => void

const RULES = ['false_alarms', 'quantile', 'contamination', 'recall', 'risk'] as const

export function checkMeaning(tree: Node, source: RecipeSource, catalogue: Catalogue): Mistake[] {
  const mistakes: Mistake[] = []
  const say: Say = ({ at, ...mistake }) => mistakes.push({ ...mistake, span: spanOf(source, mistake.path, at) })
  checkRead(get(get(tree, 'rows'), 'read'), say)
  for (const join of entries(get(get(tree, 'rows'), 'join'))) checkRead(get(join.value, 'read'), say)
  checkTime(get(get(tree, 'columns'), 'time'), say)
  checkLevels(tree, say)
  checkSensors(tree, say)
  checkSplit(tree, say)
  checkTask(tree, catalogue, say)
  checkRoles(tree, say)
  return mistakes
}

function checkRead(read: Node | undefined, say: Say): void {
  const decimal = optional<string>(get(read, 'decimal'))
  const delimiter = get(read, 'delimiter')
  const separates = optional<string>(delimiter) === 'comma' ? ',' : optional<string>(delimiter)
  if (delimiter && decimal !== undefined && separates === decimal)
    say({
      path: delimiter.path,
      found: `${decimal} both between values and inside numbers`,
      expected: 'two different signs',
      mend: 'semicolon',
    })
}

function checkTime(time: Node | undefined, say: Say): void {
  if (time?.kind !== 'map') return
  const zone = get(time, 'zone')
  const name = optional<string>(zone)
  if (zone && name !== undefined && !isZone(name)) {
    const mend = nearest(name, Intl.supportedValuesOf('timeZone'))
    say({
      path: zone.path,
      found: name,
      expected: 'a time zone by its city, such as Europe/Zurich, or UTC',
      ...(mend && { mend }),
    })
  }
  const unit = get(time, 'unit')
  if (unit && (zone || get(time, 'format')))
    say({
      path: unit.path,
      found: 'a unit beside a format or a zone',
      expected: 'unit for a plain number, format and zone for a date: not both',
    })
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return /^[A-Za-z]/.test(name)
  } catch {
    return false
  }
}

function checkLevels(tree: Node, say: Say): void {
  const group = optional<string>(get(get(tree, 'columns'), 'group'))
  let milder: LevelCut | undefined
  const seen = new Map<string, string>()
  for (const { key, path, value: level } of entries(get(tree, 'levels'))) {
    if (!isLevelName(key))
      say({
        path,
        at: 'key',
        found: key,
        expected: 'a name of letters, digits, _, - and spaces; OK and NOT_SCORED are the levels of all other rows',
      })
    const twin = seen.get(key.toLowerCase())
    if (twin)
      say({ path, at: 'key', found: `${key} beside ${twin}`, expected: 'names that differ in more than their case' })
    seen.set(key.toLowerCase(), key)
    checkHold(get(level, 'hold'), say)
    checkPer(get(level, 'per'), group, say)
    const cut = checkRule(key, path, level, say)
    if (cut && milder) checkOrder(milder, cut, say)
    milder = cut ?? milder
  }
}

function checkHold(hold: Node | undefined, say: Say): void {
  const written = optional<string>(hold)
  if (hold && written !== undefined && !parseHold(written))
    say({
      path: hold.path,
      found: written,
      expected: 'at least 1 of at most 10000 rows, and no more than all, such as 3 of 5',
    })
}

function checkPer(per: Node | undefined, group: string | undefined, say: Say): void {
  if (!per) return
  const name = optional<string>(per)
  if (group === undefined)
    say({
      path: per.path,
      found: `${name}, but no column is the group`,
      expected: 'a line group: under columns, or no per',
    })
  else if (name !== 'group' && name !== group)
    say({ path: per.path, found: name ?? '', expected: `group, or its column ${group}`, mend: 'group' })
}

interface LevelCut {
  name: string
  path: string
  kind: (typeof RULES)[number]
  value: number
  /** Two cuts can be compared when this is the same. */
  scale: string
  written: string
}

function checkRule(name: string, path: string, level: Node, say: Say): LevelCut | undefined {
  const rules = RULES.filter(rule => get(level, rule))
  const [kind] = rules
  if (!kind || rules.length > 1) {
    const found = kind ? `${rules.join(' and ')} in one level` : `no rule in ${name}`
    say({ path, at: 'key', found, expected: `one of ${RULES.join(', ')}, such as {false_alarms: 1%}` })
    return undefined
  }
  const node = get(level, kind)!
  const written = String(optional(node))
  const budget = kind === 'false_alarms' ? parseBudget(written) : undefined
  const value = budget?.budget ?? parseNumber(optional<string | number>(node) ?? '')
  const allowed = ALLOWED[budget?.unit === 'week' ? 'week' : kind]
  if (value === undefined || !allowed.holds(value)) {
    say({ path: node.path, found: written, expected: allowed.expected })
    return undefined
  }
  const held = `${optional(get(level, 'hold')) ?? ''} ${get(level, 'per') ? 'group' : ''}`
  return {
    name,
    path,
    kind,
    value,
    written,
    scale: `${kind} ${budget?.unit ?? ''} ${kind === 'false_alarms' ? held : ''}`,
  }
}

const ALLOWED = {
  week: { holds: (v: number) => v > 0, expected: 'a budget above 0, such as 0.1/week' },
  false_alarms: {
    holds: (v: number) => v > 0 && v < 1,
    expected: 'a budget above 0% and below 100%, such as 1%, or 0.1/week',
  },
  quantile: { holds: (v: number) => v > 0 && v < 1, expected: 'a share above 0% and below 100%, such as 99.9%' },
  contamination: { holds: (v: number) => v > 0 && v <= 0.5, expected: 'a share above 0% and at most 50%, such as 1%' },
  recall: { holds: (v: number) => v > 0 && v <= 1, expected: 'a share above 0% and at most 100%, such as 85%' },
  risk: { holds: Number.isFinite, expected: 'a number' },
}

/** Mildest first: a budget or a contamination shrinks, a quantile or a cut grows. */
function checkOrder(milder: LevelCut, cut: LevelCut, say: Say): void {
  if (milder.scale !== cut.scale) return
  const grows = cut.kind === 'quantile' || cut.kind === 'risk'
  if (grows ? cut.value > milder.value : cut.value < milder.value) return
  const direction = grows ? 'a higher' : 'a smaller'
  say({
    path: `${cut.path}.${cut.kind}`,
    found: `${cut.written} after ${milder.name} with ${milder.written}`,
    expected: `the mildest level first, then ${direction} ${cut.kind}: swap the levels or change the number`,
  })
}

function checkSensors(tree: Node, say: Say): void {
  const written = get(tree, 'levels')
  const levels = written ? entries(written).map(entry => entry.key) : ['ALARM']
  for (const { value: sensor } of entries(get(tree, 'sensors'))) {
    checkBounds(get(sensor, 'range'), say)
    checkBounds(get(sensor, 'limits'), say)
    const level = get(sensor, 'level')
    const name = optional<string>(level)
    if (!level || name === undefined) continue
    if (!levels.includes(name)) {
      const mend = nearest(name, levels)
      say({
        path: level.path,
        found: name,
        expected: `a level of this recipe: ${levels.join(', ')}`,
        ...(mend && { mend }),
      })
    } else if (!get(sensor, 'limits'))
      say({ path: level.path, found: 'a level without limits', expected: 'limits: [lowest, highest] that raise it' })
  }
}

function checkBounds(bounds: Node | undefined, say: Say): void {
  const [low, high] = list(bounds).map(node => optional<number | null>(node))
  if (!bounds) return
  if (low === null && high === null) say({ path: bounds.path, found: 'two nulls', expected: 'at least one number' })
  if (typeof low === 'number' && typeof high === 'number' && low >= high)
    say({
      path: bounds.path,
      found: `[${low}, ${high}]`,
      expected: 'the lowest first: below the highest',
      ...(low > high && { mend: `[${high}, ${low}]` }),
    })
}

function checkSplit(tree: Node, say: Say): void {
  const by = get(get(tree, 'split'), 'by')
  const word = optional<string>(by)
  if (!by || (word !== 'time' && word !== 'group') || get(get(tree, 'columns'), word)) return
  say({
    path: by.path,
    found: `${word}, but no column has that role`,
    expected: `a line ${word}: under columns, or by: random`,
  })
}
