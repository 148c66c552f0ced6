/** Mistakes in what a recipe asks: its task, label and models must go together. */
import { nearest } from '../math/nearest.ts'
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
  const label = get(get(tree, 'columns'), 'label')
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

function checkModelTask(tree: Node, i: number, candidate: Step, task: Task, { models }: Catalogue, say: Say): void {
  const path = get(tree, 'model')?.kind === 'list' ? `model[${i}]` : 'model'
  for (const { use } of membersOf(candidate)) {
    const tasks = models.find(model => model.kind === use)?.tasks ?? []
    if (tasks.includes(task)) continue
    const others = models.filter(model => model.tasks.includes(task)).map(model => model.kind)
    const needs = tasks.map(t => `${t} needs ${NEEDS[t]}`).join('; ')
    say({
      path: get(tree, 'model') ? path : '',
      found: `${use}, which does not ${task}`,
      expected: `${others.length ? `one of ${others.join(', ')}` : 'another task'}; or, for ${use}: ${needs}`,
    })
  }
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
  if (!search) return
  const [first] = candidates
  const known = models.find(({ kind }) => kind === first?.use)?.params as { properties?: object } | undefined
  const names = Object.keys(known?.properties ?? {})
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
