import type { Slices } from '../math/bins.ts'
import { along, axis, type Chart, type Cut, cutsAcross, frame, grouped, scaleFor } from './frame.ts'
import { INK, levelColour, levelShape, NEUTRAL, OK } from './palette.ts'

export interface Quantity {
  readonly name: string
  readonly title: string
  readonly axis: string
  readonly about: string
  /** What rows are called that no cut is crossed by, and those of each level; OK and the levels' names by default. */
  readonly keys?: readonly string[]
}

export interface Timeline {
  /** x in epoch milliseconds when `time`, else row numbers from 1; `mark` is the level, 0 = OK. */
  readonly slices: Slices
  readonly time: boolean
  readonly cuts: readonly Cut[]
  /** Stretches of x that are labelled bad. */
  readonly bad?: readonly (readonly [number, number])[] | undefined
  /** Of what is not the risk: its file name, its title, its axis. */
  readonly of?: Quantity
  /** The lowest of each slice is the one to see. */
  readonly turned?: boolean
  /** Powers of ten along y, from a hundredth of the lowest cut. */
  readonly log?: boolean
}

const RISK: Quantity = { name: 'timeline', title: 'Risk over time', axis: 'risk', about: 'Risk' }

/** Risk along time: highest and lowest of each slice, and a mark wherever at least one row has a level. */
export function timeline({ slices: given, time, cuts, bad, of = RISK, turned, log }: Timeline): Chart {
  const [width, height] = [860, 350]
  const floor = log ? Math.min(...cuts.map(({ cut }) => cut)) / 100 : Number.NEGATIVE_INFINITY
  const above = (values: readonly number[]) => values.map(value => Math.max(floor, value))
  const slices = { ...given, low: above(given.low), high: above(given.high) }
  const worst = turned ? slices.low : slices.high
  const grid = { left: 72, right: 124, top: 84, bottom: 52 }
  const y = scaleFor([...slices.low, ...slices.high, ...cuts.map(({ cut }) => cut)])
  const rows = slices.rows.reduce((sum, n) => sum + n, 0)
  const sliced = rows > slices.x.length
  const marks = cuts.map((_, i) => slices.x.map((x, k) => [x, worst[k]!, slices.mark[k]!]).filter(p => p[2] === i + 1))
  const keys = of.keys ?? ['OK', ...cuts.map(({ name }) => name)]
  const shade = { silent: true, itemStyle: { color: NEUTRAL, opacity: 0.28 } }
  return {
    name: of.name,
    title: of.title,
    about: `${of.about} of ${rows} rows along ${time ? 'time' : 'row order'}; slices at each level: ${cuts
      .map(({ name }, i) => `${name} ${marks[i]!.length}`)
      .join(', ')}.`,
    width,
    height,
    option: {
      ...frame(
        time ? of.title : of.title.replace('over time', 'by row'),
        subtitle(rows, slices.x.length, Boolean(bad?.length), turned),
        grid,
      ),
      legend: legend(keys, width),
      xAxis: along(time, slices.x),
      yAxis: axis(of.axis, 'y', log ? { type: 'log', min: floor } : { type: 'value', ...y }),
      series: [
        {
          type: 'line',
          name: keys[0],
          silent: true,
          symbol: 'circle',
          showSymbol: slices.x.length <= 120,
          symbolSize: 4,
          lineStyle: { width: 1, color: OK },
          itemStyle: { color: OK },
          data: broken(slices.x, worst),
          markLine: cutsAcross(cuts, y, height - grid.top - grid.bottom),
          ...(bad?.length
            ? { markArea: { ...shade, data: bad.map(([from, to]) => [{ xAxis: from }, { xAxis: to }]) } }
            : {}),
        },
        ...(sliced ? [band(slices)] : []),
        ...cuts.map((_, i) => ({
          type: 'scatter',
          name: keys[i + 1],
          silent: true,
          symbol: levelShape(i + 1),
          symbolSize: 8,
          z: 3,
          itemStyle: { color: levelColour(i + 1, cuts.length), borderColor: INK, borderWidth: 0.4, opacity: 1 },
          data: marks[i],
        })),
      ],
    },
  }
}

export function legend(names: readonly string[], width: number): object {
  return {
    data: [...names],
    right: 16,
    top: 54,
    itemWidth: 12,
    itemHeight: 9,
    itemGap: 14,
    itemStyle: { borderWidth: 'inherit' },
    width: width - 60,
    textStyle: { color: INK, fontSize: 11 },
    selectedMode: false,
  }
}

/** A line is broken where rows are missing for long: five times the usual step. */
export function broken(x: readonly number[], y: readonly number[]): (readonly [number, number | null])[] {
  const steps = x.slice(1).map((value, i) => value - x[i]!)
  const usual = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0
  return x.flatMap((value, i) => {
    const point = [value, y[i]!] as const
    return i && steps[i - 1]! > 5 * usual ? [[(value + x[i - 1]!) / 2, null] as const, point] : [point]
  })
}

/** From lowest to highest in each slice. */
export function band(slices: Slices, colour = OK): object {
  const from = slices.x.map((x, i) => [x, slices.low[i], slices.high[i]])
  return {
    type: 'custom',
    silent: true,
    data: from,
    encode: { x: 0, y: [1, 2] },
    renderItem: (_: unknown, api: { value(d: number): number; coord(p: [number, number]): [number, number] }) => {
      const [x, low] = api.coord([api.value(0), api.value(1)])
      const high = api.coord([api.value(0), api.value(2)])[1]
      return {
        type: 'line',
        shape: { x1: x, y1: low, x2: x, y2: high },
        style: { stroke: colour, opacity: 0.45, lineWidth: 1.2 },
      }
    },
  }
}

function subtitle(rows: number, slices: number, bad: boolean, turned = false): string {
  const each =
    rows > slices
      ? `, ${grouped(slices)} slices: ${turned ? 'lowest' : 'highest'} as a line, lowest to highest as a band`
      : ''
  return `${grouped(rows)} rows${each}${bad ? '; grey: labelled bad' : ''}`
}
