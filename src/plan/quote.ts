/** Names, texts and numbers as SQL. Nothing from outside reaches a statement except through these. */

/** An identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text constant. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A finite number, bit for bit: the shortest text that reads back as the same double, typed so that no decimal arithmetic happens. */
export function quoteNumber(value: number): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new RangeError(`not a finite number: ${value}`)
  return `${quoteText(String(value))}::DOUBLE`
}
