/** The words of a SQL expression, told apart from its texts and comments. DuckDB parses; this only looks. */

export interface SqlToken {
  readonly kind: 'name' | 'quoted' | 'text' | 'number' | 'comment' | 'sign'
  readonly text: string
  /** Characters from the start of the expression. */
  readonly at: number
}

const TOKEN =
  /(?<space>\s+)|(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<text>[eE]?'(?:[^']|'')*(?:'|$)|\$(\w*)\$[\s\S]*?(?:\$\4\$|$))|(?<quoted>"(?:[^"]|"")*(?:"|$))|(?<number>\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|(?<name>[\p{L}_][\p{L}\p{M}\p{N}_$]*)|(?<sign>[\s\S])/gu

export function sqlTokens(sql: string): SqlToken[] {
  return [...sql.matchAll(TOKEN)].flatMap(match => {
    const [kind] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? ['sign']
    return kind === 'space' ? [] : [{ kind: kind as SqlToken['kind'], text: match[0], at: match.index }]
  })
}

/** Names that may be columns: identifiers that are not called as functions. Keywords are among them. */
export function sqlNames(sql: string): string[] {
  const tokens = sqlTokens(sql)
  const names = tokens.flatMap((token, i) => {
    if (token.kind === 'quoted') return [token.text.slice(1, -1).replaceAll('""', '"')]
    return token.kind === 'name' && tokens[i + 1]?.text !== '(' ? [token.text] : []
  })
  return [...new Set(names)]
}
