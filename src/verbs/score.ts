/** Scores a table with one or several models and publishes scores, rejected rows and metadata as one set. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { hashFiles } from '../data/digest.ts'
import type { Door } from '../data/door.ts'
import { findFiles } from '../data/files.ts'
import type { Source } from '../data/intake.ts'
import type { PublishedFile } from '../data/publish.ts'
import { Failure } from '../errors.ts'
import { collisions, type Fitted, REASON_SEPARATOR, scoreStatement } from '../plan/score.ts'
import type { PlannedFeature } from '../recipe/feature.ts'
import { quoteText } from '../sql.ts'
import { type Checked, checkInput } from './check-input.ts'
import type { Said } from './foreign-file.ts'
import type { Host } from './host.ts'
import { metadataOf } from './metadata.ts'
import { type ModelFile, modelName, readModel, withThreshold } from './model-file.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { openRisk } from './pipeline.ts'
import { refuseOverwriting, splitOutput } from './place.ts'
import { readInput } from './read-input.ts'
import { explainerFor, hiddenFeatures, nameIn, topReasons } from './reasons.ts'
import { writeCsv, writeRejected } from './score-files.ts'
import { inSession, type Resources, type Session } from './session.ts'
import { type Gathering, gatherFigures, skewOf, taughtFigures } from './skew.ts'
import { tableOf } from './table.ts'

export type OnInvalid = 'skip' | 'impute' | 'error'
export type Format = 'csv' | 'parquet'

export interface ScoreRequest extends Resources {
  readonly models: readonly string[]
  /** What is said about those models that are files of other programs. */
  readonly said?: Said | undefined
  readonly input: string
  /** The name of the outputs, without an ending. */
  readonly output: string
  readonly threshold?: number | undefined
  /** Rows that a scorer takes at a time; the scores do not depend on it. */
  readonly batchSize?: number | undefined
  readonly onInvalid: OnInvalid
  /** How many reasons to name, each with its value and its share; 0 for none. */
  readonly reasons?: number | undefined
  /** Whose reasons: those of the rows that the model alarms, or of every row. */
  readonly reasonsOf?: 'alarms' | 'all' | undefined
  /** Share of rejected rows above which the run fails with TOO_MANY_REJECTED, after writing its outputs. */
  readonly maxRejected: number
  /** Fails with INPUT_SKEWED, and writes nothing, where columns cannot be what the model was taught with. */
  readonly strict?: boolean | undefined
  readonly formats?: readonly Format[] | undefined
  readonly replace: boolean
  readonly scoredAt: Date
  readonly version: string
  readonly commit: string | null
}

export interface ScoreResult {
  readonly models: readonly ModelFile[]
  readonly outcome: Outcome
  readonly directory: string
  readonly files: readonly PublishedFile[]
  readonly warnings: readonly string[]
  /** What was settled by looking at the input. */
  readonly notes: readonly string[]
  /** From the start to the moment before the outputs were put in place. */
  readonly tookMs: number
}

export async function score(host: Host, request: ScoreRequest): Promise<ScoreResult> {
  const startedMs = host.clock()
  const models = request.models.map(path => readModel(path, request.said ?? {}))
  const { directory, name } = splitOutput(request.output)
  const csv = `${name}.csv`
  const parquet = `${name}.parquet`
  const rejected = `${name}_rejected.csv`
  const metadata = `${name}_metadata.json`
  const all = [csv, parquet, rejected, metadata]
  refuseOverwriting(
    [request.input, ...request.models],
    all.map(file => join(directory, file)),
  )
  const needBytes = OUTPUT_SHARE * sizeOf(request.input)
  return inSession(host, { directory, name, files: all, needBytes }, request, async session => {
    const { run } = session
    const master = run.temp(parquet)
    const scored = await scoreTable(host, session, models, request, master)
    const formats = request.formats ?? models[0]?.artifact.recipe.output.files ?? ['csv', 'parquet']
    if (formats.includes('parquet')) run.seal(parquet)
    // DuckDB counts in its own threads while this one writes the CSV.
    const counting = outcomeOf(scored.door, master, scored.fitted, scored.suffixes, scored.source.names)
    counting.catch(() => undefined)
    const wantsCsv = formats.includes('csv')
    const sha256 =
      wantsCsv && (await writeCsv(session, scored, { master, out: run.temp(csv), scoredAt: request.scoredAt }))
    const outcome = await counting
    if (request.onInvalid === 'error' && outcome.rejected > 0) throw invalidRows(outcome)
    if (outcome.rejected > 0) await writeRejected(scored, { master, out: run.temp(rejected) })
    const written = [
      ...(wantsCsv ? [sha256 ? { name: csv, sha256 } : csv] : []),
      ...(formats.includes('parquet') ? [parquet] : []),
      ...(outcome.rejected > 0 ? [rejected] : []),
    ]
    const names = written.map(file => (typeof file === 'string' ? file : file.name))
    const { source } = scored
    const inputSha256 = await scored.hashing
    const warnings = [...models.flatMap(importWarnings), ...scored.warnings]
    const tookMs = host.clock() - startedMs
    const files = await run.publish({
      files: written,
      remove: all.filter(file => file !== metadata && !names.includes(file)),
      metadata: {
        name: metadata,
        text: done =>
          metadataOf({ request, models, source, inputSha256, outcome, warnings, files: done, tookMs, now: host.now() }),
      },
    })
    refuseTooMany(outcome, request.maxRejected, join(directory, rejected))
    const notes = [...models.flatMap(model => model.foreign?.notes ?? []), ...source.notes]
    return { models, outcome, directory, files, warnings, notes, tookMs }
  })
}

