/** How good a model is, as a page says it: out of fold first, then on rows that it did not learn from. */
import type { Quality } from '../artifact/artifact.ts'
import { grouped } from '../charts/frame.ts'
import type { Fact, Table } from '../charts/report.ts'
import { withUnit } from '../recipe/answer-text.ts'
import type { Evaluation } from './assess.ts'
import type { Figures } from './assess-answers.ts'
import type { FigureName } from './fold-figures.ts'
import { FIGURE_NAMES, figureDigits, intervalDigits } from './judge.ts'

export interface Judged {
  /** Of the model, out of fold; absent where nobody knew the answers when it was fitted. */
  readonly quality?: Quality | undefined
  readonly evaluation: Evaluation
  /** Which rows the evaluation is of: "the 99 test rows". */
  readonly where: string
}

const NAMES = Object.keys(FIGURE_NAMES) as FigureName[]

/** In the order in which people read them; a model file keeps its words in that of the alphabet. */
function shown(figures: Figures): FigureName[] {
  return NAMES.filter(name => figures[name])
}

/** The first figure, as often as it is known. */
export function qualityFacts({ quality, evaluation, where }: Judged): Fact[] {
  const facts = [
    { figures: (quality?.figures ?? {}) as Figures, better: quality?.betterThanChance, of: 'out of fold' },
    { figures: evaluation.figures, better: evaluation.better_than_chance ?? undefined, of: where },
  ]
  return facts.flatMap(({ figures, better, of }) => {
    const [name] = shown(figures)
    if (!name) return []
    const digits = (x: number) => figureDigits(name, x)
    const { value, low, high } = figures[name]!
    const chance = better === false ? ': not better than chance' : ''
    return [
      {
        name: `${FIGURE_NAMES[name]}, ${of}`,
        value: withUnit(digits(value), unitOf(name, evaluation)),
        detail: `95 %: ${intervalDigits(name, low, high)}${chance}`,
      },
    ]
  })
}

/** Every figure of the task, in two columns where both are known. Undefined without any. */
export function qualityTable({ quality, evaluation, where }: Judged): Table | undefined {
  const fold = (quality?.figures ?? {}) as Figures
  const own = evaluation.figures
  const names = NAMES.filter(name => fold[name] ?? own[name])
  if (!names.length) return undefined
  const columns = [
    ...(quality && shown(fold).length ? [{ title: 'out of fold', figures: fold }] : []),
    ...(shown(own).length ? [{ title: where, figures: own }] : []),
  ]
  const foot = [
    ...(quality && shown(fold).length ? [foldText(quality)] : []),
    'In brackets: 95 % intervals.',
    ...(evaluation.task === 'survive'
      ? ['Concordance: of two, the one with the earlier event had the higher risk (0.5 by chance).']
      : []),
  ]
  return {
    title: 'How good it is',
    head: ['figure', ...columns.map(({ title }) => title), 'knowing nothing'],
    rows: names.map(name => {
      const digits = (x: number) => figureDigits(name, x)
      const unit = unitOf(name, evaluation)
      const cells = columns.map(({ figures }) => {
        const found = figures[name]
        return found ? `${withUnit(digits(found.value), unit)} (${intervalDigits(name, found.low, found.high)})` : '–'
      })
      return [FIGURE_NAMES[name], ...cells, guessing(name, quality, evaluation)]
    }),
    foot: foot.join(' '),
  }
}

function foldText({ method, rows, bad }: Quality): string {
  const which = bad === undefined ? `${grouped(rows)} rows` : `${grouped(rows)} rows, ${grouped(bad)} of them bad`
  return `${method.charAt(0).toUpperCase()}${method.slice(1)}, ${which}: each row is judged by models that did not learn from it.`
}

/** What would be seen if the features said nothing. */
function guessing(name: FigureName, quality: Quality | undefined, evaluation: Evaluation): string {
  const base = quality?.bad === undefined ? evaluation.n_bad / evaluation.n_labelled : quality.bad / quality.rows
  switch (name) {
    case 'auc':
    case 'concordance':
      return '0.5'
    case 'pr_auc':
      return Number.isFinite(base) ? base.toFixed(2) : '–'
    case 'brier':
      return Number.isFinite(base) ? (base * (1 - base)).toFixed(2) : '–'
    case 'r2':
      return '0'
    case 'rmse': {
      const { regression } = evaluation
      const spread = regression && regression.r2 < 1 ? regression.rmse / Math.sqrt(1 - regression.r2) : Number.NaN
      return Number.isFinite(spread)
        ? `${withUnit(figureDigits(name, spread), unitOf(name, evaluation))}, always the mean`
        : '–'
    }
    case 'mae':
      return '–'
  }
}

/** Errors of a number have its unit. */
function unitOf(name: FigureName, { answer }: Evaluation): string | null | undefined {
  return name === 'rmse' || name === 'mae' ? answer?.unit : null
}

/** What must not be missed. */
export function qualityWarnings({ quality, evaluation, where }: Judged): string[] {
  const says = (better: boolean | null | undefined, figures: Figures, of: string) => {
    const [name] = shown(figures)
    if (better !== false || !name) return []
    const covers = { rmse: 'what always saying the mean gets' }[name as string] ?? 'what guessing gets'
    return [`Not better than chance, ${of}: the interval of the ${FIGURE_NAMES[name]} covers ${covers}.`]
  }
  return [
    ...says(quality?.betterThanChance, (quality?.figures ?? {}) as Figures, 'out of fold'),
    ...says(evaluation.better_than_chance, evaluation.figures, `on ${where}`),
  ]
}
