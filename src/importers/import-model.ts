/** Any model file of another program, from its bytes alone, as one of our own. */
import { type Artifact, digest } from '../artifact/artifact.ts'
import type { About } from './about.ts'
import { unwrap } from './containers/index.ts'
import type { Open } from './format.ts'
import { type FormatName, recognise } from './recognise.ts'
import { Refusal, type RefusalKind } from './refusal.ts'
import type { ImportRequest } from './request.ts'
import { toArtifact } from './to-artifact.ts'

export interface Imported {
  readonly about: About
  /** Absent where it was refused. */
  readonly artifact?: Artifact
  readonly refusal?: SaidRefusal
}

/** A refusal as data, so that it crosses from one process to another. */
export interface SaidRefusal {
  readonly kind: RefusalKind
  readonly message: string
  readonly hint: string
  readonly at?: number
}

/** The one list of formats. Each is loaded when a file asks for it: reading one must not pay for the others. */
const READERS: Readonly<Record<FormatName, () => Promise<Open>>> = {
  pickle: async () => (await import('./pickle-model.ts')).openPickle,
  torch: async () => (await import('./torch/model.ts')).openTorch,
  skops: async () => (await import('./skops.ts')).openSkops,
  onnx: async () => (await import('./onnx/model.ts')).openOnnx,
  lightgbm: async () => (await import('./lightgbm/model.ts')).openLightgbm,
  xgboost: async () => (await import('./xgboost/model.ts')).openXgboost,
}

/**
 * @param version of this program, for the record
 * @throws nothing that the bytes should cause: what cannot be honoured is a refusal in the result
 */
export async function importModel(request: ImportRequest, version: string): Promise<Imported> {
  let about: About = { ...NOTHING, bytes: request.bytes.length }
  try {
    const { bytes, containers, format } = contentOf(request.bytes)
    about = { ...about, containers, bytes: bytes.length, format }
    const open = await READERS[format]()
    const { featuresFile } = request
    const named = featuresFile ? (await import('./pickle-names.ts')).namesInPickle(featuresFile) : request.features
    const opened = open({ ...request, bytes, features: named }, containers)
    about = opened.about
    const program = opened.program()
    const { name } = request
    return { about, artifact: toArtifact(program, about, { name, sha256: digest(request.bytes), version }) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { kind, message, hint, at } = error
    return { about, refusal: { kind, message, hint, ...(at === undefined ? {} : { at }) } }
  }
}

const NOTHING: About = {
  format: 'unknown',
  containers: [],
  versions: {},
  model: '',
  globals: [],
  parameters: {},
  bytes: 0,
  beside: [],
}

function contentOf(bytes: Uint8Array): { bytes: Uint8Array; containers: readonly string[]; format: FormatName } {
  const outer = recognise(bytes)
  const { bytes: inner, containers } = outer.kind === 'compressed' ? unwrap(bytes) : { bytes, containers: [] }
  const found = inner === bytes ? outer : recognise(inner)
  if (found.kind === 'format') return { bytes: inner, containers, format: found.format }
  if (found.kind === 'stranger') throw new Refusal('unsupported', `it is ${found.what}`, found.hint)
  throw new Refusal(
    'damaged',
    `${containers.length ? `what its ${containers[0]} holds` : 'it'} begins like no model file that is known`,
    'Known are joblib and pickle files, ONNX, LightGBM (text, JSON), XGBoost (JSON, UBJSON), PyTorch .pth and skops.',
  )
}
