/**
 * Which rows teach and which are judged, fold after fold, for cross-validation. No row is ever in both; in each repeat
 * every row is judged once (in time order: every row but those of the first block, which nothing came before).
 */
import { Failure } from '../errors.ts'
import { forwardFolds } from './forward-folds.ts'
import { assignGroups, codesOf, countGroups } from './group-folds.ts'
import { createRandom, type Random } from './random.ts'

export interface Fold {
  readonly repeat: number
  readonly fold: number
  /** Row numbers, ascending. */
  readonly train: Int32Array
  readonly test: Int32Array
}

export interface FoldRequest {
  readonly rows: number
  /** How many are asked for, at least 2. */
  readonly folds: number
  /** How often to deal anew; in time order there is only one way to deal. */
  readonly repeats: number
  readonly seed: number
  readonly by: 'random' | 'group' | 'time'
  /** 1 where a row is what is looked for: each fold then gets its share of these. */
  readonly positive?: Uint8Array | undefined
  /** One code a row; −1, no group known, is a group like any other: those rows may belong together. */
  readonly group?: Int32Array | undefined
  /** Epoch seconds. Where one is missing, the order of the rows stands for time. */
  readonly seconds?: Float64Array | undefined
}

/** How many folds there will be, and what there are too few of for all that were asked for. */
export interface FoldCount {
  readonly folds: number
  readonly repeats: number
  /** "7 positive rows"; undefined when all folds asked for are made. */
  readonly limit: string | undefined
}

/**
 * Each fold should be judged on at least one row of either class, so there are no more folds than rows (or groups) of
 * the rarer class, but never fewer than 2. In time order there may be 1, where there are too few distinct times for 2.
 * @throws Failure TOO_FEW_ROWS when no row is left to teach, or to be judged
 */
export function foldCount(request: FoldRequest): FoldCount {
  const { folds, by, positive } = request
  if (by === 'time') {
    const { count, instants } = inTime(request)
    return { folds: count, repeats: 1, limit: count < folds ? `${instants} distinct times` : undefined }
  }
  checkAsked(request)
  const unit = by === 'group' ? 'groups' : 'rows'
  const { all, positives, negatives } = unitsOf(request)
  if (all < 2) throw tooFew(`${all} groups of`)
  const limits: [number, string][] = [[all, unit]]
  if (positive) {
    limits.push([positives, by === 'group' ? 'groups with a positive row' : 'positive rows'])
    limits.push([negatives, by === 'group' ? 'groups with a negative row' : 'negative rows'])
  }
  const [least, of] = limits.reduce((a, b) => (b[0] < a[0] ? b : a))
  return least >= folds
    ? { folds, repeats: request.repeats, limit: undefined }
    : { folds: Math.max(2, least), repeats: request.repeats, limit: `${least} ${of}` }
}

/**
 * random: stratified when `positive` is given, sizes equal to one row. group: whole groups, stratified as far as they
 * allow. time: forward chaining, every training row before every judged one, rows of one instant never apart.
 * @throws Failure TOO_FEW_ROWS as `foldCount`
 */
export function foldsOf(request: FoldRequest): readonly Fold[] {
  if (request.by === 'time') return inTime(request).folds
  const { folds, repeats } = foldCount(request)
  return Array.from({ length: repeats }, (_, repeat) => {
    const random = createRandom(request.seed).fork(repeat)
    const assigned = request.by === 'group' ? dealGroups(request, folds, random) : dealRows(request, folds, random)
    return Array.from({ length: folds }, (_, fold) => ({
      repeat,
      fold,
      train: rowsWhere(assigned, at => at !== fold),
      test: rowsWhere(assigned, at => at === fold),
    }))
  }).flat()
}

function checkAsked({ rows, folds }: FoldRequest): void {
  if (!(Number.isInteger(folds) && folds >= 2)) throw new RangeError(`folds is ${folds}, expected at least 2`)
  if (rows < 2) throw tooFew(rows)
}

function inTime(request: FoldRequest): ReturnType<typeof forwardFolds> {
  checkAsked(request)
  const forward = forwardFolds(request)
  // One fold is less than asked for, but what it says is true; without any there is nothing to say.
  if (forward.count < 1) throw tooFew(`${forward.instants} distinct times of`)
  return forward
}

/** Rows in random order, the positive ones first, are dealt out like cards: both classes and the sizes come out even. */
function dealRows({ rows, positive }: FoldRequest, folds: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: rows }, (_, i) => i)
  random.shuffle(order)
  const dealt = positive ? [...order.filter(row => positive[row]), ...order.filter(row => !positive[row])] : order
  const assigned = new Int32Array(rows)
  dealt.forEach((row, i) => {
    assigned[row] = i % folds
  })
  return assigned
}

function dealGroups({ rows, group, positive }: FoldRequest, folds: number, random: Random): Int32Array {
  const { code, groups } = codesOf(group, rows)
  const order = Int32Array.from({ length: groups }, (_, i) => i)
  random.shuffle(order)
  const fold = assignGroups(countGroups(code, groups, positive), order, folds)
  return code.map(at => fold[at]!)
}

function unitsOf({ rows, by, group, positive }: FoldRequest): { all: number; positives: number; negatives: number } {
  const { code, groups } = by === 'group' ? codesOf(group, rows) : { code: undefined, groups: rows }
  const seen = [new Set<number>(), new Set<number>()]
  if (positive) for (let i = 0; i < rows; i++) seen[positive[i] ? 1 : 0]!.add(code ? code[i]! : i)
  return { all: groups, positives: seen[1]!.size, negatives: seen[0]!.size }
}

function rowsWhere(assigned: Int32Array, wanted: (fold: number) => boolean): Int32Array {
  let count = 0
  for (const fold of assigned) if (wanted(fold)) count++
  const out = new Int32Array(count)
  for (let row = 0, at = 0; row < assigned.length; row++) if (wanted(assigned[row]!)) out[at++] = row
  return out
}

function tooFew(found: number | string): Failure {
  return new Failure('TOO_FEW_ROWS', {
    what: 'cross-validation',
    found,
    needed: 2,
    hint: 'Give more rows, or split them another way: split: {by: random}.',
  })
}
