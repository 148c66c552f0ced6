/**
 * The artifact: a recipe after fitting, in one file of pure data. It holds what scoring needs and nothing that could run:
 * the resolved recipe, features, model and transform states, cuts with their support, the training profile and lineage.
 * Base names and hashes, never paths or clocks; so the same inputs give the same bytes, and its id is their SHA-256.
 */
import { createHash } from 'node:crypto'
import type { TypedArray } from '../math/columns.ts'
import type { State } from '../math/state.ts'
import type { PlannedFeature, Types } from '../recipe/feature.ts'
import type { Recipe, Task } from '../recipe/schema.ts'
import { checkDescription } from './description.ts'
import { parseBounded, quoteJson } from './json.ts'
import { decode as decodeContainer, encode as encodeContainer } from './safetensors.ts'
import { list, number, object, record, type Shape, text } from './shape.ts'

/** A level after calibration. `cut` compares with the risk: a row is at this level when `risk > cut`. */
export interface LevelCut {
  readonly name: string
  readonly cut: number
  /** The rule as the recipe states it: "false_alarms 1/month". */
  readonly rule: string
  readonly hold?: { readonly count: number; readonly of: number }
  /** What the held-out data says about false alarms at this cut; absent where no held-out data was used. */
  readonly support?: Support
}

export interface Support {
  readonly supported: boolean
  readonly unit: 'week' | 'share'
  /** Observed on the held-out rows, with its 95 % interval, per week or as a share of rows. */
  readonly rate: number
  readonly low: number
  readonly high: number
  /** One-sided 95 % bound that the cut promises. */
  readonly promise: number
  readonly events: number
  readonly exposure: number
  readonly asked: number
  /** The tightest budget that this much data can support, and the data that the asked budget would take. */
  readonly supports: number
  readonly needed: number
}

export interface Lineage {
  readonly rows: number
  readonly learned: number
  readonly heldOut: number
  readonly tested: number
  readonly rejected: Readonly<Record<string, number>>
  /** Base names, sorted, and the SHA-256 of their bytes in that order. */
  readonly files: readonly string[]
  readonly sha256: string
  /** First and last time of the learned and held-out rows, ISO; absent without a time column. */
  readonly from?: string
  readonly to?: string
}

/** Of a model that another program fitted: what its file said. */
export interface Provenance {
  /** "joblib", "lightgbm", "onnx" … */
  readonly format: string
  /** How it was compressed, outermost first. */
  readonly containers: readonly string[]
  /** Base name and SHA-256 of the file as it came. */
  readonly file: string
  readonly sha256: string
  /** Of the libraries that wrote it. */
  readonly versions: Readonly<Record<string, string>>
  /** Its classes, as people write them: "Pipeline(StandardScaler → IsolationForest)". */
  readonly model: string
  readonly parameters: Readonly<Record<string, string | number | boolean | null>>
  /** Of a classifier: the names of its classes. */
  readonly classes?: readonly string[]
  /** Which of its numbers is the risk: "probability of failed". */
  readonly risk: string
  /** What was decided or noticed on the way, one sentence each. */
  readonly warnings: readonly string[]
}

export interface Description {
  readonly format: 1
  readonly version: string
  readonly name: string
  readonly task: Task
  readonly recipe: Recipe
  readonly types: Types
  readonly features: readonly PlannedFeature[]
  readonly levels: readonly LevelCut[]
  readonly lineage: Lineage
  /** How well it did on rows that it had not learned from; absent where nobody knew the answers. */
  readonly quality?: Quality
  readonly parent?: string
  /** Absent for a model that this program fitted. */
  readonly source?: Provenance
}

export interface Quality {
  /** "out of fold, 5 folds × 4" */
  readonly method: string
  readonly rows: number
  /** Of a label: how many rows were bad. */
  readonly bad?: number
  /** Each figure with its 95 % interval. */
  readonly figures: Readonly<Record<string, { readonly value: number; readonly low: number; readonly high: number }>>
  /** False when the interval of the first figure covers what guessing gives. */
  readonly betterThanChance?: boolean
}

export interface Artifact extends Description {
  readonly model: State
  readonly transforms: readonly State[]
  /** How a classifier's risk becomes a probability; absent where it is taken as the model gives it. */
  readonly probability?: State
  /** One entry a feature: training minimum, maximum, mean, std, median. */
  readonly profile: State
}

