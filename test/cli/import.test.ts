/** Model files of scikit-learn as a person uses them: scored as they are, imported with proof, looked at, refused. */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readModel } from '../../src/verbs/model-file.ts'
import { createFolder, type Folder } from './program.ts'

/** test/golden/estimators.py: what scikit-learn 1.6.1 says of twelve rows. */
const { cases } = JSON.parse(readFileSync('test/golden/estimators/expected.json', 'utf8'))
const rows = cases.lof.rows as number[][]
const decision = cases.lof.expected.map(([value]: [number]) => value) as number[]
const bad = cases.logistic.expected.map(([, value]: [number, number]) => value) as number[]

const table = (head: string, lines: readonly (readonly unknown[])[]) =>
  `${[head, ...lines.map(line => line.join(','))].join('\n')}\n`
const column = (values: readonly number[]) => values.map(value => [value])

let folder: Folder
beforeAll(() => {
  folder = createFolder()
  for (const name of ['lof', 'logistic', 'linear', 'minmax_clip', 'sgd_svm'])
    copyFileSync(`test/golden/estimators/${name}.joblib`, folder.at(`${name}.joblib`))
  folder.write(
    'rows.csv',
    table(
      'id,a,b,c',
      rows.map((row, i) => [`R${i}`, ...row]),
    ),
  )
  folder.write(
    'decision.csv',
    table(
      'id,score',
      decision.map((value, i) => [`R${i}`, value]),
    ),
  )
  folder.write('bad.csv', table('p', column(bad)))
})
afterAll(() => folder.remove())

