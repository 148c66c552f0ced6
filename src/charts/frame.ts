/** What all charts share: size, fonts, axes, titles, and lines at the cuts with labels that never overlap. */
import type { EChartsCoreOption } from 'echarts/core'
import { INK, levelColour } from './palette.ts'

export interface Chart {
  /** File name and prefix of the ids inside the SVG: unique on a page. */
  readonly name: string
  readonly title: string
  /** One sentence for those who cannot see it. */
  readonly about: string
  readonly width: number
  readonly height: number
  readonly option: EChartsCoreOption
}

export interface Cut {
  readonly name: string
  readonly cut: number
  /** What lies below it alarms: a predicted number of which low is the risk. */
  readonly below?: boolean
}

/** What alarms: "> 0.52". */
export function beyondText({ cut, below }: Cut): string {
  return `${below ? '<' : '>'} ${figure(cut)}`
}

export interface Grid {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export interface Scale {
  readonly min: number
  readonly max: number
  readonly interval: number
}

// No quoted names: ECharts writes the text into an attribute as it is.
const FONT = 'Roboto, Helvetica, Arial, sans-serif'
const FAINT = 0.14

/** Options every chart starts from. No animation, no hover: a picture is the same bytes every time. */
export function frame(title: string, subtitle: string, grid: Grid): EChartsCoreOption {
  return {
    animation: false,
    useUTC: true,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: FONT, color: INK },
    title: {
      text: title,
      subtext: subtitle,
      left: 12,
      top: 8,
      itemGap: 5,
      textStyle: { fontSize: 15, fontWeight: 'bold', color: INK },
      subtextStyle: { fontSize: 12, color: INK, opacity: 0.75 },
    },
    grid: { ...grid, containLabel: false },
  }
}

export function axis(name: string, where: 'x' | 'y', more: object = {}): object {
  return {
    name,
    nameLocation: 'middle',
    nameGap: where === 'x' ? 30 : 48,
    nameTextStyle: { fontSize: 12, color: INK },
    axisLabel: { color: INK, fontSize: 11, hideOverlap: true, ...(where === 'y' ? { formatter: tick } : {}) },
    axisLine: { show: where === 'x', onZero: false, lineStyle: { color: INK, opacity: 0.5 } },
    axisTick: { show: where === 'x', lineStyle: { color: INK, opacity: 0.5 } },
    splitLine: { show: where === 'y', lineStyle: { color: INK, opacity: FAINT } },
    ...more,
  }
}

/** Axis of times (epoch milliseconds, shown in UTC) or of row numbers. */
export function along(time: boolean, x: readonly number[]): object {
  if (!time) return axis('row', 'x', { type: 'value', min: 'dataMin', max: 'dataMax', splitNumber: 8 })
  const label = { year: '{yyyy}-{MM}', month: '{yyyy}-{MM}', day: '{MM}-{dd}', hour: '{HH}:{mm}', minute: '{HH}:{mm}' }
  const [from, to] = [x[0] ?? 0, x.at(-1) ?? 0].map(ms => new Date(ms).toISOString().slice(0, 16).replace('T', ' '))
  return axis(`time (UTC), ${from} to ${to}`, 'x', {
    type: 'time',
    axisLabel: { color: INK, fontSize: 11, hideOverlap: true, formatter: { ...label, second: '{HH}:{mm}:{ss}' } },
  })
}

/** Round ends that hold all values, so that the place of each value in pixels is known before drawing. */
export function scaleFor(values: Iterable<number>, ticks = 5): Scale {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) return { min: 0, max: 1, interval: 0.2 }
  if (low === high) [low, high] = [low - (Math.abs(low) * 0.1 || 0.5), high + (Math.abs(high) * 0.1 || 0.5)]
  const rough = (high - low) / ticks
  const power = 10 ** Math.floor(Math.log10(rough))
  const interval = power * ([1, 2, 2.5, 5].find(step => power * step >= rough) ?? 10)
  const round = (n: number) => Number((n * interval).toPrecision(12))
  return { min: round(Math.floor(low / interval)), max: round(Math.ceil(high / interval)), interval }
}

/** Horizontal lines at the cuts; labels to the right of the plot, pushed apart when cuts are close. */
export function cutsAcross(cuts: readonly Cut[], scale: Scale, plotHeight: number): object {
  const places = cuts.map(({ cut }) => ((scale.max - cut) / (scale.max - scale.min)) * plotHeight)
  const apart = spread(places, 30)
  const data = cuts.map((cut, i) => ({
    yAxis: cut.cut,
    lineStyle: { color: levelColour(i + 1, cuts.length), width: 1.5, type: 'dashed' },
    label: {
      position: 'end',
      formatter: `${clip(cut.name, 16)}\n${beyondText(cut)}`,
      align: 'left',
      lineHeight: 14,
      color: INK,
      fontSize: 11,
      offset: [2, apart[i]! - places[i]!],
    },
  }))
  return { silent: true, symbol: 'none', precision: 15, data }
}

/** Vertical lines at the cuts; labels above the plot, one row higher where two would meet. */
export function cutsUpright(cuts: readonly Cut[], scale: Scale, plotWidth: number): object {
  let end = -Infinity
  let floor = 0
  // From left to right, so that each label knows its neighbour.
  const ascending = cuts.map((cut, i) => ({ ...cut, i })).sort((a, b) => a.cut - b.cut)
  const data = ascending.map(({ i, ...of }) => {
    const { name, cut } = of
    const text = `${clip(name, 18)} ${beyondText(of)}`
    const half = text.length * 3.1
    const at = ((cut - scale.min) / (scale.max - scale.min)) * plotWidth
    floor = at - half < end + 8 ? floor + 1 : 0
    end = Math.max(end, at + half)
    return {
      xAxis: cut,
      lineStyle: { color: levelColour(i + 1, cuts.length), width: 1.5, type: 'dashed' },
      label: { position: 'end', formatter: text, color: INK, fontSize: 11, distance: 4 + 14 * floor },
    }
  })
  // ECharts rounds the place of a line to two decimals unless told otherwise.
  return { silent: true, symbol: 'none', precision: 15, data }
}

function tick(value: number | string): string {
  return typeof value === 'number' ? figure(value) : value
}

/** Four significant digits, without the noise of binary fractions, with a true minus sign. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(4))).replace('-', '−')
}

/** 1234567 → 1 234 567, with thin spaces. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u2009')
}

export function clip(text: string, length: number): string {
  const signs = [...text]
  return signs.length > length ? `${signs.slice(0, length - 1).join('')}…` : text
}

/** Moves places apart to at least `gap`, as little as possible, keeping their order. */
function spread(places: readonly number[], gap: number): number[] {
  const order = places.map((_, i) => i).sort((a, b) => places[a]! - places[b]! || a - b)
  const moved = [...places]
  for (let pass = 0; pass < 20; pass++) {
    for (let k = 1; k < order.length; k++) {
      const [upper, lower] = [order[k - 1]!, order[k]!]
      const short = gap - (moved[lower]! - moved[upper]!)
      if (short > 1e-6) {
        moved[upper]! -= short / 2
        moved[lower]! += short / 2
      }
    }
  }
  return moved
}
