/**
 * What lies beside a model file and says what it does not say itself: the names and places that the published scoring
 * script looks at, and files that a person names.
 */
import { existsSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { Failure } from '../errors.ts'
import { recognise } from '../importers/recognise.ts'
import type { ImportRequest } from '../importers/request.ts'
import { parsed } from './small-file.ts'
import { readWhole } from './whole-file.ts'

export interface SideFiles {
  readonly scaler?: string
  readonly threshold?: string
  readonly features?: string
}

/** `<stem>_scaler.joblib` beside the model, and what the script's report folder has. */
export function findSideFiles(model: string): SideFiles {
  const folder = dirname(model)
  const stem = basename(model, extname(model))
  const report = join(folder, '..', 'reports', stem)
  const scaler = first([join(folder, `${stem}_scaler.joblib`), join(folder, `${stem}_scaler.pkl`)])
  const threshold = first([
    join(report, 'threshold_config.json'),
    join(report, 'threshold.txt'),
    join(folder, 'threshold_config.json'),
  ])
  const features = first([join(report, 'features.txt')])
  return {
    ...(scaler === undefined ? {} : { scaler }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(features === undefined ? {} : { features }),
  }
}

const first = (paths: readonly string[]) => paths.find(path => existsSync(path))

/** Larger files hold no list of names and no threshold. */
const MOST_BYTES = 10_000_000

/** A threshold alone, as text, or a JSON object with the key `threshold`. */
export function readThreshold(path: string): number {
  const text = readText(path).trim()
  const plain = text === '' ? Number.NaN : Number(text)
  if (Number.isFinite(plain)) return plain
  const value = parsed(text)
  const said = typeof value === 'object' && value !== null ? (value as { threshold?: unknown }).threshold : undefined
  if (typeof said === 'number' && Number.isFinite(said)) return said
  throw refuse(path, 'it holds no threshold', 'Write the number alone, or JSON such as {"threshold": 0.4851}.')
}

/** A threshold that was set for another model, which it names. */
export function speaksOfAnother(path: string, model: string): boolean {
  if (!path.endsWith('.json')) return false
  const value = parsed(readText(path)) as { model_path?: unknown } | null | undefined
  const named = typeof value === 'object' && value !== null ? value.model_path : undefined
  return typeof named === 'string' && named.split(/[/\\]/).at(-1) !== basename(model)
}

/** One name a line, names parted by commas, a JSON list (alone, or under `features`), or a pickled one. */
export function readFeatureNames(path: string): FeatureNames {
  const bytes = readBytes(path, MOST_BYTES)
  const { kind } = recognise(bytes)
  // Lists are pickled, too; a pickle is read where models are.
  if (kind === 'format' || kind === 'compressed') return { featuresFile: { name: basename(path), bytes } }
  return { features: namesIn(path, bytes.toString('utf8').replace(/^\uFEFF/, '')) }
}

export type FeatureNames = Pick<ImportRequest, 'features' | 'featuresFile'>

function namesIn(path: string, text: string): string[] {
  const value = parsed(text)
  const inner = Array.isArray(value) ? value : (value as { features?: unknown } | undefined)?.features
  if (Array.isArray(inner)) {
    if (inner.length > 0 && inner.every(name => typeof name === 'string')) return inner as string[]
    throw refuse(path, 'its list is not one of names', 'Write one name a line.')
  }
  const lines = text.split(/\r?\n/).filter(line => line.trim() !== '' && !line.startsWith('#'))
  const names = lines.length === 1 ? (lines[0] as string).split(',') : lines
  if (names.length === 0) throw refuse(path, 'it names no feature', 'Write one name a line.')
  return names.map(name => name.trim())
}

/** The bytes of a scaler's own file. */
export function readScaler(path: string): { readonly name: string; readonly bytes: Uint8Array } {
  return { name: basename(path), bytes: readBytes(path, 2 ** 30) }
}

function readText(path: string): string {
  return readBytes(path, MOST_BYTES)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
}

function readBytes(path: string, most: number): Buffer {
  try {
    return readWhole(path, most)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new Failure('MODEL_NOT_FOUND', { path, folder: `${dirname(path)}/` }, { cause: error })
    throw refuse(path, message, 'Give a file that can be read.', error)
  }
}

function refuse(path: string, reason: string, hint: string, cause?: unknown): Failure {
  return new Failure('MODEL_REFUSED', { path, reason, hint }, { cause })
}
