/** What LightGBM and XGBoost models share: a file of one model that names its own features, or does not. */
import type { About } from './about.ts'
import type { CategoryCodes } from './category-codes.ts'
import type { Opened } from './format.ts'
import { assemble } from './lowering/assemble.ts'
import type { Input, Lowering, Prediction } from './lowering/lowering.ts'
import type { Inner } from './lowering/open-lowering.ts'
import type { Program } from './program.ts'
import { Refusal } from './refusal.ts'
import type { ImportRequest } from './request.ts'
import { chooseNames } from './sklearn/feature-names.ts'

export interface Booster {
  /** "LightGBM (gbdt, binary)" */
  readonly model: string
  readonly versions: About['versions']
  readonly parameters: About['parameters']
  /** Number of features. */
  readonly count: number
  /** Absent where the file has none, or those that the library made up. */
  readonly names: readonly string[] | undefined
  /** @param classes what the labels are called, where a wrapper around the booster knows
   * @throws Refusal */
  lower(input: Input, lowering: Lowering, classes?: readonly string[]): Prediction
}

/** A file that holds nothing but a booster. */
export function openBooster(
  format: About['format'],
  booster: Booster,
  request: ImportRequest,
  containers: readonly string[],
): Opened {
  const { model, versions, parameters, count, names } = booster
  return {
    about: {
      format,
      containers,
      versions,
      model,
      globals: [],
      parameters,
      ...(names && { features: names }),
      featureCount: count,
      bytes: request.bytes.length,
      beside: [],
    },
    program: () => programOf(booster, request),
  }
}

function programOf(booster: Booster, request: ImportRequest): Program {
  if (request.scaler)
    throw new Refusal(
      'unsupported',
      `${request.name} holds boosted trees alone, which are not scored behind a scaler of another file`,
      'Save both as one Pipeline with joblib.',
    )
  const warnings: string[] = []
  const warn = (sentence: string) => warnings.push(sentence)
  const names = chooseNames(booster.count, booster.names, request.features, warn)
  return assemble(names, ALONE, (start, lowering) => booster.lower(start, lowering)).program(request, warnings)
}

const ALONE: Inner = { transformer: alone, predictor: alone }

function alone(): never {
  throw new Refusal('damaged', 'A booster has no estimator inside')
}

/** @throws Refusal where a booster stands behind steps that leave another number of columns */
export function checkInput({ count }: Pick<Booster, 'count'>, input: Input): void {
  if (input.count === count) return
  throw new Refusal('damaged', `The booster reads ${count} columns and gets ${input.count}`)
}

/** Says which of the columns are texts, and what they may hold. */
export function tellTexts({ texts }: Pick<CategoryCodes, 'texts'>, input: Input, lowering: Lowering): void {
  for (const [i, feature] of input.origin.entries()) {
    const known = texts(i)
    if (known && feature >= 0) lowering.texts(feature, known)
  }
}

/** Names for the classes 0, 1, … of a model whose file has none.
 * @throws Refusal where a wrapper names another number of classes */
export function classNames(count: number, said: readonly string[] | undefined): readonly string[] {
  if (said === undefined) return Array.from({ length: count }, (_, i) => String(i))
  if (said.length === count) return said
  throw new Refusal(
    'damaged',
    `The model tells ${count} classes apart, and ${said.length} are named: ${said.slice(0, 10).join(', ')}`,
  )
}
