/** What is wrong with a recipe, said so that it can be mended: the line, the path, found, expected, what to write. */
import { Failure } from '../errors.ts'

/** From a character to just before another, in the text of a recipe. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A recipe's text and where each of its words stands, to name lines for what is found out later. */
export interface RecipeSource {
  /** As the person gave it. */
  readonly path: string
  readonly text: string
  /** `levels.WARNING.hold` → its key and its value. List items: `columns.later[0]`. */
  readonly places: ReadonlyMap<string, { readonly key?: Span; readonly value: Span }>
}

export interface Mistake {
  /** `levels.WARNING.hold`; empty for the file as a whole. */
  readonly path: string
  readonly span: Span
  readonly found: string
  readonly expected: string
  /** The text to put in place of the span; the whole mended line is shown. */
  readonly mend?: string
}

/** A mistake at a path of the recipe; `at` says whether the key or the value is wrong. */
export interface PathMistake {
  readonly path: string
  readonly at?: 'key' | 'value'
  /** A part of the value: of this text, from one character to another. */
  readonly part?: { readonly text: string } & Span
  readonly found: string
  readonly expected: string
  readonly mend?: string
}

const SHOWN = 5
const WIDTH = 110

/** The failure for mistakes found after loading: in columns, in expressions. */
export function recipeFailure(source: RecipeSource, mistakes: readonly PathMistake[], options?: ErrorOptions): Failure {
  return failureOf(
    source,
    mistakes.map(({ at, part, mend, ...said }) => ({ ...said, ...locate(source, said.path, mend, at, part) })),
    options,
  )
}

/** A text that YAML folded or escaped is not found again in the source: then the whole value is shown, and no mend. */
function locate(
  source: RecipeSource,
  path: string,
  mend: string | undefined,
  at: PathMistake['at'],
  part: PathMistake['part'],
): Pick<Mistake, 'span' | 'mend'> {
  const span = spanOf(source, path, at)
  if (!part) return { span, ...(mend !== undefined && { mend }) }
  const start = source.text.slice(span.start, span.end).indexOf(part.text)
  if (start < 0) return { span }
  const from = span.start + start
  return { span: { start: from + part.start, end: from + part.end }, ...(mend !== undefined && { mend }) }
}

export function failureOf(
  { path, text }: Pick<RecipeSource, 'path' | 'text'>,
  mistakes: readonly Mistake[],
  options?: ErrorOptions,
): Failure {
  const sorted = [...mistakes].sort((a, b) => a.span.start - b.span.start)
  const parts = sorted.slice(0, SHOWN).map(mistake => describe(path, text, mistake))
  const more = sorted.length - parts.length
  const count = sorted.length === 1 ? 'a mistake' : `${sorted.length} mistakes`
  const report = [`${printable(path)} has ${count}`, ...parts, ...(more > 0 ? [`and ${more} more below`] : [])].join(
    '\n\n',
  )
  const hint = `Mend ${sorted.length === 1 ? 'that line' : 'those lines'} and run again. All words of a recipe, for your editor: tocsin schema`
  return new Failure('RECIPE_INVALID', { report, hint }, options)
}

/** The place of a path; of the nearest parent that is written down when the path itself is not. */
export function spanOf(source: RecipeSource, path: string, at: 'key' | 'value' = 'value'): Span {
  for (let parent = path; parent !== ''; parent = parent.replace(/(\.[^.]*|\[\d+\]|^[^.[]*)$/, '')) {
    const place = source.places.get(parent)
    if (place) return (at === 'key' || parent !== path ? place.key : undefined) ?? place.value
  }
  return { start: 0, end: 0 }
}

function describe(file: string, text: string, { path, span, found, expected, mend }: Mistake): string {
  const { start: lineStart, end: lineEnd } = lineAt(text, span.start)
  const line = text.slice(lineStart, lineEnd)
  const row = text.slice(0, lineStart).split('\n').length
  const column = span.start - lineStart
  const marked = Math.max(1, Math.min(span.end, lineEnd) - span.start)
  const place = `${printable(file)}:${row}:${column + 1}`
  const gutter = ' '.repeat(String(row).length)
  const { shown, skipped } = cut(line, column)
  const said = [
    path === '' ? place : `${place}  ${printable(path)}`,
    `  ${row} | ${shown}`,
    `  ${gutter} | ${' '.repeat(column - skipped)}${'^'.repeat(Math.min(marked, Math.max(1, shown.length - (column - skipped))))}`,
    `  found     ${printable(found)}`,
    `  expected  ${printable(expected)}`,
  ]
  if (mend !== undefined) {
    const mended = line.slice(0, column) + mend + line.slice(Math.min(span.end, lineEnd) - lineStart)
    said.push(`  write     ${printable(mended.trim())}`)
  }
  return said.map(line => line.trimEnd()).join('\n')
}

/** The line that a character stands in, without its end. */
export function lineAt(text: string, at: number): Span {
  // lastIndexOf takes a negative start for 0.
  const start = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1
  const newline = text.indexOf('\n', at)
  const end = newline < 0 ? text.length : newline
  return { start, end: end > start && text[end - 1] === '\r' ? end - 1 : end }
}

/** A long line is shown around its caret, so that the caret stays on the screen. */
function cut(line: string, column: number): { shown: string; skipped: number } {
  const skipped = column > WIDTH - 20 ? column - 40 : 0
  return { shown: printable(line.slice(skipped, skipped + WIDTH)), skipped }
}

/** A recipe may come from anyone: control characters must not reach a terminal. One sign each, so carets stay right. */
function printable(text: string): string {
  return text
    .replaceAll('\t', ' ')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '·')
}
