/** Ways to make up rows of the rarer class while learning. A new one is a definition and a line in the list. */
import type { TSchema } from 'typebox'
import { lazySchema } from '../lazy-schema.ts'
import type { Kind } from '../recipe/schema.ts'

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
