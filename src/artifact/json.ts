/** JSON with sorted keys, so that the same content is the same bytes. */
export function quoteJson(value: unknown): string {
  return JSON.stringify(value, (_, v) =>
    typeof v === 'object' && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : v,
  )
}

/** Characters. Our largest files have some hundred thousand. */
const LONGEST = 2 ** 25
/** Of `{`, `[` and `:`, wherever they stand: what comes out of a text takes up to 200 bytes for each. */
const MOST_SIGNS = 1_000_000

/**
 * JSON of a stranger: a text that would take many times its own length of memory is refused before it is taken apart.
 * @throws Error with the reason
 */
export function parseBounded(text: string, longest = LONGEST, mostSigns = MOST_SIGNS): unknown {
  if (text.length > longest) throw new Error(`its JSON has ${text.length} characters; at most ${longest} are read`)
  let signs = 0
  for (let i = 0; i < text.length; i++) if (isSign(text.charCodeAt(i))) signs++
  if (signs > mostSigns) throw new Error(`its JSON has more than ${mostSigns} lists, objects and names`)
  return JSON.parse(text)
}

const isSign = (code: number) => code === 0x7b || code === 0x5b || code === 0x3a
