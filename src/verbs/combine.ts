/** Several model files made into one: an ensemble, whose ranks and levels are set on rows that should be ordinary. */
import { type Artifact, digest, encode } from '../artifact/artifact.ts'
import { Failure } from '../errors.ts'
import { ENSEMBLE, type Step } from '../recipe/schema.ts'
import { calibrate, requireSupport } from './calibrate.ts'
import { type Member, packMembers } from './ensemble.ts'
import { scoreRows } from './evaluate.ts'
import { calibrationRows, profileOf, scoreAll } from './fit.ts'
import { pick } from './gather.ts'
import type { Host } from './host.ts'
import { type ModelFile, readModel } from './model-file.ts'
import { refuseOverwriting, splitOutput } from './place.ts'
import { inSession, type Resources, type Session } from './session.ts'

export interface CombineRequest extends Resources {
  /** At least two. */
  readonly models: readonly string[]
  /** Ordinary rows that none of the models learned from. */
  readonly input: readonly string[]
  readonly output: string
  readonly combine: 'mean-rank' | 'maximum'
  readonly strict?: boolean
  readonly version: string
}

export interface CombineResult {
  readonly artifact: Artifact
  readonly id: string
  readonly path: string
  readonly members: readonly ModelFile[]
  readonly rows: number
  readonly warnings: readonly string[]
}

/**
 * The first model says how the rows are read and which levels there are; the others must have its features. The levels
 * are set anew by the same rules: a rank has another unit than any member's risk.
 */
export async function combine(host: Host, request: CombineRequest): Promise<CombineResult> {
  const members = request.models.map(path => readModel(path))
  const [first] = members
  if (!first || members.length < 2)
    throw new Failure('USAGE', {
      problem: 'An ensemble needs at least two models',
      hint: 'tocsin ensemble forest.tocsin lof.tocsin --input normal.csv',
    })
  for (const other of members.slice(1)) requireSame(first, other)
  const { directory, name } = splitOutput(request.output)
  refuseOverwriting([...request.input, ...request.models], [request.output])
  return inSession(host, { directory, name, files: [name] }, request, async session => {
    const { artifact, rows, warnings } = await joined(host, session, first, members, request)
    const bytes = encode(artifact)
    await session.run.write(name, bytes)
    await session.run.publish({ files: [name], metadata: undefined })
    return { artifact, id: digest(bytes), path: request.output, members, rows, warnings }
  })
}

/** The ensemble, with levels and a profile by the rows that were scored. */
async function joined(
  host: Host,
  session: Session,
  first: ModelFile,
  members: readonly ModelFile[],
  request: CombineRequest,
): Promise<Pick<CombineResult, 'artifact' | 'rows' | 'warnings'>> {
  const scored = await scoreRows(host, session, first, { input: request.input })
  const { rows } = scored
  const packed: Member[] = []
  for (const { artifact } of members)
    packed.push({
      state: artifact.model,
      transforms: artifact.transforms,
      ordinary: await scoreAll(artifact, rows),
    })
  for (const { path, artifact } of members)
    if (scored.sha256 !== '' && scored.sha256 === artifact.lineage.sha256)
      host.warn(`these are the rows that taught ${path}: on rows it has not seen, false alarms will be more frequent`)
  const { recipe } = first.artifact
  const model: Step = {
    use: ENSEMBLE,
    of: members.map(({ artifact }) => memberStep(artifact)),
    combine: request.combine,
  }
  const whole = { ...recipe, transforms: [], model }
  const state = packMembers(packed)
  const risk = await scoreAll({ recipe: whole, features: first.artifact.features, transforms: [], model: state }, rows)
  const usable = Int32Array.from({ length: rows.rows }, (_, i) => i).filter(row => Number.isFinite(risk[row]))
  const held = { train: usable, heldOut: usable }
  const levels = calibrate(recipe.levels, calibrationRows(risk, rows, held, whole))
  if (request.strict) requireSupport(levels)
  const { quality: _, probability: __, parent: ___, source: ____, ...rest } = first.artifact
  const artifact: Artifact = {
    ...rest,
    version: request.version,
    recipe: whole,
    levels,
    lineage: { ...rest.lineage, heldOut: usable.length },
    model: state,
    transforms: [],
    profile: profileOf(pick(rows, usable), whole),
  }
  return { artifact, rows: usable.length, warnings: scored.warnings }
}

function memberStep({ recipe }: Artifact): Step {
  return { ...recipe.model, ...(recipe.transforms.length ? { transforms: recipe.transforms } : {}) }
}

/** @throws Failure USAGE naming what differs */
function requireSame(first: ModelFile, other: ModelFile): void {
  const [a, b] = [first.artifact, other.artifact]
  const sql = ({ features }: Artifact) => features.map(f => f.sql)
  const differs =
    first.id === other.id
      ? 'they are the same model'
      : a.recipe.model.use === ENSEMBLE || b.recipe.model.use === ENSEMBLE
        ? 'one of them is an ensemble already'
        : a.probability || b.probability || a.task === 'regress' || a.task !== b.task
          ? `${a.task} and ${b.task}, of which an ensemble makes no rank`
          : sql(a).join() !== sql(b).join()
            ? `the features of the one are ${a.features.map(f => f.name).join(', ')}, of the other ${b.features.map(f => f.name).join(', ')}`
            : undefined
  if (differs === undefined) return
  throw new Failure('USAGE', {
    problem: `${first.path} and ${other.path} cannot be asked together: ${differs}`,
    hint: 'Fit both from recipes with the same features; or give one recipe model: {use: ensemble, of: [...]}.',
  })
}
