/** Every model below a folder: what it is, whether it opens or why not, and what it gives to the rows logged with it. */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Artifact } from '../artifact/artifact.ts'
import { Failure } from '../errors.ts'
import { recognise } from '../importers/recognise.ts'
import { SCORE_SCALES } from '../importers/request.ts'
import { isOurs } from './foreign-file.ts'
import type { Host } from './host.ts'
import { EXAMPLE_SCORES, readExample, readExampleScores } from './mlflow-example.ts'
import { isMlflowFolder } from './mlflow-folder.ts'
import { openModel } from './model-file.ts'
import { type Parity, parityBasis, parityOf } from './parity.ts'
import { riskOf } from './pipeline.ts'
import { turns } from './turns.ts'

export interface FoundModel {
  /** Below the folder that was asked about. */
  readonly path: string
  /** "joblib"; "tocsin" for our own; absent where nothing could be read. */
  readonly format?: string
  /** What it holds: "Pipeline(StandardScaler → IsolationForest)", "isolation-forest". */
  readonly holds?: string
  /** `asks`: it opens once a flag says what the file does not. */
  readonly outcome: 'opens' | 'asks' | 'refused'
  /** Which number is the risk, or why it does not open. */
  readonly reason: string
  /** What to do about it. */
  readonly hint?: string
  readonly example?: ExampleRows
}

/** What the model gives to the rows that MLflow keeps with it. */
export interface ExampleRows {
  readonly rows: number
  readonly risk: readonly number[]
  /** Where what the original gave to them is written beside them. */
  readonly parity?: Pick<Parity, 'of' | 'difference' | 'row' | 'within'>
}

/** Endings of model files that are listed even where their content is not known. */
const ENDINGS = new Set(
  '.tocsin .joblib .pkl .pickle .pth .pt .onnx .ubj .skops .h5 .keras .cbm .pmml .tflite'.split(' '),
)
const PACKED = new Set('.gz .bz2 .xz .lzma .lz4 .z'.split(' '))
/** Looked at of a large file, at each of its ends. */
const LOOKED_AT = 2 ** 20

/** @throws Failure USAGE where there is no model below */
export async function inspectFolder(host: Host, folder: string): Promise<FoundModel[]> {
  const paths = modelsBelow(folder)
  if (paths.length === 0)
    throw new Failure('USAGE', {
      problem: `neither ${folder} nor a folder below it holds a model`,
      hint: 'Give a model file, or a folder that holds some.',
    })
  const turn = turns()
  const found: FoundModel[] = []
  for (const [i, path] of paths.entries()) {
    host.progress('models read', i, paths.length)
    found.push(look(join(folder, path), path))
    await turn()
  }
  return found
}

/** Paths of files and of MLflow's folders, sorted. Hidden folders, those of libraries, and links are not gone into. */
function modelsBelow(folder: string, below = ''): string[] {
  const entries = readdirSync(join(folder, below), { withFileTypes: true })
  return entries
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = join(below, entry.name)
      if (entry.isFile()) return isCandidate(join(folder, path)) ? [path] : []
      if (!entry.isDirectory() || entry.name.startsWith('.') || entry.name === 'node_modules') return []
      return isMlflowFolder(join(folder, path)) ? [path] : modelsBelow(folder, path)
    })
}

/** By its content; by its name where nothing is known of that, so that what cannot be opened is listed, too. */
function isCandidate(path: string): boolean {
  const name = path.toLowerCase()
  const ending = PACKED.has(extname(name)) ? extname(name.slice(0, -extname(name).length)) : extname(name)
  if (ENDINGS.has(ending)) return true
  const bytes = ends(path)
  return bytes !== undefined && (isOurs(bytes) || recognise(bytes).kind === 'format')
}

/** A small file, or both ends of a large one; undefined where it cannot be read. */
function ends(path: string): Buffer | undefined {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const { size } = statSync(path)
    const bytes = Buffer.alloc(Math.min(size, 2 * LOOKED_AT))
    const head = Math.min(size, LOOKED_AT)
    readSync(file, bytes, 0, head, 0)
    readSync(file, bytes, head, bytes.length - head, size - (bytes.length - head))
    return bytes
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function look(file: string, path: string): FoundModel {
  try {
    const opened = openModel(file)
    if ('artifact' in opened) {
      const { recipe } = opened.artifact
      return {
        path,
        format: 'tocsin',
        holds: recipe.model.use,
        outcome: 'opens',
        reason: `fitted here, ${recipe.task}`,
      }
    }
    const { about, artifact, refusal } = opened.foreign
    const said = { path, format: about.format, ...(about.model === '' ? {} : { holds: about.model }) }
    if (!artifact || refusal) {
      const outcome = refusal?.kind === 'unsaid' ? 'asks' : 'refused'
      return { ...said, outcome, reason: refusal?.message ?? '', hint: refusal?.hint ?? '' }
    }
    const example = opened.example === undefined ? undefined : exampleOf(file, opened.example, artifact)
    return { ...said, outcome: 'opens', reason: artifact.source?.risk ?? '', ...(example ? { example } : {}) }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { path, outcome: 'refused', reason: error.parameters.reason ?? error.message, hint: error.hint }
  }
}

/** @param rows the path of the file that has them */
function exampleOf(folder: string, rows: string, artifact: Artifact): ExampleRows | undefined {
  const x = readExample(rows, artifact.features)
  if (!x) return undefined
  const risk = new Float64Array(x.rows)
  riskOf(artifact)(x, risk)
  const values = readExampleScores(folder, x.rows)
  if (!values) return { rows: x.rows, risk: [...risk] }
  const options = parityBasis(artifact)
  const scales = SCORE_SCALES.map(of => parityOf(risk, { column: EXAMPLE_SCORES, values }, { ...options, of }))
  const { of, difference, row, within } = scales.find(each => each.within) ?? (scales[0] as Parity)
  return { rows: x.rows, risk: [...risk], parity: { of, difference, row, within } }
}
