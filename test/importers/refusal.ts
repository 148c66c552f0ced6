import { Refusal } from '../../src/importers/refusal.ts'

/** What is said where an act is refused. @throws Error where it is not, and whatever else it throws */
export function refusalOf(act: () => unknown): Refusal {
  try {
    act()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('it was read')
}
