import type { Slices } from '../math/bins.ts'
import { along, axis, type Chart, figure, frame, scaleFor } from './frame.ts'
import { GOOD_BAND, INK, levelColour, levelShape, OK } from './palette.ts'
import { band, broken, legend } from './timeline.ts'

export interface SensorTrend {
  readonly column: string
  readonly unit?: string | undefined
  /** Valid readings; `mark` is 1 where a reading is outside its limits. */
  readonly slices: Slices
  /** Epoch milliseconds, else row numbers. */
  readonly time: boolean
  /** Allowed, ends included; null where open. */
  readonly limits?: readonly [number | null, number | null] | undefined
  /** Where the sensor sent a fault code or nothing possible. */
  readonly faults: readonly number[]
}

const CROSS = 'path://M-4,-4L4,4M-4,4L4,-4'

/** One sensor: what is allowed is shaded, readings outside are marked, faults are crosses at the foot of the plot. */
export function sensorTrend({ column, unit, slices, time, limits, faults }: SensorTrend): Chart {
  const bounds = [...(limits ?? [])].map(bound => bound ?? Number.NaN)
  const y = scaleFor([...slices.low, ...slices.high, ...bounds])
  const outside = slices.x.flatMap((x, i) => (slices.mark[i] ? [[x, outer(slices, i, limits)]] : []))
  const allowed = { yAxis: limits?.[0] ?? y.min }
  const names = { line: 'reading', outside: 'outside its limits', fault: 'sensor fault' }
  const shade = { silent: true, itemStyle: { color: GOOD_BAND, opacity: 0.14 } }
  return {
    name: `sensor-trend-${column.replace(/[^A-Za-z0-9]+/g, '-')}`,
    title: column,
    about: `${column}: ${outside.length} marks outside its limits, ${faults.length} faults.`,
    width: 860,
    height: 320,
    option: {
      ...frame(column, limitsText(limits, unit), { left: 72, right: 28, top: 84, bottom: 52 }),
      legend: legend([names.line, ...(limits ? [names.outside] : []), ...(faults.length ? [names.fault] : [])], 860),
      xAxis: along(time, slices.x),
      yAxis: axis(unit ? `${column} (${unit})` : column, 'y', { type: 'value', ...y }),
      series: [
        {
          type: 'line',
          name: names.line,
          silent: true,
          symbol: 'circle',
          symbolSize: 4,
          showSymbol: slices.x.length <= 120,
          lineStyle: { width: 1, color: OK },
          itemStyle: { color: OK },
          data: broken(slices.x, slices.high),
          ...(limits ? { markArea: { ...shade, data: [[allowed, { yAxis: limits[1] ?? y.max }]] } } : {}),
        },
        ...(slices.rows.some(n => n > 1) ? [band(slices)] : []),
        points(names.outside, levelShape(1), levelColour(1, 1), outside),
        {
          ...points(
            names.fault,
            CROSS,
            'transparent',
            faults.map(x => [x, y.min]),
          ),
          symbolSize: 9,
          symbolOffset: [0, -7],
          itemStyle: { color: 'transparent', borderColor: INK, borderWidth: 1.8, opacity: 1 },
        },
      ],
    },
  }
}

function points(name: string, symbol: string, color: string, data: number[][]): object {
  return {
    type: 'scatter',
    name,
    silent: true,
    symbol,
    symbolSize: 8,
    z: 3,
    itemStyle: { color, borderColor: INK, borderWidth: 0.4, opacity: 1 },
    data,
  }
}

/** A slice that is outside may be so below or above: mark the end that is. */
function outer({ low, high }: Slices, i: number, limits: SensorTrend['limits']): number {
  const top = limits?.[1]
  return top !== null && top !== undefined && high[i]! > top ? high[i]! : low[i]!
}

function limitsText(limits: SensorTrend['limits'], unit = ''): string {
  if (!limits) return 'no limits given'
  const [low, high] = limits
  if (low === null) return `shaded: allowed, up to ${figure(high ?? 0)} ${unit}`
  if (high === null) return `shaded: allowed, from ${figure(low)} ${unit}`
  return `shaded: allowed, ${figure(low)} to ${figure(high)} ${unit}`
}
