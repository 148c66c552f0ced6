/** The one `random_state` parameter of every model that draws, and what it draws from. */
import type Type from 'typebox'
import { createRandom, type Random } from '../math/random.ts'
import type { Training } from './model.ts'

export function randomStateParameter(type: typeof Type) {
  return type.Optional(
    type.Integer({
      minimum: 0,
      maximum: 4_294_967_295,
      description: "Seed of this model; by default the recipe's seed.",
    }),
  )
}

export function randomOf({ random }: Training, given: { readonly random_state?: number }): Random {
  return given.random_state === undefined ? random : createRandom(given.random_state)
}
