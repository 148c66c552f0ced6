/** A model file of another program written as one of ours, filled with what a sample of its data says, and proved. */
import { join } from 'node:path'
import { type Artifact, digest, encode } from '../artifact/artifact.ts'
import { Failure } from '../errors.ts'
import type { ScoreScale } from '../importers/request.ts'
import { scoreRows } from './evaluate.ts'
import { profileOf } from './fit.ts'
import type { Said } from './foreign-file.ts'
import { pick } from './gather.ts'
import type { Host } from './host.ts'
import { type ModelFile, readModel } from './model-file.ts'
import { type Expected, type Parity, parityBasis, parityOf, readExpected } from './parity.ts'
import { refuseOverwriting, splitOutput } from './place.ts'
import { inSession, type Resources, type Session } from './session.ts'

export interface ImportFileRequest extends Resources {
  readonly model: string
  readonly said?: Said | undefined
  readonly output: string
  /** Rows like those that taught: their ranges and some of them are kept, for warnings and explanations. */
  readonly background?: string | undefined
  /** A table, and what the original says of each of its rows. */
  readonly check?: string | undefined
  readonly expect?: string | undefined
  readonly expectColumn?: string | undefined
  readonly expectOf?: ScoreScale | undefined
  /** How far apart the numbers may be, and by which share of the original's. */
  readonly tolerance?: number | undefined
}

export interface ImportFileResult {
  readonly from: ModelFile
  readonly artifact: Artifact
  readonly id: string
  readonly path: string
  readonly parity?: Parity
  readonly warnings: readonly string[]
}

/** @throws Failure MODEL_REFUSED; MODEL_DIFFERS, before anything is written, where the numbers are not the original's */
export async function importFile(host: Host, request: ImportFileRequest): Promise<ImportFileResult> {
  const { model, output, background, check, expect } = request
  if ((check === undefined) !== (expect === undefined))
    throw new Failure('USAGE', {
      problem: `--${check === undefined ? 'expect' : 'check'} is given without --${check === undefined ? 'check' : 'expect'}`,
      hint: 'Give both: --check sample.csv --expect scores.csv',
    })
  const from = readModel(model, request.said ?? {})
  if (!from.foreign)
    throw new Failure('USAGE', {
      problem: `${model} is a model of tocsin already`,
      hint: 'Score with it as it is; tocsin inspect says what it holds.',
    })
  const { directory, name } = splitOutput(output)
  refuseOverwriting([model, ...[background, check, expect].filter(path => path !== undefined)], [output])
  const warnings = [...(from.artifact.source?.warnings ?? [])]
  const place = { directory, name, files: [name] }
  const artifact =
    background === undefined
      ? from.artifact
      : await inSession(host, place, request, async session => withBackground(host, session, from, background))
  // A session opens its door to the tables that it knows by then: this one is another.
  const expected =
    expect === undefined
      ? undefined
      : await inSession(host, place, request, async session => readExpected(session, expect, request.expectColumn))
  const parity =
    expected === undefined
      ? undefined
      : await inSession(host, place, request, async session =>
          prove(host, session, { ...from, artifact }, request, expected),
        )
  const bytes = encode(artifact)
  await inSession(host, place, request, async ({ run }) => {
    await run.write(name, bytes)
    await run.publish({ files: [name], metadata: undefined })
  })
  return { from, artifact, id: digest(bytes), path: join(directory, name), warnings, ...(parity ? { parity } : {}) }
}

async function withBackground(host: Host, session: Session, model: ModelFile, input: string): Promise<Artifact> {
  const { rows } = await scoreRows(host, session, model, { input: [input] })
  const usable = Int32Array.from({ length: rows.rows }, (_, i) => i).filter(row => !rows.rejection.has(row))
  if (usable.length === 0)
    throw new Failure('TOO_FEW_ROWS', {
      what: `rows of ${input} that have every feature`,
      found: 0,
      needed: 1,
      hint: 'Give rows like those that the model learned from.',
    })
  const { artifact } = model
  return { ...artifact, profile: profileOf(pick(rows, usable), artifact.recipe) }
}

async function prove(
  host: Host,
  session: Session,
  model: ModelFile,
  request: ImportFileRequest,
  expected: Expected,
): Promise<Parity> {
  const { check = '', expect = '', expectOf } = request
  const { risk } = await scoreRows(host, session, model, { input: [check] })
  const options = { ...parityBasis(model.artifact), of: expectOf, tolerance: request.tolerance }
  const parity = parityOf(risk, expected, options)
  if (parity.within) return parity
  throw new Failure('MODEL_DIFFERS', {
    model: request.model,
    expect,
    row: parity.row,
    ours: parity.ours,
    theirs: parity.theirs,
    difference: parity.difference,
    beyond: parity.beyond,
    rows: parity.rows,
    hint: parity.hint,
  })
}
