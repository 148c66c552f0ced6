import type { Chart } from './frame.ts'
import { NEUTRAL, OK } from './palette.ts'
import { curve, operating, share, square } from './roc.ts'

export interface PrecisionRecallChart {
  readonly precision: readonly number[]
  readonly recall: readonly number[]
  readonly average: number
  /** Share of bad rows: the precision of a coin. */
  readonly prevalence: number
  readonly points: readonly { readonly name: string; readonly x: number; readonly y: number }[]
}

/** How many alarms are right against how many bad rows are found, for every cut; the dashed line is chance. */
export function precisionRecall({ precision, recall, average, prevalence, points }: PrecisionRecallChart): Chart {
  const area = `average precision ${average.toFixed(2)}; by chance ${prevalence.toFixed(2)}`
  const base = 100 * prevalence
  const space = square('Precision against recall', area, points)
  return {
    name: 'precision-recall',
    title: 'Right alarms against bad rows found',
    about: `Precision-recall curve: ${area}.`,
    ...space,
    option: {
      ...space.option,
      xAxis: share('recall: bad rows found (%)', 'x'),
      yAxis: share('precision: alarms that are right (%)', 'y'),
      series: [
        curve(
          [
            [0, base],
            [100, base],
          ],
          { color: NEUTRAL, type: 'dashed', width: 1.2 },
        ),
        {
          ...curve(
            recall.map((x, i) => [100 * x, 100 * precision[i]!]),
            { color: OK, width: 2 },
          ),
          step: 'start',
        },
        ...points.map((point, i) => operating(point, i, points.length)),
      ],
    },
  }
}
