/** What a model is worth on a table: with labels against them, without them by its scores and alarms over time. */
import { join } from 'node:path'
import type { Artifact } from '../artifact/artifact.ts'
import type { PublishedFile } from '../data/publish.ts'
import { Failure } from '../errors.ts'
import { learnStatement } from '../plan/learn.ts'
import type { PlannedFeature } from '../recipe/feature.ts'
import type { Evaluation } from './assess.ts'
import { findUnbound, unboundText } from './bind.ts'
import { checkInput } from './check-input.ts'
import { readAnswers } from './conditions.ts'
import { scoreAll } from './fit.ts'
import { gather, type Rows } from './gather.ts'
import type { Host } from './host.ts'
import { type ModelFile, readModel, withThreshold } from './model-file.ts'
import { refuseOverwriting } from './place.ts'
import { readInput } from './read-input.ts'
import { drawPictures, evaluationOf, pageOf } from './report.ts'
import { inSession, type Resources, type Session } from './session.ts'
import { tableOf } from './table.ts'

export interface EvaluateRequest extends Resources {
  readonly model: string
  readonly input: readonly string[]
  /** The folder of the report. */
  readonly output: string
  /** A column or condition that says which rows are bad; the recipe's label by default. */
  readonly label?: string | undefined
  readonly threshold?: number | undefined
  readonly samplesPerWeek?: number | undefined
  /** Each group runs until it fails: adds lead times. */
  readonly runToFailure?: boolean
}

export interface EvaluateResult {
  readonly model: ModelFile
  readonly evaluation: Evaluation
  readonly directory: string
  readonly files: readonly PublishedFile[]
  readonly warnings: readonly string[]
}

const METRICS = 'metrics.json'
const PAGE = 'evaluation_report.html'
const PREDICTIONS = 'predictions.csv'

export async function evaluate(host: Host, request: EvaluateRequest): Promise<EvaluateResult> {
  const model = readModel(request.model)
  const directory = request.output
  if (request.runToFailure && model.artifact.recipe.columns.group === undefined)
    throw new Failure('USAGE', {
      problem: 'lead times need units that fail, but the model has no group column',
      hint: 'Name the column of the unit in the recipe, columns: {group: unit_id}, and fit again; or leave out --run-to-failure.',
    })
  refuseOverwriting(
    [...request.input, request.model],
    [METRICS, PAGE, PREDICTIONS].map(f => join(directory, f)),
  )
  return inSession(
    host,
    { directory, name: 'evaluation', files: [METRICS, PAGE, PREDICTIONS] },
    request,
    async session => {
      const { run } = session
      const scored = await scoreRows(host, session, model, request)
      const { artifact } = model
      const cuts = withThreshold(artifact.levels, request.threshold)
      const all = Int32Array.from({ length: scored.rows.rows }, (_, i) => i)
      const subject = {
        artifact,
        id: model.id,
        ...scored,
        chosen: all,
        cuts,
        samplesPerWeek: request.samplesPerWeek,
        runToFailure: request.runToFailure ?? false,
        label: request.label,
        subtitle: `Evaluation on ${request.input.join(', ')}`,
        where: 'these rows',
      }
      const warnings = [...scored.warnings, ...taught(artifact, scored.sha256)]
      const evaluation = evaluationOf(subject)
      await run.write(METRICS, `${JSON.stringify(evaluation, null, 2)}\n`)
      await run.write(PAGE, await pageOf({ ...subject, warnings }, evaluation))
      await run.write(PREDICTIONS, predictionsCsv(scored.risk, cuts[0]?.cut ?? Number.POSITIVE_INFINITY))
      const pictures = await drawPictures(run, evaluation, artifact.recipe.columns.group)
      const files = await run.publish({ files: [PAGE, PREDICTIONS, ...pictures, METRICS], metadata: undefined })
      return { model, evaluation, directory, files, warnings }
    },
  )
}

function taught({ lineage, quality }: Artifact, sha256: string): string[] {
  if (sha256 === '' || sha256 !== lineage.sha256) return []
  const instead = quality ? '; the out-of-fold figures tell' : ''
  return [`these are the rows that the model was fitted on: its figures on them are too good${instead}`]
}

interface ScoredRows {
  readonly rows: Rows
  readonly risk: Float64Array
  readonly notes: readonly string[]
  readonly warnings: readonly string[]
  /** Of all bytes of the input. */
  readonly sha256: string
}

/** Reads a table as a model's features, with its labels, and scores every usable row. */
export async function scoreRows(
  host: Host,
  session: Session,
  model: ModelFile,
  request: Pick<EvaluateRequest, 'input' | 'label'>,
): Promise<ScoredRows> {
  const { artifact } = model
  const { recipe, types } = artifact
  const source = await readInput(session, model, request.input)
  const door = await session.door({ oneThread: true })
  const { features, warnings } = await checkInput(door, source, model)
  const wanted = request.label ?? recipe.columns.label
  const asked = request.label === undefined ? recipe.columns : { label: request.label }
  const { label, target } = await readAnswers(door, source.names, asked).catch(error => {
    // The recipe's own label may be a column that arrives later; one asked for on the command line must be there.
    if (request.label !== undefined) throw error
    return { label: undefined, target: undefined }
  })
  const read = [...(label?.columns ?? []), ...(target?.columns ?? [])]
  const known = {
    ...types,
    ...Object.fromEntries(read.filter(c => !Object.hasOwn(types, c)).map(c => [c, 'text' as const])),
  }
  if (label) {
    const unbound = await findUnbound(door, tableOf(source), recipe, known, features, [label.sql])
    const said = unbound && unboundText(unbound.reason, label.columns, known)
    if (said)
      throw new Failure('USAGE', { problem: `the label ${wanted} is ${said.found}`, hint: `Give ${said.expected}.` })
  }
  const conditions = { learn: undefined, label: label?.sql, target: target?.sql }
  const sql = learnStatement(tableOf(source), recipe, known, features, conditions)
  const rows = await gather(door, sql, features.length, source.rows, {
    ids: true,
    progress: done => host.progress('reading', done, source.rows),
  })
  const risk = await scoreAll(artifact, rows)
  const said = [...warnings, ...leaks(features, read)]
  return { rows, risk, notes: source.notes, warnings: said, sha256: source.sha256 }
}

/** A model that reads the answer is judged by how well it can read. */
function leaks(features: readonly PlannedFeature[], label: readonly string[]): string[] {
  return features.flatMap(({ name, columns }) => {
    const read = columns.filter(column => label.includes(column))
    if (!read.length) return []
    const how = read.includes(name)
      ? `the feature ${name} is in the label`
      : `the feature ${name} reads ${read.join(', ')}, which is in the label`
    return [`${how}: the model sees the answer, so these figures say nothing`]
  })
}

/** The published two columns, one line a row; both empty where a row has no score. */
function predictionsCsv(risk: Float64Array, cut: number): string {
  const lines = ['anomaly_score,prediction']
  for (const r of risk) lines.push(Number.isFinite(r) ? `${r},${r > cut ? 1 : 0}` : ',')
  return `${lines.join('\n')}\n`
}
