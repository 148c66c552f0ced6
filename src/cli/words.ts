/** Small turns of phrase that every summary needs. */

/** Whole numbers with commas. By hand: the first number that goes through Intl costs a small run 10 ms. */
export function number(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** "1 feature", "2,000 features". */
export function counted(n: number, thing: string): string {
  return `${number(n)} ${thing}${n === 1 ? '' : 's'}`
}

/** A word as it can be typed: in quotes where a shell would take it apart. */
export function typed(word: string): string {
  if (/^[\p{L}\p{N}_./=:@%+,-]+$/u.test(word)) return word
  return /^[^"$`\\!]*$/.test(word) ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`
}

/** An instant of a table (ISO 8601): with a zone in the recipe it is UTC, without one the table's own clock. */
export function instant(iso: string, zone: string | undefined): string {
  const text = iso.slice(0, 16).replace('T', ' ')
  return zone === undefined ? text : `${text} UTC`
}
