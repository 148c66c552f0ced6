import { ENSEMBLE, type Step } from './schema.ts'

/** The models that a step asks: itself, or those of an ensemble, and of the ensembles in it. */
export function membersOf(model: Step): readonly Step[] {
  return model.use === ENSEMBLE ? (model.of as readonly Step[]).flatMap(membersOf) : [model]
}

/** What an imported model keeps of how it is asked, which is no parameter of its own. */
const ASKED = ['from', 'count', 'takes_missing']
/** Members that are spelt out. */
const SPELT = 20

/** "ridge, alpha 1, fit_intercept true"; the models of an ensemble in brackets. */
export function stepText(step: Step): string {
  const { use, of: _, ...parameters } = step
  const values = Object.entries(parameters)
    .filter(([name]) => !ASKED.includes(name))
    .map(([name, value]) => `${name} ${valueText(value)}`)
  if (use !== ENSEMBLE) return [use, ...values].join(', ')
  const members = step.of as readonly Step[]
  const more = members.length > SPELT ? [`and ${members.length - SPELT} more`] : []
  const spelt = members.slice(0, SPELT).map(member => `(${stepText(member)})`)
  return [use, `of ${[...spelt, ...more].join(' ')}`, ...values].join(', ')
}

/** As people write it in a recipe: "balanced", "[64, 32]", "{bad: 5}". */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const entries = Object.entries(value).map(([name, each]) => `${name}: ${valueText(each)}`)
  return `{${entries.join(', ')}}`
}
