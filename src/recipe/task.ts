/** Mistakes in what a recipe asks: its task, label and models must go together. */
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { nearest } from '../math/nearest.ts'
import { generally, type Shape } from './check.ts'
import { membersOf } from './members.ts'
import type { PathMistake } from './mistakes.ts'
import { entries, get, optional, resolveModels, taskOf } from './resolve.ts'
import type { Catalogue, Step, Task } from './schema.ts'
import { extend, type Node } from './source.ts'

type Say = (mistake: PathMistake) => void

/** Which label each task needs. */
const NEEDS: Readonly<Record<Task, string>> = {
  detect: 'no label, or one that says which rows are bad',
  classify: 'columns.label, a column or a condition that says which rows are bad',
  regress: 'columns.label: {value: column}, the number to predict',
  survive: 'columns.label: {time: column, event: condition}',
}

/** Task, label, model and levels go together. */
export function checkTask(tree: Node, catalogue: Catalogue, say: Say): void {
  const candidates = resolveModels(tree, catalogue.models)
  const task = taskOf(tree, candidates[0] as Step, catalogue.models)
  const label = labelOf(tree)
  const kind = label && (label.kind !== 'map' ? 'bad' : get(label, 'time') ? 'time' : 'value')
  const fits = {
    detect: kind === undefined || kind === 'bad',
    classify: kind === 'bad',
    regress: kind === 'value',
    survive: kind === 'time',
  }
  if (!fits[task]) {
    const path = get(tree, 'task') ? 'task' : label ? 'columns.label' : ''
    say({ path, found: `${task} with ${label ? 'a label of another kind' : 'no label'}`, expected: NEEDS[task] })
  }
  for (const [i, candidate] of candidates.entries()) checkModelTask(tree, i, candidate, task, catalogue, say)
  const recall = entries(get(tree, 'levels')).find(({ value: level }) => get(level, 'recall'))
  if (recall && kind !== 'bad')
    say({
      path: `${recall.path}.recall`,
      found: 'a share of bad rows, but no label',
      expected: 'a label that says which rows are bad, under columns',
    })
  checkLearningWords(tree, task, candidates, catalogue, say)
}

/** What a model does for a task: "ridge, which does not …". */
const DOES: Readonly<Record<Task, string>> = {
  detect: 'detect',
  classify: 'classify',
  regress: 'regress',
  survive: 'predict the time until an event',
}

function checkModelTask(tree: Node, i: number, candidate: Step, task: Task, { models }: Catalogue, say: Say): void {
  const written = get(tree, 'model')
  // A label that says which rows are bad is also what others could have learned from.
  const open: Task[] = task === 'detect' && !get(tree, 'task') && labelOf(tree) ? ['detect', 'classify'] : [task]
  for (const { use } of membersOf(candidate)) {
    const tasks = models.find(model => model.kind === use)?.tasks ?? []
    if (tasks.includes(task)) continue
    const others = models.filter(model => model.tasks.some(own => open.includes(own))).map(model => model.kind)
    const able = others.length > 1 ? `one of ${others.join(', ')}` : (others[0] ?? 'another task')
    const needs = tasks.map(t => `${t} needs ${NEEDS[t]}`).join('; ')
    const not = `which does not ${open.map(each => DOES[each]).join(' or ')}`
    say({
      path: written ? (written.kind === 'list' ? `model[${i}]` : 'model') : 'columns.label',
      found: written ? `${use}, ${not}` : `no model, and so ${use}, ${not}`,
      expected: written ? `${able}; or, for ${use}: ${needs}` : `the line model: ${able}`,
    })
  }
}

function labelOf(tree: Node): Node | undefined {
  return get(get(tree, 'columns'), 'label')
}

/** Words that only say something about learning from labels. */
function checkLearningWords(
  tree: Node,
  task: Task,
  candidates: readonly Step[],
  { models }: Catalogue,
  say: Say,
): void {
  for (const word of ['balance', 'probability'])
    if (get(tree, word) && task !== 'classify')
      say({
        path: word,
        at: 'key',
        found: `${word} with the task ${task}`,
        expected: 'a label that says which rows are bad, and a model that classifies',
      })
  const search = get(tree, 'search')
  if (search) checkSearch(tree, search, candidates, models, say)
}

function checkSearch(
  tree: Node,
  search: Node,
  candidates: readonly Step[],
  models: Catalogue['models'],
  say: Say,
): void {
  if (!labelOf(tree))
    say({
      path: 'search',
      at: 'key',
      found: 'a search, but no label',
      expected: 'a label to tell better parameters by, under columns',
    })
  const [first] = candidates
  const known = models.find(({ kind }) => kind === first?.use)?.params as Shape | undefined
  const parameters = known?.properties ?? {}
  const names = Object.keys(parameters)
  if (candidates.length > 1 || !known)
    say({
      path: 'search',
      at: 'key',
      found: 'a search over several models',
      expected: 'one model whose parameters are sought',
    })
  for (const { key, value: range } of entries(get(search, 'over'))) {
    const path = extend('search.over', key)
    if (known && !names.includes(key)) {
      const mend = nearest(key, names)
      say({
        path,
        at: 'key',
        found: `${key}, which is no parameter of ${first?.use}`,
        expected: `one of ${names.join(', ')}`,
        ...(mend && { mend }),
      })
    }
    if (!checkSought(key, range, parameters[key], say)) continue
    const [from, to] = [optional<number>(get(range, 'from')), optional<number>(get(range, 'to'))]
    const log = optional<string>(get(range, 'scale')) === 'log'
    if (from !== undefined && to !== undefined && (from >= to || (log && from <= 0)))
      say({
        path,
        found: `from ${from} to ${to}`,
        expected: log ? 'from above 0 to something larger' : 'from the lower to the higher number',
      })
  }
}

/** Every value that a search may try is one that the parameter takes. */
function checkSought(name: string, range: Node, schema: Shape | undefined, say: Say): boolean {
  if (!schema) return true
  const values = range.kind === 'list' ? range.items : entries(range).flatMap(e => (e.key === 'scale' ? [] : [e.value]))
  const wrong = values.filter(value => !Value.Check(schema as TSchema, optional(value)))
  for (const value of wrong)
    say({ path: value.path, found: `${String(optional(value))} for ${name}`, expected: generally(schema) })
  return wrong.length === 0
}
