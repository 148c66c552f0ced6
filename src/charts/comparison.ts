/** Several models beside each other: a figure with its interval, their curves, and whether their probabilities hold. */
import { axis, type Chart, clip, figure, frame } from './frame.ts'
import { INK, modelColour, NEUTRAL } from './palette.ts'
import { curve, share } from './roc.ts'

export interface Compared {
  readonly name: string
  readonly value: number
  readonly low: number
  readonly high: number
  /** Said behind the interval, such as "wins". */
  readonly remark?: string | undefined
}

/** A dot and a bar for each model; the dashed line is what guessing gets. */
export function comparisonChart(title: string, unit: string, models: readonly Compared[], chance?: number): Chart {
  const left = 24 + 6.6 * Math.max(...models.map(({ name }) => clip(name, 30).length), 4)
  const known = models.filter(({ value }) => Number.isFinite(value))
  const [first] = known
  const at = (model: Compared) => models.indexOf(model)
  return {
    name: 'model-comparison',
    title,
    about: first
      ? `${title}: ${known.map(m => `${m.name} ${figure(m.value)} (${figure(m.low)} to ${figure(m.high)})`).join(', ')}.`
      : title,
    width: 860,
    height: 132 + 30 * models.length,
    option: {
      ...frame(title, 'out of fold, with 95 % intervals', { left, right: 132, top: 64, bottom: 52 }),
      xAxis: axis(unit, 'x', { type: 'value', scale: true, splitNumber: 6 }),
      yAxis: axis('', 'y', {
        type: 'category',
        inverse: true,
        data: models.map(({ name }) => clip(name, 30)),
        splitLine: { show: false },
        axisLabel: { color: INK, fontSize: 12 },
      }),
      series: [
        ...known.map(model => ({
          type: 'line',
          silent: true,
          showSymbol: false,
          lineStyle: { color: modelColour(at(model)), width: 3 },
          data: [model.low, model.high].map(x => [x, at(model)]),
        })),
        {
          type: 'scatter',
          silent: true,
          symbolSize: 12,
          z: 5,
          data: known.map(model => ({
            value: [model.value, at(model)],
            itemStyle: { color: modelColour(at(model)), borderColor: INK, borderWidth: 0.6, opacity: 1 },
            label: {
              show: model.remark !== undefined,
              formatter: model.remark ?? '',
              position: 'top',
              color: INK,
              fontSize: 11,
            },
          })),
          ...(chance === undefined ? {} : { markLine: guessing(chance) }),
        },
      ],
    },
  }
}

function guessing(chance: number): object {
  return {
    silent: true,
    symbol: 'none',
    precision: 15,
    data: [
      {
        xAxis: chance,
        lineStyle: { color: NEUTRAL, type: 'dashed', width: 1.2 },
        label: { position: 'end', formatter: 'guessing', color: INK, fontSize: 11 },
      },
    ],
  }
}

export interface ModelCurve {
  readonly name: string
  /** Percent. */
  readonly points: readonly (readonly [number, number])[]
}

export interface Curves {
  readonly name: string
  readonly title: string
  readonly subtitle: string
  readonly x: string
  readonly y: string
  /** Percent; the dashed line. */
  readonly chance: readonly (readonly number[])[]
  readonly curves: readonly ModelCurve[]
  /** Dots on the curves, for those of few points. */
  readonly dotted?: boolean
}

const WIDTH = 560
const KEY_LINE = 20

/** The same curve of several models. */
export function curvesChart({ name, title, subtitle, x, y, chance, curves, dotted = false }: Curves): Chart {
  const names = curves.map(each => clip(each.name, 34))
  const key = names.length * KEY_LINE
  return {
    name,
    title,
    about: `${title}, of ${names.join(', ')}. ${subtitle}.`,
    width: WIDTH,
    height: 470 + key,
    option: {
      ...frame(title, subtitle, { left: 72, right: 32, top: 70 + key, bottom: 52 }),
      legend: {
        data: names,
        top: 56,
        left: 12,
        orient: 'vertical',
        itemGap: 6,
        itemWidth: 18,
        itemHeight: 3,
        icon: 'rect',
        textStyle: { color: INK, fontSize: 12 },
      },
      xAxis: share(x, 'x'),
      yAxis: share(y, 'y'),
      series: [
        curve(chance, { color: NEUTRAL, type: 'dashed', width: 1.2 }),
        ...curves.map(({ points }, i) => ({
          ...curve(points, { color: modelColour(i), width: 2 }),
          name: names[i],
          itemStyle: { color: modelColour(i) },
          ...(dotted ? { symbol: 'circle', symbolSize: 7 } : {}),
        })),
      ],
    },
  }
}
