/** Several models on one recipe, judged on the same folds: which is best, and whether that is more than luck. */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import type { PublishedFile } from '../data/publish.ts'
import { Failure } from '../errors.ts'
import { compareOverFolds } from '../math/resampled.ts'
import { median } from '../math/statistics.ts'
import { findModel, learnedModels } from '../models/index.ts'
import { membersOf } from '../recipe/members.ts'
import type { Recipe, Step } from '../recipe/schema.ts'
import { drawComparison } from './compare-report.ts'
import { openCrew } from './crew.ts'
import { type CrossValidation, prepare, validate } from './cross-validate.ts'
import type { CrossFigure } from './fold-figures.ts'
import type { Host } from './host.ts'
import { type Judging, judgingOf } from './judge.ts'
import { isUsable, readLearningRows } from './learning-rows.ts'
import { refuseOverwriting } from './place.ts'
import type { LoadedRecipe } from './recipe-file.ts'
import { inSession, type Resources } from './session.ts'

export interface CompareRequest extends Resources {
  readonly recipe: LoadedRecipe
  readonly input?: readonly string[] | undefined
  /** The folder of the outputs. */
  readonly output: string
  /** Kinds with their defaults, in place of the recipe's models. */
  readonly models?: readonly string[] | undefined
}

export interface Contender {
  /** Its kind; with a number where a kind is there twice. */
  readonly name: string
  readonly model: Step
  /** Undefined when it failed. */
  readonly validation: CrossValidation | undefined
  readonly failed: string | undefined
  /** Medians over the folds. */
  readonly fitMs: number
  readonly rowsPerSecond: number
  /** Against the winner: how often a difference this large would be seen by luck (corrected resampled t-test). */
  readonly p: number | undefined
}

export interface Comparison {
  readonly name: string
  readonly task: Recipe['task']
  /** "5 folds × 10" */
  readonly method: string
  readonly rows: number
  readonly bad: number | undefined
  /** What decides: the first figure of the task. */
  readonly figure: CrossFigure['name'] | undefined
  /** Best first. */
  readonly contenders: readonly Contender[]
  /** Contenders that are not distinguishably worse than the first. */
  readonly tied: readonly string[]
  /** Rows judged by a model that an equal row taught. */
  readonly shared: number
}

export interface CompareResult {
  readonly comparison: Comparison
  readonly judging: Judging
  readonly directory: string
  readonly files: readonly PublishedFile[]
  readonly notes: readonly string[]
}

const FILES = ['comparison.csv', 'comparison.html', 'comparison.json', 'model_comparison.png'] as const
/** Worse than the winner with more than this chance of luck is not worse. */
const DISTINCT = 0.05

export async function compare(host: Host, request: CompareRequest): Promise<CompareResult> {
  const directory = request.output
  refuseOverwriting(
    [request.recipe.path, ...(request.input ?? [])],
    FILES.map(file => join(directory, file)),
  )
  return inSession(host, { directory, name: 'comparison', files: [...FILES] }, request, async session => {
    const { rows, split, planned } = await readLearningRows(host, session, request.recipe, request.input)
    const { recipe, features, notes } = planned
    const judging = judgingOf(rows, split, recipe, features, row => isUsable(rows, recipe, row))
    if (!judging) throw noAnswers(recipe)
    const texts = features.filter(({ levels }) => levels).map(({ name }) => name)
    const candidates = candidatesOf(request, recipe, texts)
    const comparison = await judge(host, request, recipe, judging, candidates)
    const files = await drawComparison(session.run, comparison, judging)
    const published = await session.run.publish({ files, metadata: undefined })
    return { comparison, judging, directory, files: published, notes }
  })
}

function noAnswers({ task }: Recipe): Failure {
  return new Failure('USAGE', {
    problem: `There is nothing to compare models by: ${task === 'detect' ? 'the recipe has no label, or ' : ''}all rows have one answer`,
    hint: 'Name what is bad under columns: label, and give rows of both kinds.',
  })
}

