import { axis, type Chart, frame } from './frame.ts'
import { levelColour } from './palette.ts'

export interface SurvivalCurves {
  /** In the unit of the time column. */
  readonly times: Float64Array
  /** One a curve: the chance to be free of the event, 1 at the start. */
  readonly curves: readonly { readonly name: string; readonly survival: Float64Array }[]
}

/** Steps down from 1: each is the chance that the event has not come by then. */
export function survivalChart({ times, curves }: SurvivalCurves): Chart {
  const [first] = curves
  const last = first?.survival.at(-1) ?? 1
  return {
    name: 'survival',
    title: 'Free of the event',
    about: `${first?.name ?? 'The row'} is free of the event at the end with a chance of ${Math.round(100 * last)} %.`,
    width: 860,
    height: 380,
    option: {
      ...frame('Free of the event', 'the chance that it has not come, against time', {
        left: 64,
        right: 24,
        top: 84,
        bottom: 52,
      }),
      legend: { data: curves.map(({ name }) => name), top: 54, left: 12, icon: 'rect', itemHeight: 3, itemWidth: 18 },
      xAxis: axis('time', 'x', { type: 'value', min: 0 }),
      yAxis: axis('chance', 'y', { type: 'value', min: 0, max: 1 }),
      series: curves.map(({ name, survival }, i) => ({
        type: 'line',
        name,
        step: 'end',
        silent: true,
        showSymbol: false,
        lineStyle: { color: levelColour(i === 0 ? 1 : 0, 1), width: i === 0 ? 2 : 1.2 },
        itemStyle: { color: levelColour(i === 0 ? 1 : 0, 1) },
        data: [[0, 1], ...Array.from(times, (time, t) => [time, survival[t]!])],
      })),
    },
  }
}
