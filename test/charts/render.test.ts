import { describe, expect, test } from 'vitest'
import { alertsByGroup } from '../../src/charts/alerts-by-group.ts'
import { calibrationChart } from '../../src/charts/calibration.ts'
import { confusionChart } from '../../src/charts/confusion.ts'
import { controlCharts } from '../../src/charts/control-chart.ts'
import { type Chart, clip, cutsAcross, figure, grouped, scaleFor } from '../../src/charts/frame.ts'
import { kaplanMeierChart, pText } from '../../src/charts/kaplan-meier.ts'
import { levelColour, levelShape } from '../../src/charts/palette.ts'
import { precisionRecall } from '../../src/charts/precision-recall.ts'
import { predictedMeasured, residuals } from '../../src/charts/predicted-measured.ts'
import { renderPng, renderSvg } from '../../src/charts/render.ts'
import { roc } from '../../src/charts/roc.ts'
import { scoreHistogram } from '../../src/charts/score-histogram.ts'
import { sensorTrend } from '../../src/charts/sensor-trend.ts'
import { timeline } from '../../src/charts/timeline.ts'
import { histogram, slices } from '../../src/math/bins.ts'

const n = 500
const risk = Float64Array.from({ length: n }, (_, i) => 0.4 + 0.1 * Math.sin(i * i) + (i > 480 ? 0.2 : 0))
const hours = Float64Array.from({ length: n }, (_, i) => 1.7e12 + i * 3_600_000)
const cuts = [
  { name: 'WARNING', cut: 0.52 },
  { name: 'CRITICAL_FAILURE', cut: 0.6 },
]
const level = risk.map(r => cuts.filter(({ cut }) => r > cut).length)
const hostile = '<script>alert("1")</script> & \'x\' \x1b[31m\ufffe'
const point = { name: hostile, x: 0.1, y: 0.8 }

const numbers = {
  predicted: [80, 82, 91],
  measured: [79, 85, 90],
  quantity: `${hostile} (%)`,
  unit: '%',
  rmse: 1.9,
  r2: 0.84,
  bias: 0.33,
  residualQuantiles: [-1, -1, 3],
  rows: 3,
}

const charts: Chart[] = [
  scoreHistogram({ ...histogram(risk, 0.2, 0.8, 40), bad: histogram(risk.subarray(481), 0.2, 0.8, 40).counts, cuts }),
  timeline({ slices: slices(hours, risk, 100, level), time: true, cuts, bad: [[hours[481]!, hours[499]!]] }),
  roc({
    falsePositiveRate: [0, 0.1, 1],
    truePositiveRate: [0, 0.8, 1],
    auc: 0.85,
    low: 0.7,
    high: 0.95,
    points: [point],
  }),
  precisionRecall({ precision: [1, 0.9, 0.1], recall: [0, 0.8, 1], average: 0.8, prevalence: 0.1, points: [point] }),
  confusionChart({ TP: 9, TN: 400, FP: 1, FN: 90 }, hostile),
  alertsByGroup({ column: hostile, levels: ['A', 'B'], groups: [{ name: hostile, rows: 9, counts: [1, 2] }] }),
  sensorTrend({
    column: 'storage <temp>',
    unit: '°C',
    slices: slices(hours, risk, 50, level),
    time: true,
    limits: [null, 0.5],
    faults: [hours[3]!],
  }),
  calibrationChart({
    bins: [
      { rows: 20, told: 0.1, seen: 0.05, low: 0.01, high: 0.24 },
      { rows: 20, told: 0.7, seen: 0.8, low: 0.58, high: 0.92 },
    ],
    brier: 0.12,
    chance: 0.24,
  }),
  predictedMeasured(numbers),
  residuals(numbers),
  kaplanMeierChart({
    groups: ['low', hostile].map(name => ({
      name,
      rows: 9,
      events: 2,
      times: [0, 3, 8],
      survival: [1, 0.8, 0.5],
      low: [1, 0.5, 0.2],
      high: [1, 0.9, 0.7],
      at_risk: [9, 5, 0],
    })),
    ticks: [0, 5, 10],
    time: 'week',
    event: hostile,
    subtitle: '4 events in 18 rows',
  }),
  controlCharts({
    t2: { limit: 9.2, above: 3, slices: slices(hours, risk, 100, level) },
    spe: { limit: 0.001, above: 500, slices: slices(hours, risk, 100, level) },
    time: true,
    alpha: 0.99,
    rows: n,
    components: 2,
  }),
]

