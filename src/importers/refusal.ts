/**
 * A model file that cannot be honoured, said so that a person can act: what was found, what was expected, what to do.
 * Thrown anywhere below the importers; the program turns it into the failure MODEL_REFUSED.
 */
export type RefusalKind =
  /** The bytes are not what they should be: cut off, damaged, too large, made to harm. */
  | 'damaged'
  /** It names something that runs commands or opens files. Safe to read, as nothing is called, and nothing to trust. */
  | 'hostile'
  /** A sound file with something in it that has no counterpart here. */
  | 'unsupported'
  /** It could be scored, but which number is the risk, or what a column is called, is for a person to say. */
  | 'unsaid'

export class Refusal extends Error {
  readonly kind: RefusalKind
  /** What to do, as a sentence; empty where the message says it. */
  readonly hint: string
  /** Offset in the bytes as they were read, after decompression. */
  readonly at: number | undefined

  constructor(kind: RefusalKind, message: string, hint = '', at?: number) {
    super(message)
    this.name = 'Refusal'
    this.kind = kind
    this.hint = hint
    this.at = at
  }
}

/** A risk is one number a row. @param who "RandomForestRegressor", or "it" of a whole file */
export const severalOutputs = (who: string, outputs: number): Refusal =>
  new Refusal(
    'unsupported',
    `${who} predicts ${outputs} numbers a row, expected one`,
    'Fit and save one model for each.',
  )
