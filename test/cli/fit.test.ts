/** `tocsin fit`, `inspect`, `threshold`, `evaluate`, `features`, `init`: from a table to a model that says what it can keep. */
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decode } from '../../src/artifact/safetensors.ts'
import { createRandom } from '../../src/math/random.ts'
import { createFolder, type Folder, parseRecords, readParquet } from './program.ts'
import { plantRecipe, plantTable } from './tables.ts'

let folder: Folder
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 600 }))
  folder.write('plant.yaml', plantRecipe())
  await folder.must(['fit', 'plant.yaml'])
})
afterAll(() => folder.remove())

describe('the model file', () => {
  test('is the same bytes from the same recipe and rows, wherever and however', async () => {
    const other = createFolder()
    other.write('deep/plant.yaml', plantRecipe())
    other.write('deep/train.csv', plantTable({ rows: 600 }))
    const runs: [string[], Record<string, string>][] = [
      [['fit', 'deep/plant.yaml', '--no-report', '--threads', '1'], { TZ: 'Asia/Kathmandu' }],
      [['train', '--config', 'deep/plant.yaml', '--no-report', '--threads', '2'], { LC_ALL: 'tr_TR.UTF-8' }],
      [['fit', 'deep/plant.yaml', '--input', 'deep/train.csv', '--no-report', '-o', 'plant.tocsin'], {}],
    ]
    for (const [args, env] of runs) {
      await other.must(args, { env })
      expect(sha256(other.bytes('plant.tocsin'))).toBe(sha256(folder.bytes('plant.tocsin')))
    }
    other.remove()
  })

  test('differs when the seed, a row or the recipe does', async () => {
    const ids = new Set([sha256(folder.bytes('plant.tocsin'))])
    folder.write('seed.yaml', `${plantRecipe()}seed: 43\n`)
    folder.write('trees.yaml', `${plantRecipe()}model: {use: isolation-forest, n_estimators: 99}\n`)
    folder.write('row.csv', plantTable({ rows: 600, edit: (cells, row) => (row === 0 ? (cells.temp = '20.001') : 0) }))
    for (const args of [['seed.yaml'], ['trees.yaml'], ['plant.yaml', '--input', 'row.csv']]) {
      await folder.must(['fit', ...args, '--no-report', '-o', 'differs.tocsin'])
      ids.add(sha256(folder.bytes('differs.tocsin')))
    }
    expect(ids.size).toBe(4)
  })

  test('has the SHA-256 of its bytes as its id', async () => {
    const id = sha256(folder.bytes('plant.tocsin'))
    const { stdout } = await folder.must(['inspect', 'plant.tocsin', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ id, name: 'plant', format: 1, task: 'detect' })
    expect((await folder.must(['inspect', 'plant.tocsin'])).stdout).toContain(id)
  })

  test('holds no path and no clock', () => {
    const text = folder.bytes('plant.tocsin').toString('latin1')
    expect(text).not.toContain(folder.path)
    const description = decode(folder.bytes('plant.tocsin')).metadata.tocsin as string
    expect(description).toContain('"train.csv"')
    expect(description).not.toContain('/')
    // The rows end in January 2026; the machine's year or day, if it is another one, has no place in it.
    const today = new Date().toISOString().slice(0, 10)
    expect(text).not.toContain(today)
  })

  test('in words: model, rows, cut, features with units and ranges', async () => {
    folder.write(
      'units.yaml',
      plantRecipe('sensors:\n  temp: {unit: °C, fault: [-999], limits: [0, 40]}\nlevels:\n  W: {quantile: 99%}\n'),
    )
    await folder.must(['fit', 'units.yaml', '--no-report', '-o', 'units.tocsin'])
    const { stdout } = await folder.must(['inspect', '--model', 'units.tocsin'])
    expect(stdout).toMatch(/^model +isolation-forest, .*n_estimators 100/m)
    expect(stdout).toMatch(/^learned +400 rows of 600 from train\.csv; 200 held out$/m)
    expect(stdout).toMatch(/^W +risk > 0\.\d+; quantile 99 %$/m)
    expect(stdout).toMatch(/temp: 1\d\.\d+ to 2\d\.\d+ °C/)
    expect(stdout).toMatch(/^sensor +temp \(°C\): fault codes -999; limits 0 to 40 raise W$/m)
  })
})

