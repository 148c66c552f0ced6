/**
 * Schemas of parameters, made when somebody first looks at them. Scoring never does, and loading TypeBox's 370 files
 * would take a fifth of a small run.
 */
import { createRequire } from 'node:module'
import type Type from 'typebox'

/** @returns a function that makes the schema at its first call, and gives the same one from then on. */
export function lazySchema<Schema>(make: (type: typeof Type) => Schema): () => Schema {
  let schema: Schema | undefined
  return () => (schema ??= make(typebox()))
}

/** The same instance that `import` gives: Node keeps one of each module. */
function typebox(): typeof Type {
  return (createRequire(import.meta.url)('typebox') as { default: typeof Type }).default
}

/** Of a kind that only comes with imported models: nobody writes its parameters. */
export const noParameters = lazySchema(Type => Type.Object({}, { additionalProperties: false }))
