/** Reading model files: our own, and those of other programs. */
import { basename, dirname } from 'node:path'
import { type Artifact, decode, digest, type LevelCut } from '../artifact/artifact.ts'
import { Failure } from '../errors.ts'
import type { RefusalKind } from '../importers/refusal.ts'
import { type ForeignFile, isForeign, openForeign, type Said } from './foreign-file.ts'
import { isMlflowFolder, readMlflowFolder } from './mlflow-folder.ts'
import { folderOfWord, isMlflowWord } from './mlflow-store.ts'
import { middleRisk } from './pipeline.ts'
import { readWhole } from './whole-file.ts'

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

/**
 * @param said absent where nobody can be asked: the file, or what lies beside it, must say all
 * @throws Failure MODEL_NOT_FOUND, MODEL_INVALID; MODEL_REFUSED for a file of another program
 */
export function readModel(path: string, said?: Said): ModelFile {
  const opened = openModel(path, said)
  return 'artifact' in opened ? opened : asModel(path, opened, said !== undefined)
}

/** A file of another program, scored or refused. */
export interface OpenedForeign {
  readonly file: { readonly id: string; readonly bytes: number }
  readonly foreign: ForeignFile
  /** The path of the rows that MLflow keeps with it. */
  readonly example?: string
}

/** The same, for who looks at a file without wanting to score: of another program's file everything that it says. */
export function openModel(path: string, said: Said = {}): ModelFile | OpenedForeign {
  const folder = isMlflowWord(path) ? folderOfWord(path) : path
  if (isMlflowFolder(folder)) return openLogged(path, folder, said)
  const bytes = readBytes(path)
  if (isForeign(bytes)) {
    const file = { id: digest(bytes), bytes: bytes.length }
    return { file, foreign: openForeign(path, bytes, said) }
  }
  const artifact = decoded(path, bytes)
  refuseSaid(path, said)
  return { path, id: digest(bytes), bytes: bytes.length, artifact }
}

function decoded(path: string, bytes: Uint8Array): Artifact {
  try {
    const artifact = decode(bytes)
    tryOut(artifact)
    return artifact
  } catch (error) {
    throw new Failure('MODEL_INVALID', { path, reason: (error as Error).message }, { cause: error })
  }
}

/** The file in a folder of MLflow's, with the names that its signature gives to the inputs. */
function openLogged(path: string, folder: string, said: Said): OpenedForeign {
  const { file, features, versions, run, example } = readMlflowFolder(folder, path)
  const bytes = readBytes(file)
  const unnamed = said.features === undefined && said.featuresFile === undefined
  const named = unnamed && features ? { ...said, features } : said
  const { about, notes, ...foreign } = openForeign(file, bytes, named)
  return {
    file: { id: digest(bytes), bytes: bytes.length },
    foreign: {
      ...foreign,
      about: { ...about, containers: ['mlflow', ...about.containers], versions: { ...versions, ...about.versions } },
      notes: [...notes, ...(run === undefined ? [] : [`logged by the run ${run} of MLflow`])],
    },
    ...(example === undefined ? {} : { example }),
  }
}

/** @throws Failure MODEL_REFUSED with the reason */
function asModel(path: string, { file, foreign: opened }: OpenedForeign, asked: boolean): ModelFile {
  const { artifact, refusal, ...foreign } = opened
  if (artifact && !refusal) return { path, ...file, artifact, foreign }
  const { kind = 'unsupported', message = 'nothing came of it', hint = '', at } = refusal ?? {}
  const where = at === undefined ? '' : ` (byte ${at})`
  const instead =
    kind === 'unsaid' && !asked ? `\n  Say it once, and use what that writes: tocsin import ${path} …` : ''
  throw new Failure('MODEL_REFUSED', {
    path,
    reason: `${message}${where}`,
    hint: `${hint || WAYS_OUT[kind]}${instead}`,
  })
}

/** Where the refusal itself says none. */
const WAYS_OUT: Readonly<Record<RefusalKind, string>> = {
  damaged: 'Ask whoever made the file for a fresh copy.',
  hostile: 'Ask whoever made the file what it is meant to do.',
  unsupported: 'Save the model as ONNX, or fit one here.',
  unsaid: 'Say it with a flag: tocsin import --help lists them.',
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
    return readWhole(path, MAX_MODEL_BYTES)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new Failure('MODEL_NOT_FOUND', { path, folder: `${dirname(path)}/` }, { cause: error })
    }
    throw new Failure('MODEL_INVALID', { path, reason: message }, { cause: error })
  }
}

/** A whole file can still hold a model that does not fit its own features, or that this version does not have.
 * @throws Error with the reason. */
function tryOut(artifact: Artifact): void {
  if (!Number.isFinite(middleRisk(artifact)))
    throw new Error('its model gives no risk to the middle of its own training data')
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
