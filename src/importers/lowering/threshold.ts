/** Thresholds of detectors: given on one of three scales, compared on one. */
import type { Program } from '../program.ts'
import { Refusal } from '../refusal.ts'
import { SCORE_SCALES, type ScoreScale } from '../request.ts'
import type { Prediction } from './lowering.ts'

type Detection = Extract<Prediction, { task: 'detect' }>

const RISK = 'risk'

/**
 * A threshold as a risk. Without a word about its scale: the risk, where that can be and no other could hold the same
 * number turned round; else the one scale that can hold it.
 * @throws Refusal 'unsaid' where several can, or none
 */
export function thresholdOf(
  detection: Detection,
  threshold: number,
  said: ScoreScale | undefined,
  warn: (sentence: string) => void,
): NonNullable<Program['cut']> {
  if (!Number.isFinite(threshold)) throw new Refusal('unsaid', `The threshold is ${threshold}, expected a number`)
  if (said !== undefined) return { risk: onRisk(detection, threshold, said), from: fromText(said) }
  const fitting = SCORE_SCALES.filter(scale => holds(detection, threshold, scale))
  const [lowest, highest] = detection.range
  const endless = lowest === Number.NEGATIVE_INFINITY && highest === Number.POSITIVE_INFINITY
  const scale = fitting.includes(RISK) && !endless ? RISK : fitting.length === 1 ? fitting[0] : undefined
  if (scale === undefined) throw ambiguous(detection, threshold, fitting)
  const risk = onRisk(detection, threshold, scale)
  warn(
    scale === RISK
      ? `the threshold ${threshold} is compared with the risk (${detection.riskName})`
      : `the threshold ${threshold} can only be one of ${scale}: the risk (${detection.riskName}) is compared with ${risk}`,
  )
  return { risk, from: fromText(scale) }
}

const fromText = (scale: ScoreScale) => (scale === RISK ? 'the threshold given' : `the threshold given for ${scale}`)

function onRisk({ scales, riskName }: Detection, threshold: number, scale: ScoreScale): number {
  if (scale === RISK) return threshold
  const shift = scales[scale]
  if (shift !== undefined) return shift - threshold
  throw new Refusal(
    'unsaid',
    `The model has no ${scale}`,
    `Give the threshold of its risk (${riskName}): --threshold-of risk`,
  )
}

/** Strictly between the ends: at an end every row would be alarmed, or none. */
function holds(detection: Detection, threshold: number, scale: ScoreScale): boolean {
  if (scale !== RISK && detection.scales[scale] === undefined) return false
  const risk = onRisk(detection, threshold, scale)
  return risk > detection.range[0] && risk < detection.range[1]
}

function ambiguous({ riskName, scales }: Detection, threshold: number, fitting: readonly ScoreScale[]): Refusal {
  const words = SCORE_SCALES.filter(scale => scale === RISK || scales[scale] !== undefined)
  return new Refusal(
    'unsaid',
    fitting.length === 0
      ? `The threshold ${threshold} is beyond all values that the model can give`
      : `The threshold ${threshold} could be one of ${fitting.map(scale => (scale === RISK ? `the risk (${riskName})` : scale)).join(' or ')}`,
    `Say which: --threshold-of ${words.join('|')}`,
  )
}
