/** Boosted trees of other libraries, against what these libraries themselves said of the same rows. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Open } from '../../src/importers/format.ts'
import { openLightgbm } from '../../src/importers/lightgbm/model.ts'
import type { LeafRisk, Program, Risk } from '../../src/importers/program.ts'
import type { ImportRequest } from '../../src/importers/request.ts'
import { openXgboost } from '../../src/importers/xgboost/model.ts'
import type { Column, Columns } from '../../src/math/columns.ts'
import type { GradientBoosting } from '../../src/models/gradient-boosting.ts'
import { runRisk, runSteps } from '../importers/sklearn/run-program.ts'

const MODELS = join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'models')
const absent = !existsSync(MODELS)
if (absent) console.warn(`SKIPPED: the models are not there (${MODELS})`)

const read = (path: string) => readFileSync(join(MODELS, path))
const lines = (path: string) => read(path).toString().trim().split(/\r?\n/)
const numbers = (line: string) =>
  line
    .trim()
    .split(/[\t ,]+/)
    .map(word => (word === '' ? Number.NaN : Number(word)))

const named = (count: number) => Array.from({ length: count }, (_, i) => `x${i}`)

function programOf(path: string, more: Partial<ImportRequest>, open: Open = openLightgbm): Program {
  return open({ name: path, bytes: read(path), ...more }, []).program()
}

const columns = (rows: readonly (readonly number[])[], count: number): Columns => ({
  rows: rows.length,
  columns: Array.from({ length: count }, (_, c) => Float64Array.from(rows, row => row[c] ?? Number.NaN)),
})

/** Lines "label 3:1 7:0.5"; what a line does not name is 0. */
function sparse(path: string, count: number, otherwise = 0): Columns {
  const rows = lines(path).map(line => {
    const row = new Array<number>(count).fill(otherwise)
    for (const pair of line.split(' ').slice(1)) {
      const [at, value] = pair.split(':')
      row[Number(at)] = Number(value)
    }
    return row
  })
  return columns(rows, count)
}

function largest(found: Float64Array, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length)
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] as number))), 0)
}

function report(what: string, difference: number): number {
  console.log(`${what}: largest difference ${difference.toExponential(1)}`)
  return difference
}

/** The plain sums of a softmax of several. */
const membersOf = (risk: Risk): readonly Risk[] => ('of' in risk ? risk.of : [risk])

describe.skipIf(absent)('LightGBM', () => {
  const close = (path: string, block: Columns, expected: readonly number[], more: Partial<ImportRequest> = {}) => {
    const program = programOf(path, more)
    return report(path, largest(runRisk(program.risk, runSteps(program.steps, block)), expected))
  }

  it('a dart, as text and as JSON', () => {
    const block = columns(lines('leaves/breast_cancer_test.tsv').map(numbers), 30)
    const expected = lines('leaves/lg_dart_breast_cancer_true_predictions.txt').map(Number)
    const more = { features: named(30) }
    expect(close('leaves/lg_dart_breast_cancer.model', block, expected, more)).toBeLessThan(1e-15)
    // The JSON of that version does not say the objective.
    const json = programOf('leaves/lg_dart_breast_cancer.json', { ...more, risk: 'high' })
    expect(json.warnings.join()).toMatch('does not say what the model was fitted for')
    const shares = runRisk(json.risk, block).map(sum => 1 / (1 + Math.exp(-sum)))
    expect(report('leaves/lg_dart_breast_cancer.json', largest(shares, expected))).toBeLessThan(1e-15)
  })

  it('a random forest', () => {
    const expected = lines('leaves/lg_rf_iris_true_predictions.txt').map(Number)
    const block = sparse('leaves/iris_test.libsvm', 4)
    expect(close('leaves/lg_rf_iris.model', block, expected, { features: named(4) })).toBeLessThan(1e-15)
  })

  it('five classes', () => {
    const rows = lines('leaves/multiclass_test.tsv').map(line => numbers(line).slice(1))
    const expected = lines('leaves/lgmulticlass_true_predictions.txt').map(numbers)
    const raw = lines('leaves/lgmulticlass_true_raw_predictions.txt').map(numbers)
    for (const k of [0, 1, 2, 3, 4]) {
      const program = programOf('leaves/lgmulticlass.model', { features: named(28), risk: String(k) })
      const block = columns(rows, 28)
      const shares = largest(
        runRisk(program.risk, block),
        expected.map(row => row[k] as number),
      )
      expect(report(`leaves/lgmulticlass.model, class ${k}`, shares)).toBeLessThan(1e-15)
      const sums = runRisk(membersOf(program.risk)[k] as Risk, block)
      expect(
        largest(
          sums,
          raw.map(row => row[k] as number),
        ),
      ).toBeLessThan(1e-15)
    }
  })

  it('thirteen classes, with categories and missing values', () => {
    const block = columns(lines('leaves/kddcup99_test.tsv').map(numbers), 41)
    const raw = lines('leaves/lg_kddcup99_true_predictions.txt').map(numbers)
    const program = programOf('leaves/lg_kddcup99.model', { features: named(41), risk: '0' })
    const differences = membersOf(program.risk).map((risk, k) =>
      largest(
        runRisk(risk, block),
        raw.map(row => row[k] as number),
      ),
    )
    expect(differences.length).toBe(13)
    expect(report('leaves/lg_kddcup99.model', Math.max(...differences))).toBeLessThan(1e-14)
  })

  /** A table whose columns are texts where the model says so. */
  const tableOf = (path: string, { features }: Program): Columns => {
    const [head = '', ...rows] = lines(path)
    const names = head.split(',')
    const cells = rows.map(row => row.split(','))
    const column = (name: string, levels: readonly string[] | undefined): Column => {
      const words = cells.map(row => row[names.indexOf(name)] as string)
      if (!levels) return Float64Array.from(words, word => (word === '' || word === 'N/A' ? Number.NaN : Number(word)))
      // pandas reads FALSE as False.
      return {
        codes: Int32Array.from(words, word => levels.indexOf(word.replace('FALSE', 'False').replace('TRUE', 'True'))),
        levels,
      }
    }
    return { rows: rows.length, columns: features.map(({ name, levels }) => column(name, levels)) }
  }

  it("categories by pandas's names: texts and numbers", () => {
    const audit = programOf('lightgbm/ClassificationAudit.txt', {})
    const expected = lines('lightgbm/expected_ClassificationAudit.csv').slice(1)
    const share = runRisk(audit.risk, tableOf('lightgbm/input_Audit.csv', audit))
    const shares = expected.map(line => numbers(line)[2] as number)
    expect(report('lightgbm/ClassificationAudit.txt', largest(share, shares))).toBeLessThan(1e-15)

    const auto = programOf('lightgbm/RegressionAuto.txt', { risk: 'high' })
    expect(auto.warnings.join()).toMatch('does not say what the model was fitted for')
    const value = runRisk(auto.risk, tableOf('lightgbm/input_Auto.csv', auto))
    const values = lines('lightgbm/expected_RegressionAuto.csv').slice(1).map(Number)
    expect(report('lightgbm/RegressionAuto.txt', largest(value, values))).toBeLessThan(1e-13)
  })
})

