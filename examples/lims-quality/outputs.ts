/**
 * The four files of the published monitoring example, made from the scores of a day: `dashboard_data.csv`,
 * `critical_alerts.csv`, `monitoring_report.json`, `monitoring_dashboard.png`, by the same names and schemas.
 */
import { formatCsv, type Row } from '../csv.ts'
import { COLUMNS } from './simulate.ts'

export const DASHBOARD_COLUMNS = [...COLUMNS, 'QA_ALERT', 'anomaly_score_value'] as const

export const ALERTS = ['OK', 'WARNING', 'CRITICAL_FAILURE'] as const
export type Alert = (typeof ALERTS)[number]

/** The keys up to `data_quality_score` are the published report's, in its order; the rest is ours. */
export interface Report {
  readonly run_timestamp: string
  readonly total_samples: number
  readonly alert_summary: Readonly<Record<Alert, number>>
  readonly critical_samples: readonly string[]
  readonly facilities_affected: readonly string[]
  /** Percent of the samples that are OK. */
  readonly data_quality_score: number
  readonly found_by: Readonly<Record<Finder, number>>
  readonly not_scored: readonly string[]
  readonly reasons: Readonly<Record<string, string>>
  readonly model_name: string
  readonly threshold_used: number | null
}

export const FINDERS = ['limits only', 'model only', 'both', 'not scored'] as const
export type Finder = (typeof FINDERS)[number]

/**
 * `scored` holds the rows of tocsin's score file; `at` is the time of the run.
 *
 * `anomaly_score_value` keeps the sign of scikit-learn's `score_samples`: the risk with a minus, so lower is worse and
 * it never depends on a threshold. Both published values, −0.123 for a sample that is OK and −0.567 for a critical
 * one, are negative; `decision_function` would give a healthy sample a positive one. A sample with a broken sensor has
 * no score, and its cell stays empty.
 */
export function dashboardRows(scored: readonly Row[]): Row[] {
  return scored.map(row => ({ ...row, QA_ALERT: alertOf(row), anomaly_score_value: minus(row.anomaly_score ?? '') }))
}

export function outputTexts(scored: readonly Row[], at: string) {
  const rows = dashboardRows(scored)
  const critical = rows.filter(row => row.QA_ALERT === 'CRITICAL_FAILURE')
  return {
    'dashboard_data.csv': formatCsv(DASHBOARD_COLUMNS, rows),
    'critical_alerts.csv': formatCsv(DASHBOARD_COLUMNS, critical),
    'monitoring_report.json': `${JSON.stringify(report(rows, at), null, 2)}\n`,
  }
}

export function report(rows: readonly Row[], at: string): Report {
  const ids = (chosen: readonly Row[]) => chosen.map(row => row.sample_id ?? '')
  const count = (alert: Alert) => rows.filter(row => row.QA_ALERT === alert).length
  const critical = rows.filter(row => row.QA_ALERT === 'CRITICAL_FAILURE')
  const found = rows.map(foundBy)
  const alarmed = rows.filter(row => row.QA_ALERT !== 'OK')
  return {
    run_timestamp: at,
    total_samples: rows.length,
    alert_summary: { OK: count('OK'), WARNING: count('WARNING'), CRITICAL_FAILURE: count('CRITICAL_FAILURE') },
    critical_samples: ids(critical),
    facilities_affected: [...new Set(critical.map(row => row.facility_id ?? ''))],
    data_quality_score: rows.length === 0 ? 100 : Math.round((1000 * count('OK')) / rows.length) / 10,
    found_by: Object.fromEntries(FINDERS.map(f => [f, found.filter(one => one === f).length])) as Record<
      Finder,
      number
    >,
    not_scored: ids(rows.filter(row => row.anomaly_score_value === '')),
    reasons: Object.fromEntries(alarmed.map(row => [row.sample_id ?? '', row.alarm_reason ?? ''])),
    model_name: rows[0]?.model_name ?? '',
    threshold_used: rows[0]?.threshold_used ? Number(rows[0].threshold_used) : null,
  }
}

/** What raised a sample's alert; undefined for a sample without one. A fault code leaves the sample without a score. */
export function foundBy(row: Row): Finder | undefined {
  if (alertOf(row) === 'OK') return undefined
  const byLimit = / (above|below) limit /.test(row.alarm_reason ?? '')
  if (row.anomaly_score === '' && !byLimit) return 'not scored'
  const byModel = row.is_anomaly === '1'
  return byLimit && byModel ? 'both' : byLimit ? 'limits only' : 'model only'
}

/** The published column knows three words. A sample that could not be judged is not OK. */
function alertOf(row: Row): Alert {
  const level = ALERTS.find(alert => alert === row.alarm_level)
  return level ?? 'WARNING'
}

/** Text in, text out: no digit of the score is lost. */
function minus(score: string): string {
  if (score === '' || Number(score) === 0) return score
  return score.startsWith('-') ? score.slice(1) : `-${score}`
}
