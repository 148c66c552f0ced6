/** From what a predictor can say to the one number that is the risk, and where it alarms. */
import type { Program } from '../program.ts'
import { Refusal } from '../refusal.ts'
import type { ImportRequest } from '../request.ts'
import type { Prediction } from './lowering.ts'
import { thresholdOf } from './threshold.ts'

export type Said = Pick<ImportRequest, 'risk' | 'threshold' | 'thresholdOf'>

type Choice = Pick<Program, 'task' | 'risk' | 'riskName' | 'cut' | 'low'>

type Warn = (sentence: string) => void

/** @throws Refusal 'unsaid' where a person has to say which number is the risk */
export function choose(prediction: Prediction, said: Said, warn: Warn): Choice {
  if (prediction.task === 'detect') return detected(prediction, said, warn)
  if (prediction.task === 'regress') return predicted(prediction, said)
  return classified(prediction, said, warn)
}

type Of<T extends Prediction['task']> = Extract<Prediction, { task: T }>

function detected(detection: Of<'detect'>, said: Said, warn: Warn): Choice {
  if (said.risk !== undefined)
    throw new Refusal(
      'unsaid',
      `The risk is to be '${said.risk}', and the model tells unusual rows`,
      'Leave out --risk.',
    )
  const { threshold } = said
  const cut = threshold === undefined ? detection.cut : thresholdOf(detection, threshold, said.thresholdOf, warn)
  const { task, risk, riskName } = detection
  return { task, risk, riskName, ...(cut && { cut }) }
}

function onlyRisk(said: Said, what: string): void {
  if (said.thresholdOf === undefined || said.thresholdOf === 'risk') return
  throw new Refusal(
    'unsaid',
    `The threshold is to be one of ${said.thresholdOf}, and the model gives ${what}`,
    'Leave out --threshold-of.',
  )
}

/** Which end of a predicted number is the risk only a person knows. Where it is low the risk is the number turned. */
function predicted({ risk }: Of<'regress'>, said: Said): Choice {
  if (said.risk !== 'high' && said.risk !== 'low')
    throw new Refusal(
      'unsaid',
      said.risk === undefined
        ? 'The model predicts a number, and nothing says which end of it is the risk'
        : `The risk is to be '${said.risk}', and the model predicts a number`,
      'Say --risk high or --risk low.',
    )
  onlyRisk(said, 'a number')
  const low = said.risk === 'low'
  const { threshold } = said
  return {
    task: 'regress',
    risk,
    riskName: low ? 'predicted value, low is the risk' : 'predicted value',
    ...(low && { low }),
    ...(threshold !== undefined && { cut: { risk: low ? -threshold : threshold, from: 'the threshold given' } }),
  }
}

function classified(prediction: Of<'classify'>, said: Said, warn: Warn): Choice {
  const { classes, probability, tuned } = prediction
  const chosen = said.risk === undefined && tuned ? tuned.chosen : chosenClass(classes, said.risk)
  const brought = tuned?.chosen === chosen && said.threshold === undefined ? tuned : undefined
  const name = classes[chosen] as string
  return {
    task: 'classify',
    risk: prediction.riskOf(chosen),
    riskName: `${probability ? 'probability' : 'decision_function'} of ${name}`,
    cut: brought
      ? { risk: brought.risk, from: brought.from }
      : probability
        ? shareCut(said, warn)
        : decisionCut(said, name, warn),
  }
}

function chosenClass(classes: readonly string[], said: string | undefined): number {
  const list = classes.slice(0, 20).join(', ')
  if (said === undefined) {
    if (classes.length === 2) return 1
    throw new Refusal(
      'unsaid',
      `The model tells ${classes.length} classes apart (${list}), and nothing says which one is the risk`,
      `Name it: --risk ${classes.at(-1)}`,
    )
  }
  const exact = classes.indexOf(said)
  if (exact >= 0) return exact
  const alike = classes.flatMap((name, i) => (isAlike(name, said) ? [i] : []))
  if (alike.length === 1) return alike[0] as number
  throw new Refusal('unsaid', `The risk is to be '${said}', which is no class of the model`, `Its classes are ${list}.`)
}

/** "1" and 1.0, "Failed" and failed. */
function isAlike(name: string, said: string): boolean {
  const number = Number(name)
  return name.toLowerCase() === said.toLowerCase() || (said.trim() !== '' && name !== '' && number === Number(said))
}

function shareCut(said: Said, warn: Warn): NonNullable<Program['cut']> {
  onlyRisk(said, 'a probability')
  const { threshold } = said
  if (threshold === undefined) {
    warn('nothing says from which probability on a row is alarmed: the threshold is 0.5')
    return { risk: 0.5, from: '0.5 by default' }
  }
  if (threshold >= 0 && threshold <= 1) return { risk: threshold, from: 'the threshold given' }
  throw new Refusal(
    'unsaid',
    `The threshold is ${threshold}, and the risk is a probability`,
    'Give one between 0 and 1.',
  )
}

function decisionCut(said: Said, name: string, warn: Warn): NonNullable<Program['cut']> {
  if (said.thresholdOf === 'score_samples') onlyRisk(said, 'a decision')
  warn(`the model has no probabilities: the risk is its decision_function, above 0 for ${name}`)
  if (said.threshold !== undefined) return { risk: said.threshold, from: 'the threshold given' }
  return { risk: 0, from: 'the boundary of the model' }
}