/** What was decided about a file of another program, said on every use of that file. */
function importWarnings({ path, artifact, foreign }: ModelFile): string[] {
  return foreign ? (artifact.source?.warnings ?? []).map(sentence => `${path}: ${sentence}`) : []
}

/** Bytes that both outputs together take for each byte of input: CSV grows by its new columns, Parquet shrinks. */
const OUTPUT_SHARE = 2

function sizeOf(input: string): number {
  return findFiles([input]).reduce((sum, path) => sum + statSync(path).size, 0)
}

export interface Scored {
  readonly door: Door
  readonly source: Source
  /** The SHA-256 of the input, taken on another core while this one scores. */
  readonly hashing: Promise<string>
  readonly fitted: readonly Fitted[]
  /** What is appended to the added columns, one a model. */
  readonly suffixes: readonly string[]
  /** Columns of the input that the added ones replace. */
  readonly replaced: readonly string[]
  /** Reasons of each model. */
  readonly reasons: number
  readonly warnings: readonly string[]
}

/** Writes `master`: one Parquet file with the input and what each model says of it. */
async function scoreTable(
  host: Host,
  session: Session,
  models: readonly ModelFile[],
  request: ScoreRequest,
  master: string,
): Promise<Scored> {
  const source = await readInput(session, models[0] as ModelFile, [request.input], { hash: false })
  const hashing = hashFiles(source.files)
  // Awaited at the end; a failure before that must not leave this one unheard.
  hashing.catch(() => undefined)
  const suffixes = suffixesOf(models)
  const replaced = collisions(source.names, suffixes, request.reasons ?? 0)
  if (replaced.length && !request.replace) throw new Failure('RESERVED_COLUMNS', { columns: replaced.join(', ') })
  const door = await session.door({ oneThread: models.some(m => m.artifact.features.some(f => f.kind === 'window')) })
  const checked: Checked[] = []
  for (const model of models) checked.push(await checkInput(door, source, model))
  const fitted = models.map((model, i) => fittedOf(model, (checked[i] as Checked).features, request.threshold))
  const options = { suffixes, replaced, request, master }
  const unlike = await writeParts(host, session, door, source, models, fitted, options)
  if (request.strict && unlike.length > 0) throw new Failure('INPUT_SKEWED', { columns: unlike.join('\n  ') })
  const warnings = [...checked.flatMap(c => c.warnings), ...unlike]
  return { door, source, hashing, fitted, suffixes, replaced, reasons: request.reasons ?? 0, warnings }
}

/** One pass over the input for each model; several are then put side by side, in the order of the rows. Returns what
 * cannot be what the models were taught with, a sentence each. */
async function writeParts(
  host: Host,
  session: Session,
  door: Door,
  source: Source,
  models: readonly ModelFile[],
  fitted: readonly Fitted[],
  options: { suffixes: readonly string[]; replaced: readonly string[]; request: ScoreRequest; master: string },
): Promise<string[]> {
  const { suffixes, replaced, request, master } = options
  const several = models.length > 1
  const parts: string[] = []
  const unlike: string[] = []
  for (const [i, model] of models.entries()) {
    const part = several ? join(session.run.folder, `part-${i}.parquet`) : master
    const { risk, close } = openRisk(model.artifact, {
      rows: source.rows,
      threads: request.threads,
      blockRows: request.batchSize,
    })
    const seen = gatherFigures(model.artifact.features.length, source.rows)
    let done = 0
    door.register(`risk_${i}`, model.artifact.features.length, (block, out) => {
      risk(block, out)
      seen.add(block)
      host.progress(`scoring ${modelName(model.path)}`, (done += block.rows), source.rows)
    })
    const reasons = request.reasons ?? 0
    if (reasons > 0) registerReasons(door, `why_${i}`, model, reasons)
    const sql = scoreStatement(tableOf(source), fitted[i] as Fitted, {
      risk: `risk_${i}`,
      scoredAt: request.scoredAt.toISOString(),
      onInvalid: request.onInvalid === 'impute' ? 'impute' : 'skip',
      suffix: suffixes[i] ?? '',
      withInput: i === 0,
      without: replaced,
      ...(reasons > 0 ? { reasons: { count: reasons, sql: `why_${i}`, of: request.reasonsOf ?? 'alarms' } } : {}),
    })
    try {
      await writeParquet(door, sql, part)
    } finally {
      await close()
    }
    parts.push(part)
    unlike.push(...unlikeTaught(model, seen))
  }
  if (!several) return unlike
  const joined = parts.map(p => `read_parquet(${quoteText(p)})`).join(' POSITIONAL JOIN ')
  await writeParquet(door, `SELECT * FROM ${joined}`, master)
  return [...new Set(unlike)]
}

