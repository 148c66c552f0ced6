/** A model file of another program with all that is said about it: by a person, by files beside it, by itself. */
import { basename } from 'node:path'
import type { Artifact } from '../artifact/artifact.ts'
import type { About } from '../importers/about.ts'
import type { SaidRefusal } from '../importers/import-model.ts'
import { recognise } from '../importers/recognise.ts'
import { Refusal } from '../importers/refusal.ts'
import type { ImportRequest } from '../importers/request.ts'
import { readForeign } from './foreign-model.ts'
import { middleRisk } from './pipeline.ts'
import {
  findSideFiles,
  readFeatureNames,
  readScaler,
  readThreshold,
  type SideFiles,
  speaksOfAnother,
} from './side-files.ts'

export { SCORE_SCALES, type ScoreScale } from '../importers/request.ts'

/** What a person says about the file. Files are paths; what is absent is looked for beside the model. */
export interface Said extends Pick<ImportRequest, 'risk' | 'features' | 'threshold' | 'thresholdOf'> {
  readonly featuresFile?: string | undefined
  readonly thresholdFile?: string | undefined
  readonly scaler?: string | undefined
  /** Of several models in one file: the key of the one that is meant. */
  readonly pick?: string | undefined
}

export interface ForeignFile {
  readonly about: About
  /** Absent where it was refused. */
  readonly artifact?: Artifact
  readonly refusal?: SaidRefusal
  /** What was found beside the file and used. */
  readonly notes: readonly string[]
  /** The file that the threshold was read from. */
  readonly thresholdFrom?: string
}

/** Whether the first bytes are those of a known program that is not this one. */
export function isForeign(bytes: Uint8Array): boolean {
  return !isOurs(bytes) && recognise(bytes).kind !== 'unknown'
}

/** Eight bytes of length, then a JSON object. */
export function isOurs(bytes: Uint8Array): boolean {
  return bytes[8] === 0x7b && bytes.subarray(4, 8).every(byte => byte === 0)
}

/** @throws Failure for a side file that cannot be read; what is wrong with the model itself is a refusal */
export function openForeign(path: string, bytes: Uint8Array, said: Said): ForeignFile {
  const beside = usable(findSideFiles(path), said, path)
  const scaler = said.scaler ?? beside.scaler
  const featuresFile = said.featuresFile ?? beside.features
  const thresholdFile = said.thresholdFile ?? beside.threshold
  const ownThreshold = said.threshold
  const opened = readForeign({
    name: basename(path),
    bytes,
    risk: said.risk,
    ...(said.features ? { features: said.features } : featuresFile === undefined ? {} : readFeatureNames(featuresFile)),
    threshold: ownThreshold ?? (thresholdFile === undefined ? undefined : readThreshold(thresholdFile)),
    thresholdOf: said.thresholdOf,
    model: said.pick,
    scaler: scaler === undefined ? undefined : readScaler(scaler),
  })
  const refusal = opened.refusal ?? (opened.artifact && unusable(opened.artifact))
  return {
    ...opened,
    ...(refusal ? { refusal } : {}),
    notes: Object.entries(beside).map(([what, file]) => `${what} from ${file}, found beside ${path}`),
    ...(ownThreshold === undefined && thresholdFile !== undefined ? { thresholdFrom: basename(thresholdFile) } : {}),
  }
}

/** Of the files beside it those whose place nothing else takes. */
function usable(found: SideFiles, said: Said, path: string): SideFiles {
  const { scaler, features, threshold } = found
  const wantsThreshold = said.threshold === undefined && said.thresholdFile === undefined
  const wantsFeatures = said.features === undefined && said.featuresFile === undefined
  return {
    ...(scaler !== undefined && said.scaler === undefined ? { scaler } : {}),
    ...(features !== undefined && wantsFeatures ? { features } : {}),
    ...(threshold !== undefined && wantsThreshold && !speaksOfAnother(threshold, path) ? { threshold } : {}),
  }
}

/** What was made of the file is tried on one row, before any row of a table. */
function unusable(artifact: Artifact): SaidRefusal | undefined {
  try {
    middleRisk(artifact)
    return undefined
  } catch (error) {
    if (error instanceof Refusal) return { kind: error.kind, message: error.message, hint: error.hint }
    const hint = 'Save the model as ONNX, or fit one here.'
    return { kind: 'unsupported', message: (error as Error).message, hint }
  }
}
