/** Pages, pictures and summaries as a user sees them, of models for every task. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import { createFolder, type Folder } from '../cli/program.ts'

let folder: Folder

/** A grade, three readings, and answers that depend on x and the grade. */
function batches(rows: number, seed: number): string {
  const random = createRandom(seed)
  const lines = ['id,x,y,z,grade,failed,yield,week,arrest']
  for (let row = 0; row < rows; row++) {
    const [x, y, z] = [random.normal(), random.normal(), random.normal()]
    const grade = ['A', 'B', 'C'][random.integer(3)] as string
    const failed = Number(random.next() < 1 / (1 + Math.exp(1.2 - 2 * x - Number(grade === 'C'))))
    const until = -20 * Math.log(random.next()) * Math.exp(-1.2 * x)
    const watched = 40 * random.next() + 2
    lines.push(
      [
        `B${row}`,
        ...[x, y, z].map(value => value.toFixed(3)),
        grade,
        failed,
        (82 - 4 * x + random.normal()).toFixed(2),
        (Math.min(until, watched) + 0.1).toFixed(1),
        Number(until < watched),
      ].join(','),
    )
  }
  return `${lines.join('\n')}\n`
}

const recipe = (name: string, columns: string, model: string, more = '') =>
  `tocsin: 1\nname: ${name}\nrows: train.csv\ncolumns: {id: id, ${columns}}\nfeatures: [x, y, z${
    name === 'boosted' ? ', grade' : ''
  }]\nmodel: ${model}\n${more}`

beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', batches(180, 1))
  folder.write('new.csv', batches(120, 2))
  const recipes = {
    failing: recipe(
      'failing',
      'label: failed',
      '{use: logistic-regression, class_weight: {bad: 2}}',
      'probability: sigmoid\nsplit: {folds: 3, repeats: 2}\nlevels:\n  WATCH: {recall: 85%}\n  ALARM: {risk: 0.6}\n',
    ),
    yielding: recipe(
      'yielding',
      'label: {value: yield, risk: low}',
      'ridge',
      "sensors: {yield: {unit: '%'}}\nlevels:\n  LOW: {quantile: 80%}\n  VERY_LOW: {risk: -76}\n",
    ),
    surviving: recipe('surviving', 'label: {time: week, event: arrest = 1}', 'cox'),
    boosted: recipe(
      'boosted',
      'label: failed',
      '{use: gradient-boosting, max_iter: 10, monotonic_cst: {x: 1}, categorical_features: [grade], class_weight: balanced}',
      'split: {folds: 2, repeats: 1}\n',
    ),
    net: recipe('net', 'ignore: [failed, yield, week, arrest]', '{use: autoencoder, encoder_dims: [4], epochs: 2}'),
    spc: recipe(
      'spc',
      'ignore: [failed, yield, week, arrest]',
      '{use: pca, n_components: 2}',
      'transforms: [impute]\n',
    ),
    both: recipe(
      'both',
      'ignore: [failed, yield, week, arrest]',
      '{use: ensemble, of: [isolation-forest, {use: autoencoder, encoder_dims: [4, 3], epochs: 2}]}',
    ),
  }
  for (const [name, text] of Object.entries(recipes)) folder.write(`${name}.yaml`, text)
})
afterAll(() => folder.remove())

const page = (name: string) => folder.read(name)
const order = (text: string, ...parts: string[]) => parts.map(part => text.indexOf(part))
const expectOrder = (text: string, ...parts: string[]) => {
  const places = order(text, ...parts)
  expect(places, parts.join(' < ')).not.toContain(-1)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
}

