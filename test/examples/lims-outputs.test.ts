import { describe, expect, it } from 'vitest'
import { parseCsv } from '../../examples/csv.ts'
import { foundBy, outputTexts } from '../../examples/lims-quality/outputs.ts'

const sample = (id: string, level: string, more: Record<string, string> = {}) => ({
  sample_id: id,
  facility_id: 'GA_LTC_01',
  batch_id: 'BATCH_20251122_000',
  timestamp: '2025-11-22 10:00:00',
  ph_level: '7.15',
  storage_temp_c: '4.2',
  dissolved_oxygen_ppm: '8.4',
  turbidity_ntu: '1.2',
  anomaly_score: '0.4123456789012345',
  is_anomaly: '0',
  threshold_used: '0.6',
  model_name: 'lims-quality',
  scored_at: '2025-11-22 14:30:00',
  alarm_level: level,
  alarm_reason: '',
  ...more,
})

const HEADER =
  'sample_id,facility_id,batch_id,timestamp,ph_level,storage_temp_c,dissolved_oxygen_ppm,turbidity_ntu,QA_ALERT,anomaly_score_value'
const AT = '2025-11-22T14:30:00'

describe('the published output files', () => {
  const day = [
    sample('S0001', 'OK'),
    sample('S0012', 'WARNING', {
      ph_level: '-999',
      anomaly_score: '',
      is_anomaly: '',
      alarm_reason: 'not scored (sensor fault): ph_level -999 is a fault code',
    }),
    sample('S0018', 'WARNING', { ph_level: '8.05', alarm_reason: 'ph_level 8.05 above limit 7.65 pH' }),
    sample('S0035', 'CRITICAL_FAILURE', {
      facility_id: 'GA_LTC_03',
      alarm_reason: 'storage_temp_c 85.0 above limit 8 °C',
    }),
    sample('S0042', 'CRITICAL_FAILURE', {
      is_anomaly: '1',
      anomaly_score: '0.7',
      alarm_reason: 'turbidity_ntu 17.3 above limit 5 NTU; risk 0.7 above 0.65 (CRITICAL_FAILURE)',
    }),
  ]
  const texts = outputTexts(day, AT)

  it('has the published header, the values as they came, and the score with a minus', () => {
    const [header, first, second] = texts['dashboard_data.csv'].split('\n')
    expect(header).toBe(HEADER)
    expect(first).toBe('S0001,GA_LTC_01,BATCH_20251122_000,2025-11-22 10:00:00,7.15,4.2,8.4,1.2,OK,-0.4123456789012345')
    expect(second).toBe('S0012,GA_LTC_01,BATCH_20251122_000,2025-11-22 10:00:00,-999,4.2,8.4,1.2,WARNING,')
  })

  it('lists critical samples under the same header', () => {
    expect(texts['critical_alerts.csv'].split('\n')[0]).toBe(HEADER)
    expect(parseCsv(texts['critical_alerts.csv']).map(row => row.sample_id)).toEqual(['S0035', 'S0042'])
  })

  it('reports by the published keys first, in their order', () => {
    const report = JSON.parse(texts['monitoring_report.json'])
    expect(Object.keys(report).slice(0, 6)).toEqual([
      'run_timestamp',
      'total_samples',
      'alert_summary',
      'critical_samples',
      'facilities_affected',
      'data_quality_score',
    ])
    expect(report).toMatchObject({
      run_timestamp: AT,
      total_samples: 5,
      alert_summary: { OK: 1, WARNING: 2, CRITICAL_FAILURE: 2 },
      critical_samples: ['S0035', 'S0042'],
      facilities_affected: ['GA_LTC_03', 'GA_LTC_01'],
      data_quality_score: 20,
      found_by: { 'limits only': 2, 'model only': 0, both: 1, 'not scored': 1 },
      not_scored: ['S0012'],
    })
  })

  it('keeps its columns and keys when nothing alarms and when there is no sample at all', () => {
    const calm = outputTexts([sample('S0001', 'OK')], AT)
    expect(calm['critical_alerts.csv']).toBe(`${HEADER}\n`)
    expect(JSON.parse(calm['monitoring_report.json'])).toMatchObject({
      alert_summary: { OK: 1, WARNING: 0, CRITICAL_FAILURE: 0 },
      critical_samples: [],
      facilities_affected: [],
      data_quality_score: 100,
    })
    const empty = outputTexts([], AT)
    expect(empty['dashboard_data.csv']).toBe(`${HEADER}\n`)
    expect(JSON.parse(empty['monitoring_report.json'])).toMatchObject({ total_samples: 0, data_quality_score: 100 })
  })

  it('does not call a sample OK that could not be judged', () => {
    const unknown = sample('S0002', 'NOT_SCORED', {
      anomaly_score: '',
      alarm_reason: 'not scored (missing value): ph_level missing',
    })
    expect(parseCsv(outputTexts([unknown], AT)['dashboard_data.csv'])[0]?.QA_ALERT).toBe('WARNING')
    expect(foundBy(sample('S0001', 'OK'))).toBeUndefined()
    expect(foundBy(sample('S0001', 'WARNING', { is_anomaly: '1', alarm_reason: 'risk 0.7 above 0.6 (WARNING)' }))).toBe(
      'model only',
    )
  })
})
