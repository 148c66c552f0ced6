/** scipy's sparse matrices, made dense: the models here are small where their rows are not numbers of words. */
import { entry, isNode, type ObjectNode, type Value } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'
import type { NumpyArray } from './array.ts'
import type { Dtype } from './dtype.ts'

const CLASSES = /^(csr|csc|coo)_(matrix|array)$/
/** Numbers of the dense form: 512 MB. */
const MOST_DENSE = 2 ** 26
const FLOAT: Dtype = { kind: 'f', itemsize: 8, bigEndian: false }

const damaged = (what: string) => new Refusal('damaged', `A sparse matrix is damaged: ${what}`)

type ArrayOf = (value: Value) => NumpyArray | undefined

/** Undefined for a value that is no sparse matrix. */
export function denseOf(node: ObjectNode, arrayOf: ArrayOf): NumpyArray | undefined {
  const { module, name } = node.callee
  const kind = module.startsWith('scipy.sparse.') ? CLASSES.exec(name)?.[1] : undefined
  if (kind === undefined) return undefined
  const { state } = node
  if (!isNode(state, 'dict')) throw damaged('its state')
  const numbers = (key: string) => {
    const value = entry(state, key)
    return (value === undefined ? undefined : arrayOf(value)?.numbers()) ?? refuse(key)
  }
  const [rows, columns] = shapeOf(entry(state, '_shape'))
  const data = numbers('data')
  const values = new Float64Array(rows * columns)
  if (kind === 'coo') {
    const [row, column] = coordinates(entry(state, 'coords'), arrayOf) ?? [numbers('row'), numbers('col')]
    if (row.length !== data.length || column.length !== data.length) throw damaged('its coordinates')
    for (let k = 0; k < data.length; k++) add(values, row[k]!, column[k]!, rows, columns, data[k]!)
  } else {
    const [outer, inner] = kind === 'csr' ? [rows, columns] : [columns, rows]
    spread(data, numbers('indices'), numbers('indptr'), outer, inner, (o, i, value) =>
      kind === 'csr' ? add(values, o, i, rows, columns, value) : add(values, i, o, rows, columns, value),
    )
  }
  return {
    shape: [rows, columns],
    dtype: FLOAT,
    numbers: () => values.slice(),
    texts: () => refuse('text'),
    objects: () => refuse('objects'),
    field: () => undefined,
  }
}

function refuse(key: string): never {
  throw damaged(`it has no ${key}`)
}

function shapeOf(value: Value | undefined): [number, number] {
  const [rows, columns, more] = isNode(value, 'tuple') ? value.items : []
  const count = (n: Value | undefined): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0
  if (!count(rows) || !count(columns) || more !== undefined) throw damaged('its shape')
  if (rows * columns > MOST_DENSE) {
    throw new Refusal('unsupported', `A sparse matrix of ${rows} × ${columns}; at most ${MOST_DENSE} numbers are read`)
  }
  return [rows, columns]
}

function coordinates(value: Value | undefined, arrayOf: ArrayOf): [Float64Array, Float64Array] | undefined {
  if (value === undefined) return undefined
  const [row, column] = isNode(value, 'tuple') ? value.items : []
  if (row === undefined || column === undefined) throw damaged('its coordinates')
  return [arrayOf(row)?.numbers() ?? refuse('rows'), arrayOf(column)?.numbers() ?? refuse('columns')]
}

/** Entries in the same place add up. */
function add(values: Float64Array, row: number, column: number, rows: number, columns: number, value: number): void {
  const inside = row >= 0 && row < rows && column >= 0 && column < columns
  if (!inside || !Number.isInteger(row) || !Number.isInteger(column)) throw damaged('an entry outside its shape')
  values[row * columns + column]! += value
}

/** `start` says for each outer index where its entries begin and end. */
function spread(
  data: Float64Array,
  indices: Float64Array,
  start: Float64Array,
  outer: number,
  inner: number,
  each: (outer: number, inner: number, value: number) => void,
): void {
  if (start.length !== outer + 1 || start[0] !== 0 || !(start[outer]! <= Math.min(data.length, indices.length))) {
    throw damaged('its index')
  }
  for (let o = 0; o < outer; o++) {
    if (!(start[o + 1]! >= start[o]!)) throw damaged('its index goes back')
    for (let k = start[o]!; k < start[o + 1]!; k++) {
      if (!(indices[k]! < inner)) throw damaged('an entry outside its shape')
      each(o, indices[k]!, data[k]!)
    }
  }
}