describe('what fitting says', () => {
  test('rows, split, model, cut, files and what to do next', async () => {
    const { stdout, files } = await folder.must(['fit', 'plant.yaml'])
    expect(stdout).toMatch(/^rows {5}600 from train\.csv, 2026-01-01 00:00 to 2026-01-25 23:00$/m)
    expect(stdout).toMatch(/^learn {4}400 rows \+ 200 held out; 0 rows in both$/m)
    expect(stdout).toMatch(/^model {4}isolation-forest, 100 trees, 3 features, seed 42$/m)
    expect(stdout).toMatch(/^WARNING +risk > 0\.\d+/m)
    expect(stdout).toMatch(/^saved {4}plant\.tocsin \([0-9a-f]{8}\), plant\.html$/m)
    expect(stdout).toMatch(/^next {5}tocsin score plant\.tocsin new\.csv$/m)
    expect(files).toEqual(expect.arrayContaining(['plant.tocsin', 'plant.html']))
  })

  test('a budget that the data cannot keep: what it supports, what it would take, and NOT SUPPORTED', async () => {
    folder.write('tight.yaml', plantRecipe('levels:\n  ALARM: {false_alarms: 0.1/week}\n'))
    const { stdout, code } = await folder.run(['fit', 'tight.yaml', '--no-report', '-o', 'tight.tocsin'])
    expect(code).toBe(0)
    // 200 held-out hours without an alarm: 3.0 / (200 / 168) = 2.5 a week; and 3.0 / 0.1 = 30 weeks.
    expect(stdout).toMatch(
      /supports at most 2\.5 false alarms a week \(95 %\)\. You asked 0\.1\/week: that takes 30 weeks of healthy data\. Marked NOT SUPPORTED\./,
    )
    expect((await folder.must(['inspect', 'tight.tocsin'])).stdout).toContain('NOT SUPPORTED')
    expect((await folder.must(['score', 'tight.tocsin', 'train.csv', '--output', 'tight'])).stdout).toContain(
      'NOT SUPPORTED',
    )
  })

  test('--strict fails then, with 2, and writes nothing', async () => {
    const { code, stderr, files } = await folder.run([
      'fit',
      'tight.yaml',
      '--no-report',
      '-o',
      'strict.tocsin',
      '--strict',
    ])
    expect([code, files.includes('strict.tocsin')]).toEqual([2, false])
    expect(stderr).toMatch(/^ERROR: The held-out data cannot support the budget of ALARM/)
  })

  test('held-out rows that are copies of rows that teach', async () => {
    const [head, ...lines] = plantTable({ rows: 300 }).trimEnd().split('\n') as [string, ...string[]]
    folder.write('copies.csv', `${[head, ...lines, ...lines].join('\n')}\n`)
    folder.write('copies.yaml', plantRecipe(undefined, 'group: unit_id'))
    const { stderr, stdout } = await folder.must([
      'fit',
      'copies.yaml',
      '--input',
      'copies.csv',
      '--no-report',
      '-o',
      'copies.tocsin',
    ])
    expect(stderr).toMatch(/^WARNING: \d+ held-out rows are copies of rows that teach/)
    expect(stdout).not.toContain('; 0 rows in both')
  })

  test('labels that are noise: not better than chance, in words', async () => {
    const random = createRandom(3)
    folder.write(
      'noise.csv',
      plantTable({ rows: 600, edit: cells => (cells.note = random.next() < 0.2 ? 'bad' : 'good') }),
    )
    folder.write('label.yaml', plantRecipe(undefined, `time: timestamp, label: "note = 'bad'"`))
    const { stdout } = await folder.must([
      'fit',
      'label.yaml',
      '--input',
      'noise.csv',
      '--no-report',
      '-o',
      'label.tocsin',
    ])
    expect(stdout).toMatch(
      /^quality {2}AUC 0\.\d\d \(0\.\d\d–0\.\d\d\) on rows that did not teach, \d+ bad: not better than chance$/m,
    )
  })

  test('labels that the readings tell apart: quality without that sentence', async () => {
    folder.write(
      'truth.csv',
      plantTable({
        rows: 600,
        edit: (cells, row) =>
          Object.assign(
            cells,
            row % 5 === 0 ? { note: 'bad', temp: '50', flow: '20', pressure: '9' } : { note: 'good' },
          ),
      }),
    )
    const { stdout } = await folder.must([
      'fit',
      'label.yaml',
      '--input',
      'truth.csv',
      '--no-report',
      '-o',
      'told.tocsin',
    ])
    expect(stdout).toMatch(/^quality {2}AUC 1\.00 \(\d\.\d\d–1\.00\) on rows that did not teach, \d+ bad$/m)
  })
})

