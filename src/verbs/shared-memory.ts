/** Arrays that all threads see: a message then carries where they lie, not what is in them. */
import type { Columns, TypedArray } from '../math/columns.ts'
import type { State } from '../math/state.ts'
import type { Target } from '../models/model.ts'
import type { Lesson } from './train.ts'

/** The same values in shared memory; the array itself when it lies there already. Nobody may write to it from then on. */
export function shared<A extends TypedArray>(values: A): A {
  if (values.buffer instanceof SharedArrayBuffer) return values
  const make = values.constructor as new (buffer: SharedArrayBuffer) => A
  const copy = new make(new SharedArrayBuffer(values.byteLength))
  copy.set(values)
  return copy
}

export function sharedLesson(lesson: Lesson): Lesson {
  return {
    ...lesson,
    x: sharedColumns(lesson.x),
    y: lesson.y && sharedTarget(lesson.y),
    weight: shared(lesson.weight),
  }
}

export function sharedState(state: State): State {
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, isTyped(value) ? shared(value) : value]))
}

function sharedColumns({ rows, columns }: Columns): Columns {
  return {
    rows,
    columns: columns.map(c => (c instanceof Float64Array ? shared(c) : { ...c, codes: shared(c.codes) })),
  }
}

function sharedTarget(y: Target): Target {
  if ('codes' in y) return { ...y, codes: shared(y.codes) }
  if ('event' in y) return { time: shared(y.time), event: shared(y.event) }
  return { value: shared(y.value) }
}

/** A state as a message should carry it: an array that is a part of something larger would take all of that along. */
export function compact(state: State): State {
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, isTyped(value) ? value.slice() : value]))
}

function isTyped(value: State[string]): value is TypedArray {
  return ArrayBuffer.isView(value)
}
