/** Categories as other libraries number them, in the 256 codes that a node of our boosted trees can tell apart. */
import { Refusal } from './refusal.ts'
import { CATEGORY_WORDS } from './trees.ts'

export const MOST_CATEGORIES = 32 * CATEGORY_WORDS

/** What is known of a column of categories. */
export interface CategoryColumn {
  /** Numbers of categories that have to be told apart. */
  readonly asked: ReadonlySet<number>
  /** What they are called, by number; absent: they are the numbers themselves. */
  readonly names?: readonly (string | number | boolean)[] | undefined
}

export interface CategoryCodes {
  /** Names by column and code; none for a column of codes or numbers. */
  readonly levels: readonly (readonly string[])[]
  /** Words in which bit c is set for each category of code c. */
  words(column: number, categories: ArrayLike<number>): Uint32Array
  /** All texts that the table may hold there; undefined for a column that holds numbers. */
  texts(column: number): readonly string[] | undefined
}

/** As Python prints it. */
const nameText = (name: string | number | boolean) =>
  typeof name === 'boolean' ? (name ? 'True' : 'False') : String(name)

/**
 * Categories without names that are all below 256 are their own codes. Others are numbered anew, those that are asked
 * for only.
 * @throws Refusal where a column has more than 256 to be told apart
 */
export function codeCategories(
  columns: number,
  known: ReadonlyMap<number, CategoryColumn>,
  what: string,
): CategoryCodes {
  const levels: (readonly string[])[] = Array.from({ length: columns }, () => [])
  const codes = new Map<number, ReadonlyMap<number, number>>()
  for (let column = 0; column < columns; column++) {
    const found = known.get(column)
    if (found && (found.names || [...found.asked].some(category => category >= MOST_CATEGORIES))) {
      const asked = [...found.asked].sort((a, b) => a - b)
      if (asked.length > MOST_CATEGORIES)
        throw new Refusal(
          'unsupported',
          `${what} tells ${asked.length} categories of feature ${column + 1} apart, at most ${MOST_CATEGORIES} can be`,
          'Fit it with the rare ones as one category.',
        )
      codes.set(column, new Map(asked.map((category, code) => [category, code])))
      levels[column] = asked.map(category => nameOf(found, category, column, what))
    }
  }
  return {
    levels,
    words(column, categories) {
      const words = new Uint32Array(CATEGORY_WORDS)
      const coded = codes.get(column)
      for (let i = 0; i < categories.length; i++) {
        const code = coded ? coded.get(categories[i]!) : categories[i]!
        if (code !== undefined) words[code >>> 5]! |= 1 << (code & 31)
      }
      return words
    },
    texts(column) {
      const names = known.get(column)?.names
      return names?.some(name => typeof name !== 'number') ? names.map(nameText) : undefined
    },
  }
}

function nameOf({ names }: CategoryColumn, category: number, column: number, what: string): string {
  const name = names ? names[category] : category
  if (name !== undefined) return nameText(name)
  throw new Refusal(
    'damaged',
    `${what} asks for category ${category} of feature ${column + 1}, of which it names ${names?.length}`,
  )
}
