/**
 * The binary format that XGBoost wrote before 1.0, and until 2.1 on request: structures of C as they lie in memory,
 * little endian. Pickles of boosters before 1.6 have it too, behind a word.
 *
 * Source: XGBoost's learner.cc (LearnerModelParamLegacy), gbtree_model.h and tree_model.h.
 */
import { Refusal } from '../refusal.ts'
import type { XgboostLinear, XgboostModel, XgboostTree, XgboostTrees } from './parsed.ts'

interface Reader {
  readonly view: DataView
  at: number
}

/** A name of an objective behind the parameters of the learner. */
const OBJECTIVE = /^(binary|reg|multi|rank|count|survival):[\w-]{1,40}$/
const PARAMETERS = 136
const MAGIC = 'binf'
const SNAPSHOT = 'CONFIG-offset:'

/** Where the parameters begin; −1 for anything else than this format. */
function beginOf(bytes: Uint8Array): number {
  const words = latin1(bytes.subarray(0, 64))
  const snapshot = words.startsWith(SNAPSHOT) ? SNAPSHOT.length + 8 : 0
  const begin = snapshot + (words.startsWith(MAGIC, snapshot) ? MAGIC.length : 0)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < begin + PARAMETERS + 8) return -1
  const size = view.getBigUint64(begin + PARAMETERS, true)
  if (size > 64n) return -1
  const from = begin + PARAMETERS + 8
  return OBJECTIVE.test(latin1(bytes.subarray(from, from + Number(size)))) ? begin : -1
}

/** @param bytes at least the first few hundred of the file */
export const isXgboostBinary = (bytes: Uint8Array): boolean => beginOf(bytes) >= 0

const latin1 = (bytes: Uint8Array) => String.fromCharCode(...bytes)

/** @throws Refusal for bytes that are cut off or hold what has no counterpart */
export function readXgboostBinary(bytes: Uint8Array): XgboostModel {
  const reader: Reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: beginOf(bytes) }
  if (reader.at < 0) throw new Refusal('damaged', 'it names no objective of XGBoost')
  const [base, count, classes, extra, , major, minor] = fields(reader, 'fuiiiuu', PARAMETERS)
  const objective = text(reader)
  const name = text(reader)
  const booster = name === 'gblinear' ? linear(reader) : trees(reader, name)
  return {
    version: major! > 0 ? [major!, minor!] : undefined,
    objective,
    base: [base!],
    margin: major === 0,
    classes: classes!,
    count: count!,
    names: undefined,
    types: undefined,
    attributes: extra === 0 ? new Map() : pairs(reader),
    booster,
  }
}

function need({ view, at }: Reader, bytes: number): void {
  if (bytes > view.byteLength - at)
    throw new Refusal(
      'damaged',
      `it ends at byte ${view.byteLength}, where ${bytes} more are needed`,
      'Copy it again.',
      at,
    )
}

/** Numbers of a structure of `size` bytes: f float32, i int32, u uint32; - four bytes that are passed over. */
function fields(reader: Reader, kinds: string, size: number): number[] {
  need(reader, size)
  const { view, at } = reader
  reader.at += size
  return Array.from(kinds, (kind, i) => {
    if (kind === 'f') return view.getFloat32(at + 4 * i, true)
    return kind === 'i' ? view.getInt32(at + 4 * i, true) : view.getUint32(at + 4 * i, true)
  })
}

function length(reader: Reader, size: number): number {
  need(reader, 8)
  const found = Number(reader.view.getBigUint64(reader.at, true))
  reader.at += 8
  need(reader, found * size)
  return found
}

function text(reader: Reader): string {
  const size = length(reader, 1)
  const { buffer, byteOffset } = reader.view
  const bytes = new Uint8Array(buffer, byteOffset + reader.at, size)
  reader.at += size
  return new TextDecoder().decode(bytes)
}

function floats(reader: Reader): Float32Array {
  const count = length(reader, 4)
  const values = Float32Array.from({ length: count }, (_, i) => reader.view.getFloat32(reader.at + 4 * i, true))
  reader.at += 4 * count
  return values
}

function linear(reader: Reader): XgboostLinear {
  fields(reader, '', 136)
  return { name: 'gblinear', weights: floats(reader) }
}

function trees(reader: Reader, name: string): XgboostTrees {
  if (name !== 'gbtree' && name !== 'dart')
    throw new Refusal(
      'unsupported',
      `its booster is ${JSON.stringify(name.slice(0, 40))}, expected gbtree, dart or gblinear`,
    )
  // num_trees, num_parallel_tree, num_feature, padding, num_pbuffer (8 bytes), num_output_group, size_leaf_vector
  const [count, parallel, , , , , , vector] = fields(reader, 'iiiiuuii', 160)
  if (vector! > 1) throw severalNumbers()
  if (!(count! >= 0)) throw new Refusal('damaged', `it has ${count} trees`)
  const found: XgboostTree[] = []
  while (found.length < count!) found.push(tree(reader))
  const group = fields(reader, 'i'.repeat(count!), 4 * count!)
  const weight = name === 'dart' && count! > 0 ? floats(reader) : undefined
  if (weight && weight.length !== count)
    throw new Refusal('damaged', `it has ${weight.length} weights of ${count} trees`)
  return { name, trees: found, group, weight, parallel: Math.max(1, parallel!), categories: new Map() }
}

const severalNumbers = () =>
  new Refusal('unsupported', 'its trees have several roots, or several numbers in a leaf', 'Save the model as ONNX.')

const NODE = 20
const STATISTICS = 16
/** In a node's feature: a missing value goes left. */
const LEFT = 0x80000000

function tree(reader: Reader): XgboostTree {
  const [roots, nodes, , , , vector] = fields(reader, 'iiiiii', 148)
  if (vector! > 1 || roots! > 1) throw severalNumbers()
  if (!(nodes! >= 1)) throw new Refusal('damaged', `it has a tree of ${nodes} nodes`)
  need(reader, nodes! * (NODE + STATISTICS))
  const { view, at } = reader
  reader.at += nodes! * (NODE + STATISTICS)
  const each = <T>(read: (node: number) => T) => Array.from({ length: nodes! }, (_, i) => read(at + NODE * i))
  const split = each(node => view.getUint32(node + 12, true))
  const statistics = at + NODE * nodes!
  return {
    left: each(node => view.getInt32(node + 4, true)),
    right: each(node => view.getInt32(node + 8, true)),
    feature: split.map(bits => bits % LEFT),
    condition: each(node => view.getFloat32(node + 16, true)),
    defaultLeft: split.map(bits => (bits >= LEFT ? 1 : 0)),
    hessian: Array.from({ length: nodes! }, (_, i) => view.getFloat32(statistics + STATISTICS * i + 4, true)),
    categories: new Map(),
  }
}

/** Attributes are texts by name. */
function pairs(reader: Reader): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (let left = length(reader, 16); left > 0; left--) {
    const name = text(reader)
    found.set(name, text(reader))
  }
  return found
}
