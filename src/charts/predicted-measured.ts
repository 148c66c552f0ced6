import { axis, type Chart, figure, frame, grouped, scaleFor } from './frame.ts'
import { INK, NEUTRAL, OK } from './palette.ts'

export interface PredictedMeasured {
  readonly predicted: readonly number[]
  readonly measured: readonly number[]
  /** Of the target: "yield_pct (%)". */
  readonly quantity: string
  readonly unit: string | null
  readonly rmse: number
  readonly r2: number
  readonly bias: number
  /** 5 %, 50 % and 95 % of measured − predicted, of all rows. */
  readonly residualQuantiles: readonly number[]
  /** All of them, of which some are shown. */
  readonly rows: number
}

const SIZE = { width: 420, height: 420 }
const GRID = { left: 72, right: 28, top: 66, bottom: 52 }

/** What was predicted against what it turned out to be; on the dashed line both are equal. */
export function predictedMeasured(data: PredictedMeasured): Chart {
  const { predicted, measured, quantity, rmse, r2, rows, unit } = data
  const scale = scaleFor([...predicted, ...measured], 7)
  const { min, max } = scale
  const [low = 0, , high = 0] = data.residualQuantiles
  const said = `RMSE ${figure(rmse)}${unit ? ` ${unit}` : ''}, R² ${figure(Number(r2.toFixed(2)))}; dotted: 90 % of ${grouped(rows)} rows`
  // measured = predicted + residual: the lines that a residual of that size makes.
  const shifted = (by: number) => within(min, max, by)
  return {
    name: 'predicted-measured',
    title: 'Predicted and measured',
    about: `Predicted against measured ${quantity}. ${said}.`,
    ...SIZE,
    option: {
      ...frame('Predicted and measured', said, GRID),
      xAxis: axis(`measured ${quantity}`, 'x', { type: 'value', ...scale }),
      yAxis: axis(`predicted ${quantity}`, 'y', { type: 'value', ...scale }),
      series: [
        line(
          [
            [min, min],
            [max, max],
          ],
          'dashed',
        ),
        line(shifted(low), 'dotted'),
        line(shifted(high), 'dotted'),
        dots(measured.map((m, i) => [m, predicted[i]!])),
      ],
    },
  }
}

/** The line predicted = measured − by, inside the square from min to max. */
function within(min: number, max: number, by: number): [number, number][] {
  const [from, to] = [Math.max(min, min + by), Math.min(max, max + by)]
  return from < to
    ? [
        [from, from - by],
        [to, to - by],
      ]
    : []
}

/** What is left over, against what was predicted: a slope, a bend or a funnel is something the model does not know. */
export function residuals(data: PredictedMeasured): Chart {
  const { predicted, measured, quantity, unit, bias } = data
  const left = measured.map((m, i) => m - predicted[i]!)
  const [x, y] = [scaleFor(predicted), scaleFor([...left, 0, ...data.residualQuantiles])]
  const [low = 0, , high = 0] = data.residualQuantiles
  const said = `mean ${figure(bias)}; dotted: 90 % from ${figure(low)} to ${figure(high)}${unit ? ` ${unit}` : ''}`
  return {
    name: 'residuals',
    title: 'Residuals',
    about: `Residuals of ${quantity}: ${said}.`,
    ...SIZE,
    option: {
      ...frame('Residuals', said, GRID),
      xAxis: axis(`predicted ${quantity}`, 'x', { type: 'value', ...x }),
      yAxis: axis(`measured − predicted${unit ? ` (${unit})` : ''}`, 'y', { type: 'value', ...y }),
      series: [
        line(level(x, 0), 'dashed'),
        line(level(x, low), 'dotted'),
        line(level(x, high), 'dotted'),
        dots(predicted.map((p, i) => [p, left[i]!])),
      ],
    },
  }
}

function level({ min, max }: { min: number; max: number }, at: number): [number, number][] {
  return [
    [min, at],
    [max, at],
  ]
}

function line(data: readonly (readonly [number, number])[], type: 'dashed' | 'dotted'): object {
  return { type: 'line', silent: true, symbol: 'none', lineStyle: { color: NEUTRAL, type, width: 1.4 }, data }
}

function dots(data: readonly (readonly number[])[]): object {
  const symbolSize = data.length > 300 ? 4 : 6
  const itemStyle = { color: OK, opacity: 0.6, borderColor: INK, borderWidth: 0.2 }
  return { type: 'scatter', silent: true, symbolSize, z: 3, itemStyle, data }
}