/** Those asked for; else the recipe's list; else every model that can do the task. */
function candidatesOf(
  { models, recipe: { candidates } }: CompareRequest,
  { task }: Recipe,
  texts: readonly string[],
): readonly Step[] {
  const reads = (kind: string) => texts.length === 0 || findModel(kind)?.takesCategories === true
  const listed = models ?? (candidates.length > 1 ? candidates.flatMap(membersOf).map(({ use }) => use) : [])
  const blind = listed.find(kind => findModel(kind)?.tasks.includes(task) && !reads(kind))
  if (blind !== undefined)
    throw new Failure('USAGE', {
      problem: `${blind} takes numbers only, but ${texts.join(', ')} ${texts.length > 1 ? 'are' : 'is'} text`,
      hint: `Leave it out of the comparison, or make numbers of the text: is_a: CASE WHEN ${texts[0]} = 'A' THEN 1 ELSE 0 END.`,
    })
  if (models === undefined && candidates.length > 1) return candidates
  const able = learnedModels().filter(model => model.tasks.includes(task))
  const kinds = models ?? able.map(({ kind }) => kind).filter(reads)
  return kinds.map(kind => {
    const own = candidates.find(({ use }) => use === kind)
    const definition = findModel(kind)
    if (definition && able.includes(definition))
      return own ?? { use: kind, ...(Value.Create(definition.params) as object) }
    throw new Failure('USAGE', {
      problem: definition ? `${kind} cannot do the task ${task}` : `${JSON.stringify(kind)} is no model`,
      hint: `Models for the task ${task}: ${able.map(model => model.kind).join(', ')}.`,
    })
  })
}

async function judge(
  host: Host,
  request: CompareRequest,
  recipe: Recipe,
  judging: Judging,
  candidates: readonly Step[],
): Promise<Comparison> {
  const crew = openCrew({ threads: request.threads ?? availableParallelism() })
  const forget = host.onStop(() => void crew.close())
  try {
    const prepared = prepare(judging.request)
    const folds = prepared.folds.length
    const contenders: Contender[] = []
    for (const [i, model] of candidates.entries()) {
      const progress = (done: number) =>
        host.progress(`judging ${model.use}`, i * folds + done, candidates.length * folds)
      contenders.push(
        await contend(nameOf(candidates, i), model, async () =>
          validate(crew, prepared, { ...recipe, model }, { progress }),
        ),
      )
    }
    return ranked(recipe, judging, contenders)
  } finally {
    forget()
    await crew.close()
  }
}

/** A model that these rows are too few for fails alone. */
async function contend(name: string, model: Step, run: () => Promise<CrossValidation>): Promise<Contender> {
  try {
    const validation = await run()
    const { perFold } = validation
    return {
      name,
      model,
      validation,
      failed: undefined,
      fitMs: median(Float64Array.from(perFold, fold => fold.fitMs)),
      rowsPerSecond: median(Float64Array.from(perFold, fold => fold.judged / (fold.scoreMs / 1000))),
      p: undefined,
    }
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'INTERRUPTED' || error.code === 'OUT_OF_MEMORY') throw error
    return {
      name,
      model,
      validation: undefined,
      failed: error.message,
      fitMs: Number.NaN,
      rowsPerSecond: Number.NaN,
      p: undefined,
    }
  }
}

function nameOf(candidates: readonly Step[], i: number): string {
  const title = (step: Step) =>
    step.use === 'ensemble'
      ? `ensemble of ${membersOf(step)
          .map(m => m.use)
          .join(' + ')}`
      : step.use
  const own = title(candidates[i] as Step)
  const before = candidates.slice(0, i).filter(step => title(step) === own).length
  return before === 0 ? own : `${own} ${before + 1}`
}

function ranked(recipe: Recipe, judging: Judging, contenders: readonly Contender[]): Comparison {
  const worth = ({ validation }: Contender) => {
    const first = validation?.figures[0]
    if (first === undefined || Number.isNaN(first.value)) return Number.NEGATIVE_INFINITY
    return first.better === 'high' ? first.value : -first.value
  }
  const sorted = contenders.toSorted((a, b) => worth(b) - worth(a))
  const [winner] = sorted
  const figure = winner?.validation?.figures[0]
  const name = figure?.name
  const over = ({ validation }: Contender) =>
    Float64Array.from(validation?.perFold ?? [], fold => (name && fold.figures[name]) ?? Number.NaN)
  const compared = sorted.map((contender): Contender => {
    if (contender === winner || !contender.validation || !winner?.validation) return contender
    const taught = contender.validation.perFold.reduce((sum, fold) => sum + fold.taught, 0)
    const judged = contender.validation.perFold.reduce((sum, fold) => sum + fold.judged, 0)
    return { ...contender, p: compareOverFolds(over(winner), over(contender), judged / taught).p }
  })
  return {
    name: recipe.name,
    task: recipe.task,
    method: judging.method,
    rows: judging.rows,
    bad: judging.bad,
    figure: name,
    contenders: compared,
    tied: compared.filter(c => c.p !== undefined && c.p >= DISTINCT).map(c => c.name),
    shared: winner?.validation?.shared ?? 0,
  }
}
