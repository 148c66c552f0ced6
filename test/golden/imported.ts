/** imported.json as states: lists of numbers are arrays, and what the file leaves out of a power is infinite. */
import type { State } from '../../src/math/state.ts'
import golden from './imported.json' with { type: 'json' }

export interface ImportedCase {
  readonly name: string
  readonly use: string
  readonly state: State
}

type Written = Readonly<Record<string, number | string | null | readonly number[]>>

function stateOf(written: Written): State {
  return Object.fromEntries(
    Object.entries(written).map(([name, value]) => {
      if (value === null) return [name, Number.POSITIVE_INFINITY]
      if (typeof value !== 'object') return [name, value]
      return [name, name === 'dims' ? Int32Array.from(value) : Float64Array.from(value)]
    }),
  )
}

export const columnsOf = (columns: readonly (readonly (number | null)[])[]): Float64Array[] =>
  columns.map(column => Float64Array.from(column, value => value ?? Number.NaN))

export const { made, encoded } = golden

export const steps = Object.entries(golden.steps).map(([name, { use, state, given, expected }]) => ({
  ...{ name, use, state: stateOf(state as Written) },
  ...{ given: columnsOf(given), expected: columnsOf(expected) },
}))

export const given = columnsOf(golden.given)

export const models = Object.entries(golden.models).map(([name, { use, state, expected }]) => ({
  ...{ name, use, state: stateOf(state as Written), expected: Float64Array.from(expected) },
}))
