/** Names and texts as SQL writes them. */

/** A name as a SQL identifier: always quoted, so that no name can be a keyword or end early. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as a SQL string literal. DuckDB has no backslash escapes in plain literals. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
