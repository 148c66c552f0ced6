/** `tocsin score` as the published score_batch interface has it: flags, outputs, metadata, messages, the cron job. */
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFolder, type Folder, parseRecords, runProcess } from './program.ts'
import { COLUMNS, FEATURES, plantRecipe, plantTable } from './tables.ts'

let folder: Folder
const ADDED = [
  'anomaly_score',
  'is_anomaly',
  'threshold_used',
  'model_name',
  'scored_at',
  'alarm_level',
  'alarm_reason',
]
const AT = ['--scored-at', '2026-03-01T00:00:00Z']

/** Every tenth row is far outside what training saw. */
const odd = (row: number) => row % 10 === 7
const today = plantTable({
  rows: 100,
  seed: 2,
  start: '2026-02-01',
  edit: (cells, row) => {
    if (odd(row)) Object.assign(cells, { temp: '60', pressure: '9', flow: '10' })
  },
})

beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 600 }))
  folder.write('plant.yaml', plantRecipe())
  folder.write('today.csv', today)
  await folder.must(['fit', 'plant.yaml', '--no-report'])
  await folder.must(['score', 'plant.tocsin', 'today.csv', '--output', 'base', ...AT])
})
afterAll(() => folder.remove())

describe('the same command', () => {
  test.each([
    ['the published flags', ['score', '--model', 'plant.tocsin', '--input', 'today.csv']],
    ['score_batch', ['score_batch', '--model', 'plant.tocsin', '--input', 'today.csv']],
    ['score-batch with equals signs', ['score-batch', '--model=plant.tocsin', '--input=today.csv']],
    ['the input by position', ['score', '--model', 'plant.tocsin', 'today.csv']],
    ['flags after the positions', ['score', 'plant.tocsin', 'today.csv', '--verbose']],
    [
      'underscores in flags',
      ['score', 'plant.tocsin', 'today.csv', '--batch_size', '50', '--on_invalid=skip', '--max_rejected', '5%'],
    ],
  ])('%s', async (_, args) => {
    await folder.must([...args, '--output', 'again', ...AT])
    expect(folder.bytes('again.csv')).toEqual(folder.bytes('base.csv'))
    expect(folder.bytes('again.parquet')).toEqual(folder.bytes('base.parquet'))
  })

  test('writes beside the input name by default', async () => {
    const { files } = await folder.must(['score', 'plant.tocsin', 'today.csv'])
    expect(files).toEqual(
      expect.arrayContaining(['today_scores.csv', 'today_scores.parquet', 'today_scores_metadata.json']),
    )
  })

  test('keeps the dots of a name and makes its folder', async () => {
    await folder.must(['score', 'plant.tocsin', 'today.csv', '--output', 'deep/er/scores.v1'])
    for (const ending of ['.csv', '.parquet', '_metadata.json'])
      expect(existsSync(folder.at(`deep/er/scores.v1${ending}`))).toBe(true)
  })
})

describe('the outputs', () => {
  test('have the input columns, then ours in the published order, then the level and its reason', () => {
    const [head] = parseRecords(folder.read('base.csv'))
    expect(head).toEqual([...COLUMNS, ...ADDED])
  })

  test('keep every input line as it was, byte for byte', () => {
    const before = today.trimEnd().split('\n')
    const after = folder.read('base.csv').trimEnd().split('\n')
    expect(after).toHaveLength(before.length)
    for (const [i, line] of after.entries()) expect(line.startsWith(`${before[i]},`)).toBe(true)
  })

  test('flag the rows that are far off and say which column is', () => {
    const rows = folder.csv('base.csv')
    rows.forEach((row, i) => {
      expect(Number(row.anomaly_score)).toBeGreaterThan(0)
      expect(Number(row.anomaly_score)).toBeLessThan(1)
      expect(row.is_anomaly).toBe(Number(row.anomaly_score) > Number(row.threshold_used) ? '1' : '0')
      expect(row.alarm_level).toBe(row.is_anomaly === '1' ? 'WARNING' : 'OK')
      if (row.is_anomaly === '0') expect(row.alarm_reason).toBe('')
      if (odd(i)) {
        expect(row.is_anomaly).toBe('1')
        expect(row.alarm_reason).toMatch(
          /^risk 0\.\d+ above 0\.\d+ \(WARNING\); temp 60 beyond [\d.]+–[\d.]+ seen in training; pressure 9 beyond .+; flow 10 beyond .+$/,
        )
      }
    })
    expect(new Set(rows.map(r => r.model_name))).toEqual(new Set(['plant']))
    expect(new Set(rows.map(r => r.scored_at))).toEqual(new Set(['2026-03-01T00:00:00Z']))
  })

  test('end with 0 although anomalies exist', async () => {
    const { code } = await folder.run(['score', 'plant.tocsin', 'today.csv', '--output', 'zero'])
    expect(code).toBe(0)
    expect(folder.json('zero_metadata.json').scoring_results.anomalies_detected).toBeGreaterThanOrEqual(10)
  })
})

