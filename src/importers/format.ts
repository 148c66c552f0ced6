/** What every reader of a foreign format gives: what the file says of itself, and how it would be scored. */
import type { About } from './about.ts'
import type { Program } from './program.ts'
import type { ImportRequest } from './request.ts'

export interface Opened {
  /** Known even where the model is refused. */
  readonly about: About
  /** @throws Refusal for whatever cannot be honoured */
  program(): Program
}

/**
 * @param request its `bytes` are what the file holds once it is no longer compressed
 * @param containers how it was compressed, outermost first
 * @throws Refusal where not even its content can be told
 */
export type Open = (request: ImportRequest, containers: readonly string[]) => Opened