describe('score', () => {
  test('takes the file as it is: the risk is the original’s number, turned so that high is unusual', async () => {
    const { stdout } = await folder.must(['score', 'lof.joblib', 'rows.csv', '--features', 'a,b,c', '--output', 'lof'])
    const { cut } = readModel(folder.at('lof.joblib'), { features: ['a', 'b', 'c'] }).artifact.levels[0]!
    for (const [i, row] of folder.csv('lof.csv').entries()) {
      expect(Number(row.anomaly_score)).toBeCloseTo(cut - decision[i]!, 12)
      expect(row.is_anomaly).toBe(decision[i]! < 0 ? '1' : '0')
      expect(row.model_name).toBe('lof')
    }
    expect(stdout).toContain('offset_ of the file')
    expect(folder.json('lof_metadata.json').model_info).toMatchObject({
      features_used: ['a', 'b', 'c'],
      model_name: 'lof',
      source: { format: 'joblib', file: 'lof.joblib', versions: { 'scikit-learn': expect.stringMatching(/^1\./) } },
    })
  })

  test('takes True and False, as pandas writes a column of flags, for 1 and 0', async () => {
    const flags = [
      ['True', 1],
      ['False', 0],
      ['true', 1],
      ['FALSE', 0],
      ['Truth', ''],
    ] as const
    const written = (at: 0 | 1) =>
      table(
        'a,b,c',
        flags.map(flag => [flag[at], 0.5, -1]),
      )
    folder.write('words.csv', written(0))
    folder.write('digits.csv', written(1))
    for (const name of ['words', 'digits'])
      await folder.must(['score', 'logistic.joblib', `${name}.csv`, '--features', 'a,b,c', '--output', `as_${name}`])
    const scores = (name: string) => folder.csv(`as_${name}.csv`).map(row => row.anomaly_score)
    expect(
      scores('words')
        .slice(0, 4)
        .every(score => score !== ''),
    ).toBe(true)
    expect(scores('words')).toEqual(scores('digits'))
  })

  test('moves the cut with --threshold, and converts one of another scale', async () => {
    const flags = ['--features', 'a,b,c', '--output', 'moved', '--replace']
    await folder.must(['score', 'lof.joblib', 'rows.csv', '--threshold', '1.3', ...flags])
    expect(folder.csv('moved.csv')[0]?.threshold_used).toBe('1.3')
    expect(folder.json('moved_metadata.json').scoring_results.threshold_source).toBe('command line')
    const scale = ['--threshold=-1.3', '--threshold-of', 'score_samples']
    await folder.must(['score', 'lof.joblib', 'rows.csv', ...scale, ...flags])
    expect(folder.csv('moved.csv')[0]?.threshold_used).toBe('1.3')
  })

  test('finds what the published script finds beside the model, says so, and lets a flag win', async () => {
    const at = (name: string) => folder.at(`plant/${name}`)
    for (const name of ['models', 'reports/ims_lof']) mkdirSync(at(name), { recursive: true })
    copyFileSync(folder.at('lof.joblib'), at('models/ims_lof.joblib'))
    folder.write('plant/reports/ims_lof/features.txt', 'a\nb\nc\n')
    folder.write(
      'plant/reports/ims_lof/threshold_config.json',
      '{"threshold": 1.25, "model_path": "models/ims_lof.joblib"}',
    )
    const args = ['score', 'plant/models/ims_lof.joblib', 'rows.csv', '--output', 'found']
    const { stdout } = await folder.must([...args, '--verbose'])
    expect(stdout).toMatch(/note +features from .*features\.txt/)
    expect(folder.csv('found.csv')[0]).toMatchObject({ threshold_used: '1.25', model_name: 'ims_lof' })
    expect(folder.json('found_metadata.json').scoring_results.threshold_source).toBe('threshold_config.json')
    const unscaled = Number(folder.csv('found.csv')[0]?.anomaly_score)
    folder.write('other.txt', '1.5\n')
    copyFileSync(folder.at('minmax_clip.joblib'), at('models/ims_lof_scaler.joblib'))
    await folder.must([...args, '--threshold-file', 'other.txt'])
    expect(folder.csv('found.csv')[0]?.threshold_used).toBe('1.5')
    expect(Number(folder.csv('found.csv')[0]?.anomaly_score)).not.toBe(unscaled)
  })

  test('reads names of features as people save them', async () => {
    const pickled = ['a', 'b', 'c'].map(name => `X\x01\0\0\0${name}`).join('')
    folder.write('names.pkl', Buffer.from(`\x80\x02](${pickled}e.`, 'latin1'))
    folder.write('names.json', '{"features": ["a", "b", "c"]}')
    folder.write('names.txt', 'a, b, c\n')
    const scores: string[] = []
    for (const names of ['names.pkl', 'names.json', 'names.txt']) {
      await folder.must(['score', 'lof.joblib', 'rows.csv', '--features', names, '--output', 'named'])
      scores.push(
        folder
          .csv('named.csv')
          .map(row => row.anomaly_score)
          .join(),
      )
    }
    expect(new Set(scores).size).toBe(1)
    folder.write('none.pkl', Buffer.from('\x80\x02](K\x01K\x02e.', 'latin1'))
    const { stderr } = await folder.run(['score', 'lof.joblib', 'rows.csv', '--features-file', 'none.pkl'])
    expect(stderr).toMatch(/none\.pkl holds no list of names/)
  })

  test('passes by a threshold that was set for another model', async () => {
    copyFileSync(folder.at('lof.joblib'), folder.write('lone/lof.joblib', ''))
    folder.write('lone/threshold_config.json', '{"threshold": 9, "model_path": "artifacts/forest.joblib"}')
    await folder.must(['score', 'lone/lof.joblib', 'rows.csv', '--features', 'a,b,c', '--output', 'lone'])
    expect(folder.csv('lone.csv')[0]?.threshold_used).not.toBe('9')
  })

  test('warns of what nobody said, and takes the class that is named', async () => {
    const first = await folder.must(['score', 'logistic.joblib', 'rows.csv', '--features', 'a,b,c', '--output', 'p'])
    expect(first.stderr).toMatch(/WARNING: logistic\.joblib: .*threshold is 0\.5/)
    for (const [i, row] of folder.csv('p.csv').entries()) expect(Number(row.anomaly_score)).toBeCloseTo(bad[i]!, 12)
    await folder.must([
      'score',
      'logistic.joblib',
      'rows.csv',
      '--features',
      'a,b,c',
      '--risk',
      'good',
      '--output',
      'q',
    ])
    for (const [i, row] of folder.csv('q.csv').entries()) expect(Number(row.anomaly_score)).toBeCloseTo(1 - bad[i]!, 12)
  })

  test.each([
    [
      'features that nobody named',
      ['lof.joblib'],
      /^ERROR: Failed to load model from lof\.joblib\nReason: .*3 features[\s\S]*--features/,
    ],
    ['a number whose risky end nobody named', ['linear.joblib', '--features', 'a,b,c'], /--risk high or --risk low/],
    ['a flag for a scale that is none', ['lof.joblib', '--threshold-of', 'z'], /--threshold-of is "z"/],
    [
      'a scaler that is not there',
      ['lof.joblib', '--scaler', 'no.pkl'],
      /Failed to load model from no\.pkl\nReason: File not found/,
    ],
    ['a file of names that holds a number', ['lof.joblib', '--features-file', 'bad.json'], /not one of names/],
    ['a threshold file without one', ['lof.joblib', '--threshold-file', 'rows.csv'], /holds no threshold/],
  ])('refuses %s', async (_, args, message) => {
    folder.write('bad.json', '[1]')
    const { code, stderr, files } = await folder.run(['score', ...args, '--input', 'rows.csv', '--output', 'never'])
    expect([code === 1 || code === 2, stderr]).toEqual([true, expect.stringMatching(message)])
    expect(files.filter(file => file.includes('never'))).toEqual([])
  })
})

