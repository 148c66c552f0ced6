/** A new threshold for a fitted model, from rows that should be normal. The old model is the parent of the new one. */
import { basename, join } from 'node:path'
import { type Artifact, digest, encode } from '../artifact/artifact.ts'
import { writeFileAtomic } from '../data/publish.ts'
import { Failure } from '../errors.ts'
import { max, mean, min, standardDeviation } from '../math/statistics.ts'
import type { Level, Rule } from '../recipe/schema.ts'
import { calibrate, requireSupport } from './calibrate.ts'
import { scoreRows } from './evaluate.ts'
import { calibrationRows } from './fit.ts'
import type { Host } from './host.ts'
import { type ModelFile, readModel } from './model-file.ts'
import { refuseOverwriting, splitOutput } from './place.ts'
import { inSession, type Resources } from './session.ts'

export interface RecalibrateRequest extends Resources {
  readonly model: string
  /** Held-out normal rows: not the ones that taught. */
  readonly input: readonly string[]
  readonly output: string
  /** Which level; the mildest by default. */
  readonly level?: string | undefined
  /** The level's own rule by default. */
  readonly rule?: Rule | undefined
  readonly samplesPerWeek?: number | undefined
  readonly strict?: boolean
  /** Writes the published threshold_config.json and threshold.txt here. */
  readonly reportDirectory?: string | undefined
}

export interface RecalibrateResult {
  readonly parent: ModelFile
  readonly artifact: Artifact
  readonly id: string
  readonly path: string
  readonly files: readonly string[]
}

export async function recalibrate(host: Host, request: RecalibrateRequest): Promise<RecalibrateResult> {
  const parent = readModel(request.model)
  const { directory, name } = splitOutput(request.output)
  refuseOverwriting([...request.input, request.model], [request.output])
  return inSession(host, { directory, name, files: [name] }, request, async session => {
    const { artifact } = parent
    const { rows, risk, sha256 } = await scoreRows(host, session, parent, { input: request.input })
    if (sha256 !== '' && sha256 === artifact.lineage.sha256)
      host.warn('these are the rows that taught the model: on rows it has not seen, false alarms will be more frequent')
    const usable = Int32Array.from({ length: rows.rows }, (_, i) => i).filter(row => Number.isFinite(risk[row]))
    const split = { train: usable, heldOut: usable }
    const calibration = calibrationRows(risk, rows, split, artifact.recipe, request.samplesPerWeek)
    const at = levelIndex(artifact, request.level)
    const rules = startingLevels(artifact, request.rule).map(
      (level, i): Level => (i === at && request.rule ? { ...level, rule: request.rule } : level),
    )
    const [cut] = calibrate([rules[at] as Level], calibration)
    const levels = artifact.levels.length
      ? artifact.levels.map((level, i) => (i === at && cut ? cut : level))
      : cut
        ? [cut]
        : []
    requireOrder(levels)
    if (request.strict) requireSupport(levels)
    const next: Artifact = { ...artifact, recipe: { ...artifact.recipe, levels: rules }, levels, parent: parent.id }
    const bytes = encode(next)
    await session.run.write(name, bytes)
    await session.run.publish({ files: [name], metadata: undefined })
    const files = [join(directory, name)]
    if (request.reportDirectory !== undefined)
      files.push(...(await writeConfig(host, request, next, calibration.heldOut.risk, at)))
    return { parent, artifact: next, id: digest(bytes), path: join(directory, name), files }
  })
}

/** An imported model may have no level yet: the rule that is asked for makes its first. */
function startingLevels({ recipe }: Artifact, rule: Rule | undefined): readonly Level[] {
  if (recipe.levels.length > 0) return recipe.levels
  if (rule) return [{ name: 'ALARM', rule }]
  throw new Failure('USAGE', {
    problem: 'the model has no threshold yet, and no flag says how to find one',
    hint: 'For example: tocsin threshold model.tocsin --input normal.csv --target-far 1/month',
  })
}

function levelIndex({ levels }: Artifact, name: string | undefined): number {
  const at = name === undefined ? 0 : levels.findIndex(l => l.name === name)
  if (at >= 0) return at
  throw new Failure('USAGE', {
    problem: `--level is ${JSON.stringify(name)}, which the model does not have`,
    hint: `Its levels are ${levels.map(l => l.name).join(', ')}.`,
  })
}

function requireOrder(levels: Artifact['levels']): void {
  levels.forEach((level, i) => {
    const below = levels[i - 1]
    if (!below || level.cut >= below.cut) return
    throw new Failure('USAGE', {
      problem: `${level.name} would start at ${level.cut.toPrecision(4)}, below the milder ${below.name} at ${below.cut.toPrecision(4)}`,
      hint: 'Give a tighter budget for the severer level, or set the milder one first.',
    })
  })
}

/** The published files of the threshold stage, with their keys. */
async function writeConfig(
  host: Host,
  request: RecalibrateRequest,
  artifact: Artifact,
  risk: Float64Array,
  at: number,
): Promise<string[]> {
  const level = artifact.levels[at]
  if (!level || request.reportDirectory === undefined) return []
  const { support } = level
  const alerts = risk.filter(r => r > level.cut).length
  const weekly = support?.unit === 'week' ? support : undefined
  const config = {
    threshold: level.cut,
    threshold_percentile: (100 * risk.filter(r => r <= level.cut).length) / risk.length,
    target_far_per_week: weekly?.asked ?? null,
    estimated_far_per_week: weekly?.rate ?? null,
    samples_per_week: request.samplesPerWeek ?? null,
    n_validation_samples: risk.length,
    n_validation_alerts: alerts,
    validation_alert_rate: alerts / risk.length,
    score_min: min(risk),
    score_max: max(risk),
    score_mean: mean(risk),
    score_std: standardDeviation(risk),
    timestamp: host.now().toISOString(),
    model_path: request.model,
    calibration_split: request.input.map(f => basename(f)).join(', '),
    n_features: artifact.features.length,
    supported: support?.supported ?? null,
    far_interval: support ? [support.low, support.high] : null,
  }
  const who = { pid: host.pid, token: host.token, isAlive: host.isAlive }
  const paths = ['threshold_config.json', 'threshold.txt'].map(f => join(request.reportDirectory as string, f)) as [
    string,
    string,
  ]
  await writeFileAtomic(paths[0], `${JSON.stringify(config, null, 2)}\n`, who)
  await writeFileAtomic(paths[1], `${level.cut}\n`, who)
  return paths
}