describe('threshold', () => {
  beforeAll(() => {
    folder.write('normal.csv', plantTable({ rows: 400, seed: 31, start: '2026-03-01' }))
  })

  test('writes a new model that names its parent; only the level differs', async () => {
    const { stdout } = await folder.must([
      'threshold',
      'plant.tocsin',
      'normal.csv',
      '--quantile',
      '90%',
      '-o',
      'new.tocsin',
    ])
    const inspect = async (file: string) => JSON.parse((await folder.must(['inspect', file, '--json'])).stdout)
    const [before, after] = [await inspect('plant.tocsin'), await inspect('new.tocsin')]
    expect(after.parent).toBe(before.id)
    expect(stdout).toContain(`parent ${before.id.slice(0, 8)}`)
    expect(after.features).toEqual(before.features)
    expect(after.levels[0]).toMatchObject({ name: 'WARNING', rule: 'quantile 90 %' })
    await folder.must(['score', 'new.tocsin', 'normal.csv', '--output', 'ninety'])
    expect(folder.csv('ninety.csv').filter(r => r.is_anomaly === '1')).toHaveLength(40)
    expect(sha256(folder.bytes('plant.tocsin'))).toBe(before.id)
  })

  test.each([['--target_far', '5%'], ['--target-far', '5%'], ['--target_far=5%']])('%s %s', async (...flag) => {
    await folder.must(['calibrate', '--model', 'plant.tocsin', '--input', 'normal.csv', ...flag, '-o', 'far.tocsin'])
    await folder.must(['score', 'far.tocsin', 'normal.csv', '--output', 'far'])
    expect(folder.csv('far.csv').filter(r => r.is_anomaly === '1').length).toBeLessThanOrEqual(20)
  })

  test('--target_far 2/week --samples_per_week 168, with the published configuration files', async () => {
    const args = ['--target_far', '20/week', '--samples_per_week', '168', '--report_dir', 'reports']
    await folder.must(['threshold', 'plant.tocsin', 'normal.csv', ...args, '-o', 'weekly.tocsin'])
    const config = folder.json('reports/threshold_config.json')
    expect(Object.keys(config)).toEqual(
      expect.arrayContaining([
        'threshold',
        'threshold_percentile',
        'target_far_per_week',
        'estimated_far_per_week',
        'samples_per_week',
        'n_validation_samples',
        'n_validation_alerts',
        'validation_alert_rate',
        'score_min',
        'score_max',
        'score_mean',
        'score_std',
        'timestamp',
        'model_path',
        'calibration_split',
        'n_features',
      ]),
    )
    expect(config).toMatchObject({
      target_far_per_week: 20,
      samples_per_week: 168,
      n_validation_samples: 400,
      n_features: 3,
    })
    expect(Number(folder.read('reports/threshold.txt'))).toBe(config.threshold)
    const { levels } = JSON.parse((await folder.must(['inspect', 'weekly.tocsin', '--json'])).stdout)
    expect(levels[0].cut).toBe(config.threshold)
  })

  test.each([
    [['--target_far', 'often'], '--target-far is "often"'],
    [['--quantile', '90%', '--threshold', '0.5'], 'more than one rule'],
    [['--quantile', '190%'], '--quantile is "190%"'],
    [['--level', 'NONE', '--quantile', '90%'], '--level is "NONE"'],
  ])('%j is refused', async (args, message) => {
    const { code, stderr } = await folder.run([
      'threshold',
      'plant.tocsin',
      'normal.csv',
      ...args,
      '-o',
      'never.tocsin',
    ])
    expect([code, stderr.includes(message)]).toEqual([1, true])
  })

  test('the rows that taught are no held-out rows: nothing stops it, but a copy of the input is never overwritten', async () => {
    const { code } = await folder.run([
      'threshold',
      'plant.tocsin',
      'normal.csv',
      '--quantile',
      '90%',
      '-o',
      'normal.csv',
    ])
    expect(code).toBe(4)
  })
})