describe('import', () => {
  test('writes our own file, the same bytes each time, that scores without the original', async () => {
    const args = ['import', 'lof.joblib', '--features', 'a,b,c', '-o']
    await folder.must([...args, 'one.tocsin'])
    await folder.must([...args, 'two.tocsin'])
    expect(folder.bytes('one.tocsin').equals(folder.bytes('two.tocsin'))).toBe(true)
    await folder.must(['score', 'one.tocsin', 'rows.csv', '--output', 'own'])
    await folder.must(['score', 'lof.joblib', 'rows.csv', '--features', 'a,b,c', '--output', 'direct'])
    const scores = (name: string) => folder.csv(name).map(row => row.anomaly_score)
    expect(scores('own.csv')).toEqual(scores('direct.csv'))
    const { source } = readModel(folder.at('one.tocsin')).artifact
    expect(source).toMatchObject({
      file: 'lof.joblib',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      risk: '−score_samples',
    })
  })

  test('proves that the numbers are the original’s', async () => {
    const args = [
      'import',
      'lof.joblib',
      '--features',
      'a,b,c',
      '--check',
      'rows.csv',
      '--expect',
      'decision.csv',
      '-o',
      'proved.tocsin',
    ]
    const { stdout } = await folder.must([...args, '--expect-of', 'decision_function', '--json'])
    expect(JSON.parse(stdout).parity).toMatchObject({ rows: 12, column: 'score', beyond: 0, within: true })
    expect(JSON.parse(stdout).parity.difference).toBeLessThan(1e-12)
  })

  test('allows the difference that is asked for', async () => {
    folder.write('near.csv', table('score', column(decision.map(value => value + 3e-6))))
    const args = ['import', 'lof.joblib', '--features', 'a,b,c', '--check', 'rows.csv', '--expect', 'near.csv']
    const all = [...args, '--expect-of', 'decision_function', '-o', 'near.tocsin']
    expect((await folder.run([...all, '--tolerance', '1e-7'])).code).toBe(2)
    const { stdout } = await folder.must([...all, '--tolerance', '1e-5', '--json'])
    expect(JSON.parse(stdout).parity.difference).toBeCloseTo(3e-6, 12)
  })

  test.each([
    [
      'another scale',
      'decision.csv',
      [],
      /row \d+ most[\s\S]*equal as decision_function: give --expect-of decision_function/,
    ],
    [
      'a number that is off by a billionth',
      'off.csv',
      ['--expect-of', 'decision_function'],
      /1 of 12 rows differ, row 4 most[\s\S]*--tolerance 0\.00001/,
    ],
    ['a number that is missing', 'hole.csv', ['--expect-of', 'decision_function'], /row 3 most/],
    ['another number of rows', 'short.csv', [], /12 rows, the expected scores are 11/],
    ['a column that is not there', 'decision.csv', ['--expect-column', 'x'], /--expect-column is "x"/],
  ])('writes nothing for %s', async (_, expected, flags, message) => {
    const changed = (at: number, value: number | '') =>
      table(
        'score,id',
        decision.map((each, i) => [i === at ? value : each, i]),
      )
    folder.write('off.csv', changed(3, decision[3]! + 3e-9))
    folder.write('hole.csv', changed(2, ''))
    folder.write('short.csv', table('score', column(decision.slice(1))))
    const args = ['import', 'lof.joblib', '--features', 'a,b,c', '--check', 'rows.csv', '--expect', expected]
    const { code, stderr, files } = await folder.run([...args, ...flags, '-o', 'never.tocsin'])
    expect([code !== 0, stderr]).toEqual([true, expect.stringMatching(message)])
    expect(files).not.toContain('never.tocsin')
  })

  test('keeps what a sample says of the features, for explanations', async () => {
    const args = ['import', 'lof.joblib', '--features', 'a,b,c', '-o', 'full.tocsin']
    await folder.must([...args, '--background', 'rows.csv'])
    const { profile } = readModel(folder.at('full.tocsin')).artifact
    expect((profile.max as Float64Array)[0]).toBe(Math.max(...rows.map(([a]) => a!)))
    const { stdout } = await folder.must(['explain', 'full.tocsin', 'rows.csv', '--row', '1'])
    expect(stdout).toMatch(/because +[abc] /)
  })

  test('explain says nothing of ranges and thresholds that nobody gave', async () => {
    const args = ['--features', 'a,b,c', '--threshold=-100', '-o', 'unknown.tocsin']
    await folder.must(['import', 'linear.joblib', '--risk', 'high', ...args])
    const alarmed = await folder.must(['explain', 'unknown.tocsin', 'rows.csv', '--row', '1'])
    expect(alarmed.stdout).toMatch(/ALARM; the alarm begins above -100\nbecause +[abc] +\+?-?[\d.]+ +-?[\d.]+\n/)
    await folder.must(['import', 'linear.joblib', '--risk', 'high', '--features', 'a,b,c', '-o', 'cutless.tocsin'])
    const cutless = await folder.must(['explain', 'cutless.tocsin', 'rows.csv', '--row', '1'])
    expect(cutless.stdout).toContain('no threshold says where the alarm begins')
    expect(alarmed.stdout + cutless.stdout).not.toMatch(/NaN|Infinity/)
  })

  test('a model without a cut gets one from ordinary rows', async () => {
    await folder.must(['import', 'linear.joblib', '--features', 'a,b,c', '--risk', 'low', '-o', 'amount.tocsin'])
    const refused = await folder.run(['score', 'amount.tocsin', 'rows.csv', '--output', 'never'])
    expect(refused.stderr).toContain('has no threshold')
    await folder.must(['threshold', 'amount.tocsin', '--input', 'rows.csv', '--quantile', '0.5', '-o', 'cut.tocsin'])
    await folder.must(['score', 'cut.tocsin', 'rows.csv', '--output', 'amount'])
    const amounts = cases.linear.expected.map(([value]: [number]) => value) as number[]
    for (const [i, row] of folder.csv('amount.csv').entries())
      expect(Number(row.anomaly_score)).toBeCloseTo(-amounts[i]!, 12)
  })

  test('two imported models make an ensemble, which comes from neither file', async () => {
    await folder.must(['import', 'lof.joblib', '--features', 'a,b,c', '-o', 'first.tocsin'])
    await folder.must(['import', 'sgd_svm.joblib', '--features', 'a,b,c', '-o', 'second.tocsin'])
    const args = ['ensemble', 'first.tocsin', 'second.tocsin', '--input', 'rows.csv', '-o', 'both.tocsin']
    await folder.must(args)
    expect(readModel(folder.at('both.tocsin')).artifact.source).toBeUndefined()
  })

  test('of our own file there is nothing to import or to say', async () => {
    await folder.must(['import', 'lof.joblib', '--features', 'a,b,c', '-o', 'ours.tocsin'])
    const again = await folder.run(['import', 'ours.tocsin', '-o', 'again.tocsin'])
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('a model of tocsin already')])
    folder.write('none.joblib', 'no model at all')
    const none = await folder.run(['score', 'none.joblib', 'rows.csv', '--features', 'a,b,c'])
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('does not start like a tocsin model')])
    const said = await folder.run(['score', 'ours.tocsin', 'rows.csv', '--features', 'a,b,c'])
    expect([said.code, said.stderr]).toEqual([
      1,
      expect.stringContaining('--features is for model files of other programs'),
    ])
  })
})

