/** Flags that say what a model file of another program does not say itself. */
import type { Command } from 'commander'
import { Failure } from '../errors.ts'
import { type Said, SCORE_SCALES, type ScoreScale } from '../verbs/foreign-file.ts'
import * as options from './options.ts'

export interface ForeignFlags {
  features?: string
  featuresFile?: string
  scaler?: string
  thresholdFile?: string
  thresholdOf?: Said['thresholdOf']
  risk?: string
  pick?: string
}

/** For a model file of another program. */
export function addForeignFlags(command: Command): Command {
  return command
    .option(
      '--features <names>',
      'of a foreign model: its features in the order of training, a,b,c; or a file with one a line',
    )
    .option('--features-file <file>', 'the same from a file')
    .option('--scaler <file>', 'of a foreign model: what is applied to the features first (joblib)')
    .option('--threshold-file <file>', 'of a foreign model: a threshold, as text or JSON with the key threshold')
    .option(
      '--threshold-of <scale>',
      'what the threshold is compared with: risk, score_samples or decision_function',
      asScale('threshold-of'),
    )
    .option('--risk <name>', 'which number is the risk: the name of a class; or high or low of a predicted number')
    .option('--pick <key>', 'of several models in one file: the one that is meant')
}

export function asScale(flag: string) {
  return (text: string): ScoreScale => {
    const scale = SCORE_SCALES.find(word => word === text)
    if (scale) return scale
    throw new Failure('USAGE', {
      problem: `--${flag} is ${JSON.stringify(text)}, expected ${SCORE_SCALES.join(', ')}`,
      hint: `Give one of ${SCORE_SCALES.join(', ')}.`,
    })
  }
}

/**
 * Undefined where no flag says anything. A threshold with its scale is the file's to convert; without one it is compared
 * with the risk, as for every model.
 */
export function saidBy(
  flags: ForeignFlags & { readonly threshold?: number },
  { ownsThreshold = flags.thresholdOf !== undefined } = {},
): Said | undefined {
  const { features, featuresFile, scaler, thresholdFile, thresholdOf, risk, pick, threshold } = flags
  const names = features === undefined ? {} : options.asNamesOrFile(features)
  const said: Said = {
    ...names,
    ...(featuresFile === undefined ? {} : { featuresFile }),
    ...(scaler === undefined ? {} : { scaler }),
    ...(thresholdFile === undefined ? {} : { thresholdFile }),
    ...(thresholdOf === undefined ? {} : { thresholdOf }),
    ...(ownsThreshold && threshold !== undefined ? { threshold } : {}),
    ...(risk === undefined ? {} : { risk }),
    ...(pick === undefined ? {} : { pick }),
  }
  return Object.keys(said).length > 0 ? said : undefined
}
