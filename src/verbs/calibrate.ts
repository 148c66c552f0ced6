/** From the recipe's rules and held-out normal rows to the cuts of the levels. */
import type { LevelCut, Support } from '../artifact/artifact.ts'
import { Failure } from '../errors.ts'
import {
  type CutResult,
  cutForContamination,
  cutForQuantile,
  cutForRate,
  cutForRecall,
  cutForShare,
  type HeldOut,
} from '../math/budget.ts'
import type { Level, Recipe, Rule } from '../recipe/schema.ts'

export interface CalibrationRows {
  /** Risks of the rows that taught: a contamination is a share of these. */
  readonly trained: Float64Array
  /** Held-out rows that should be normal, in time order inside each group. */
  readonly heldOut: HeldOut
  /** Risks of the held-out rows that the label calls bad: a recall is a share of these. */
  readonly bad: Float64Array
  /** Used where rows have no times. */
  readonly samplesPerWeek?: number | undefined
  /** Seconds that one held-out row stands for, when they were drawn at random from a series. */
  readonly secondsPerRow?: number | undefined
}

/**
 * Cuts, mildest first. A severer level never has a lower cut than a milder one: two budgets that the data can only
 * support with the same cut get the same cut.
 */
export function calibrate(levels: readonly Level[], rows: CalibrationRows): LevelCut[] {
  const cuts: LevelCut[] = []
  for (const level of levels) {
    const { cut, support } = cutOf(level, rows)
    const floor = cuts.at(-1)?.cut ?? Number.NEGATIVE_INFINITY
    cuts.push({
      name: level.name,
      cut: Math.max(cut, floor),
      rule: saidRule(level.rule, rows.bad, Math.max(cut, floor), levels[cuts.length - 1]?.name),
      ...(level.hold ? { hold: level.hold } : {}),
      ...(support ? { support } : {}),
    })
  }
  return cuts
}

/** What became of the rule: how many bad rows the cut catches, and that a severer level never begins below a milder one. */
function saidRule(rule: Rule, bad: Float64Array, cut: number, milder: string | undefined): string {
  const text = ruleText(rule)
  const known = bad.filter(risk => Number.isFinite(risk))
  if (rule.kind === 'recall')
    return `${text}: ${known.filter(risk => risk > cut).length} of ${known.length} bad rows held out`
  return rule.kind === 'risk' && cut > rule.value ? `${text}, raised to that of ${milder}` : text
}

function cutOf(level: Level, rows: CalibrationRows): { cut: number; support?: Support } {
  const { rule, hold } = level
  const normal = rows.heldOut.risk
  switch (rule.kind) {
    case 'risk':
      return { cut: rule.value }
    case 'quantile':
      return { cut: cutForQuantile(needed(normal, level.name), rule.value) }
    case 'recall':
      return { cut: cutForRecall(needed(rows.bad, level.name), rule.value) }
    case 'contamination':
      return { cut: cutForContamination(needed(rows.trained, level.name), rule.value) }
    case 'false_alarms': {
      needed(normal, level.name)
      const result =
        rule.unit === 'share'
          ? cutForShare(rows.heldOut, rule.budget, hold)
          : cutForRate(rows.heldOut, rule.budget, {
              hold,
              per: level.per === 'group' ? 'group' : 'all',
              samplesPerWeek: rows.samplesPerWeek,
              secondsPerRow: rows.secondsPerRow,
            })
      return { cut: result.cut, support: supportOf(result, rule.budget) }
    }
  }
}

function supportOf(result: CutResult, asked: number): Support {
  const { supported, unit, rate, low, high, promise, events, exposure, supports, needed } = result
  return { supported, unit, rate, low, high, promise, events, exposure, asked, supports, needed }
}

function needed(risk: Float64Array, level: string): Float64Array {
  if (risk.some(r => Number.isFinite(r))) return risk
  throw new Failure('TOO_FEW_ROWS', {
    what: `Held-out rows for the level ${level}`,
    found: 0,
    needed: 1,
    hint: 'Give more rows that teach, or a larger split.calibrate, or set the cut yourself: {risk: 0.6}.',
  })
}

export function ruleText(rule: Rule): string {
  switch (rule.kind) {
    case 'false_alarms':
      return `false alarms ${rule.text}`
    case 'quantile':
      return `quantile ${percent(rule.value)}`
    case 'recall':
      return `recall ${percent(rule.value)}`
    case 'contamination':
      return `contamination ${percent(rule.value)}`
    case 'risk':
      return `risk ${rule.value}`
  }
}

/** A rule of an artifact as a sentence: which rows it counted. */
export function ruleWords(rule: string, { columns, task }: Pick<Recipe, 'columns' | 'task'>): string {
  // What became of the rule stands behind it: "recall 85 %: 6 of 7 bad rows held out".
  const [asked = rule, became] = rule.split(/(?:: |, raised )/)
  const [kind, ...rest] = asked.split(' ')
  const share = rest.join(' ')
  const normal = columns.label === undefined ? 'held-out rows' : 'held-out rows that are not bad'
  switch (kind) {
    case 'recall':
      return `${asked}: at least ${share} of the held-out bad rows are found${became ? `: ${became}` : ''}`
    case 'quantile':
      return `${rule}: ${share} of the ${normal} stay quiet`
    case 'contamination':
      return `${rule}: ${share} of the rows that taught are beyond it`
    case 'risk':
      return task === 'detect' || task === 'classify' ? `${rule}, as the recipe sets it` : 'as the recipe sets it'
    default:
      return rule
  }
}

export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(4))} %`
}

/** Fails when a budget asked for cannot be kept; for `--strict`. */
export function requireSupport(levels: readonly LevelCut[]): void {
  for (const { name, rule, support } of levels) {
    if (support && !support.supported)
      throw new Failure('BUDGET_UNSUPPORTED', { level: name, detail: supportText(rule, support) })
  }
}

/** "supports at most 20 false alarms a week (95 %). You asked 0.1: that takes 30 weeks of healthy data." */
export function supportText(rule: string, support: Support): string {
  const asked = rule.replace(/^false alarms /, '')
  return support.unit === 'week'
    ? `supports at most ${round2(support.supports)} false alarms a week (95 %). You asked ${asked}: that takes ${round2(support.needed)} weeks of healthy data`
    : `supports at most ${percent(Number(support.supports.toPrecision(2)))} false alarms (95 %). You asked ${asked}: that takes ${Math.ceil(support.needed)} held-out healthy rows`
}

function round2(value: number): number {
  return value >= 10 ? Math.round(value) : Number(value.toPrecision(2))
}
