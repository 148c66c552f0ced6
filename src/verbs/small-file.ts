/** Small files beside models, YAML and JSON: of strangers, so what is wrong with them is no error but nothing. */
import { createRequire } from 'node:module'
import { readWhole } from './whole-file.ts'

/** The names of some thousand columns. */
const MOST_BYTES = 2 ** 18
/** No file of anybody's; the parser takes seconds for it, and a gigabyte. */
const NESTED = /(?:[[{]\s*){100}/

/** A mapping, as a Map: names from files are only keys. Undefined for other text. */
export function yamlMap(text: string | undefined): ReadonlyMap<unknown, unknown> | undefined {
  if (text === undefined || NESTED.test(text)) return undefined
  // Loaded here: scoring any other model starts without it.
  const { parse } = createRequire(import.meta.url)('yaml') as typeof import('yaml')
  try {
    // Looking for keys that occur twice takes the square of their number; the last one stands.
    const found: unknown = parse(text, { mapAsMap: true, maxAliasCount: 10, uniqueKeys: false, logLevel: 'error' })
    return found instanceof Map ? found : undefined
  } catch {
    return undefined
  }
}

/** Undefined for text that is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Undefined where there is no such file, or one too large for what it should hold. */
export function readSmall(path: string, most = MOST_BYTES): string | undefined {
  try {
    return readWhole(path, most).toString('utf8')
  } catch {
    return undefined
  }
}
