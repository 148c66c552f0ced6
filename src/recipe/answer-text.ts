/** What a recipe asks for, in words. */
import type { Recipe, Task } from './schema.ts'

/** What a risk is held against. */
export interface AnswerWords {
  /** The column or expression: `yield_pct`, `viability < 0.90`; of a time until an event, the time. */
  readonly name: string
  /** As the sensor of that name has it. */
  readonly unit: string | null
  /** Of a number: which end is the risk. */
  readonly risk: 'high' | 'low' | null
  /** Of a time: the condition that says the event came. */
  readonly event: string | null
}

type Asked = Pick<Recipe, 'columns' | 'sensors'>

/** Undefined where the recipe names no answer. */
export function answerWords({ columns, sensors }: Asked): AnswerWords | undefined {
  const { label, target } = columns
  const none = { unit: null, risk: null, event: null }
  if (label !== undefined) return { ...none, name: plain(label) }
  if (!target) return undefined
  const name = plain(target.kind === 'time' ? target.time : target.value)
  const unit = sensors.find(({ column }) => column.toLowerCase() === name.toLowerCase())?.unit ?? null
  return target.kind === 'time'
    ? { name, unit, risk: null, event: plain(target.event) }
    : { name, unit, risk: target.risk, event: null }
}

const ASKS: Readonly<Record<Task, string>> = {
  detect: 'which rows are unusual',
  classify: 'which rows are bad',
  regress: 'how large a number will be',
  survive: 'how soon an event comes',
}

/** "regress: yield_pct (%), where low is the risk" */
export function taskText(recipe: Asked & Pick<Recipe, 'task'>): string {
  const { task } = recipe
  const answer = answerWords(recipe)
  if (!answer) return `${task}: ${ASKS[task]}`
  const unit = answer.unit === null ? '' : ` (${answer.unit})`
  switch (task) {
    case 'detect':
      return `detect: ${ASKS.detect}; judged by ${answer.name}`
    case 'classify':
      return `classify: ${ASKS.classify}: ${answer.name}`
    case 'regress':
      return `regress: ${answer.name}${unit}, where ${answer.risk} is the risk`
    case 'survive':
      return `survive: time ${answer.name}${unit} until the event ${answer.event}`
  }
}

/** A name in quotes is that name. */
function plain(sql: string): string {
  const quoted = /^"((?:[^"]|"")+)"$/.exec(sql.trim())
  return quoted ? quoted[1]!.replaceAll('""', '"') : sql.trim()
}

/**
 * A cut where people read it: of a predicted number in its own unit and on its own side, "yield_pct < 79.47 %"; of any
 * other risk "risk > 0.6000".
 */
export function cutText(cut: number, answer: AnswerWords | null | undefined): string {
  if (!answer || answer.risk === null) return `risk > ${cut.toPrecision(4)}`
  const low = answer.risk === 'low'
  return `predicted ${answer.name} ${low ? '<' : '>'} ${withUnit((low ? -cut : cut).toPrecision(4), answer.unit)}`
}

export function withUnit(figure: string, unit: string | null | undefined): string {
  return unit ? `${figure} ${unit}` : figure
}
