/** The part of a state that is trees, as every forest here holds it: checked before anything walks it. */
import type { Trees } from '../kernels/forest.ts'

export type Structure = Omit<Trees, 'value'>

/**
 * A state may come from a file that somebody else made: a child outside its tree, or one with two parents, would send
 * the walk astray, or round and round. Inside a tree each node but the root has one parent, which stands before it.
 * @throws RangeError
 */
export function checkTrees({ start, left, right, feature, threshold, missingLeft }: Structure, columns: number): void {
  const typed = [start, left, right, feature].every(a => a instanceof Int32Array)
  const nodes = left?.length
  const sizes = [right, feature, threshold, missingLeft].every(a => a?.length === nodes)
  if (!typed || !(threshold instanceof Float64Array) || !(missingLeft instanceof Uint8Array) || !sizes)
    throw new RangeError('its trees are not arrays of one length')
  if (!Number.isInteger(columns) || columns < 1) throw new RangeError('its forest has no number of columns')
  if (start[0] !== 0 || start.at(-1) !== nodes || start.length < 2)
    throw new RangeError('its trees do not begin and end with their nodes')
  const parents = new Uint8Array(nodes)
  for (let t = 0; t < start.length - 1; t++) {
    const [root, end] = [start[t]!, start[t + 1]!]
    if (end <= root || end > nodes) throw new RangeError(`its tree ${t} has no nodes`)
    for (let node = root; node < end; node++) {
      if (node > root && parents[node] === 0)
        throw new RangeError(`its tree ${t} does not hang together at node ${node - root}`)
      if (left[node] === -1 && right[node] === -1) continue
      for (const child of [root + left[node]!, root + right[node]!]) {
        if (child <= node || child >= end) throw new RangeError(`its tree ${t} leaves its nodes at node ${node - root}`)
        if (parents[child]! > 0) throw new RangeError(`its tree ${t} comes together again at node ${child - root}`)
        parents[child] = 1
      }
      if (feature[node]! < 0 || feature[node]! >= columns)
        throw new RangeError(`its tree ${t} asks for column ${feature[node]} of ${columns}`)
      if (Number.isNaN(threshold[node]!)) throw new RangeError(`its tree ${t} has no threshold at node ${node - root}`)
    }
  }
}

/** An array with one number a node, `name` of which is at least `least`.
 * @throws RangeError */
export function checkNodes(values: Float64Array | Int32Array, nodes: number, name: string, least = -Infinity): void {
  if (!(values instanceof Float64Array || values instanceof Int32Array) || values.length !== nodes)
    throw new RangeError(`its trees have no ${name} at each node`)
  const at = values.findIndex(value => !(value >= least && value < Infinity))
  if (at >= 0) throw new RangeError(`its ${name} at node ${at} is ${values[at]}`)
}
