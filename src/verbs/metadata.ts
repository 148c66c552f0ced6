/** The record of a scoring run, beside its outputs. Pretty-printed, one key a line: scripts grep it. */
import type { Source } from '../data/intake.ts'
import type { PublishedFile } from '../data/publish.ts'
import type { ModelFile } from './model-file.ts'
import { modelName } from './model-file.ts'
import { type ModelOutcome, type Outcome, outputRecords } from './outcome.ts'
import type { ScoreRequest } from './score.ts'
import { isoSeconds } from './score-files.ts'

export interface MetadataInput {
  readonly request: ScoreRequest
  readonly models: readonly ModelFile[]
  readonly source: Source
  readonly inputSha256: string
  readonly outcome: Outcome
  /** What the person was told, a sentence each. */
  readonly warnings: readonly string[]
  readonly files: readonly PublishedFile[]
  readonly tookMs: number
  readonly now: Date
}

/**
 * The published keys first, in their order; ours after them in each section. Between two runs on the same inputs only
 * `run_info.timestamp` and `scoring_results.processing_time_seconds` differ.
 */
export function metadataOf({
  request,
  models,
  source,
  inputSha256,
  outcome,
  warnings,
  files,
  tookMs,
  now,
}: MetadataInput): string {
  const [model] = models as [ModelFile, ...ModelFile[]]
  const [first] = outcome.models as [ModelOutcome, ...ModelOutcome[]]
  const { artifact } = model
  const record = {
    run_info: {
      timestamp: isoSeconds(now),
      script_version: request.version,
      git_commit: request.commit,
      scored_at: isoSeconds(request.scoredAt),
    },
    model_info: {
      model_path: model.path,
      model_type: artifact.recipe.model.use.replaceAll('-', '_'),
      trained_on: artifact.lineage.to?.slice(0, 10) ?? null,
      features_used: artifact.features.map(f => f.name),
      model_name: modelName(model.path),
      model_id: model.id,
      n_features: artifact.features.length,
      ...(artifact.source ? { source: artifact.source } : {}),
    },
    input_info: {
      input_path: request.input,
      total_samples: outcome.rows,
      date_range: outcome.dates ? `${outcome.dates.from} to ${outcome.dates.to}` : null,
      sha256: inputSha256,
      notes: source.notes,
    },
    scoring_results: {
      threshold_used: first.threshold,
      anomalies_detected: first.anomalies,
      anomaly_rate: outcome.rows === 0 ? 0 : first.anomalies / outcome.rows,
      processing_time_seconds: Number((tookMs / 1000).toFixed(3)),
      threshold_source: request.threshold === undefined ? (model.foreign?.thresholdFrom ?? 'model') : 'command line',
      ...counts(first),
      on_invalid: request.onInvalid,
    },
    // In its own words: a script that greps anomalies_detected must find one line.
    ...(models.length > 1 ? { comparison: outcome.models.map((m, i) => compared(m, models[i] as ModelFile)) } : {}),
    outputs: outputRecords(files, outcome),
    warnings,
  }
  return `${JSON.stringify(record, null, 2)}\n`
}

function counts(model: ModelOutcome) {
  return { scored: model.scored, rejected: model.rejected, rejected_by: model.rejectedBy, levels: model.levels }
}

function compared(outcome: ModelOutcome, model: ModelFile) {
  return {
    model_name: outcome.name,
    model_path: model.path,
    model_id: model.id,
    threshold: outcome.threshold,
    anomalies: outcome.anomalies,
    ...counts(outcome),
  }
}
