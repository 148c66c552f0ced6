/** Places where YAML reads something else than a person meant, and what to write instead. */
import type { YAMLError } from 'yaml'
import { lineAt, type Mistake, type Span } from './mistakes.ts'

interface Said {
  found: string
  expected: string
  span?: Span
  mend?: string
}

/** Broken YAML in words. One mistake a line: what follows the first is often its echo. */
export function explainSyntax(text: string, errors: readonly YAMLError[]): Mistake[] {
  const lines = new Set<number>()
  const mistakes: Mistake[] = []
  for (const error of [...errors].sort((a, b) => a.pos[0] - b.pos[0])) {
    const at = error.pos[0]
    const line = lineAt(text, at).start
    if (lines.has(line)) continue
    lines.add(line)
    const said = explain(text, error, restOfLine(text, at))
    mistakes.push({ path: '', span: { start: at, end: error.pos[1] }, ...said })
  }
  return mistakes
}

function explain(text: string, error: YAMLError, rest: Span): Said {
  const written = text.slice(rest.start, rest.end)
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return { found: 'a tab at the start of the line', expected: 'spaces: YAML does not indent with tabs', mend: '  ' }
    case 'DUPLICATE_KEY':
      return { found: `${word(text, error.pos[0])} a second time`, expected: 'each word once in its section' }
    case 'MULTIPLE_DOCS':
      return { found: '--- in the middle of the file', expected: 'one recipe in a file' }
    case 'TAG_RESOLVE_FAILED':
      return {
        found: `${word(text, error.pos[0])} (in YAML a leading ! is a tag)`,
        expected: 'a value in quotes when it begins with !',
        span: rest,
        mend: double(written),
      }
    case 'BAD_SCALAR_START':
      return badStart(text, error.pos[0])
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        found: 'a second colon with a space after it',
        expected: 'one colon a line: put a value with ": " in it into quotes',
        span: rest,
        mend: double(written),
      }
    case 'MULTILINE_IMPLICIT_KEY':
    case 'MISSING_CHAR':
      return missing(text, error, rest)
    case 'BAD_INDENT':
      return badIndent(text, error)
    default:
      return unexpected(text, error)
  }
}

/** A plain value may not begin with these signs. */
function badStart(text: string, at: number): Said {
  const sign = text[at] ?? ''
  const span = valueAt(text, at)
  const value = text.slice(span.start, span.end)
  if (sign === '|')
    return { found: '| (in YAML it begins a block of text)', expected: 'the word pipe', span, mend: 'pipe' }
  if (sign === '%') {
    const percent = /^%\s*(\d+(?:\.\d+)?)$/.exec(value)
    const mend = percent ? `${percent[1]}%` : double(value)
    return {
      found: `${value} (in YAML a value cannot begin with %)`,
      expected: 'the percent sign after the number: 25%',
      span,
      mend,
    }
  }
  return {
    found: `${value} (in YAML a value cannot begin with ${sign})`,
    expected: 'a value in quotes',
    span,
    mend: double(value),
  }
}

function missing(text: string, error: YAMLError, rest: Span): Said {
  if (/quote/.test(error.message)) return { found: 'a quote that is never closed', expected: 'the closing quote' }
  const line = lineAt(text, rest.start)
  const colon = /^(\s*[\w-]+):(\S.*)$/.exec(text.slice(line.start, line.end))
  if (colon)
    return {
      found: 'a colon without a space after it',
      expected: 'a colon and a space: name: value',
      span: line,
      mend: `${colon[1]}: ${colon[2]}`,
    }
  return { found: `${word(text, error.pos[0])} without a colon`, expected: 'name: value on one line' }
}

function badIndent(text: string, error: YAMLError): Said {
  if (!error.message.startsWith('Flow'))
    return {
      found: 'a line that begins in another column than its neighbours',
      expected: 'the words of one section below each other',
    }
  const close = /map/.test(error.message) ? '}' : ']'
  const open = close === '}' ? '{' : '['
  const start = text.lastIndexOf(open, error.pos[0])
  return {
    found: `${open} that is never closed`,
    expected: `${close} at the end`,
    ...(start >= 0 ? { span: { start, end: start + 1 } } : {}),
  }
}

function unexpected(text: string, error: YAMLError): Said {
  const at = error.pos[0]
  const line = lineAt(text, at)
  const before = text.slice(line.start, at)
  const entry = /^(\s*(?:- )?[^\s:#]+:\s+)(?=\S)/.exec(text.slice(line.start, line.end))
  const start = line.start + (entry?.[0].length ?? 0)
  const value = text.slice(start, line.end)
  if (entry && /^[>|]/.test(value)) {
    return {
      found: `${value} (in YAML a leading ${value[0]} begins a block of text)`,
      expected: `a whole condition with its column, such as ${entry[0].trim()} viability ${value}`,
      span: { start, end: line.end },
    }
  }
  if (entry && /^['"]/.test(value))
    return {
      found: 'more text after the closing quote',
      expected: 'the whole value in one pair of quotes',
      span: { start, end: line.end },
      mend: double(value),
    }
  if (/,\s*$/.test(before + text[at]) && /flow/.test(error.message))
    return {
      found: 'a comma where a value should be',
      expected: "a value; a comma itself stands in quotes: ','",
      span: { start: at, end: at + 1 },
    }
  return {
    found: `${word(text, at)} where YAML expects something else`,
    expected: `name: value, correctly indented (${error.message})`,
  }
}

/**
 * `{x: coalesce(a, b)}` is two entries to YAML. `part` is a plain scalar of a flow collection: when a bracket stays open
 * in it, the value up to the bracket's end goes into quotes.
 */
export function splitAtComma(text: string, path: string, part: Span): Mistake | undefined {
  if (balance(text.slice(part.start, part.end)) <= 0) return undefined
  let end = part.end
  while (end < text.length && text[end] !== '\n' && balance(text.slice(part.start, end)) > 0) end++
  while (end < text.length && !/[,\]}\n\r]/.test(text[end] ?? '')) end++
  const whole = text.slice(part.start, end).trimEnd()
  return {
    path,
    span: { start: part.start, end: part.start + whole.length },
    found: `${whole}, which YAML splits at the comma`,
    expected: 'a value with a comma in quotes, or on a line of its own',
    mend: double(whole),
  }
}

function balance(text: string): number {
  return text.split('(').length - text.split(')').length
}

/** A text in YAML's double quotes, which leave SQL's single quotes as they are. */
function double(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function restOfLine(text: string, at: number): Span {
  return { start: at, end: Math.max(at, lineAt(text, at).end) }
}

/** The value that begins here, to the end of its entry: in a flow collection that is the next comma or bracket. */
function valueAt(text: string, start: number): Span {
  const { start: lineStart, end } = lineAt(text, start)
  const inFlow = /[[{][^\]}]*$/.test(text.slice(lineStart, start))
  const value = text.slice(start, end)
  const length = inFlow ? value.search(/[,\]}]|$/) : value.length
  return { start, end: start + value.slice(0, length).trimEnd().length }
}

function word(text: string, at: number): string {
  return /^[^\s,:]+|^./.exec(text.slice(at, at + 60))?.[0] ?? 'the end'
}
