/** How good a recipe's model is, before anybody has it: out of fold, on the rows that may teach. */
import type { Quality } from '../artifact/artifact.ts'
import { type FoldCount, type FoldRequest, foldCount, foldsOf } from '../math/folds.ts'
import type { PlannedFeature } from '../recipe/feature.ts'
import type { Recipe } from '../recipe/schema.ts'
import type { CrossValidation, CrossValidationRequest } from './cross-validate.ts'
import type { CrossFigure } from './fold-figures.ts'
import type { Rows } from './gather.ts'
import { lessonOf } from './lesson.ts'
import { isTeacher, type Split } from './split.ts'

export interface Judging {
  /** Rows of the table, in the order of the lesson. */
  readonly chosen: Int32Array
  readonly request: CrossValidationRequest
  readonly folds: FoldCount
  /** Rows that some fold judges; forward in time the first ones only teach. */
  readonly rows: number
  /** Of these; undefined where rows are not bad or good. */
  readonly bad: number | undefined
  /** "5 folds × 4, whole groups" */
  readonly method: string
}

const FOLDS = 5
/** The fewer rows, the more the luck of one dealing counts. */
const REPEATS: readonly (readonly [rows: number, repeats: number])[] = [
  [500, 10],
  [5000, 3],
  [Number.POSITIVE_INFINITY, 1],
]

/**
 * All usable rows but those kept for the test: those that may teach, and for a detector those the label calls bad, which
 * are only judged. Undefined where nobody knows an answer.
 */
export function judgingOf(
  rows: Rows,
  split: Split,
  recipe: Recipe,
  features: readonly PlannedFeature[],
  isUsable: (row: number) => boolean,
): Judging | undefined {
  const kept = new Set(split.test)
  const answered = (row: number) => {
    if (recipe.task === 'regress') return Number.isFinite(rows.target[row])
    if (recipe.task === 'survive') return Number.isFinite(rows.target[row]) && Number.isFinite(rows.label[row])
    return rows.label[row] === 0 || rows.label[row] === 1
  }
  const all = Int32Array.from({ length: rows.rows }, (_, row) => row)
  const chosen = all.filter(row => isUsable(row) && !kept.has(row) && (isTeacher(rows, recipe, row) || answered(row)))
  const label = Float64Array.from(chosen, row => rows.label[row] as number)
  const isLabel = recipe.task === 'detect' || recipe.task === 'classify'
  const known = isLabel ? label.includes(0) && label.includes(1) : chosen.some(answered)
  if (!known || chosen.length < 2) return undefined
  const wanted = foldRequest(rows, chosen, recipe, isLabel ? label : undefined)
  const count = foldCount(wanted)
  const folds = foldsOf({ ...wanted, folds: count.folds, repeats: count.repeats })
  const judged = [...new Set(folds.flatMap(fold => [...fold.test]))]
  return {
    chosen,
    folds: count,
    rows: judged.length,
    bad: isLabel ? judged.filter(row => label[row] === 1).length : undefined,
    method: methodOf(count, recipe),
    request: {
      lesson: lessonOf(rows, chosen, recipe, features),
      recipe,
      folds,
      ...(isLabel ? { label } : {}),
      teaches: Uint8Array.from(chosen, row => Number(isTeacher(rows, recipe, row))),
    },
  }
}

function foldRequest(rows: Rows, chosen: Int32Array, recipe: Recipe, label: Float64Array | undefined): FoldRequest {
  const { by, folds, repeats } = recipe.split
  const few = REPEATS.find(([most]) => chosen.length <= most)
  return {
    rows: chosen.length,
    folds: folds ?? FOLDS,
    repeats: repeats ?? few?.[1] ?? 1,
    seed: recipe.seed,
    by,
    ...(label ? { positive: Uint8Array.from(label, value => Number(value === 1)) } : {}),
    ...(by === 'group' ? { group: Int32Array.from(chosen, row => rows.group[row] as number) } : {}),
    ...(by === 'time' ? { seconds: Float64Array.from(chosen, row => rows.seconds[row] as number) } : {}),
  }
}

function methodOf({ folds, repeats }: FoldCount, { split }: Recipe): string {
  const how = { random: '', group: ', whole groups', time: ', forward in time' }[split.by]
  return `${folds} folds${repeats > 1 ? ` × ${repeats}` : ''}${how}`
}

/** What the model file keeps of it. */
export function qualityOf(
  { method, rows, bad }: Judging,
  { figures }: CrossValidation,
  { probability }: Pick<Recipe, 'probability'>,
): Quality {
  const [first] = figures
  const told = figures.filter(f => f.over === 'rows' || !figures.some(g => g.name === f.name && g.over === 'rows'))
  // A probability is learned on the held-out rows, after the folds: what theirs were worth is not what it is worth.
  const own = probability === undefined ? told : told.filter(({ name }) => name !== 'brier')
  const finite = own.filter(({ value, low, high }) => [value, low, high].every(Number.isFinite))
  return {
    method: `out of fold, ${method}`,
    rows,
    ...(bad === undefined ? {} : { bad }),
    figures: Object.fromEntries(finite.map(({ name, value, low, high }) => [name, { value, low, high }])),
    ...(first?.notBetterThanChance === undefined ? {} : { betterThanChance: !first.notBetterThanChance }),
  }
}

/** "AUC 0.50 (0.21–0.75)" */
export function figureText({ name, value, low, high }: Pick<CrossFigure, 'name' | 'value' | 'low' | 'high'>): string {
  return `${FIGURE_NAMES[name]} ${figureDigits(name, value)} (${intervalDigits(name, low, high)})`
}

/** "0.21–0.75"; with numbers below 0, "−3.2 to −3.1". */
export function intervalDigits(name: CrossFigure['name'], low: number, high: number): string {
  return [low, high].map(end => figureDigits(name, end)).join(low < 0 ? ' to ' : '–')
}

export function figureDigits(name: CrossFigure['name'], value: number): string {
  if (value < 0) return `−${figureDigits(name, -value)}`
  return name === 'rmse' || name === 'mae' ? String(Number(value.toPrecision(4))) : value.toFixed(2)
}

/** In the order in which they are said. */
export const FIGURE_NAMES: Readonly<Record<CrossFigure['name'], string>> = {
  auc: 'AUC',
  pr_auc: 'average precision',
  brier: 'Brier score',
  rmse: 'RMSE',
  r2: 'R²',
  mae: 'MAE',
  concordance: 'concordance',
}
