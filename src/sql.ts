/** Names, texts and numbers as SQL. Nothing from outside reaches a statement except through these three. */

/** A name as an identifier: `a"b` → `"a""b"`. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as a constant: `it's` → `'it''s'`. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/**
 * A finite number as a constant, bit for bit: the shortest text that reads back as the same double, typed so that no
 * decimal arithmetic happens.
 *
 * @throws RangeError for NaN and the infinities, which SQL would compare as greater than any number.
 */
export function quoteNumber(value: number): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new RangeError(`not a finite number: ${value}`)
  return `${quoteText(String(value))}::DOUBLE`
}

/** Columns that statements add for themselves stand beside the user's, so theirs may not have these names. */
export function isInternal(name: string): boolean {
  return /^~(o\d+|n\d+|in\d+|row|risk|level|time|at|line|seconds)$/i.test(name)
}
