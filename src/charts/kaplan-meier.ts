import { axis, type Chart, figure, frame, grouped } from './frame.ts'
import { INK, levelColour } from './palette.ts'

export interface KaplanMeierChart {
  readonly groups: readonly {
    readonly name: string
    readonly rows: number
    readonly events: number
    /** Steps of the curve, with its interval. */
    readonly times: readonly number[]
    readonly survival: readonly number[]
    readonly low: readonly number[]
    readonly high: readonly number[]
    /** Rows still watched at each tick. */
    readonly at_risk: readonly number[]
  }[]
  /** From 0 to the end of the axis, evenly. */
  readonly ticks: readonly number[]
  /** What time is called: "week". */
  readonly time: string
  readonly event: string
  readonly subtitle: string
}

const WIDTH = 860
const LINE = 18

/** Who is still free of the event, group by group, with 95 % bands, and how many are still watched. */
export function kaplanMeierChart({ groups, ticks, time, event, subtitle }: KaplanMeierChart): Chart {
  const grid = { left: 176, right: 28, top: 84, bottom: 70 + LINE * (groups.length + 1) }
  const height = 300 + grid.top + grid.bottom
  const colour = (g: number) => levelColour(g, Math.max(1, groups.length - 1))
  const end = ticks.at(-1) || 1
  const step = ticks[1] ?? end
  return {
    name: 'kaplan-meier',
    title: 'Free of the event',
    about: `Kaplan–Meier curves. ${subtitle}. ${groups
      .map(
        g =>
          `${g.name}: ${g.events} events of ${g.rows}, ${Math.round(100 * (g.survival.at(-1) ?? 1))} % free at the end`,
      )
      .join('; ')}.`,
    width: WIDTH,
    height,
    option: {
      ...frame(`Free of the event ${event} (Kaplan–Meier)`, subtitle, grid),
      legend: {
        data: groups.map(({ name }) => name),
        right: 16,
        top: 54,
        icon: 'rect',
        itemHeight: 3,
        itemWidth: 18,
        textStyle: { color: INK, fontSize: 11 },
        selectedMode: false,
      },
      xAxis: axis(time, 'x', { type: 'value', min: 0, max: end, interval: step }),
      yAxis: axis('free of the event (%), 95 % band', 'y', { type: 'value', min: 0, max: 100, interval: 20 }),
      series: groups.flatMap((group, g) => [band(group, end, colour(g)), steps(group, colour(g))]),
      graphic: atRisk(
        groups,
        ticks,
        { left: grid.left, right: WIDTH - grid.right, top: height - LINE * (groups.length + 1) - 16 },
        colour,
      ),
    },
  }
}

type Group = KaplanMeierChart['groups'][number]

function steps({ name, times, survival }: Group, color: string): object {
  return {
    type: 'line',
    name,
    step: 'end',
    silent: true,
    showSymbol: false,
    z: 4,
    lineStyle: { color, width: 2.2 },
    itemStyle: { color },
    data: times.map((t, k) => [t, 100 * survival[k]!]),
  }
}

interface Api {
  value(dimension: number): number
  coord(place: [number, number]): [number, number]
}

/** A rectangle under each step. */
function band({ times, low, high }: Group, end: number, fill: string): object {
  return {
    type: 'custom',
    silent: true,
    data: times.slice(0, -1).map((t, k) => [t, 100 * low[k]!, 100 * high[k]!, times[k + 1] ?? end]),
    encode: { x: 0, y: [1, 2] },
    renderItem: (_: unknown, api: Api) => {
      const [left, bottom] = api.coord([api.value(0), api.value(1)])
      const [right, top] = api.coord([api.value(3), api.value(2)])
      return {
        type: 'rect',
        shape: { x: left, y: top, width: right - left, height: bottom - top },
        style: { fill, opacity: 0.14 },
      }
    },
  }
}

/** The table under the plot, each number under its tick. */
function atRisk(
  groups: readonly Group[],
  ticks: readonly number[],
  place: { left: number; right: number; top: number },
  colour: (g: number) => string,
): object[] {
  const text = (x: number, y: number, words: string, align: string, more: object = {}) => ({
    type: 'text',
    silent: true,
    style: { x, y, text: words, fill: INK, fontSize: 11, textAlign: align, ...more },
  })
  const at = (tick: number) => place.left + ((place.right - place.left) * tick) / (ticks.at(-1) || 1)
  return [
    text(16, place.top, 'rows still watched', 'left', { opacity: 0.75 }),
    ...groups.flatMap(({ name, at_risk }, g) => {
      const y = place.top + LINE * (g + 1)
      return [
        { type: 'rect', silent: true, shape: { x: 16, y: y + 2, width: 4, height: 10 }, style: { fill: colour(g) } },
        text(26, y, name, 'left'),
        ...ticks.map((tick, k) => text(at(tick), y, grouped(at_risk[k] ?? 0), 'center')),
      ]
    }),
  ]
}

/** "p 0.003": of a test, never 0. */
export function pText(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p ${figure(Number(p.toPrecision(2)))}`
}
