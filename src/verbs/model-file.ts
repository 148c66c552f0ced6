/** Reading model files: our own, and those of other programs. */
import { readFileSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { type Artifact, decode, digest, type LevelCut } from '../artifact/artifact.ts'
import { Failure } from '../errors.ts'
import { type ForeignFile, isForeign, openForeign, type Said } from './foreign-file.ts'
import { riskOf } from './pipeline.ts'

export interface ModelFile {
  readonly path: string
  /** SHA-256 of the file, in hex. */
  readonly id: string
  readonly bytes: number
  readonly artifact: Artifact
  /** Of a file of another program. */
  readonly foreign?: Pick<ForeignFile, 'about' | 'notes' | 'thresholdFrom'>
}

/** Far above any model; a larger file is not one. */
const MAX_MODEL_BYTES = 2 ** 31

/** @throws Failure MODEL_NOT_FOUND, MODEL_INVALID; MODEL_REFUSED for a file of another program */
export function readModel(path: string, said: Said = {}): ModelFile {
  const opened = openModel(path, said)
  return 'artifact' in opened ? opened : asModel(path, opened)
}

/** A file of another program, scored or refused. */
export interface OpenedForeign {
  readonly file: { readonly id: string; readonly bytes: number }
  readonly foreign: ForeignFile
}

/** The same, for who looks at a file without wanting to score: of another program's file everything that it says. */
export function openModel(path: string, said: Said = {}): ModelFile | OpenedForeign {
  const bytes = readBytes(path)
  if (isForeign(bytes)) {
    const file = { id: digest(bytes), bytes: bytes.length }
    return { file, foreign: openForeign(path, bytes, said) }
  }
  refuseSaid(path, said)
  try {
    const artifact = decode(bytes)
    tryOut(artifact)
    return { path, id: digest(bytes), bytes: bytes.length, artifact }
  } catch (error) {
    throw new Failure('MODEL_INVALID', { path, reason: (error as Error).message }, { cause: error })
  }
}

/** @throws Failure MODEL_REFUSED with the reason */
function asModel(path: string, { file, foreign: opened }: OpenedForeign): ModelFile {
  const { artifact, refusal, ...foreign } = opened
  if (artifact && !refusal) return { path, ...file, artifact, foreign }
  const { message = 'nothing came of it', hint = '', at } = refusal ?? {}
  const where = at === undefined ? '' : ` (byte ${at})`
  throw new Failure('MODEL_REFUSED', { path, reason: `${message}${where}`, hint })
}

/** What a model of ours says itself, nobody can say otherwise with a flag. */
function refuseSaid(path: string, said: Said): void {
  const given = Object.entries(said).find(([, value]) => value !== undefined)?.[0]
  if (given === undefined) return
  const flag = given.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
  throw new Failure('USAGE', {
    problem: `--${flag} is for model files of other programs, and ${path} is a model of tocsin, which says that itself`,
    hint: `Leave out --${flag}; a cut goes with --threshold.`,
  })
}

function readBytes(path: string): Buffer {
  try {
    const found = statSync(path)
    if (found.size > MAX_MODEL_BYTES) throw new Error('it is larger than 2 GB')
    // Reading a pipe or a device may never end.
    if (!found.isFile() && !found.isDirectory())
      throw new Error('it is a pipe, a socket or a device, a file was expected')
    return readFileSync(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new Failure('MODEL_NOT_FOUND', { path, folder: `${dirname(path)}/` }, { cause: error })
    }
    const reason = code === 'EISDIR' ? 'it is a folder, a file was expected' : message
    throw new Failure('MODEL_INVALID', { path, reason }, { cause: error })
  }
}

/**
 * A whole file can still hold a model that does not fit its own features, or that this version does not have. So the row
 * in the middle of its training data gets a risk before any other row does.
 * @throws Error with the reason.
 */
function tryOut(artifact: Artifact): void {
  const middle = artifact.profile.median as Float64Array
  const columns = Array.from(middle, value => Float64Array.of(Number.isFinite(value) ? value : 0))
  const risk = Float64Array.of(Number.NaN)
  riskOf(artifact)({ rows: 1, columns }, risk)
  if (!Number.isFinite(risk[0])) throw new Error('its model gives no risk to the middle of its own training data')
}

const ENDING = /(?<=.)\.(tocsin|joblib|pkl|pickle|pth|pt|onnx|txt|json|ubj|skops|model)(\.(gz|bz2|xz|lzma|lz4|z))?$/i

/** The name that a model carries in outputs: its file's, without the ending. */
export function modelName(path: string): string {
  return basename(path).replace(ENDING, '')
}

type Cut = Pick<LevelCut, 'name' | 'cut' | 'hold'>

/** The published override: it moves the mildest cut; a severer level never lies below it. */
export function withThreshold(levels: readonly Cut[], threshold: number | undefined): Cut[] {
  return levels.map(({ name, cut, hold }, i) => ({
    name,
    cut: threshold === undefined ? cut : i === 0 ? threshold : Math.max(cut, threshold),
    ...(hold ? { hold } : {}),
  }))
}
