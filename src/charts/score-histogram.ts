import { axis, type Chart, type Cut, cutsUpright, figure, frame, grouped, scaleFor } from './frame.ts'
import { INK, levelColour } from './palette.ts'

export interface ScoreHistogram {
  readonly edges: readonly number[]
  readonly counts: readonly number[]
  /** With labels: how many of `counts` are bad. */
  readonly bad?: readonly number[] | undefined
  readonly cuts: readonly Cut[]
  /** What the numbers are; the risk by default. */
  readonly quantity?: string
}

/** Rows by risk, bars coloured by the level that the middle of the bar has; labelled bad rows hatched on top. */
export function scoreHistogram({ edges, counts, bad, cuts, quantity }: ScoreHistogram): Chart {
  const [width, height] = [860, 330]
  const floors = Math.min(cuts.length, 3)
  const grid = { left: 72, right: 28, top: 62 + 14 * floors, bottom: 52 }
  const x = scaleFor([...edges, ...cuts.map(({ cut }) => cut)], 9)
  const rows = counts.reduce((sum, n) => sum + n, 0)
  // Beside a peak of thousands, the few alarming rows are the ones to see.
  const log = Math.max(...counts, 0) > 300
  const title = quantity ? 'What the model predicted' : 'Risk of all rows'
  const level = (i: number) => {
    const middle = (edges[i]! + edges[i + 1]!) / 2
    return cuts.filter(({ cut, below }) => (below ? middle < cut : middle > cut)).length
  }
  const bars = (of: readonly number[], colour: (i: number) => string) => ({
    type: 'custom',
    silent: true,
    clip: true,
    data: of.map((n, i) => [edges[i], n, i]),
    renderItem: (_: unknown, api: Api) => bar(api, edges, log ? 0.5 : 0, colour),
  })
  return {
    name: 'score-histogram',
    title,
    about: `${rows} rows by ${quantity ?? 'risk'}, with the cuts ${cuts.map(({ name, cut }) => `${name} ${figure(cut)}`).join(', ')}.`,
    width,
    height,
    option: {
      ...frame(title, subtitle(rows, bad), grid),
      xAxis: axis(quantity ?? 'risk (no unit; higher is riskier)', 'x', { type: 'value', ...x }),
      yAxis: axis(log ? 'rows (log scale)' : 'rows', 'y', {
        type: log ? 'log' : 'value',
        ...(log ? { min: 0.5 } : { minInterval: 1 }),
        axisLabel: { color: INK, fontSize: 11, formatter: (n: number) => (n < 1 ? '' : grouped(n)) },
      }),
      series: [
        { ...bars(counts, i => levelColour(level(i), cuts.length)), markLine: cutsUpright(cuts, x, width - 100) },
        ...(bad ? [bars(bad, () => INK)] : []),
      ],
    },
  }
}

interface Api {
  value(dimension: number): number
  coord(place: [number, number]): [number, number]
}

function bar(api: Api, edges: readonly number[], base: number, colour: (i: number) => string): object | undefined {
  const [n, i] = [api.value(1), api.value(2)]
  if (!n) return undefined
  const [left, top] = api.coord([edges[i]!, n])
  const [right, bottom] = api.coord([edges[i + 1]!, base])
  const tall = Math.max(bottom - top, 1.5)
  const shape = { x: left + 0.5, y: bottom - tall, width: Math.max(right - left - 1, 1), height: tall }
  const fill = colour(i)
  // Bad rows are drawn inside the bar of all rows: narrower and in ink, so that they show on any colour.
  if (fill === INK) [shape.x, shape.width] = [shape.x + shape.width * 0.3, shape.width * 0.4]
  return { type: 'rect', shape, style: { fill } }
}

function subtitle(rows: number, bad: readonly number[] | undefined): string {
  if (!bad) return `${grouped(rows)} rows`
  const count = bad.reduce((sum, n) => sum + n, 0)
  return `${grouped(rows)} rows; narrow bars: the ${grouped(count)} labelled bad`
}
