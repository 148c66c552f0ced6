/** The models as their definitions describe themselves: for the list on the terminal and the pages of the docs. */
import { Failure } from '../errors.ts'
import { nearest } from '../math/nearest.ts'
import { findModel, learnedModels } from '../models/index.ts'
import type { Model, Task } from '../models/model.ts'
import { generally, type Shape } from '../recipe/check.ts'
import { valueText } from '../recipe/members.ts'
import type { Step } from '../recipe/schema.ts'

export interface ModelDescription {
  readonly kind: string
  readonly about: string
  readonly tasks: readonly Task[]
  readonly formula: string | undefined
  readonly source: string | undefined
  readonly takesMissing: boolean
  readonly parameters: readonly ParameterDescription[]
}

export interface ParameterDescription {
  readonly name: string
  /** "a whole number at least 1" */
  readonly allowed: string
  /** undefined: none, the parameter may be left out. */
  readonly default: unknown
  readonly about: string
}

export function describeModels(): ModelDescription[] {
  return learnedModels().map(describeModel)
}

/** @throws Failure USAGE with the nearest name */
export function findDescription(word: string): ModelDescription {
  const model = learnedModels().find(({ kind }) => kind === word)
  if (model) return describeModel(model)
  const kinds = learnedModels().map(({ kind }) => kind)
  const near = nearest(word, kinds)
  const meant = near === undefined ? '' : `Did you mean ${near}? `
  throw new Failure('USAGE', {
    problem: `${JSON.stringify(word)} is no model`,
    hint: `${meant}The models are ${kinds.join(', ')}.`,
  })
}

function describeModel({ kind, about, tasks, formula, source, takesMissing, params }: Model): ModelDescription {
  const { properties = {} } = params as Shape
  return {
    kind,
    about,
    tasks,
    formula,
    source,
    takesMissing: takesMissing ?? false,
    parameters: Object.entries(properties).map(([name, schema]) => ({
      name,
      allowed: generally(schema),
      default: (schema as { default?: unknown }).default,
      about: schema.description ?? '',
    })),
  }
}

/** Parameters that somebody chose, or a search found: those that differ from the model's own, "encoder_dims [16]". */
export function chosenParameters({ use, ...given }: Step): string[] {
  const { properties = {} } = (findModel(use)?.params ?? {}) as Shape
  return Object.entries(given).flatMap(([name, value]) => {
    const { default: own = null } = (properties[name] ?? {}) as { default?: unknown }
    return valueText(value) === valueText(own) ? [] : [`${name} ${valueText(value)}`]
  })
}

/** "100", "[64, 32, 16]", "auto"; — for none. */
export function defaultText({ default: value }: ParameterDescription): string {
  if (value === undefined) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value).replaceAll(',', ', ')
}
