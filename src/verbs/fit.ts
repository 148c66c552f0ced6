/** Recipe and rows in, artifact out: settle the columns, split, learn, set the cuts, keep the record. */
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { type Artifact, digest, encode, type Lineage, type Quality } from '../artifact/artifact.ts'
import type { Source } from '../data/intake.ts'
import { Failure } from '../errors.ts'
import type { Columns } from '../math/columns.ts'
import { fitProbability, probabilityOf } from '../math/probability.ts'
import { createRandom } from '../math/random.ts'
import type { State } from '../math/state.ts'
import { max, mean, median, min, standardDeviation } from '../math/statistics.ts'
import { short } from '../plan/reasons.ts'
import type { Recipe } from '../recipe/schema.ts'
import { type CalibrationRows, calibrate, requireSupport } from './calibrate.ts'
import type { Planned } from './columns.ts'
import { type Crew, openCrew } from './crew.ts'
import { crossValidate } from './cross-validate.ts'
import { pick, type Rows, take } from './gather.ts'
import type { Host } from './host.ts'
import { judgingOf, qualityOf } from './judge.ts'
import { isUsable, readLearningRows } from './learning-rows.ts'
import { lessonOf } from './lesson.ts'
import { type Fitted, openRisk } from './pipeline.ts'
import { refuseOverwriting, splitOutput } from './place.ts'
import { BACKGROUND_ROWS, needsBackground } from './reasons.ts'
import type { LoadedRecipe } from './recipe-file.ts'
import { search } from './search.ts'
import { inSession, type Resources, type Session } from './session.ts'
import { inTimeOrder, type Split, sharedRows } from './split.ts'
import { train } from './train.ts'
import { riskInTurns } from './turns.ts'

export interface FitRequest extends Resources {
  readonly recipe: LoadedRecipe
  /** Replaces the recipe's rows.file. */
  readonly input?: readonly string[] | undefined
  /** The model file; `<name>.tocsin` in the current folder by default. */
  readonly output?: string | undefined
  /** Leave a page beside the model: `<name>.html`, what the model does on the rows that did not teach it. */
  readonly report?: boolean
  /** Fail when a budget cannot be supported, instead of marking the model. */
  readonly strict?: boolean
  readonly samplesPerWeek?: number | undefined
  readonly version: string
}

export interface FitResult {
  readonly artifact: Artifact
  readonly id: string
  readonly path: string
  /** The path of the page; undefined when none was asked for. */
  readonly page: string | undefined
  readonly source: Source
  readonly rows: Rows
  readonly split: Split
  /** Rows that are both in the training and in the held-out set, value for value. */
  readonly shared: number
  /** The risk of every row of the table; NaN for rows that were not scored. */
  readonly risk: Float64Array
  readonly notes: readonly string[]
  /** What a search found: "C 0.31, the best of 20 tries". */
  readonly found: string | undefined
}

export async function fit(host: Host, request: FitRequest): Promise<FitResult> {
  const { recipe } = request.recipe
  const output = request.output ?? `${recipe.name}.tocsin`
  const { directory, name } = splitOutput(output)
  refuseOverwriting([request.recipe.path, ...(request.input ?? [])], [output])
  const page = request.report ? `${name.replace(/\.tocsin$/i, '')}.html` : undefined
  const files = page === undefined ? [name] : [page, name]
  return inSession(host, { directory, name, files }, request, async session => {
    const learned = await learn(host, session, request)
    if (request.strict) requireSupport(learned.artifact.levels)
    const bytes = encode(learned.artifact)
    const path = join(directory, name)
    const result = { ...learned, id: digest(bytes), path, page: page && join(directory, page) }
    await session.run.write(name, bytes)
    if (page !== undefined) {
      // Loaded only here: who wants no page does not pay for charts.
      const { drawPage } = await import('./fit-report.ts')
      await session.run.write(page, await drawPage(result))
    }
    await session.run.publish({ files, metadata: undefined })
    return result
  })
}

