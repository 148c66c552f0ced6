import type { ReliabilityBin } from '../math/reliability.ts'
import type { Chart } from './frame.ts'
import { INK, NEUTRAL, OK } from './palette.ts'
import { curve, share, square } from './roc.ts'

export interface CalibrationChart {
  readonly bins: readonly ReliabilityBin[]
  readonly brier: number
  /** What always saying the share of bad rows would get. */
  readonly chance: number
}

/** Told against seen, each bin with its interval: a dot whose bar meets the dashed line keeps its word. */
export function calibrationChart({ bins, brier, chance }: CalibrationChart): Chart {
  const said = `Brier score ${brier.toFixed(3)}; always the base rate ${chance.toFixed(3)}`
  const space = square('Do the probabilities hold?', said, [])
  const points = bins.map(({ told, seen }) => [100 * told, 100 * seen])
  return {
    name: 'calibration',
    title: 'Do the probabilities hold?',
    about: `Calibration plot. ${said}. ${bins.map(b => `Told ${percent(b.told)}, seen ${percent(b.seen)} of ${b.rows} rows`).join('; ')}.`,
    ...space,
    option: {
      ...space.option,
      xAxis: share('told: mean probability of the rows (%)', 'x'),
      yAxis: share('seen: share of bad rows (%), 95 % interval', 'y'),
      series: [
        curve(
          [
            [0, 0],
            [100, 100],
          ],
          { color: NEUTRAL, type: 'dashed', width: 1.2 },
        ),
        ...bins.map(({ told, low, high }) =>
          curve(
            [
              [100 * told, 100 * low],
              [100 * told, 100 * high],
            ],
            { color: OK, width: 1.5, opacity: 0.6 },
          ),
        ),
        {
          ...curve(points, { color: OK, width: 2 }),
          symbol: 'circle',
          symbolSize: 8,
          z: 5,
          itemStyle: { color: OK, borderColor: INK, borderWidth: 0.6 },
        },
      ],
    },
  }
}

function percent(value: number): string {
  return `${Math.round(100 * value)} %`
}
