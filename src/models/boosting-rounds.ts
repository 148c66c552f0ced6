/** Tree after tree, each on what the ones before left wrong. */
import type { Histograms } from '../kernels/histogram.ts'
import type { Random } from '../math/random.ts'
import { treeGrower } from './boosted-trees.ts'
import { type BoostedArrays, createForest } from './boosting-forest.ts'
import type { BoostingTable } from './boosting-table.ts'
import { leafValues } from './leaf-values.ts'
import type { Loss } from './losses.ts'

export interface RoundsPlan {
  readonly trees: number
  readonly learningRate: number
  readonly maxLeaves: number
  readonly maxDepth: number
  readonly leastRows: number
  readonly l2: number
  /** Share of the rows, and of the columns, that a tree sees. */
  readonly subsample: number
  readonly columnShare: number
  readonly directions: Int32Array | undefined
  /** Rows learning … rows − 1 of the table only judge. */
  readonly learning: number
  /** Trees without a gain of more than `tolerance` on the rows that judge, after which it stops. */
  readonly patience: number
  readonly tolerance: number
  readonly random: Random
}

/** Second derivatives on a side of a cut, at least; scikit-learn's and LightGBM's number, for rows of mean weight 1. */
const LEAST_HESSIAN = 1e-3

/** Boosts from the raw prediction `base`; targets and weights are those that `table.histograms` holds. */
export function boost(table: BoostingTable, loss: Loss, base: number, plan: RoundsPlan): BoostedArrays {
  const { histograms: h } = table
  const { learning } = plan
  let meanWeight = 0
  for (let row = 0; row < learning; row++) meanWeight += h.weight[row]! / learning
  const grow = treeGrower(h, { ...plan, ...table, leastHessian: LEAST_HESSIAN * meanWeight })
  h.raw.fill(base)
  const draw = drawer(h, table.edges.length, plan)
  const judge = judgeOf(h, loss, plan)
  const forest = createForest(table)
  const drawn = plan.subsample < 1 || plan.columnShare < 1
  for (let t = 0; t < plan.trees; t++) {
    loss.slopes(h)
    const scale = h.setPairs()
    const { columns, rows } = draw(t)
    const nodes = grow(columns, rows, scale)
    if (nodes.length === 1) {
      // The best constant is the base; without chance in the game no later tree finds another cut.
      if (drawn) continue
      break
    }
    const value = leafValues(nodes, h, loss, plan)
    for (const [i, { left, from, to, restFrom, restTo }] of nodes.entries()) {
      value[i]! *= plan.learningRate
      if (left >= 0) continue
      h.raise(from, to, value[i]!)
      h.raise(restFrom, restTo, value[i]!)
    }
    forest.add(nodes, value)
    if (judge(forest.trees())) break
  }
  return forest.arrays(judge.best(), learning)
}

/** Rows and columns of tree t: a stream of its own, so that a tree does not change with what earlier ones drew. */
function drawer(
  h: Histograms,
  columnCount: number,
  plan: RoundsPlan,
): (t: number) => { columns: Int32Array; rows: number } {
  const everyRow = Int32Array.from({ length: h.rows }, (_, row) => row)
  const everyColumn = Int32Array.from({ length: columnCount }, (_, c) => c)
  const columnsDrawn = Math.max(1, Math.round(plan.columnShare * columnCount))
  const { learning } = plan
  const rows = Math.max(1, Math.round(plan.subsample * learning))
  const inTree = new Uint8Array(h.rows)
  return t => {
    const random = plan.random.fork(t)
    const columns = columnsDrawn < columnCount ? random.sample(columnCount, columnsDrawn).sort() : everyColumn
    if (rows === learning) {
      h.order.set(everyRow)
      return { columns, rows }
    }
    const bag = random.sample(learning, rows).sort()
    h.order.set(bag)
    inTree.fill(0)
    for (const row of bag) inTree[row] = 1
    for (let row = 0, at = rows; row < h.rows; row++) if (inTree[row] === 0) h.order[at++] = row
    return { columns, rows }
  }
}

interface Judge {
  /** True when it is time to stop. */
  (trees: number): boolean
  /** How many trees did best; Infinity where no row judges. */
  best(): number
}

function judgeOf({ raw, y, weight }: Histograms, loss: Loss, plan: RoundsPlan): Judge {
  const { learning } = plan
  const lossNow = (): number => {
    let [sum, all] = [0, 0]
    for (let row = learning; row < raw.length; row++) {
      all += weight[row]!
      sum += weight[row]! * loss.at(raw[row]!, y[row]!)
    }
    return sum / all
  }
  if (learning === raw.length) return Object.assign(() => false, { best: () => Infinity })
  let best = { trees: 0, loss: lossNow() }
  let rounds = 0
  const judge = (trees: number): boolean => {
    rounds++
    const now = lossNow()
    if (now < best.loss - plan.tolerance) {
      best = { trees, loss: now }
      rounds = 0
    }
    return rounds >= plan.patience
  }
  return Object.assign(judge, { best: () => best.trees })
}