/** Everything up to the file. */
async function learn(
  host: Host,
  session: Session,
  request: FitRequest,
): Promise<Omit<FitResult, 'id' | 'path' | 'page'>> {
  const { source, rows, split, planned } = await readLearningRows(host, session, request.recipe, request.input)
  const crew = openCrew({ threads: request.threads ?? availableParallelism() })
  const forget = host.onStop(() => void crew.close())
  try {
    const { recipe, judged, found } = await settle(host, crew, rows, split, planned)
    const { features, types } = planned
    const lesson = lessonOf(rows, split.train, recipe, features)
    // A short fit is not worth a thread; a long one is stopped with it.
    const cells = lesson.x.rows * features.length
    const fitted = cells < LONG_FIT_CELLS ? train(lesson, recipe) : await crew.run('fit', { lesson, recipe })
    const risk = await scoreAll({ recipe, features, ...fitted }, rows)
    const probability = probabilityFrom(risk, recipe, rows, split)
    if (probability) probabilityOf(probability)(risk, risk.length)
    const calibration = calibrationRows(risk, rows, split, recipe, request.samplesPerWeek)
    const artifact: Artifact = {
      format: 1,
      version: request.version,
      name: recipe.name,
      task: recipe.task,
      recipe: withoutPaths(recipe),
      types,
      features,
      levels: calibrate(recipe.levels, calibration),
      lineage: lineageOf(source, rows, split, planned),
      ...(judged ? { quality: judged } : {}),
      ...fitted,
      ...(probability ? { probability } : {}),
      profile: profileOf(pick(rows, split.train), recipe),
    }
    const shared = sharedRows(rows, split.train, split.heldOut)
    return { artifact, source, rows, split, risk, shared, notes: planned.notes, found }
  } finally {
    forget()
    await crew.close()
  }
}

/** From here on a fit is long enough for somebody to press Ctrl-C. */
const LONG_FIT_CELLS = 200_000
/** With more rows the held-out ones say as much, and fitting takes long enough once. */
const JUDGED_ROWS = 20_000

