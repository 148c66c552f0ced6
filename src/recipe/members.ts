import { ENSEMBLE, type Step } from './schema.ts'

/** The models that a step asks: itself, or those of an ensemble. */
export function membersOf(model: Step): readonly Step[] {
  return model.use === ENSEMBLE ? (model.of as readonly Step[]) : [model]
}
