/** Ways to make up rows of the rarer class while learning. A new one is a definition and a line in the list. */
import type { TSchema } from 'typebox'
import { lazySchema } from '../lazy-schema.ts'
import type { Random } from '../math/random.ts'
import { type SmoteParameters, smote as synthesise } from '../math/smote.ts'
import type { Kind, Step } from '../recipe/schema.ts'
import { take } from './gather.ts'
import type { Lesson } from './train.ts'

const params = lazySchema(Type =>
  Type.Object(
    {
      k_neighbors: Type.Integer({
        minimum: 1,
        maximum: 1000,
        default: 5,
        description: 'Among how many nearest rows of its class the partner of a row is drawn.',
      }),
      ratio: Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        default: 1,
        description: 'Rows of the rarer class for each row of the other, afterwards.',
      }),
    },
    { additionalProperties: false },
  ),
)

export const smote: Kind = {
  kind: 'smote',
  about: 'Makes up rows between neighbours of the rarer class (SMOTE), only while learning.',
  get params(): TSchema {
    return params()
  },
}

export const balancers: readonly Kind[] = [smote]

/** The lesson with rows of its rarer class made up, behind its own rows and as heavy as those they started from. */
export function balance(lesson: Lesson, step: Step, random: Random): Lesson {
  const { x, y, weight } = lesson
  if (!y || !('codes' in y)) return lesson
  const bad = y.codes.filter(code => code === y.positive).length
  const rare = bad <= y.codes.length - bad
  const chosen = Uint8Array.from(y.codes, code => Number((code === y.positive) === rare))
  const made = synthesise(x, chosen, step as unknown as SmoteParameters, random)
  const own = x.columns as readonly Float64Array[]
  return {
    ...lesson,
    x: {
      rows: x.rows + made.rows,
      columns: own.map((column, c) => joined(column.subarray(0, x.rows), made.columns[c] as Float64Array)),
    },
    y: { ...y, codes: Int32Array.from([...y.codes, ...Array.from(made.from, row => y.codes[row] as number)]) },
    weight: joined(weight, take(weight, made.from)),
  }
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const both = new Float64Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
