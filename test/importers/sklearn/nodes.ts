/** Nodes as a pickle of scikit-learn's would come to, made by hand. */
import { type DictNode, type ObjectNode, textKey, type Value } from '../../../src/importers/pickle/nodes.ts'

export function dict(entries: Readonly<Record<string, Value>>): DictNode {
  return {
    kind: 'dict',
    entries: new Map(Object.entries(entries).map(([key, value]) => [textKey(key), { key, value }])),
  }
}

export const list = (...items: Value[]): Value => ({ kind: 'list', items })
export const tuple = (...items: Value[]): Value => ({ kind: 'tuple', items })

/** Float64, row-major. */
export function array(values: readonly number[], shape: readonly number[] = [values.length]): Value {
  const bytes = new Uint8Array(Float64Array.from(values).buffer)
  return { kind: 'array', dtype: { kind: 'f', itemsize: 8, bigEndian: false }, shape, order: 'C', bytes }
}

export function object(module: string, name: string, args: readonly Value[], state?: Value): ObjectNode {
  return {
    kind: 'object',
    callee: { kind: 'global', module, name },
    args,
    items: [],
    entries: [],
    ...(state && { state }),
  }
}

export function estimator(path: string, state: Readonly<Record<string, Value>>, version = '1.6.1'): ObjectNode {
  const at = path.lastIndexOf('.')
  const said = version === '' ? {} : { _sklearn_version: version }
  return object(`sklearn.${path.slice(0, at)}`, path.slice(at + 1), [], dict({ ...state, ...said }))
}

export const names = (...texts: string[]): Value => list(...texts)