function unlikeTaught({ artifact: { profile, features } }: ModelFile, seen: Gathering): string[] {
  return skewOf(
    features.map(({ name }) => name),
    taughtFigures(profile, features),
    seen.figures(),
  )
}

/** One text a row: feature, value and share of each reason, in order. */
function registerReasons(door: Door, name: string, model: ModelFile, count: number): void {
  const { artifact } = model
  const { features } = artifact
  const width = features.length
  const explainer = explainerFor(model)
  const hidden = hiddenFeatures(artifact)
  door.registerTexts(name, width, block => {
    const shares = new Float64Array(block.rows * width)
    explainer.explain(block, shares)
    return Array.from({ length: block.rows }, (_, row) =>
      topReasons(shares, row * width, width, count, hidden)
        .flatMap(({ feature, share }) => {
          const value = (block.columns[feature] as Float64Array)[row] as number
          // A text stands in its name already, and of a missing value there is nothing to say.
          const named = features[feature] as PlannedFeature
          const said = named.levels === undefined && Number.isFinite(value) ? value : ''
          return [nameIn(named, value), said, share]
        })
        .join(REASON_SEPARATOR),
    )
  })
}

/**
 * Building dictionaries of measurements, which hardly ever repeat, would take a sixth of the whole time: a column with
 * more than this many values in a row group is written plain.
 */
const DICTIONARY_VALUES = 4096

async function writeParquet(door: Door, sql: string, path: string): Promise<void> {
  const options = `FORMAT parquet, DICTIONARY_SIZE_LIMIT ${DICTIONARY_VALUES}, USE_TMP_FILE false`
  await door.run(`COPY (${sql}) TO ${quoteText(path)} (${options})`)
}

/** No suffix for one model; for several their names, made distinct. */
function suffixesOf(models: readonly ModelFile[]): string[] {
  if (models.length === 1) return ['']
  const seen = new Map<string, number>()
  return models.map(({ path }) => {
    const name = modelName(path)
    const n = (seen.get(name) ?? 0) + 1
    seen.set(name, n)
    return n === 1 ? `_${name}` : `_${name}_${n}`
  })
}

function fittedOf(model: ModelFile, features: Checked['features'], threshold: number | undefined): Fitted {
  const { artifact } = model
  const { min, max, mean } = artifact.profile as Record<string, Float64Array>
  if (artifact.levels.length === 0 && threshold === undefined) {
    throw new Failure('MODEL_UNCALIBRATED', { name: modelName(model.path) })
  }
  const levels: Fitted['levels'] = artifact.levels.length
    ? artifact.levels
    : [{ name: 'ALARM', cut: threshold as number }]
  return {
    name: modelName(model.path),
    recipe: artifact.recipe,
    types: artifact.types,
    features: features.map((feature, i) => ({
      ...feature,
      min: min?.[i] ?? Number.NaN,
      max: max?.[i] ?? Number.NaN,
      fill: mean?.[i] ?? Number.NaN,
    })),
    levels: withThreshold(levels, threshold),
  }
}

function reasonsText(outcome: Outcome): string {
  const counts = new Map<string, number>()
  for (const model of outcome.models) {
    for (const [reason, n] of Object.entries(model.rejectedBy)) counts.set(reason, Math.max(n, counts.get(reason) ?? 0))
  }
  return [...counts].map(([reason, n]) => `${n} ${reason}`).join(', ')
}

function invalidRows(outcome: Outcome): Failure {
  return new Failure('INVALID_ROWS', { count: outcome.rejected, total: outcome.rows, reasons: reasonsText(outcome) })
}

/** @param where the person finds the reasons. */
export function refuseTooMany(outcome: Outcome, maxRejected: number, where: string): void {
  const share = outcome.rows === 0 ? 0 : outcome.rejected / outcome.rows
  if (share <= maxRejected) return
  const percent = (x: number) => `${Number((100 * x).toPrecision(3))} %`
  throw new Failure('TOO_MANY_REJECTED', {
    count: outcome.rejected,
    total: outcome.rows,
    share: percent(share),
    limit: percent(maxRejected),
    file: where,
  })
}
