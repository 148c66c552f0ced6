/** Several charts on one sheet of paper: one option, so that it renders like any chart. */
import type { EChartsCoreOption } from 'echarts/core'
import type { Chart, Grid } from './frame.ts'

interface Place {
  readonly x: number
  readonly y: number
  /** What the sheet has to the right of the chart's own edge. */
  readonly right: number
}

/** Charts in rows of `columns`, left to right; a row is as tall as its tallest chart. */
export function sheet(
  charts: readonly Chart[],
  columns: number,
  page: { readonly name: string; readonly title: string },
): Chart {
  const rows = Array.from({ length: Math.ceil(charts.length / columns) }, (_, r) =>
    charts.slice(r * columns, (r + 1) * columns),
  )
  const width = Math.max(...rows.map(row => row.reduce((sum, chart) => sum + chart.width, 0)), 1)
  const heights = rows.map(row => Math.max(...row.map(chart => chart.height)))
  const places = rows.flatMap((row, r) =>
    row.map((chart, c) => {
      const x = row.slice(0, c).reduce((sum, { width }) => sum + width, 0)
      const y = heights.slice(0, r).reduce((sum, height) => sum + height, 0)
      return { x, y, right: width - x - chart.width }
    }),
  )
  return {
    ...page,
    about: charts.map(chart => chart.about).join(' '),
    width,
    height: heights.reduce((sum, height) => sum + height, 0),
    option: join(charts, places),
  }
}

function join(charts: readonly Chart[], places: readonly Place[]): EChartsCoreOption {
  const all = charts.map(({ option, width, height }, i) => moved(option, places[i]!, { width, height }, i))
  const gather = (key: string) => all.flatMap(option => (option[key] === undefined ? [] : (option[key] as object)))
  const keys = ['title', 'legend', 'grid', 'xAxis', 'yAxis', 'series']
  return { ...charts[0]?.option, ...Object.fromEntries(keys.map(key => [key, gather(key)])) }
}

/** The chart's parts at their place on the sheet, bound to grid and axes number `i`. */
function moved(
  option: EChartsCoreOption,
  { x, y, right }: Place,
  size: { width: number; height: number },
  i: number,
): Record<string, unknown> {
  const grid = option.grid as Grid
  const title = option.title as { left: number; top: number }
  const legend = option.legend as { right: number; top: number } | undefined
  const series = option.series as object[]
  return {
    title: { ...title, left: title.left + x, top: title.top + y },
    legend: legend && { ...legend, right: legend.right + right, top: legend.top + y },
    grid: {
      left: grid.left + x,
      top: grid.top + y,
      width: size.width - grid.left - grid.right,
      height: size.height - grid.top - grid.bottom,
      containLabel: false,
    },
    xAxis: { ...(option.xAxis as object), gridIndex: i },
    yAxis: { ...(option.yAxis as object), gridIndex: i },
    series: series.map(one => ({ ...one, xAxisIndex: i, yAxisIndex: i })),
  }
}
