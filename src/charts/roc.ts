import { axis, type Chart, clip, frame } from './frame.ts'
import { INK, levelColour, levelShape, NEUTRAL, OK } from './palette.ts'
import { legend } from './timeline.ts'

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
  const space = square('True against false alarms (ROC)', area, points)
  return {
    name: 'roc',
    title: 'True against false alarms',
    about: `ROC curve. ${area}.`,
    ...space,
    option: {
      ...space.option,
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

const WIDTH = 420
const KEY_LINE = 18
const NAME = 18

/**
 * Frame and size of a curve with the levels' cuts on it. What a point is called stands in a key above the plot: names
 * beside points would meet each other, or the curve.
 */
export function square(
  title: string,
  area: string,
  points: readonly Point[],
): Pick<Chart, 'width' | 'height' | 'option'> {
  const names = points.map(({ name }) => name)
  const key =
    Math.ceil(names.reduce((sum, name) => sum + 32 + 6.4 * clip(name, NAME).length, 0) / (WIDTH - 40)) * KEY_LINE
  const grid = { left: 72, right: 28, top: 66 + key, bottom: 52 }
  const words = { ...legend(names, WIDTH), width: WIDTH - 24, formatter: short }
  return {
    width: WIDTH,
    height: 420 + key,
    option: { ...frame(title, area, grid), ...(names.length ? { legend: words } : {}) },
  }
}

const short = (name: string) => clip(name, NAME)

export function share(name: string, where: 'x' | 'y'): object {
  return axis(name, where, { type: 'value', min: 0, max: 100, interval: 20 })
}

export function curve(data: readonly (readonly number[])[], lineStyle: object): object {
  return { type: 'line', silent: true, symbol: 'none', lineStyle, data }
}

interface Point {
  readonly name: string
  readonly x: number
  readonly y: number
}

/** A level's cut on a curve. */
export function operating({ name, x, y }: Point, i: number, of: number): object {
  return {
    type: 'scatter',
    name,
    silent: true,
    z: 5 + i,
    symbol: levelShape(i + 1),
    symbolSize: 11,
    itemStyle: { color: levelColour(i + 1, of), borderColor: INK, borderWidth: 0.6, opacity: 1 },
    data: [[100 * x, 100 * y]],
  }
}