const KEY = 'tocsin'

export function encode(artifact: Artifact): Uint8Array {
  const { model, transforms, profile, probability, ...description } = artifact
  const tensors = new Map<string, TypedArray>()
  const states = {
    model: packState('model', model, tensors),
    ...(probability ? { probability: packState('probability', probability, tensors) } : {}),
    profile: packState('profile', profile, tensors),
    transforms: transforms.map((state, i) => packState(`transform.${i}`, state, tensors)),
  }
  return encodeContainer({ metadata: { [KEY]: quoteJson({ ...description, states }) }, tensors })
}

/** @throws Error with the reason when the bytes are not an artifact that this version reads. */
export function decode(bytes: Uint8Array): Artifact {
  const { metadata, tensors } = decodeContainer(bytes)
  const written = metadata[KEY]
  if (written === undefined) throw new Error('it is a tensor file, but not one that tocsin wrote')
  const { states, ...description } = parse(written)
  const { format } = description as { format: unknown }
  if (format !== 1)
    throw new Error(`its format is ${JSON.stringify(format)}; this version reads format 1. Update tocsin`)
  checkDescription(description)
  const { recipe, features } = description
  const packed = statesOf(states, recipe.transforms.length)
  const artifact = {
    ...description,
    model: unpackState('model', packed.model, tensors),
    profile: unpackState('profile', packed.profile, tensors),
    ...(packed.probability ? { probability: unpackState('probability', packed.probability, tensors) } : {}),
    transforms: packed.transforms.map((state, i) => unpackState(`transform.${i}`, state, tensors)),
  }
  for (const name of ['min', 'max', 'mean', 'std', 'median']) {
    const column = artifact.profile[name]
    if (column instanceof Float64Array && column.length === features.length) continue
    throw new Error(`its training profile has no ${name} for each of its ${features.length} features`)
  }
  return artifact
}

function parse(written: string): Description & { states: unknown } {
  let value: unknown
  try {
    value = parseBounded(written)
  } catch (error) {
    throw new Error(`its description cannot be read: ${(error as Error).message}`, { cause: error })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('its description is no JSON object')
  return value as Description & { states: unknown }
}

/** Of one state: an imported model of many members has them all in one. */
const MOST_ENTRIES = 1_000_000

function statesOf(value: unknown, transforms: number): PackedStates {
  const state: Shape = (packed, at) => record(scalar, MOST_ENTRIES)(packed, at)
  object({ model: state, profile: state, transforms: list(state, transforms, transforms) }, { probability: state })(
    value,
    'states',
  )
  return value as PackedStates
}

const scalar: Shape = (value, at) => {
  if (typeof value === 'string') text(value, at)
  else if (Array.isArray(value)) list(text, 0, 1_000_000)(value, at)
  else number(value, at)
}

/** The artifact's id: SHA-256 of its bytes, in hex. People see its first eight characters. */
export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

type Packed = Record<string, number | string | readonly string[]>
interface PackedStates {
  model: Packed
  profile: Packed
  probability?: Packed
  transforms: Packed[]
}

/** Arrays become tensors; so do the numbers that JSON cannot hold (NaN, ±Infinity, −0). */
function packState(prefix: string, state: State, tensors: Map<string, TypedArray>): Packed {
  const packed: Packed = {}
  for (const [key, value] of Object.entries(state)) {
    if (ArrayBuffer.isView(value)) tensors.set(`${prefix}.${key}`, value)
    else if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
      tensors.set(`${prefix}.${key}#`, Float64Array.of(value))
    } else packed[key] = value
  }
  return packed
}

function unpackState(prefix: string, packed: Packed, tensors: ReadonlyMap<string, TypedArray>): State {
  const state: Record<string, number | string | readonly string[] | TypedArray> = Object.assign(
    Object.create(null),
    packed,
  )
  for (const [name, tensor] of tensors) {
    if (!name.startsWith(`${prefix}.`)) continue
    const key = name.slice(prefix.length + 1)
    if (key.endsWith('#')) state[key.slice(0, -1)] = tensor[0] as number
    else state[key] = tensor
  }
  return state
}