/** XGBoost adds up in float32. */
const FLOAT32 = 2e-6

describe.skipIf(absent)('XGBoost', () => {
  const agaricus = () => sparse('leaves/agaricus_test.libsvm', 127, Number.NaN)
  const more = { features: named(127) }
  const odds = (share: number) => Math.log(share / (1 - share))

  it('trees', () => {
    const { risk } = programOf('leaves/xgagaricus.model', more, openXgboost)
    const expected = lines('leaves/xgagaricus_true_predictions.txt').map(Number)
    const difference = report('leaves/xgagaricus.model', largest(runRisk(risk, agaricus()), expected))
    expect(difference).toBeLessThan(FLOAT32)
  })

  it('a dart, of which the first ten rounds were asked', () => {
    const opened = openXgboost({ name: 'dart', bytes: read('leaves/xg_dart_agaricus.model'), ...more }, [])
    const state = (opened.program().risk as LeafRisk).state as GradientBoosting
    const start = state.start.slice(0, 11)
    const nodes = start[10] as number
    const parts = ['left', 'right', 'feature', 'threshold', 'missingLeft', 'value', 'cover', 'category'] as const
    const first = Object.fromEntries(parts.map(part => [part, state[part].slice(0, nodes)]))
    const risk = { use: 'gradient-boosting', from: 0, count: 127, state: { ...state, ...first, start } }
    const expected = lines('leaves/xg_dart_agaricus_true_predictions.txt').map(Number)
    const found = runRisk(risk, agaricus()).map(odds)
    expect(report('leaves/xg_dart_agaricus.model', largest(found, expected))).toBeLessThan(FLOAT32)
  })

  it('linear', () => {
    const program = programOf('leaves/xgblin_agaricus.model', more, openXgboost)
    const expected = lines('leaves/xgblin_agaricus_true_predictions.txt').map(Number)
    const found = runRisk(program.risk, runSteps(program.steps, agaricus()))
    expect(report('leaves/xgblin_agaricus.model', largest(found, expected))).toBeLessThan(FLOAT32)
    const raw = lines('leaves/xgblin_agaricus_true_raw_predictions.txt').map(Number)
    expect(largest(found.map(odds), raw)).toBeLessThan(5 * FLOAT32)
  })

  it('six classes', () => {
    const program = programOf('leaves/xgdermatology.model', { features: named(33), risk: '0' }, openXgboost)
    const expected = lines('leaves/xgdermatology_true_predictions.txt').map(numbers)
    const block = sparse('leaves/dermatology_test.libsvm', 33)
    const differences = membersOf(program.risk).map((risk, k) =>
      largest(
        runRisk(risk, block),
        expected.map(row => row[k] as number),
      ),
    )
    expect(differences.length).toBe(6)
    expect(report('leaves/xgdermatology.model', Math.max(...differences))).toBeLessThan(FLOAT32)
  })
})