describe('the metadata', () => {
  test('has the published keys in their order, ours after them', () => {
    const metadata = folder.json('base_metadata.json')
    expect(Object.keys(metadata)).toEqual([
      'run_info',
      'model_info',
      'input_info',
      'scoring_results',
      'outputs',
      'warnings',
    ])
    const first = (section: string, n: number) => Object.keys(metadata[section]).slice(0, n)
    expect(first('run_info', 3)).toEqual(['timestamp', 'script_version', 'git_commit'])
    expect(first('model_info', 4)).toEqual(['model_path', 'model_type', 'trained_on', 'features_used'])
    expect(first('input_info', 3)).toEqual(['input_path', 'total_samples', 'date_range'])
    expect(first('scoring_results', 4)).toEqual([
      'threshold_used',
      'anomalies_detected',
      'anomaly_rate',
      'processing_time_seconds',
    ])
  })

  test('says what happened', () => {
    const { model_info, input_info, scoring_results, run_info } = folder.json('base_metadata.json')
    const rows = folder.csv('base.csv')
    const anomalies = rows.filter(r => r.is_anomaly === '1').length
    expect(model_info).toMatchObject({
      model_path: 'plant.tocsin',
      model_type: 'isolation_forest',
      trained_on: '2026-01-25',
      features_used: [...FEATURES],
    })
    expect(model_info.model_id).toBe(createHash('sha256').update(folder.bytes('plant.tocsin')).digest('hex'))
    expect(input_info).toMatchObject({
      input_path: 'today.csv',
      total_samples: 100,
      date_range: '2026-02-01 to 2026-02-05',
    })
    expect(input_info.sha256).toBe(createHash('sha256').update(today).digest('hex'))
    expect(scoring_results).toMatchObject({
      anomalies_detected: anomalies,
      anomaly_rate: anomalies / 100,
      threshold_used: Number(rows[0]?.threshold_used),
    })
    expect(scoring_results.processing_time_seconds).toBeGreaterThan(0)
    expect(Math.abs(Date.parse(run_info.timestamp) - Date.now())).toBeLessThan(600_000)
  })

  test('names each file with its size, rows and SHA-256', () => {
    const { outputs } = folder.json('base_metadata.json')
    expect(outputs.map((o: { file: string }) => o.file)).toEqual(['base.csv', 'base.parquet'])
    for (const { file, bytes, sha256, rows } of outputs) {
      expect([bytes, sha256, rows]).toEqual([
        folder.bytes(file).length,
        createHash('sha256').update(folder.bytes(file)).digest('hex'),
        100,
      ])
    }
  })

  test('is pretty-printed, each key on a line of its own', () => {
    const text = folder.read('base_metadata.json')
    expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`)
    expect(text.split('\n').filter(line => line.includes('anomalies_detected'))).toHaveLength(1)
  })
})

test('the published cron job runs as printed', async () => {
  // Only the command itself is ours; paths, redirection, grep and the comparison are the published lines.
  const script = `#!/bin/bash
DATE=$(date +%Y%m%d)
MODEL="artifacts/models/ims_iforest.joblib"
INPUT="data/daily_batches/ims_\${DATE}.csv"
OUTPUT="artifacts/scores/ims_scores_\${DATE}"
mkdir -p artifacts/models data/daily_batches logs
cp plant.tocsin $MODEL
cp today.csv $INPUT

tocsin score_batch \\
  --model $MODEL \\
  --input $INPUT \\
  --output $OUTPUT \\
  --verbose >> logs/scoring_\${DATE}.log 2>&1

# Alert if anomalies detected
ANOMALY_COUNT=$(grep "anomalies_detected" \${OUTPUT}_metadata.json | grep -oP '\\d+')
if [ "$ANOMALY_COUNT" -gt 0 ]; then
  echo "WARNING: $ANOMALY_COUNT anomalies detected on $DATE"
fi
`
  folder.write(
    'bin/tocsin',
    `#!/bin/bash\nexec "${process.execPath}" "${new URL('../../bin/tocsin.js', import.meta.url).pathname}" "$@"\n`,
  )
  chmodSync(folder.at('bin/tocsin'), 0o755)
  const { stdout, stderr, code } = await runProcess('bash', ['-c', script], {
    cwd: folder.path,
    env: { PATH: `${folder.at('bin')}:${process.env.PATH}` },
  })
  const { anomalies_detected } = folder.json('base_metadata.json').scoring_results
  expect({ stdout: stdout.replace(/\d{8}/, 'DAY'), stderr, code }).toEqual({
    stdout: `WARNING: ${anomalies_detected} anomalies detected on DAY\n`,
    stderr: '',
    code: 0,
  })
})

describe('the seven kinds of trouble', () => {
  test('model file not found', async () => {
    const { code, stderr, files } = await folder.run([
      'score',
      'artifacts/none/x.tocsin',
      'today.csv',
      '--output',
      'never',
    ])
    expect(stderr).toBe(
      `ERROR: Failed to load model from artifacts/none/x.tocsin\nReason: File not found\n\nSolution: Check that the model path is correct and the model file exists. List available models with:\n  ls artifacts/none/\n`,
    )
    expect(code).toBe(2)
    expect(files.filter(f => f.includes('never'))).toEqual([])
  })

  test('input file not found', async () => {
    const { code, stderr } = await folder.run(['score', 'plant.tocsin', 'absent.csv', '--output', 'never'])
    expect(stderr).toMatch(/^ERROR: Input file not found: absent\.csv\n\nSolution: /)
    expect(code).toBe(3)
  })

  test('missing features, in the published words', async () => {
    const lines = parseRecords(today).map(r => [r[0], r[1], r[3], r[5]].join(','))
    folder.write('narrow.csv', `${lines.join('\n')}\n`)
    const { code, stderr, files } = await folder.run(['score', 'plant.tocsin', 'narrow.csv', '--output', 'never'])
    expect(stderr).toBe(
      `ERROR: Input data missing required features: ['temp', 'flow']\nExpected features: ['temp', 'pressure', 'flow']\nFound features: ['pressure']\n\nSolution: Ensure input data has been processed with make_features.py using the same configuration as training.\n`,
    )
    expect(code).toBe(3)
    expect(files.filter(f => f.includes('never'))).toEqual([])
  })

  test('a misspelt feature names the nearest column', async () => {
    folder.write('spelt.csv', today.replace('pressure', 'presure'))
    const { stderr } = await folder.run(['score', 'plant.tocsin', 'spelt.csv', '--output', 'never'])
    expect(stderr).toContain("missing required features: ['pressure']")
    expect(stderr).toContain('pressure may be presure here')
  })

  test('extra features are kept and change nothing', async () => {
    const lines = parseRecords(today).map((r, i) => [...r, i === 0 ? 'extra' : `x${i}`].join(','))
    folder.write('wide.csv', `${lines.join('\n')}\n`)
    await folder.must(['score', 'plant.tocsin', 'wide.csv', '--output', 'wide_out', ...AT])
    const wide = folder.csv('wide_out.csv')
    const base = folder.csv('base.csv')
    expect(wide.map(r => r.anomaly_score)).toEqual(base.map(r => r.anomaly_score))
    const scored = parseRecords(folder.read('wide_out.csv'))
    expect(scored[0]).toEqual([...COLUMNS, 'extra', ...ADDED])
    expect(scored[4]?.[6]).toBe('x4')
  })

  test('NaN and infinity are skipped, not guessed', async () => {
    folder.write(
      'nan.csv',
      plantTable({
        rows: 20,
        edit: (cells, row) =>
          row === 3 ? (cells.temp = 'NaN') : row === 4 ? (cells.flow = 'inf') : row === 5 ? (cells.flow = '') : 0,
      }),
    )
    await folder.must(['score', 'plant.tocsin', 'nan.csv', '--output', 'finite'])
    const rows = folder.csv('finite.csv')
    const skipped = rows.filter(r => r.anomaly_score === '')
    expect(skipped.map(r => [r.note, r.is_anomaly, r.alarm_level, r.alarm_reason])).toEqual([
      ['n3', '', 'NOT_SCORED', 'not scored (not finite): temp NaN is not finite'],
      ['n4', '', 'NOT_SCORED', 'not scored (not finite): flow inf is not finite'],
      ['n5', '', 'NOT_SCORED', 'not scored (missing value): flow missing'],
    ])
  })

  test.skipIf(process.getuid?.() === 0)('output folder not writable', async () => {
    mkdirSync(folder.at('closed'))
    chmodSync(folder.at('closed'), 0o555)
    const { code, stderr } = await folder.run(['score', 'plant.tocsin', 'today.csv', '--output', 'closed/x'])
    expect(stderr).toMatch(/^ERROR: Cannot write closed/)
    expect(code).toBe(4)
  })

  test('output path inside a file is not writable', async () => {
    const { code, stderr } = await folder.run(['score', 'plant.tocsin', 'today.csv', '--output', 'today.csv/x'])
    expect(stderr).toMatch(/^ERROR: Cannot write today\.csv/)
    expect(code).toBe(4)
  })

  test('too little memory suggests --batch-size', async () => {
    folder.write('many.csv', plantTable({ rows: 30_000 }))
    const { code, stderr } = await folder.run([
      'score',
      'plant.tocsin',
      'many.csv',
      '--output',
      'never',
      '--memory',
      '1MB',
    ])
    expect(stderr).toContain('--batch-size')
    expect(code).toBe(8)
  })
})
