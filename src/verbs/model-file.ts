/** Reading and writing model files. */
import { readFileSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { type Artifact, decode, digest, type LevelCut } from '../artifact/artifact.ts'
import { Failure } from '../errors.ts'
import { riskOf } from './pipeline.ts'

export interface ModelFile {
  readonly path: string
  /** SHA-256 of the file, in hex. */
  readonly id: string
  readonly bytes: number
  readonly artifact: Artifact
}

/** Far above any model of ours; a larger file is not one. */
const MAX_MODEL_BYTES = 2 ** 31

export function readModel(path: string): ModelFile {
  let bytes: Buffer
  try {
    const found = statSync(path)
    if (found.size > MAX_MODEL_BYTES) throw new Error('it is larger than 2 GB')
    // Reading a pipe or a device may never end.
    if (!found.isFile() && !found.isDirectory())
      throw new Error('it is a pipe, a socket or a device, a file was expected')
    bytes = readFileSync(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new Failure('MODEL_NOT_FOUND', { path, folder: `${dirname(path)}/` }, { cause: error })
    }
    const reason = code === 'EISDIR' ? 'it is a folder, a file was expected' : message
    throw new Failure('MODEL_INVALID', { path, reason }, { cause: error })
  }
  try {
    const artifact = decode(bytes)
    tryOut(artifact)
    return { path, id: digest(bytes), bytes: bytes.length, artifact }
  } catch (error) {
    throw new Failure('MODEL_INVALID', { path, reason: foreign(bytes) ?? (error as Error).message }, { cause: error })
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

/** Names model files of other programs by their first bytes, so that the message is about what the file is. */
function foreign(bytes: Buffer): string | undefined {
  const starts = (text: string) => bytes.subarray(0, text.length).equals(Buffer.from(text, 'latin1'))
  if (starts('\x80') || starts('\x78\x9c') || starts('\x78\x01'))
    return 'it looks like a pickle or joblib file, not a model that tocsin wrote'
  if (starts('PK')) return 'it is a zip archive, not a model that tocsin wrote'
  if (starts('tree\n')) return 'it is a LightGBM model, not one that tocsin wrote'
  if (starts('{')) return 'it is a JSON file, not a model that tocsin wrote'
  return undefined
}

/** The name that a model carries in outputs: its file's, without the ending. */
export function modelName(path: string): string {
  return basename(path).replace(/\.tocsin$/i, '')
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
