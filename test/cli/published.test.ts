/** The tests that the published design names, for the isolation forest. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readModel } from '../../src/verbs/model-file.ts'
import { createFolder, type Folder, parseRecords } from './program.ts'
import { plantRecipe, plantTable } from './tables.ts'

let folder: Folder
const TRAIN = plantTable({ rows: 400, seed: 11 })
const TEST = plantTable({ rows: 100, seed: 12, start: '2026-02-01' })

beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', TRAIN)
  folder.write('plant.yaml', plantRecipe())
  folder.write('test.csv', TEST)
  await folder.must(['fit', 'plant.yaml', '--no-report'])
})
afterAll(() => folder.remove())

/** `test_score_cwru_lof` names a model of another kind; its format is tested with that model. */
describe('isolation forest', () => {
  test('test_load_model', () => {
    const { artifact, id } = readModel(folder.at('plant.tocsin'))
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    expect(artifact.recipe.model.use).toBe('isolation-forest')
    expect(artifact.features.map(f => f.name)).toEqual(['temp', 'pressure', 'flow'])
    expect(artifact.levels[0]?.cut).toBeGreaterThan(0)
  })

  test('test_load_model_invalid_path', () => {
    expect(() => readModel(folder.at('absent.tocsin'))).toThrow(
      /Failed to load model from .*absent\.tocsin\nReason: File not found/,
    )
  })

  test('test_score_samples', async () => {
    await folder.must(['score', 'plant.tocsin', 'test.csv', '--output', 'samples'])
    const scores = folder.csv('samples.csv').map(r => Number(r.anomaly_score))
    expect(scores).toHaveLength(100)
    expect(scores.every(s => s > 0 && s < 1)).toBe(true)
    expect(new Set(scores).size).toBeGreaterThan(50)
  })

  test('test_threshold_application: strictly above', async () => {
    await folder.must(['score', 'plant.tocsin', 'test.csv', '--output', 'half', '--threshold', '0.5'])
    const half = folder.csv('half.csv')
    expect(half.some(r => r.is_anomaly === '1')).toBe(true)
    expect(half.some(r => r.is_anomaly === '0')).toBe(true)
    for (const row of half) expect(row.is_anomaly).toBe(Number(row.anomaly_score) > 0.5 ? '1' : '0')
    // A score that is the threshold is no anomaly; the next double below it as threshold makes it one.
    const score = half[30]?.anomaly_score as string
    await folder.must(['score', 'plant.tocsin', 'test.csv', '--output', 'equal', '--threshold', score])
    expect(folder.csv('equal.csv')[30]).toMatchObject({ is_anomaly: '0', threshold_used: score })
    const below = Number(score) - 2 ** -54
    expect(below).toBeLessThan(Number(score))
    await folder.must(['score', 'plant.tocsin', 'test.csv', '--output', 'below', '--threshold', String(below)])
    expect(folder.csv('below.csv')[30]?.is_anomaly).toBe('1')
  })

  test('test_feature_alignment', async () => {
    const reordered = parseRecords(TEST).map(r => [r[5], r[4], r[2], r[0], r[3], r[1]].join(','))
    folder.write('reordered.csv', `${reordered.join('\n')}\n`)
    await folder.must(['score', 'plant.tocsin', 'test.csv', '--output', 'straight'])
    await folder.must(['score', 'plant.tocsin', 'reordered.csv', '--output', 'aligned'])
    expect(folder.csv('aligned.csv').map(r => r.anomaly_score)).toEqual(
      folder.csv('straight.csv').map(r => r.anomaly_score),
    )
  })

  test('test_missing_features', async () => {
    folder.write(
      'missing.csv',
      `${parseRecords(TEST)
        .map(r => [r[0], r[1], r[2]].join(','))
        .join('\n')}\n`,
    )
    const { code, stderr } = await folder.run(['score', 'plant.tocsin', 'missing.csv', '--output', 'never'])
    expect(code).toBe(3)
    expect(stderr).toContain("ERROR: Input data missing required features: ['pressure', 'flow']\n")
  })

  test('test_extra_columns', async () => {
    const extra = parseRecords(TEST).map((r, i) =>
      [...r, i ? `bearing_${i}.dat` : 'file_name', i ? String(i) : 'window_id'].join(','),
    )
    folder.write('extra.csv', `${extra.join('\n')}\n`)
    await folder.must(['score', 'plant.tocsin', 'extra.csv', '--output', 'kept'])
    const kept = folder.csv('kept.csv')
    expect(kept.map(r => [r.file_name, r.window_id])).toEqual(
      kept.map((_, i) => [`bearing_${i + 1}.dat`, String(i + 1)]),
    )
  })

  test('test_custom_threshold', async () => {
    await folder.must(['score', 'plant.tocsin', 'test.csv', '--output', 'custom', '--threshold', '0.55'])
    expect(new Set(folder.csv('custom.csv').map(r => r.threshold_used))).toEqual(new Set(['0.55']))
    expect(folder.json('custom_metadata.json').scoring_results).toMatchObject({
      threshold_used: 0.55,
      threshold_source: 'command line',
    })
  })

  test('test_large_batch', { timeout: 120_000 }, async () => {
    folder.write('large.csv', plantTable({ rows: 100_000, seed: 13 }))
    const startMs = performance.now()
    await folder.must([
      'score',
      '--model',
      'plant.tocsin',
      '--input',
      'large.csv',
      '--output',
      'large_scores',
      '--batch-size',
      '10000',
    ])
    expect(performance.now() - startMs).toBeLessThan(60_000)
    expect(folder.json('large_scores_metadata.json').input_info.total_samples).toBe(100_000)
  })

  test('test_idempotency', async () => {
    const run = async () => {
      await folder.must([
        'score',
        'plant.tocsin',
        'test.csv',
        '--output',
        'twice',
        '--scored-at',
        '2026-02-10T00:00:00Z',
      ])
      const metadata = folder.json('twice_metadata.json')
      delete metadata.run_info.timestamp
      delete metadata.scoring_results.processing_time_seconds
      return [folder.read('twice.csv'), folder.bytes('twice.parquet').toString('hex'), JSON.stringify(metadata)]
    }
    expect(await run()).toEqual(await run())
  })

  test('test_no_leakage', async () => {
    const { artifact } = readModel(folder.at('plant.tocsin'))
    const { learned, heldOut, rows } = artifact.lineage
    expect(learned + heldOut).toBe(rows)
    const taught = new Set(
      TRAIN.trimEnd()
        .split('\n')
        .slice(1, 1 + learned),
    )
    const held = TRAIN.trimEnd()
      .split('\n')
      .slice(1 + learned)
    expect(held).toHaveLength(heldOut)
    expect([...held, ...TEST.trimEnd().split('\n').slice(1)].filter(line => taught.has(line))).toEqual([])
    const { stdout } = await folder.must(['fit', 'plant.yaml', '--no-report'])
    expect(stdout).toContain('0 rows in both')
  })

  test('test_metadata_preserved', async () => {
    await folder.must(['score', 'plant.tocsin', 'test.csv', '--output', 'times'])
    const given = parseRecords(TEST).slice(1)
    expect(folder.csv('times.csv').map(r => [r.timestamp, r.unit_id])).toEqual(given.map(r => [r[0], r[1]]))
  })
})