describe('inspect', () => {
  test('says what a file holds, also one that cannot be scored yet', async () => {
    const refused = await folder.must(['inspect', 'lof.joblib'])
    expect(refused.stdout).toMatch(
      /holds +Pipeline\(StandardScaler → LocalOutlierFactor\)[\s\S]*features +3, without names[\s\S]*refused +.*3 features/,
    )
    const { stdout } = await folder.must(['inspect', 'lof.joblib', '--features', 'a,b,c', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      scored: true,
      about: {
        format: 'joblib',
        versions: { 'scikit-learn': expect.any(String) },
        parameters: { n_neighbors: expect.any(Number) },
      },
      features: ['a', 'b', 'c'],
      steps: ['scale, columns 1 to 3', expect.stringMatching(/^local-outlier-factor/)],
    })
  })

  test('says at which byte a damaged file ends being one', async () => {
    folder.write('cut.pkl', Buffer.from('\x80\x02}q\0U', 'latin1'))
    const { stdout } = await folder.must(['inspect', 'cut.pkl'])
    expect(stdout).toMatch(/refused .*byte 5/)
  })
})

test('a name with a line break does not begin a line of its own', async () => {
  folder.write('broken.joblib', readFileSync('test/golden/estimators/lof.joblib'))
  folder.write('names.json', JSON.stringify(['a\nERROR: forged', 'b', 'c']))
  const names = ['--features-file', 'names.json']
  const { stdout } = await folder.must(['import', 'broken.joblib', ...names, '-o', 'broken.tocsin'])
  expect(stdout).toContain('\n         ERROR: forged')
  expect(stdout).not.toMatch(/^ERROR/m)
})
