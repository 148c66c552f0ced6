/** The grammar of models and transforms: what their definitions allow, under the words of a recipe. */
import Type, { type TSchema } from 'typebox'
import { ENSEMBLE, type Kind } from './schema.ts'

const closed = { additionalProperties: false } as const
const words = <const T extends string>(list: readonly T[], description: string) =>
  Type.Union(
    list.map(word => Type.Literal(word)),
    { description },
  )

export const step = (kinds: readonly Kind[], what: string) =>
  Type.Union(
    [
      words(
        kinds.map(k => k.kind),
        what,
      ),
      ...kinds.map(k =>
        Type.Object({ use: Type.Literal(k.kind), ...parameters(k.params) }, { ...closed, description: k.about }),
      ),
    ],
    { description: `${what}: a word, or {use: word, parameter: value}` },
  )

/** The properties of a parameter schema, each optional: a default stands behind every one that is left out. */
export function parameters(schema: TSchema): Record<string, TSchema> {
  const { properties = {}, required = [] } = schema as { properties?: Record<string, TSchema>; required?: string[] }
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      required.includes(name) && !('default' in property) ? property : Type.Optional(property),
    ]),
  )
}

/** A model, or several made into one: they are asked together. */
export function modelStep(models: readonly Kind[]): TSchema {
  const one = step(models, 'a model') as unknown as { anyOf: TSchema[] }
  const [word, ...objects] = one.anyOf as [TSchema, ...TSchema[]]
  const ensemble = Type.Object(
    {
      use: Type.Literal(ENSEMBLE),
      of: Type.Array(one as unknown as TSchema, { minItems: 2, maxItems: 20, description: 'two or more models' }),
      combine: Type.Optional(
        words(['mean-rank', 'maximum'], 'mean-rank (the mean of the ranks, default) or maximum (the highest rank)'),
      ),
    },
    { ...closed, description: 'several models asked together, such as {use: ensemble, of: [isolation-forest, pca]}' },
  )
  return Type.Union([word, ...objects, ensemble], { description: 'a model: a word, or {use: word, parameter: value}' })
}

const scalar = Type.Union([Type.Number(), Type.String({ minLength: 1 }), Type.Boolean()])
export const Search = Type.Object(
  {
    method: Type.Optional(
      words(['random', 'halving'], 'random (default), or halving (many on few rows, the better ones on more)'),
    ),
    trials: Type.Optional(
      Type.Integer({ minimum: 2, maximum: 10_000, description: 'how many choices are tried: 2 to 10000' }),
    ),
    over: Type.Record(
      Type.String(),
      Type.Union(
        [
          Type.Array(scalar, { minItems: 1 }),
          Type.Object(
            {
              from: Type.Number({ description: 'the lowest' }),
              to: Type.Number({ description: 'the highest' }),
              scale: Type.Optional(words(['linear', 'log'], 'linear (default) or log')),
            },
            closed,
          ),
        ],
        { description: 'a list of values, or {from: 0.01, to: 0.3, scale: log}' },
      ),
      { minProperties: 1, description: 'the parameters of the model to find, each with a list of values or a range' },
    ),
  },
  { ...closed, description: 'parameters that fitting is to find, such as {over: {n_estimators: [50, 100, 200]}}' },
)
