/** Trees as nested CASE: what a comparison with NULL leaves open goes to the side of missing values. */
import { quoteText } from '../../sql.ts'
import type { Nodes } from '../nodes.ts'
import { refusal, SCORE_WITH_US } from '../refusal.ts'
import { constant } from './constants.ts'

export interface SqlTrees extends Nodes {
  /** The values of a column that go left, in a node that asks for categories; undefined in others. */
  categories?(node: number): { readonly values: readonly (number | string)[]; readonly whole: boolean } | undefined
}

/** A statement of more is megabytes long, and takes a database longer to plan than to run. */
export const MOST_NODES = 60_000
/** Databases refuse expressions that are nested much deeper. */
const DEEPEST = 200

/** The value of each tree for the columns x0, x1 …
 * @throws Failure EXPORT_REFUSED */
export function treeExpressions(trees: SqlTrees): string[] {
  const { start, left } = trees
  if (left.length > MOST_NODES)
    throw refusal('sql', `its trees have ${left.length} nodes; a statement takes at most ${MOST_NODES}`, FEWER)
  return Array.from({ length: start.length - 1 }, (_, t) => nodeExpression(trees, start[t]!, start[t]!, 0))
}

const FEWER = 'Fit it with fewer or smaller trees (n_estimators, max_samples, max_depth), or export it to ONNX.'

function nodeExpression(trees: SqlTrees, root: number, node: number, depth: number): string {
  const { left, right, feature, threshold, missingLeft, value } = trees
  if (left[node]! < 0) return constant(value[node]!)
  if (depth === DEEPEST)
    throw refusal('sql', `a tree asks more than ${DEEPEST} questions one after the other`, SCORE_WITH_US)
  const low = () => nodeExpression(trees, root, root + left[node]!, depth + 1)
  const high = () => nodeExpression(trees, root, root + right[node]!, depth + 1)
  const x = `x${feature[node]}`
  const asked = trees.categories?.(node)
  if (asked) {
    if (asked.values.length === 0) return high()
    const values = asked.values.map(each => (typeof each === 'string' ? quoteText(each) : constant(each)))
    return `CASE WHEN ${asked.whole ? `floor(${x})` : x} IN (${values.join(', ')}) THEN ${low()} ELSE ${high()} END`
  }
  const at = threshold[node]!
  const missing = missingLeft[node] === 1
  if (at === Number.POSITIVE_INFINITY)
    return missing ? low() : `CASE WHEN ${x} IS NULL THEN ${high()} ELSE ${low()} END`
  if (at === Number.NEGATIVE_INFINITY)
    return missing ? `CASE WHEN ${x} IS NULL THEN ${low()} ELSE ${high()} END` : high()
  if (missing) return `CASE WHEN ${x} > ${constant(at)} THEN ${high()} ELSE ${low()} END`
  return `CASE WHEN ${x} <= ${constant(at)} THEN ${low()} ELSE ${high()} END`
}