describe('evaluate', () => {
  const truth = plantTable({
    rows: 300,
    seed: 41,
    start: '2026-03-01',
    edit: (cells, row) =>
      Object.assign(cells, row % 10 === 0 ? { note: '1', temp: '50', flow: '20', pressure: '9' } : { note: '0' }),
  })

  test('against labels: metrics, page, pictures, predictions', async () => {
    folder.write('truth2.csv', truth)
    const { stdout } = await folder.must([
      'evaluate',
      'plant.tocsin',
      'truth2.csv',
      '--label',
      'note = 1',
      '--output',
      'report',
    ])
    const metrics = folder.json('report/metrics.json')
    expect(metrics).toMatchObject({
      n_samples: 300,
      n_bad: 30,
      n_labelled: 300,
      roc_auc: 1,
      supervised: true,
      better_than_chance: true,
    })
    expect(metrics.levels[0]).toMatchObject({ name: 'WARNING' })
    expect(metrics.levels[0].recall.value).toBe(1)
    expect(stdout).toMatch(/^quality {2}AUC 1\.000/m)
    const predictions = parseRecords(folder.read('report/predictions.csv'))
    expect(predictions[0]).toEqual(['anomaly_score', 'prediction'])
    expect(predictions).toHaveLength(301)
  })

  test('the page opens offline: nothing in it points to another place', () => {
    const page = folder.read('report/evaluation_report.html')
    const links = [...page.matchAll(/https?:\/\/[^\s"'<>)]+/g)].map(m => m[0])
    expect(links.filter(link => !/^http:\/\/www\.w3\.org\//.test(link))).toEqual([])
    expect(page).not.toMatch(/<script[^>]+src=|<link[^>]+href=|@import|url\((?!["']?(data:|#))/)
    expect(page).toMatch(/^<!doctype html>/i)
    expect(page).toContain('<svg')
  })

  test('pictures are PNG files', async () => {
    const { readdirSync } = await import('node:fs')
    const names = readdirSync(folder.at('report')).filter(n => n.endsWith('.png'))
    expect(names.length).toBeGreaterThanOrEqual(3)
    for (const name of names)
      expect(folder.bytes(`report/${name}`).subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
  })

  test('without labels: scores and alarms over time; the same bytes again', async () => {
    folder.write('normal2.csv', plantTable({ rows: 200, seed: 42, start: '2026-03-01' }))
    const run = async () => {
      await folder.must(['evaluate', '--model', 'plant.tocsin', '--input', 'normal2.csv', '--report_dir', 'plain'])
      return [folder.read('plain/metrics.json'), folder.read('plain/evaluation_report.html')]
    }
    const first = await run()
    expect(await run()).toEqual(first)
    expect(folder.json('plain/metrics.json')).toMatchObject({ supervised: false, roc_auc: null, n_samples: 200 })
  })

  test('a table without the columns that only name rows', async () => {
    folder.write('ids.yaml', plantRecipe(undefined, 'id: note, time: timestamp, group: unit_id'))
    await folder.must(['fit', 'ids.yaml', '--no-report', '-o', 'ids.tocsin'])
    folder.write(
      'bare.csv',
      plantTable({ rows: 50 })
        .split('\n')
        .map(l => l.split(',').slice(2, 5).join(','))
        .join('\n')
        .trimEnd(),
    )
    await folder.must(['evaluate', 'ids.tocsin', 'bare.csv', '--output', 'bare'])
    await folder.must(['score', 'ids.tocsin', 'bare.csv', '--output', 'bare_out'])
    expect(folder.json('bare_out_metadata.json').input_info).toMatchObject({ total_samples: 50, date_range: null })
  })
})

describe('features', () => {
  test('writes the table with its features, once as text and once typed', async () => {
    folder.write(
      'load.yaml',
      plantRecipe().replace(
        'features: [temp, pressure, flow]',
        'features:\n  temp: temp\n  load: pressure * flow\n  half: load / 2',
      ),
    )
    const { stdout } = await folder.must(['features', 'load.yaml', '--output', 'made'])
    expect(stdout).toContain('3: temp, load, half')
    const rows = folder.csv('made.csv')
    expect(rows).toHaveLength(600)
    for (const row of rows.slice(0, 20)) {
      expect(Number(row.load)).toBe(Number(row.pressure) * Number(row.flow))
      expect(Number(row.half)).toBe(Number(row.load) / 2)
    }
    expect((await readParquet(folder.at('made.parquet'))).types).toMatchObject({ load: 'DOUBLE', note: 'VARCHAR' })
    expect(folder.read('features.txt')).toBe('temp\nload\nhalf\n')
  })

  test('two tables beside each other keep each their list', async () => {
    await folder.must(['make_features', 'load.yaml', '--output', 'lists/one'])
    await folder.must(['make_features', 'plant.yaml', '--output', 'lists/two'])
    expect(folder.read('lists/features.txt')).toBe('temp\npressure\nflow\n')
  })
})

test('features may have any name and build on each other', async () => {
  const recipe = plantRecipe().replace(
    'features: [temp, pressure, flow]',
    `features:\n  'a"b': temp * 2\n  "é; DROP": '"a""b" + 1'\n  constructor: '"é; DROP" - flow'\n  __proto__: constructor + 0`,
  )
  folder.write('names.yaml', recipe)
  await folder.must(['features', 'names.yaml', '--output', 'named'])
  for (const row of folder.csv('named.csv').slice(0, 20)) {
    expect(Number(row['é; DROP'])).toBe(Number(row.temp) * 2 + 1)
    expect(Number(row.constructor)).toBe(Number(row.temp) * 2 + 1 - Number(row.flow))
  }
  await folder.must(['fit', 'names.yaml', '--no-report', '-o', 'names.tocsin'])
  await folder.must(['score', 'names.tocsin', 'train.csv', '--output', 'names'])
  expect(folder.json('names_metadata.json').model_info.n_features).toBe(4)
})

describe('a table nobody prepared', () => {
  // Semicolons, decimal commas, day-first dates, −999 for a broken sensor, latin-1 names.
  const random = createRandom(9)
  const lines = ['Zeitpunkt;Anlage;Temp °C;Druck;Prüfer']
  for (let row = 0; row < 300; row++) {
    const day = new Date(Date.UTC(2026, 0, 1) + row * 3600e3)
    const two = (n: number) => String(n).padStart(2, '0')
    const at = `${two(day.getUTCDate())}.${two(day.getUTCMonth() + 1)}.2026 ${two(day.getUTCHours())}:00`
    const temp = row % 60 === 7 ? '-999' : (20 + random.normal()).toFixed(2).replace('.', ',')
    lines.push(`${at};A${row % 2};${temp};${(5 + random.normal()).toFixed(3).replace('.', ',')};Jörg`)
  }
  const messy = Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1')

  test('init, fit and score work without an edit', async () => {
    folder.write('messy/werk.csv', messy)
    const cwd = folder.at('messy')
    const init = await folder.must(['init', 'werk.csv'], { cwd })
    expect(init.stdout).toContain('next     look through werk.yaml, then: tocsin fit werk.yaml')
    const recipe = folder.read('messy/werk.yaml')
    expect(recipe).toContain('-999')
    await folder.must(['fit', 'werk.yaml'], { cwd })
    await folder.must(['score', 'werk.tocsin', 'werk.csv'], { cwd })
    const rows = folder.csv('messy/werk_scores.csv', ';')
    expect(rows).toHaveLength(300)
    expect(rows[7]?.alarm_reason).toContain('-999 is a fault code')
    expect(rows[0]?.anomaly_score).toMatch(/^0,\d+$/)
    expect(rows[0]?.Prüfer).toBe('Jörg')
    expect(folder.json('messy/werk_scores_metadata.json').input_info.date_range).toBe('2026-01-01 to 2026-01-13')
  })

  test('init does not write over a recipe that somebody may have edited', async () => {
    const { code, stderr } = await folder.run(['init', 'werk.csv'], { cwd: folder.at('messy') })
    expect([code, stderr.includes('--replace')]).toEqual([4, true])
    await folder.must(['init', 'werk.csv', '--replace'], { cwd: folder.at('messy') })
  })

  test('fit takes the table itself', async () => {
    folder.write('direct/werk.csv', messy)
    const { stdout } = await folder.must(['fit', 'werk.csv'], { cwd: folder.at('direct') })
    expect(stdout).toContain('werk.yaml, written from what the data looks like')
  })
})

describe('rows from several tables', () => {
  const batches = [
    'batch_id,lot,ph',
    ...Array.from({ length: 60 }, (_, i) => `B${(i * 7) % 60},L${i % 6},${(7 + Math.sin(i) / 10).toFixed(4)}`),
  ].join('\n')
  const coa = ['lot,component', ...Array.from({ length: 6 }, (_, i) => `L${i},${i / 10 + 1}`)].join('\n')
  const recipe = (expect = 'one', more = '') =>
    `tocsin: 1\nname: batches\nrows:\n  file: batches.csv\n  join: {coa: {file: coa.csv, by: lot, expect: ${expect}}}\n${more}columns: {id: batch_id}\nfeatures: [ph, component]\nlevels:\n  W: {quantile: 95%}\n`

  test('a join keeps the order and the number of the rows', async () => {
    folder.write('join/batches.csv', batches)
    folder.write('join/coa.csv', coa)
    folder.write('join/batches.yaml', recipe())
    await folder.must(['features', 'join/batches.yaml', '--output', 'join/made'])
    const rows = folder.csv('join/made.csv')
    expect(rows.map(r => r.batch_id)).toEqual(
      parseRecords(batches)
        .slice(1)
        .map(r => r[0]),
    )
    for (const row of rows) expect(Number(row.component)).toBe(Number(row.lot?.slice(1)) / 10 + 1)
    await folder.must(['fit', 'join/batches.yaml', '--no-report', '-o', 'join/batches.tocsin'])
    await folder.must(['score', 'join/batches.tocsin', 'join/made.csv', '--output', 'join/scored'])
  })

  test('a key that stands twice in the joined table is refused by its name', async () => {
    folder.write('join/coa.csv', `${coa}\nL4,9\n`)
    const { code, stderr } = await folder.run(['fit', 'join/batches.yaml', '--no-report'])
    expect([code, stderr]).toEqual([3, expect.stringContaining('lot L4 stands there 2 times')])
    folder.write('join/coa.csv', coa)
  })

  test('expect: one refuses a row without a partner; any leaves its columns empty', async () => {
    folder.write('join/coa.csv', coa.replace('L5,1.5', 'L9,1.5'))
    const { code, stderr } = await folder.run(['fit', 'join/batches.yaml', '--no-report'])
    expect([code, stderr]).toEqual([3, expect.stringContaining('10 rows find no partner, the first for lot L5')])
    folder.write('join/any.yaml', recipe('any'))
    await folder.must(['features', 'join/any.yaml', '--output', 'join/any'])
    expect(
      folder
        .csv('join/any.csv')
        .filter(r => r.component === '')
        .map(r => r.lot),
    ).toEqual(Array(10).fill('L5'))
    folder.write('join/coa.csv', coa)
  })

  test('where keeps the rows for which the condition is true', async () => {
    folder.write('join/where.yaml', recipe('one', "  where: ph > 7 and lot <> 'L1'\n"))
    await folder.must(['features', 'join/where.yaml', '--output', 'join/where'])
    const kept = parseRecords(batches)
      .slice(1)
      .filter(r => Number(r[2]) > 7 && r[1] !== 'L1')
    expect(folder.csv('join/where.csv').map(r => r.batch_id)).toEqual(kept.map(r => r[0]))
  })

  test('names of the recipe mean the columns of the table, whatever their case', async () => {
    const shout = recipe()
      .replace('batch_id}', 'BATCH_ID, private: [PH]}')
      .replace('features', 'sensors:\n  Ph: {limits: [6.95, null]}\nfeatures')
    folder.write('join/shout.yaml', shout)
    await folder.must(['fit', 'join/shout.yaml', '--no-report', '-o', 'join/shout.tocsin'])
    await folder.must(['score', 'join/shout.tocsin', 'join/made.csv', '--output', 'join/shout'])
    const rows = folder.csv('join/shout.csv')
    const low = rows.filter(r => Number(r.ph) < 6.95)
    expect(low.length).toBeGreaterThan(3)
    for (const row of low) expect(row.alarm_reason).toContain('a private column below limit 6.95')
  })
})

test('a gzip of the same table gives the same scores', async () => {
  const { gzipSync } = await import('node:zlib')
  const packed = gzipSync(folder.bytes('train.csv'))
  expect(gunzipSync(packed).equals(folder.bytes('train.csv'))).toBe(true)
  folder.write('packed.csv.gz', packed)
  await folder.must(['score', 'plant.tocsin', 'packed.csv.gz', '--output', 'packed'])
  await folder.must(['score', 'plant.tocsin', 'train.csv', '--output', 'loose'])
  expect(folder.csv('packed.csv').map(r => r.anomaly_score)).toEqual(folder.csv('loose.csv').map(r => r.anomaly_score))
})
