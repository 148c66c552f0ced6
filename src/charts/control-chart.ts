import type { Slices } from '../math/bins.ts'
import { type Chart, figure, grouped } from './frame.ts'
import { sheet } from './sheet.ts'
import { timeline } from './timeline.ts'

export interface ControlPanel {
  readonly limit: number
  readonly above: number
  /** `mark` is 1 where a row is above the limit. */
  readonly slices: Slices
}

export interface ControlCharts {
  readonly t2: ControlPanel
  readonly spe: ControlPanel
  readonly time: boolean
  /** The share of rows in control that each limit keeps inside. */
  readonly alpha: number
  readonly rows: number
  readonly components: number
}

/** Beyond so many times its limit, a statistic needs powers of ten to show the limit too. */
const LOG_FROM = 20

/** The two charts of multivariate SPC, one above the other: far along the main directions, or away from them. */
export function controlCharts({ t2, spe, time, alpha, rows, components }: ControlCharts): Chart {
  const inside = `${figure(100 * alpha)} %`
  const expected = `${figure(Number((100 * (1 - alpha)).toPrecision(4)))} %`
  const panel = ({ slices, limit, above }: ControlPanel, name: string, title: string, axis: string): Chart => {
    const chart = timeline({
      slices,
      time,
      cuts: [{ name: `limit ${inside}`, cut: limit }],
      of: { name, title, axis, about: axis, keys: ['inside', 'above'] },
      log: Math.max(...slices.high, 0) > LOG_FROM * limit,
    })
    const said = `${grouped(above)} of ${grouped(rows)} rows above the limit (${share(above, rows)}); a process in control has ${expected}`
    const { title: heading } = chart.option as { title: object }
    return { ...chart, about: `${title}: ${said}.`, option: { ...chart.option, title: { ...heading, subtext: said } } }
  }
  const along = `along ${components} principal ${components === 1 ? 'component' : 'components'}`
  return sheet(
    [
      panel(t2, 't2', `Hotelling’s T² over time: how far ${along}`, 'T²'),
      panel(spe, 'spe', 'SPE (Q) over time: how far away from them', 'SPE'),
    ],
    1,
    { name: 'pca-control', title: 'Multivariate control chart' },
  )
}

function share(part: number, whole: number): string {
  return whole ? `${figure(Number(((100 * part) / whole).toPrecision(2)))} %` : '–'
}
