/** What a model goes by, over a whole table: the mean size of each feature's share, and what the quality loses without it. */
import { join } from 'node:path'
import type { Artifact } from '../artifact/artifact.ts'
import { renderPng, renderSvg } from '../charts/render.ts'
import { htmlReport } from '../charts/report.ts'
import { sharesChart } from '../charts/shares.ts'
import type { PublishedFile } from '../data/publish.ts'
import { Failure } from '../errors.ts'
import { rocAuc } from '../math/metrics.ts'
import { createRandom } from '../math/random.ts'
import { rootMeanSquaredError } from '../math/regression.ts'
import { mean, spearman } from '../math/statistics.ts'
import { short } from '../plan/reasons.ts'
import { scoreRows } from './evaluate.ts'
import { pick, type Rows, take } from './gather.ts'
import type { Host } from './host.ts'
import { type ModelFile, readModel } from './model-file.ts'
import { openRisk } from './pipeline.ts'
import { refuseOverwriting, splitOutput } from './place.ts'
import { explainerFor, type explainerOf, hiddenFeatures, hiddenText, needsBackground } from './reasons.ts'
import { cardOf } from './report.ts'
import { inSession, type Resources } from './session.ts'
import { riskInTurns, turns } from './turns.ts'

export interface ImportanceRequest extends Resources {
  readonly model: string
  readonly input: readonly string[]
  /** The name of the outputs, without an ending. */
  readonly output: string
  /** Rows to look at, drawn by the recipe's seed. */
  readonly sample?: number | undefined
}

export interface FeatureImportance {
  readonly feature: string
  readonly unit: string | undefined
  /** The mean size of its share in a row's risk. */
  readonly mean_share: number
  /** The same as a part of all features together. */
  readonly part: number
  /** Rank correlation of value and share: +1 where high values raise the risk, −1 where low ones do. */
  readonly direction: number
  /** How much the quality falls when the feature's values are dealt out anew among the rows; null without answers. */
  readonly loss: number | null
}

export interface Importance {
  readonly rows: number
  readonly method: string
  /** "AUC" or "RMSE": what `loss` is a loss of. */
  readonly quality: { readonly figure: string; readonly value: number } | null
  readonly features: readonly FeatureImportance[]
  readonly hidden: number
}

export interface ImportanceResult {
  readonly model: ModelFile
  readonly importance: Importance
  readonly directory: string
  readonly files: readonly PublishedFile[]
  readonly warnings: readonly string[]
}

/** Rows looked at, unless told otherwise: shares by permutation cost a hundred times a score. */
const SAMPLE = 2000
const SAMPLE_BY_PERMUTATION = 300
/** Times a feature's values are dealt out anew. */
const DEALS = 5
const DEAL_ROWS = 20_000

export async function importance(host: Host, request: ImportanceRequest): Promise<ImportanceResult> {
  const model = readModel(request.model)
  const { directory, name } = splitOutput(request.output)
  const files = [`${name}.csv`, `${name}.png`, `${name}.html`]
  refuseOverwriting(
    [...request.input, request.model],
    files.map(file => join(directory, file)),
  )
  return inSession(host, { directory, name, files }, request, async session => {
    const scored = await scoreRows(host, session, model, request)
    const found = await importanceOf(model, scored.rows, scored.risk, request.sample, host)
    const chart = chartOf(model.artifact, found)
    await session.run.write(`${name}.csv`, csvOf(found))
    await session.run.write(`${name}.png`, await renderPng(chart))
    const svg = await renderSvg(chart)
    await session.run.write(`${name}.html`, pageOf(model, found, { svg, about: chart.about, wide: true }))
    const published = await session.run.publish({ files, metadata: undefined })
    return { model, importance: found, directory, files: published, warnings: scored.warnings }
  })
}