/** The recipe with the parameters it searches for, and how good its model is out of fold where it learns from answers. */
async function settle(
  host: Host,
  crew: Crew,
  rows: Rows,
  split: Split,
  { recipe, features }: Planned,
): Promise<{ recipe: Recipe; judged: Quality | undefined; found: string | undefined }> {
  const { search: wanted, ...settled } = recipe
  if (recipe.task === 'detect' && wanted === undefined) return { recipe: settled, judged: undefined, found: undefined }
  const judging = judgingOf(rows, split, recipe, features, row => isUsable(rows, recipe, row))
  const progress = (what: string) => (done: number, total: number) => host.progress(what, done, total)
  if (!judging && wanted !== undefined)
    throw new Failure('TOO_FEW_ROWS', {
      what: 'Rows that tell better parameters from worse, bad ones and good ones',
      found: 0,
      needed: 1,
      hint: 'Check the label: apart from the test rows all have one answer. Or leave out search.',
    })
  if (!judging || (wanted === undefined && judging.chosen.length > JUDGED_ROWS))
    return { recipe: settled, judged: undefined, found: undefined }
  if (wanted === undefined) {
    const validated = await crossValidate(crew, { ...judging.request, progress: progress('judging') })
    return { recipe: settled, judged: qualityOf(judging, validated, recipe), found: undefined }
  }
  const { model, ranking } = await search(crew, { ...judging.request, search: wanted, progress: progress('searching') })
  const best = { ...settled, model }
  const validated = await crossValidate(crew, { ...judging.request, recipe: best, progress: progress('judging') })
  const judged = qualityOf(judging, validated, recipe)
  const params = Object.entries(ranking[0]?.params ?? {}).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? short(value) : value}`,
  )
  return {
    recipe: best,
    judged: { ...judged, method: `${judged.method}, the best of ${wanted.trials} tries` },
    found: `${params.join(', ')}: the best of ${wanted.trials} tries, so its figures are too good; the test rows tell`,
  }
}

/** How the model's risk becomes a probability, learned on held-out rows: on rows that taught it is too sure. */
function probabilityFrom(
  risk: Float64Array,
  { probability }: Recipe,
  rows: Rows,
  { heldOut }: Split,
): State | undefined {
  if (probability === undefined) return undefined
  const known = heldOut.filter(row => Number.isFinite(rows.label[row]))
  const bad = Uint8Array.from(known, row => Number(rows.label[row] === 1))
  const count = bad.reduce((sum, one) => sum + one, 0)
  if (count === 0 || count === bad.length)
    throw new Failure('TOO_FEW_ROWS', {
      what: `Held-out rows that are ${count === 0 ? 'bad' : 'good'}, for the probability`,
      found: 0,
      needed: 1,
      hint: 'Give a larger split.calibrate, or leave out probability.',
    })
  return fitProbability(probability, take(risk, known), bad, new Float64Array(known.length).fill(1))
}

/** The risk of every row; NaN for rows that cannot be used. */
export async function scoreAll(fitted: Fitted & { recipe: Recipe }, rows: Rows): Promise<Float64Array> {
  const out = new Float64Array(rows.rows)
  const { risk, close } = openRisk(fitted, { rows: rows.rows })
  await riskInTurns(risk, { rows: rows.rows, columns: rows.features }, out)
  await close()
  for (const row of rows.rejection.keys()) if (!isUsable(rows, fitted.recipe, row)) out[row] = Number.NaN
  return out
}

/** The held-out rows as the budget needs them. */
export function calibrationRows(
  risk: Float64Array,
  rows: Rows,
  split: Pick<Split, 'train' | 'heldOut'> & Partial<Split>,
  recipe: Recipe,
  samplesPerWeek?: number,
): CalibrationRows {
  const known = inTimeOrder(split.heldOut, rows)
  // A false alarm is one on a good row. Where the answer is a number, every row is as good as another.
  const answers = recipe.columns.label !== undefined
  const heldOut = answers ? known.filter(row => rows.label[row] !== 1) : known
  const seconds = take(rows.seconds, heldOut)
  const timed = !seconds.some(Number.isNaN) && samplesPerWeek === undefined
  const all = inTimeOrder(Int32Array.from([...split.train, ...known]), rows)
  return {
    trained: take(risk, split.train),
    heldOut: {
      risk: take(risk, heldOut),
      ...(recipe.columns.group === undefined
        ? {}
        : { group: Int32Array.from(heldOut, row => rows.group[row] as number) }),
      ...(timed ? { seconds } : {}),
    },
    bad: answers ? take(risk, badRows(rows, split, recipe, known)) : new Float64Array(0),
    samplesPerWeek,
    // Rows drawn at random from a series stand for the time between the rows of the whole series.
    secondsPerRow: timed && recipe.split.by === 'random' ? spacing(take(rows.seconds, all)) : undefined,
  }
}

/** Those held out; a detector learns from no bad row, so for it all that are not kept for the test. */
function badRows(
  rows: Rows,
  { train, test }: Pick<Split, 'train'> & Partial<Split>,
  recipe: Recipe,
  known: Int32Array,
) {
  if (recipe.task !== 'detect') return known.filter(row => rows.label[row] === 1)
  const apart = new Set([...train, ...(test ?? [])])
  return Int32Array.from({ length: rows.rows }, (_, row) => row).filter(row => rows.label[row] === 1 && !apart.has(row))
}

function spacing(seconds: Float64Array): number | undefined {
  const span = (seconds.at(-1) ?? 0) - (seconds[0] ?? 0)
  return span > 0 && seconds.length > 1 ? span / (seconds.length - 1) : undefined
}

/** One entry a feature, over the rows that taught; and some of these rows, for explanations that compare. */
export function profileOf(taught: Columns, recipe: Recipe): State {
  const numbers = taught.columns as readonly Float64Array[]
  const present = numbers.map(column => column.filter(Number.isFinite))
  const of = (statistic: (values: Float64Array) => number) =>
    Float64Array.from(present, v => (v.length ? statistic(v) : Number.NaN))
  const background = needsBackground(recipe) ? backgroundOf(taught, recipe.seed) : {}
  return { min: of(min), max: of(max), mean: of(mean), std: of(standardDeviation), median: of(median), ...background }
}

/** Some of the rows that taught, column after column, for explanations to compare with. */
function backgroundOf({ rows, columns }: Columns, seed: number): State {
  const chosen = createRandom(seed).fork(BACKGROUND).sample(rows, Math.min(rows, BACKGROUND_ROWS)).sort()
  const numbers = columns as readonly Float64Array[]
  return { background: Float64Array.from(numbers.flatMap(column => [...take(column, chosen)])) }
}

/** A stream of random numbers of its own. */
const BACKGROUND = 7

function lineageOf(source: Source, rows: Rows, split: Split, planned: Planned): Lineage {
  const taught = Int32Array.from([...split.train, ...split.heldOut])
  const seconds = take(rows.seconds, taught).filter(Number.isFinite)
  const dated = planned.types[planned.recipe.columns.time?.name ?? ''] === 'time' && seconds.length > 0
  const rejected: Record<string, number> = {}
  for (const why of rows.rejection.values()) rejected[why] = (rejected[why] ?? 0) + 1
  return {
    rows: rows.rows,
    learned: split.train.length,
    heldOut: split.heldOut.length,
    tested: split.test.length,
    rejected,
    files: source.files.map(f => basename(f)),
    sha256: source.sha256,
    ...(dated ? { from: iso(min(seconds)), to: iso(max(seconds)) } : {}),
  }
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

/** An artifact holds base names, never paths: the same data in another folder gives the same bytes. */
function withoutPaths(recipe: Recipe): Recipe {
  const { rows } = recipe
  return {
    ...recipe,
    rows: {
      ...rows,
      file: rows.file.map(f => basename(f)),
      join: rows.join.map(j => ({ ...j, file: basename(j.file) })),
    },
  }
}
