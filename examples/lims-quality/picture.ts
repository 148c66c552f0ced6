/** `monitoring_dashboard.png`: storage temperature, pH, alerts by facility, scores: two by two, as published. */
import { alertsByGroup } from '../../src/charts/alerts-by-group.ts'
import type { Chart, Cut } from '../../src/charts/frame.ts'
import { renderPng } from '../../src/charts/render.ts'
import { scoreHistogram } from '../../src/charts/score-histogram.ts'
import { sensorTrend } from '../../src/charts/sensor-trend.ts'
import { sheet } from '../../src/charts/sheet.ts'
import { histogram, slices } from '../../src/math/bins.ts'
import type { Row } from '../csv.ts'
import { ALERTS } from './outputs.ts'

const LIMITS = { storage_temp_c: [2, 8], ph_level: [6.75, 7.65] } as const
const FAULT = -999
const LEVELS = ALERTS.slice(1)

/** `rows` are dashboard rows (see `dashboardRows`), `cuts` the model's, mildest first. */
export function dashboardPng(rows: readonly Row[], cuts: readonly Cut[]): Promise<Uint8Array> {
  const charts = [
    sensor(rows, 'storage_temp_c', '°C'),
    sensor(rows, 'ph_level', 'pH'),
    facilities(rows),
    scores(rows, cuts),
  ]
  return renderPng(sheet(charts, 2, { name: 'monitoring-dashboard', title: 'LIMS quality monitoring' }))
}

/** Sample by sample: the ten samples of a batch carry one time, and would hide each other along it. */
function sensor(rows: readonly Row[], column: keyof typeof LIMITS, unit: string): Chart {
  const [low, high] = LIMITS[column]
  const read = rows.map(row => (row[column] === '' ? Number.NaN : Number(row[column])))
  const values = Float64Array.from(read, value => (value === FAULT ? Number.NaN : value))
  const outside = Uint8Array.from(values, value => (value < low || value > high ? 1 : 0))
  const places = Float64Array.from(rows, (_, i) => i + 1)
  return sensorTrend({
    column,
    unit,
    limits: [low, high],
    time: false,
    slices: slices(places, values, Math.max(rows.length, 1), outside),
    faults: read.flatMap((value, i) => (value === FAULT ? [i + 1] : [])),
  })
}

function facilities(rows: readonly Row[]): Chart {
  const names = [...new Set(rows.map(row => row.facility_id ?? ''))].sort()
  const groups = names.map(name => {
    const own = rows.filter(row => row.facility_id === name)
    return { name, rows: own.length, counts: LEVELS.map(level => own.filter(row => row.QA_ALERT === level).length) }
  })
  return alertsByGroup({ column: 'facility_id', levels: LEVELS, groups })
}

function scores(rows: readonly Row[], cuts: readonly Cut[]): Chart {
  const risks = rows.filter(row => row.anomaly_score).map(row => Number(row.anomaly_score))
  const ends = [...risks, ...cuts.map(({ cut }) => cut)]
  const bins = histogram(risks, Math.min(...ends), Math.max(...ends), 25)
  return scoreHistogram({ ...bins, cuts })
}
