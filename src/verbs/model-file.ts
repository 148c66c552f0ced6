/** Reading and writing model files. */
import { readFileSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { type Artifact, decode, digest } from '../artifact/artifact.ts'
import { Failure } from '../errors.ts'

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
    if (statSync(path).size > MAX_MODEL_BYTES) throw new Error('it is larger than 2 GB')
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
    return { path, id: digest(bytes), bytes: bytes.length, artifact: decode(bytes) }
  } catch (error) {
    throw new Failure('MODEL_INVALID', { path, reason: foreign(bytes) ?? (error as Error).message }, { cause: error })
  }
}

/** Names model files of other programs by their first bytes, so that the message is about what the file is. */
function foreign(bytes: Buffer): string | undefined {
  const starts = (text: string) => bytes.subarray(0, text.length).equals(Buffer.from(text, 'latin1'))
  if (starts('\x80') || starts('\x78\x9c') || starts('\x78\x01')) return 'it looks like a pickle or joblib file, not a model that tocsin wrote'
  if (starts('PK')) return 'it is a zip archive, not a model that tocsin wrote'
  if (starts('tree\n')) return 'it is a LightGBM model, not one that tocsin wrote'
  if (starts('{')) return 'it is a JSON file, not a model that tocsin wrote'
  return undefined
}

/** The name that a model carries in outputs: its file's, without the ending. */
export function modelName(path: string): string {
  return basename(path).replace(/\.tocsin$/i, '')
}
