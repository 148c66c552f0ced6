import { axis, type Chart, frame } from './frame.ts'
import { INK, levelColour, levelShape, NEUTRAL, OK } from './palette.ts'

export interface RocChart {
  readonly falsePositiveRate: readonly number[]
  readonly truePositiveRate: readonly number[]
  readonly auc: number
  readonly low: number
  readonly high: number
  /** Where each level's cut stands. */
  readonly points: readonly { readonly name: string; readonly x: number; readonly y: number }[]
}

/** True against false alarms for every cut; the diagonal is chance. */
export function roc({ falsePositiveRate, truePositiveRate, auc, low, high, points }: RocChart): Chart {
  const chance = low <= 0.5 ? ': not better than chance' : ''
  const area = `AUC ${auc.toFixed(2)} (95 %: ${low.toFixed(2)}–${high.toFixed(2)})${chance}`
  return {
    name: 'roc',
    title: 'True against false alarms',
    about: `ROC curve. ${area}.`,
    ...square(),
    option: {
      ...frame('True against false alarms (ROC)', area, SQUARE),
      xAxis: share('false alarms: share of good rows (%)', 'x'),
      yAxis: share('found: share of bad rows (%)', 'y'),
      series: [
        curve(
          [
            [0, 0],
            [100, 100],
          ],
          { color: NEUTRAL, type: 'dashed', width: 1.2 },
        ),
        curve(
          falsePositiveRate.map((x, i) => [100 * x, 100 * truePositiveRate[i]!]),
          { color: OK, width: 2 },
        ),
        ...points.map((point, i) => operating(point, i, points.length)),
      ],
    },
  }
}

export const SQUARE = { left: 72, right: 28, top: 66, bottom: 52 }

export function square(): { width: number; height: number } {
  return { width: 420, height: 420 }
}

export function share(name: string, where: 'x' | 'y'): object {
  return axis(name, where, { type: 'value', min: 0, max: 100, interval: 20 })
}

export function curve(data: readonly (readonly number[])[], lineStyle: object): object {
  return { type: 'line', silent: true, symbol: 'none', lineStyle, data }
}

/** A level's cut on a curve, labelled on the side where there is room. */
export function operating({ name, x, y }: { name: string; x: number; y: number }, i: number, of: number): object {
  return {
    type: 'scatter',
    silent: true,
    z: 5,
    symbol: levelShape(i + 1),
    symbolSize: 11,
    itemStyle: { color: levelColour(i + 1, of), borderColor: INK, borderWidth: 0.6, opacity: 1 },
    label: { show: true, formatter: name, color: INK, fontSize: 11, position: x < 0.6 ? 'right' : 'left', distance: 7 },
    labelLayout: { moveOverlap: 'shiftY' },
    data: [[100 * x, 100 * y]],
  }
}