async function importanceOf(
  model: ModelFile,
  rows: Rows,
  risk: Float64Array,
  sample: number | undefined,
  host?: Pick<Host, 'progress'>,
): Promise<Importance> {
  const { artifact } = model
  const scored = Int32Array.from(risk, (_, i) => i).filter(i => Number.isFinite(risk[i]!))
  if (scored.length === 0)
    throw new Failure('TOO_FEW_ROWS', {
      what: 'Scored rows',
      found: 0,
      needed: 1,
      hint: 'No row has a risk to explain.',
    })
  const { features, recipe } = artifact
  const wanted = sample ?? (needsBackground(recipe) ? SAMPLE_BY_PERMUTATION : SAMPLE)
  const chosen = drawn(scored, wanted, recipe.seed)
  const explainer = explainerFor(model)
  const shares = await sharesOf(explainer, rows, chosen, features.length, host)
  const closed = hiddenFeatures(artifact)
  const sizes = features.map((_, f) => mean(shares[f]!.map(Math.abs)))
  const whole = sizes.reduce((sum, size) => sum + size, 0) || 1
  const judge = judgeOf(artifact, rows)
  const dealt = drawn(scored, DEAL_ROWS, recipe.seed)
  const quality = judge?.figure(take(risk, dealt), dealt)
  const told = judge !== undefined && quality !== undefined && Number.isFinite(quality)
  const open = Array.from(features.keys()).filter(f => !closed.has(f))
  const losses = told ? await lossesOf(artifact, rows, dealt, open, judge, quality) : undefined
  const found = open.map((f, at): FeatureImportance => {
    const { name, unit, levels } = features[f]!
    return {
      feature: name,
      unit,
      mean_share: sizes[f]!,
      part: sizes[f]! / whole,
      // The codes of a text have no order.
      direction: levels ? 0 : direction(take(rows.features[f]!, chosen), shares[f]!),
      loss: losses?.[at] ?? null,
    }
  })
  return {
    rows: chosen.length,
    method: explainer.method,
    quality: told ? { figure: judge.name, value: Math.abs(quality) } : null,
    features: found.sort((a, b) => b.mean_share - a.mean_share),
    hidden: closed.size,
  }
}

function drawn(rows: Int32Array, count: number, seed: number): Int32Array {
  if (rows.length <= count) return rows
  return Int32Array.from(createRandom(seed).fork(SAMPLING).sample(rows.length, count).sort(), i => rows[i]!)
}

/** Streams of random numbers of their own. */
const SAMPLING = 21
const DEALING = 22

const CHUNK = 32

/** One array of shares a feature. */
async function sharesOf(
  explainer: ReturnType<typeof explainerOf>,
  rows: Rows,
  chosen: Int32Array,
  width: number,
  host?: Pick<Host, 'progress'>,
): Promise<Float64Array[]> {
  const turn = turns()
  const shares = Array.from({ length: width }, () => new Float64Array(chosen.length))
  for (let from = 0; from < chosen.length; from += CHUNK) {
    const part = chosen.subarray(from, from + CHUNK)
    const out = new Float64Array(part.length * width)
    explainer.explain(pick(rows, part), out)
    for (let i = 0; i < part.length; i++) for (let f = 0; f < width; f++) shares[f]![from + i] = out[i * width + f]!
    host?.progress('explaining', from + part.length, chosen.length)
    await turn()
  }
  return shares
}

interface Judge {
  readonly name: string
  /** Higher is better. */
  figure(risk: Float64Array, rows: Int32Array): number
}

function judgeOf({ recipe }: Artifact, rows: Rows): Judge | undefined {
  const { target } = recipe.columns
  if (target?.kind === 'value') {
    const sign = target.risk === 'low' ? -1 : 1
    return {
      name: 'RMSE',
      figure: (risk, of) =>
        -rootMeanSquaredError(
          risk.map(r => sign * r),
          take(rows.target, of),
        ),
    }
  }
  if (target || !rows.label.some(l => l === 1) || !rows.label.some(l => l === 0)) return undefined
  return { name: 'AUC', figure: (risk, of) => rocAuc(risk, take(rows.label, of)).auc }
}

