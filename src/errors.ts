/**
 * Every failure that a user can cause: one row each, with its exit code, its HTTP status, and the three things a
 * person needs — what was found, what was expected, what to do. `docs/errors.md` lists the same rows; a test keeps
 * the two equal. Exit codes are in `docs/exit-codes.md`.
 */

type Text = (p: Record<string, string>) => string

export interface FailureKind {
  /** Process exit code. */
  readonly exit: number
  /** HTTP status when the same failure reaches a server. */
  readonly status: number
  /** What was found and what was expected; `{name}` is replaced by a parameter. */
  readonly message: string | Text
  /** What to do about it. */
  readonly hint: string | Text
}

/** Exit codes, by meaning. Anomalies found are not a failure: a run that finds some exits 0. */
export const EXIT = {
  ok: 0,
  usage: 1,
  model: 2,
  input: 3,
  output: 4,
  durability: 5,
  locked: 6,
  rejected: 7,
  memory: 8,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const

const usage = { exit: EXIT.usage, status: 400 }
const model = { exit: EXIT.model, status: 422 }
const input = { exit: EXIT.input, status: 422 }
const output = { exit: EXIT.output, status: 500 }

export const FAILURES = {
  // ── the command line ──────────────────────────────────────────────────────────────────────────────────────────
  USAGE: { ...usage, message: '{problem}', hint: '{hint}' },
  INTERRUPTED: { exit: EXIT.interrupted, status: 499, message: 'interrupted', hint: 'Nothing was written.' },

  // ── the recipe ────────────────────────────────────────────────────────────────────────────────────────────────
  RECIPE_NOT_FOUND: {
    ...usage,
    message: 'Recipe not found: {path}',
    hint: 'Check the path, or write a first recipe from your data with: tocsin init data.csv',
  },
  RECIPE_INVALID: { ...usage, message: '{report}', hint: '{hint}' },

  // ── the model file ────────────────────────────────────────────────────────────────────────────────────────────
  MODEL_NOT_FOUND: {
    ...model,
    message: 'Failed to load model from {path}\nReason: File not found',
    hint: p =>
      `Check that the model path is correct and the model file exists. List available models with:\n  ls ${p.folder}`,
  },
  MODEL_INVALID: {
    ...model,
    message: 'Failed to load model from {path}\nReason: {reason}',
    hint: 'Fit the model again with tocsin fit, or ask whoever made the file for a fresh copy.',
  },
  MODEL_REFUSED: {
    ...model,
    message: 'Failed to load model from {path}\nReason: {reason}',
    hint: '{hint}',
  },
  EXPORT_REFUSED: {
    ...model,
    message: 'Cannot export this model to {format}\nReason: {reason}',
    hint: '{hint}',
  },
  MODEL_DIFFERS: {
    ...model,
    message:
      '{model} does not give the numbers of {expect}: {beyond} of {rows} rows differ, row {row} most: {ours} here, {theirs} there, a difference of {difference}',
    hint: '{hint}',
  },
  MODEL_UNEXPLAINED: {
    ...model,
    message:
      '{path} cannot say the reasons of a risk: explaining such a model compares with rows that taught, and it holds none',
    hint: '{hint}',
  },
  MODEL_UNCALIBRATED: {
    ...model,
    message: 'The model {name} has no threshold',
    hint: 'Set one with tocsin threshold, or give --threshold on the command line.',
  },
  BUDGET_UNSUPPORTED: {
    ...model,
    message: 'The held-out data cannot support the budget of {level}: {detail}',
    hint: 'Collect more held-out data, loosen the budget, or leave out --strict.',
  },

  // ── the input ─────────────────────────────────────────────────────────────────────────────────────────────────
  INPUT_NOT_FOUND: {
    ...input,
    message: 'Input file not found: {path}',
    hint: 'Check the path. Folders and globs are allowed: data/*.csv',
  },
  INPUT_UNREADABLE: { ...input, message: 'Cannot read {path}: {reason}', hint: '{hint}' },
  INPUT_UNSUPPORTED: { ...input, message: '{path} is {found}, which is not a table tocsin reads', hint: '{hint}' },
  INPUT_EMPTY: {
    ...input,
    message: '{path} has no rows: {detail}',
    hint: 'Give a table with a header line and at least one row below it.',
  },
  INPUT_HEADER: { ...input, message: '{path}: {problem}', hint: '{hint}' },
  MISSING_FEATURES: {
    ...input,
    message: p =>
      `Input data missing required features: ${p.missing}\nExpected features: ${p.expected}\nFound features: ${p.found}`,
    hint: 'Ensure input data has been processed with make_features.py using the same configuration as training.{nearest}',
  },
  INPUT_SKEWED: {
    ...input,
    message: 'The input cannot be what the model was taught with:\n  {columns}',
    hint: 'Nothing was written. Mend the columns, or score without --strict and read these as warnings.',
  },
  RESERVED_COLUMNS: {
    ...input,
    message: 'The input already has columns that the output adds: {columns}',
    hint: 'Rename them, or give --replace to overwrite them with this run.',
  },
  INVALID_ROWS: {
    ...input,
    message: '{count} of {total} rows cannot be scored: {reasons}',
    hint: 'Mend the rows, or give --on-invalid skip (keep them unscored) or --on-invalid impute.',
  },
  TOO_MANY_REJECTED: {
    exit: EXIT.rejected,
    status: 422,
    message: '{count} of {total} rows ({share}) were not scored; the limit is {limit}',
    hint: 'The outputs were written. Look at {file} for the reasons, or raise --max-rejected.',
  },
  TOO_FEW_ROWS: { ...input, message: '{what}: {found} rows, at least {needed} needed', hint: '{hint}' },
  NO_FEATURES: {
    ...input,
    message: 'No numeric columns to learn from in {path}',
    hint: 'List the features in the recipe, one a line, under features:',
  },

  // ── the output ────────────────────────────────────────────────────────────────────────────────────────────────
  OUTPUT_NOT_WRITABLE: { ...output, message: 'Cannot write {path}: {reason}', hint: '{hint}' },
  OUTPUT_IS_INPUT: {
    ...output,
    message: 'The output {path} is also an input',
    hint: 'Give another --output: an input is never overwritten.',
  },
  DISK_FULL: {
    ...output,
    message: 'No space left while writing {path}{detail}',
    hint: 'Free some space (about twice the input is needed) and run again. Nothing partial was left behind.',
  },
  DURABILITY_UNKNOWN: {
    exit: EXIT.durability,
    status: 500,
    message: '{path} is complete, but the disk did not confirm that the folder entry is safe: {reason}',
    hint: 'Check the disk. If the machine loses power now the file may be lost; run again to be sure.',
  },
  OUTPUT_LOCKED: {
    exit: EXIT.locked,
    status: 409,
    message: 'Another run (pid {pid}) is writing {path}',
    hint: 'Wait for it to end, or give another --output. If there is no such run, delete {lock}',
  },
  OUT_OF_MEMORY: {
    exit: EXIT.memory,
    status: 507,
    message: 'Not enough memory: {reason}',
    hint: 'Give a smaller --batch-size, a larger --memory, or split the file.',
  },
} satisfies Record<string, FailureKind>

export type FailureCode = keyof typeof FAILURES

/** A failure with its code. `message` is one text ready to print after "ERROR: "; `hint` follows "Solution: ". */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: FailureCode
  /** What it was made from: with the code enough to make it again, in another thread. */
  readonly parameters: Readonly<Record<string, string>>
  readonly exit: number
  readonly status: number
  readonly hint: string

  constructor(code: FailureCode, parameters: Record<string, unknown> = {}, options?: ErrorOptions) {
    const kind: FailureKind = FAILURES[code]
    const p = Object.fromEntries(Object.entries(parameters).map(([k, v]) => [k, String(v)]))
    super(fill(kind.message, p), options)
    this.code = code
    this.parameters = p
    this.exit = kind.exit
    this.status = kind.status
    this.hint = fill(kind.hint, p)
  }
}

function fill(text: string | Text, p: Record<string, string>): string {
  return typeof text === 'string' ? text.replace(/\{(\w+)\}/g, (_, key: string) => p[key] ?? '') : text(p)
}