describe('classify', () => {
  test('the page of a fit: out of fold, then the test rows, then pictures; rules in words', async () => {
    const { stdout } = await folder.must(['fit', 'failing.yaml'])
    expect(stdout).toMatch(/^model {4}logistic-regression, class_weight \{bad: 2\}, 3 features, seed 42$/m)
    expect(stdout).toMatch(/^quality {2}AUC 0\.\d\d \(.+\) out of fold, 3 folds × 2; \d+ rows, \d+ bad$/m)
    expect(stdout).toMatch(/^ +AUC 0\.\d\d \(.+\) on the 44 rows kept for the test, \d+ bad$/m)
    const html = page('failing.html')
    expectOrder(
      html,
      'AUC, out of fold',
      'AUC, the 44 rows kept for the test',
      'How good it is',
      '<figure',
      'Model card',
    )
    for (const text of [
      'classify: which rows are bad: failed',
      'recall 85 %: at least 85 % of the held-out bad rows are found',
      'risk 0.6, as the recipe sets it',
      'Do the probabilities hold?',
    ])
      expect(html).toContain(text)
    expect(html).not.toMatch(/NaN|Infinity|undefined|\[object/)
    // Out of fold nothing was calibrated: the Brier score is that of the test rows alone.
    expect(html).toMatch(/<tr><td>Brier score<\/td><td>–<\/td>/)
  })

  test('evaluate: figures, pictures and page agree; the rows that taught are warned of', async () => {
    const { stdout, stderr } = await folder.must(['evaluate', 'failing.tocsin', 'new.csv'])
    expect(stderr).toBe('')
    const { task, figures, brier, calibration, roc_auc } = folder.json('failing_evaluation/metrics.json')
    expect([task, figures.auc.value, figures.brier.value]).toEqual(['classify', roc_auc, brier])
    expect(calibration.length).toBeGreaterThan(2)
    expect(stdout).toContain(`AUC ${roc_auc.toFixed(3)}`)
    expect(stdout).toContain(`Brier score ${brier.toFixed(3)} on these rows`)
    expect(folder.bytes('failing_evaluation/calibration.png').length).toBeGreaterThan(5000)
    expectOrder(page('failing_evaluation/evaluation_report.html'), 'AUC, out of fold', 'AUC, these rows', '<figure')
    const again = await folder.must(['evaluate', 'failing.tocsin', 'train.csv', '-o', 'again'])
    expect(again.stderr).toContain('these are the rows that the model was fitted on')
    expect(page('again/evaluation_report.html')).toContain('these are the rows that the model was fitted on')
  })
})

describe('regress', () => {
  test('numbers in their own unit and sign, from the terminal to the pictures', async () => {
    const fitted = await folder.must(['fit', 'yielding.yaml'])
    expect(fitted.stdout).toMatch(/^LOW +predicted yield < \d\d\.\d\d %; quantile 80 %$/m)
    expect(fitted.stdout).toMatch(/^VERY_LOW predicted yield < 76\.00 %; risk -76$/m)
    expect(fitted.stdout).toMatch(/^ +RMSE [\d.]+ \(.+\) on the 45 rows kept for the test$/m)
    const { stdout } = await folder.must(['evaluate', 'yielding.tocsin', 'new.csv'])
    expect(stdout).toMatch(/^predict {2}yield [67]\d\.\d\d to \d\d\.\d\d %, median 8\d\.\d\d %$/m)
    expect(stdout).toMatch(/rows below the cut, .+precision \d+(\.\d)? %, recall/)
    const { regression, figures, levels, answer } = folder.json('yielding_evaluation/metrics.json')
    expect(answer).toEqual({ name: 'yield', unit: '%', risk: 'low', event: null })
    expect(figures.rmse.value).toBeCloseTo(regression.rmse, 10)
    // The noise of the table is 1.
    expect(figures.rmse.low).toBeLessThan(1.1)
    expect(figures.rmse.high).toBeGreaterThan(0.95)
    const truly = folder.csv('new.csv').filter(row => Number(row.yield) < 76).length
    expect(levels[1].confusion_matrix.TP + levels[1].confusion_matrix.FN).toBe(truly)
    for (const html of [page('yielding.html'), page('yielding_evaluation/evaluation_report.html')]) {
      expectOrder(html, 'RMSE, out of fold', 'How good it is', 'Predicted and measured', 'Residuals')
      expect(html).toContain('predicted yield &lt; 76.00 %')
      expect(html).not.toMatch(/>[−-]7\d|AUC|NaN|Infinity/)
    }
    expect(page('yielding_evaluation/evaluation_report.html')).toContain('<th>measured</th>')
    for (const name of ['predicted_measured', 'residuals'])
      expect(folder.bytes(`yielding_evaluation/${name}.png`).length).toBeGreaterThan(5000)
  })

  test('a label asked for in place of the number is what the risk is then held against', async () => {
    await folder.must(['evaluate', 'yielding.tocsin', 'new.csv', '--label', 'yield < 76', '-o', 'asked'])
    const { roc_auc, regression, answer } = folder.json('asked/metrics.json')
    expect(roc_auc).toBeGreaterThan(0.9)
    expect([regression, answer.name]).toEqual([null, 'yield < 76'])
  })
})

test('survive: concordance and thirds, never a curve of events as if they were labels', async () => {
  const { stdout } = await folder.must(['fit', 'surviving.yaml'])
  expect(stdout).toMatch(/^ +concordance 0\.\d\d \(.+\) on the 45 rows kept for the test$/m)
  const evaluated = await folder.must(['evaluate', 'surviving.tocsin', 'new.csv'])
  const { concordance, survival, roc, supervised } = folder.json('surviving_evaluation/metrics.json')
  expect(evaluated.stdout).toContain(`concordance ${concordance.toFixed(3)} (95 %: `)
  expect([roc, supervised]).toEqual([null, false])
  const [low, , high] = survival.groups
  expect(high.median).toBeLessThan(low.median ?? Number.POSITIVE_INFINITY)
  expect(survival.log_rank_p).toBeLessThan(0.001)
  expect(folder.files()).toContain('surviving_evaluation')
  expect(folder.bytes('surviving_evaluation/kaplan_meier.png').length).toBeGreaterThan(5000)
  for (const html of [page('surviving.html'), page('surviving_evaluation/evaluation_report.html')]) {
    expectOrder(html, 'concordance, out of fold', 'How good it is', 'Kaplan–Meier', 'Thirds of risk')
    expect(html).not.toMatch(/AUC|ROC|NaN|Infinity/)
  }
})

test('pca: T² and SPE along the rows, each with its limit', async () => {
  await folder.must(['fit', 'spc.yaml'])
  expect(page('spc.html')).toContain('Hotelling')
  // Above 1 a row is outside one of its limits, or both.
  const { stdout } = await folder.must(['evaluate', 'spc.tocsin', 'new.csv', '--threshold', '1'])
  const { control, n_anomalies } = folder.json('spc_evaluation/metrics.json')
  expect(control).toMatchObject({ alpha: 0.99, components: 2, n: 120 })
  expect(n_anomalies).toBeGreaterThan(0)
  expect(Math.max(control.t2.above, control.spe.above)).toBeLessThanOrEqual(n_anomalies)
  expect(control.t2.above + control.spe.above).toBeGreaterThanOrEqual(n_anomalies)
  expect(stdout).toMatch(/^control {2}T² above its limit of [\d.]+ on \d+ rows?, SPE above/m)
  expect(folder.bytes('spc_evaluation/pca_control.png').length).toBeGreaterThan(10_000)
})

describe('parameters that are lists, or names with values', () => {
  test('go from the recipe into the model file and score', async () => {
    for (const name of ['boosted', 'net', 'both']) {
      const { stdout } = await folder.must(['fit', `${name}.yaml`, '--no-report'])
      expect(stdout).not.toContain('[object')
      await folder.must(['score', `${name}.tocsin`, 'new.csv', '-o', name])
      expect(folder.csv(`${name}.csv`).every(row => row.anomaly_score !== '')).toBe(true)
    }
  })

  test('are shown as they are written', async () => {
    const said = async (name: string) => (await folder.must(['inspect', `${name}.tocsin`])).stdout
    const boosted = await said('boosted')
    for (const text of [
      'task     classify: which rows are bad: failed',
      'class_weight balanced',
      'monotonic_cst {x: 1}',
      'categorical_features [grade]',
      'grade: one of A, B, C',
      'quality  AUC',
    ])
      expect(boosted).toContain(text)
    expect(await said('net')).toContain('encoder_dims [4]')
    const both = await said('both')
    expect(both).toMatch(
      /^model {4}ensemble of 2 models, mean-rank$\n^ +isolation-forest, .+$\n^ +autoencoder, .+encoder_dims \[4, 3\]/m,
    )
    expect(boosted + both).not.toContain('[object')
  })
})
