import { ENSEMBLE, type Step } from './schema.ts'

/** The models that a step asks: itself, or those of an ensemble. */
export function membersOf(model: Step): readonly Step[] {
  return model.use === ENSEMBLE ? (model.of as readonly Step[]) : [model]
}

/** "ridge, alpha 1, fit_intercept true"; the models of an ensemble in brackets. */
export function stepText(step: Step): string {
  const { use, of: _, ...parameters } = step
  const values = Object.entries(parameters).map(([name, value]) => `${name} ${valueText(value)}`)
  const members =
    use === ENSEMBLE
      ? [
          `of ${membersOf(step)
            .map(member => `(${stepText(member)})`)
            .join(' ')}`,
        ]
      : []
  return [use, ...members, ...values].join(', ')
}

/** As people write it in a recipe: "balanced", "[64, 32]", "{bad: 5}". */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const entries = Object.entries(value).map(([name, each]) => `${name}: ${valueText(each)}`)
  return `{${entries.join(', ')}}`
}