describe.each(charts)('$name', chart => {
  test('same data, same bytes, as SVG and as PNG', async () => {
    const [svg, png] = [await renderSvg(chart), await renderPng(chart)]
    expect(await renderSvg(chart)).toBe(svg)
    expect(Buffer.compare(await renderPng(chart), png)).toBe(0)
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    const view = new DataView(png.buffer, png.byteOffset)
    expect([view.getUint32(16), view.getUint32(20)]).toEqual([2 * chart.width, 2 * chart.height])
  })

  test('names in the data are text, not markup; nothing is numbered by the process or fetched', async () => {
    const svg = await renderSvg(chart)
    expect(svg).not.toMatch(/<script|<temp>/)
    expect(svg).not.toMatch(/\bzr\d|ecmeta/)
    expect(svg.replaceAll(/xmlns(:\w+)?="[^"]+"/g, '')).not.toMatch(/https?:/)
  })
})

test('the PNG has letters: the font of the package is found', async () => {
  const drawn = (await renderPng(charts[4]!)).length
  const blank = { ...charts[4]!, option: {} }
  expect(drawn).toBeGreaterThan(4 * (await renderPng(blank)).length)
})

test('an SVG says what it shows: cuts, units, counts', async () => {
  const svg = await renderSvg(charts[0]!)
  for (const text of ['WARNING &gt; 0.52', 'CRITICAL_FAILURE &gt; 0.6', '500 rows', 'risk (no unit'])
    expect(svg).toContain(text)
  expect(await renderSvg(charts[6]!)).toContain('storage &lt;temp&gt; (°C)')
})

test('numbers of which low is the risk alarm below their cuts, in the picture as in words', async () => {
  const below = cuts.map(cut => ({ ...cut, below: true }))
  const line = timeline({ slices: slices(hours, risk, 100, level), time: true, cuts: below, turned: true })
  const bars = scoreHistogram({ ...histogram(risk, 0.2, 0.8, 40), cuts: below, quantity: 'predicted yield (%)' })
  for (const chart of [line, bars]) expect(await renderSvg(chart)).toContain('&lt; 0.52')
  expect(await renderSvg(line)).toContain('lowest as a line')
  expect(await renderSvg(bars)).toContain('predicted yield (%)')
  expect(await renderSvg(timeline({ slices: slices(hours, risk, 100, level), time: true, cuts }))).toContain(
    '&gt; 0.52',
  )
})

test('a statistic far beyond its limit is drawn in powers of ten, one near it is not', () => {
  const [t2, spe] = charts.find(({ name }) => name === 'pca-control')!.option.yAxis as { type: string }[]
  expect([t2!.type, spe!.type]).toEqual(['value', 'log'])
})

test('a chance is never 0', () => {
  expect([pText(0), pText(0.00099), pText(0.0123), pText(0.5)]).toEqual(['p < 0.001', 'p < 0.001', 'p 0.012', 'p 0.5'])
})

describe('frame', () => {
  test('scales are round and hold their values', () => {
    expect(scaleFor([0.31, 0.79])).toEqual({ min: 0.3, max: 0.8, interval: 0.1 })
    expect(scaleFor([-3, 97])).toEqual({ min: -20, max: 100, interval: 20 })
    expect(scaleFor([])).toEqual({ min: 0, max: 1, interval: 0.2 })
    const { min, max } = scaleFor([5, 5])
    expect(min).toBeLessThan(5)
    expect(max).toBeGreaterThan(5)
  })

  test('labels of close cuts are pushed apart, and the lines stay where the cuts are', () => {
    const close = [0.5, 0.501, 0.502].map((cut, i) => ({ name: `L${i}`, cut }))
    const { data } = cutsAcross(close, { min: 0, max: 1, interval: 0.2 }, 200) as {
      data: { yAxis: number; label: { offset: [number, number] } }[]
    }
    const places = data.map(({ yAxis, label }) => (1 - yAxis) * 200 + label.offset[1]).sort((a, b) => a - b)
    expect(places[1]! - places[0]!).toBeGreaterThan(29)
    expect(places[2]! - places[1]!).toBeGreaterThan(29)
    expect(data.map(({ yAxis }) => yAxis)).toEqual([0.5, 0.501, 0.502])
  })

  test('figures', () => {
    expect(figure(-0.123456)).toBe('−0.1235')
    expect(figure(0.1 + 0.2)).toBe('0.3')
    expect(grouped(1234567)).toBe('1\u2009234\u2009567')
    expect(clip('Zürich-Oerlikon', 8)).toBe('Zürich-…')
  })
})

test('levels differ in colour and in shape; the worst is red however many there are', () => {
  for (const levels of [1, 2, 3]) {
    const all = Array.from({ length: levels + 1 }, (_, i) => levelColour(i, levels))
    expect(new Set(all).size).toBe(levels + 1)
    expect(all.at(-1)).toBe('#cc3d12')
    expect(new Set(all.map((_, i) => levelShape(i))).size).toBe(levels + 1)
  }
})