/**
 * Breiman 2001: the quality before, less the mean quality with a feature's values dealt out anew among the rows, the
 * same way for every feature.
 */
async function lossesOf(
  artifact: Artifact,
  rows: Rows,
  of: Int32Array,
  features: readonly number[],
  judge: Judge,
  quality: number,
): Promise<number[]> {
  const { risk: risks, close } = openRisk(artifact, { rows: features.length * DEALS * of.length })
  const x = pick(rows, of)
  const random = createRandom(artifact.recipe.seed).fork(DEALING)
  const orders = Array.from({ length: DEALS }, () => {
    const order = Int32Array.from(of, (_, i) => i)
    random.shuffle(order)
    return order
  })
  const losses: number[] = []
  for (const feature of features) {
    const after = new Float64Array(DEALS)
    for (const [deal, order] of orders.entries()) {
      const columns = x.columns.map((column, c) => (c === feature ? take(column as Float64Array, order) : column))
      const risk = new Float64Array(of.length)
      await riskInTurns(risks, { rows: of.length, columns }, risk)
      after[deal] = judge.figure(risk, of)
    }
    losses.push(quality - mean(after))
  }
  await close()
  return losses
}

/** Over the rows that have a value; 0 where either side is constant. */
function direction(values: Float64Array, shares: Float64Array): number {
  const known = Int32Array.from(values, (_, i) => i).filter(i => Number.isFinite(values[i]!))
  return spearman(take(values, known), take(shares, known)) || 0
}

const SHOWN = 30

function chartOf({ name }: Artifact, { features, rows }: Importance) {
  const sign = (direction: number) => (direction > 0.3 ? ' (high)' : direction < -0.3 ? ' (low)' : '')
  return sharesChart({
    name: 'importance',
    title: `What ${name} goes by`,
    subtitle: `mean size of the shares over ${rows} rows; (high) and (low): which values raise the risk`,
    shares: features.slice(0, SHOWN).map(f => ({ name: `${f.feature}${sign(f.direction)}`, share: f.mean_share })),
    unit: 'mean size of the share',
    signed: false,
  })
}

function csvOf({ features }: Importance): string {
  const quote = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const lines = features.map(f =>
    [quote(f.feature), f.mean_share, f.part, f.direction, f.loss === null ? '' : f.loss].join(','),
  )
  return `${['feature,mean_share,part,direction,loss', ...lines].join('\n')}\n`
}

function pageOf(
  { artifact, id }: ModelFile,
  found: Importance,
  picture: { svg: string; about: string; wide: boolean },
): string {
  const { rows, method, quality, features, hidden } = found
  return htmlReport({
    title: `${artifact.name}: what it goes by`,
    subtitle: `${rows} rows; shares by ${method}`,
    headline: features.slice(0, 3).map(f => ({
      name: f.feature,
      value: `${short(100 * f.part)} %`,
      detail: 'of all shares',
    })),
    charts: [picture],
    tables: [
      {
        title: 'Features',
        head: [
          'feature',
          'mean share',
          'part',
          'direction',
          ...(quality ? [`loss of ${quality.figure} without it`] : []),
        ],
        rows: features.map(f => [
          f.feature,
          short(f.mean_share),
          `${short(100 * f.part)} %`,
          f.direction.toFixed(2),
          ...(quality ? [short(f.loss ?? Number.NaN)] : []),
        ]),
        foot: [
          'Direction: rank correlation of value and share.',
          ...(quality ? [`${quality.figure} on these rows: ${short(quality.value)}.`] : []),
          ...(hidden ? [`${hiddenText(hidden)}.`] : []),
        ].join(' '),
      },
    ],
    card: cardOf(artifact, id),
    unsupported: [],
    warnings: [],
    notes: [],
  })
}
