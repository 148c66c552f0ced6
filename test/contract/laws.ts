/** The laws that a model meets, for every task it can do. A model in the list is held to them without a new line. */
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import type { Columns } from '../../src/math/columns.ts'
import { rocAuc } from '../../src/math/metrics.ts'
import { createRandom } from '../../src/math/random.ts'
import type { State } from '../../src/math/state.ts'
import type { Model, Task } from '../../src/models/model.ts'
import {
  bits,
  bytesOf,
  labelsOf,
  learn,
  OUTLIER,
  propertiesOf,
  ROWS,
  risksOf,
  rowsOf,
  sharesOf,
  TAUGHT,
  type Table,
  tableFor,
} from './lesson.ts'
import { reasonsLaw } from './reasons.ts'
import { strangersOf, within } from './strangers.ts'

export function lawsOf(model: Model): void {
  describe(model.kind, () => {
    definitionLaws(model)
    for (const task of model.tasks)
      describe(task, () => {
        const columns = tableFor(task)
        const state = learn(model, task, columns, { rows: TAUGHT })
        stateLaws(model, task, columns, state)
        scoreLaws(model, task, columns, state)
        learnLaws(model, task, columns)
        if (model.takesMissing) missingLaw(model, task, columns, state)
        if (model.explain) explainLaws(model, task, columns, state)
        if (task === 'survive') survivalLaws(model, columns, state)
        if (task === 'detect') reasonsLaw(model)
        strangerLaw(model, task)
      })
  })
}

function definitionLaws(model: Model): void {
  const { kind, about, formula, source, tasks, params } = model

  test('says what it is, and describes every parameter', () => {
    expect(kind).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(about).toMatch(/^[A-Z].*\.$/)
    expect(tasks.length).toBeGreaterThan(0)
    expect(new Set(tasks).size).toBe(tasks.length)
    for (const [name, schema] of Object.entries(propertiesOf(model))) expect(schema.description, name).toMatch(/\.$/)
    expect(Value.Check(params, Value.Create(params))).toBe(true)
  })

  test('states the formula of its risk, and its source', () => {
    expect(formula).toMatch(/\brisk = \S/)
    expect(source).toMatch(/\b(19|20)\d\d\b/)
  })
}

function stateLaws(model: Model, task: Task, columns: Table, state: State): void {
  test('the state is a flat record of numbers, texts and typed arrays', () => {
    for (const [name, value] of Object.entries(state))
      expect(
        typeof value === 'number' ||
          typeof value === 'string' ||
          ArrayBuffer.isView(value) ||
          (Array.isArray(value) && value.every(item => typeof item === 'string')),
        name,
      ).toBe(true)
  })

  test('same seed, same bytes; another seed never changes the shape of the state', () => {
    const [again, other] = [3, 4].map(seed => learn(model, task, columns, { rows: TAUGHT, seed, briefly: true }))
    expect(bytesOf(learn(model, task, columns, { rows: TAUGHT, briefly: true }))).toEqual(bytesOf(again!))
    expect(Object.keys(other!)).toEqual(Object.keys(state))
  })

  test('the state survives being copied', () => {
    const copy = structuredClone(state) as State
    expect(bits(risksOf(model.scorer(copy), columns))).toEqual(bits(risksOf(model.scorer(state), columns)))
  })
}

/** What a function of rows writes, one number or one number a column for each row, in blocks of a size. */
function inBlocks(
  run: (block: Columns, out: Float64Array) => void,
  columns: Table,
  size: number,
  width: number,
): Float64Array {
  const rows = columns[0]!.length
  const out = new Float64Array(rows * width).fill(Number.NaN)
  for (let from = 0; from < rows; from += size) {
    const block = { rows: Math.min(size, rows - from), columns: columns.map(column => column.subarray(from)) }
    run(block, out.subarray(from * width))
  }
  return out
}

function scoreLaws(model: Model, task: Task, columns: Table, state: State): void {
  const whole = risksOf(model.scorer(state), columns)

  test('a row scores the same alone, in blocks of any size, in any order and beside any other row', () => {
    const { score } = model.scorer(state)
    for (const size of [1, 7, 1000, 2048]) expect(bits(inBlocks(score, columns, size, 1))).toEqual(bits(whole))
    const order = Int32Array.from({ length: ROWS }, (_, i) => i)
    createRandom(8).shuffle(order)
    const shuffled = columns.map(column => Float64Array.from(order, row => column[row]!))
    expect(bits(risksOf(model.scorer(state), shuffled))).toEqual(bits(Float64Array.from(order, row => whole[row]!)))
  })

  test('two scorers at a time do not disturb each other', () => {
    const turned = rowsOf(columns, 0, 300).map(column => column.map(value => -value))
    const [a, b] = [model.scorer(state), model.scorer(learn(model, task, turned, { seed: 5, briefly: true }))]
    const out = new Float64Array(ROWS)
    a.score({ rows: 100, columns }, out)
    b.score({ rows: ROWS, columns }, new Float64Array(ROWS))
    a.score({ rows: ROWS, columns }, out)
    expect(bits(out)).toEqual(bits(whole))
  })

  test('higher is riskier: the planted row comes first, or the bad ones among rows that did not teach', () => {
    if (task === 'detect') return expect(whole.indexOf(Math.max(...whole))).toBe(OUTLIER)
    const { auc } = rocAuc(whole.subarray(TAUGHT), labelsOf(rowsOf(columns, TAUGHT, ROWS)))
    expect(auc).toBeGreaterThan(0.9)
  })

  test('finite input gives a finite risk, however large', () => {
    for (const value of EXTREMES)
      expect(
        risksOf(
          model.scorer(state),
          columns.map(() => Float64Array.of(value)),
        )[0],
      ).toSatisfy(Number.isFinite)
  })

  test('its own cut, if it has one, is a number that some rows exceed', () => {
    const cut = model.cut?.(state)
    if (cut === undefined) return
    const above = whole.filter(risk => risk > cut).length
    expect(above).toBeGreaterThan(0)
    expect(above).toBeLessThan(ROWS)
  })
}

const EXTREMES = [0, -0, 1e-308, 1e38, -1e39, 1e300, Number.MAX_VALUE]

function learnLaws(model: Model, task: Task, columns: Table): void {
  test('inputs stay untouched, and only the first rows count', () => {
    const x: Columns = { rows: 600, columns: rowsOf(columns, 0, 700) }
    const before = structuredClone(x)
    const fitted = learn(model, task, x.columns as Table, { rows: 600, briefly: true })
    const out = new Float64Array(700).fill(-1)
    model.scorer(fitted).score(x, out)
    expect(x).toEqual(before)
    expect(out.subarray(600).every(value => value === -1)).toBe(true)
    expect(bytesOf(learn(model, task, rowsOf(columns, 0, 600), { briefly: true }))).toEqual(bytesOf(fitted))
  })

  test('rows of weight 0 teach nothing, whatever they hold', () => {
    const weight = Float64Array.from({ length: 400 }, (_, row) => row % 2)
    const given = rowsOf(columns, 0, 400)
    const others = given.map(column => column.map((value, row) => (row % 2 ? value : 1 - 3 * value)))
    const [a, b] = [given, others].map(each =>
      risksOf(model.scorer(learn(model, task, each, { weight, briefly: true })), rowsOf(columns, 400, 500)),
    )
    // Where a mean over all rows is taken off first, the last digits differ.
    for (const [row, risk] of a!.entries())
      expect(Math.abs(risk - b![row]!)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(risk)))
  })

  const few = rowsOf(columns, 0, 400)
  const isLegal = (given: Table) => {
    const state = learn(model, task, given, { briefly: true })
    expect(risksOf(model.scorer(state), given).every(Number.isFinite)).toBe(true)
    if (model.explain) expect(sharesOf(model.explain(state), given).every(Number.isFinite)).toBe(true)
  }

  test('constant columns, columns without a value, one row, few rows and one column are legal', () => {
    const constant = new Float64Array(400).fill(7)
    const empty = new Float64Array(400).fill(Number.NaN)
    isLegal([...few, constant, empty])
    isLegal([constant, constant])
    isLegal([few[0]!])
    isLegal(rowsOf(few, 0, 1))
    isLegal(rowsOf(few, 0, 3))
  })

  test('a column of huge values beside ordinary ones is legal', () => {
    for (const size of [1e100, 1e300])
      isLegal(few.map((column, c) => (c === 0 ? column.map(value => value * size) : column)))
  })
}

function missingLaw(model: Model, task: Task, columns: Table, state: State): void {
  test('missing values are values: rows with them teach, score and are explained', () => {
    const random = createRandom(6)
    const holed = columns.map(column => column.map(value => (random.next() < 0.2 ? Number.NaN : value)))
    const none = columns.map(() => Float64Array.of(Number.NaN))
    for (const taught of [state, learn(model, task, holed, { rows: TAUGHT, briefly: true })]) {
      expect(risksOf(model.scorer(taught), holed).every(Number.isFinite)).toBe(true)
      expect(risksOf(model.scorer(taught), none)[0]).toSatisfy(Number.isFinite)
      if (model.explain)
        expect(sharesOf(model.explain(taught), rowsOf(holed, 0, 100)).every(Number.isFinite)).toBe(true)
    }
  })
}

function explainLaws(model: Model, task: Task, columns: Table, state: State): void {
  const some = rowsOf(columns, 0, 300)
  const explainer = model.explain!(state)

  test('shares are finite, say how they were found, and leave the rows as they were', () => {
    const x = { rows: 200, columns: rowsOf(some, 0, 300) }
    const before = structuredClone(x)
    const out = new Float64Array(300 * x.columns.length).fill(-7.5)
    explainer.explain(x, out)
    expect(x).toEqual(before)
    expect(out.subarray(0, 200 * x.columns.length).every(Number.isFinite)).toBe(true)
    expect(out.subarray(200 * x.columns.length).every(value => value === -7.5)).toBe(true)
    expect(explainer.method).toMatch(/^[a-z]/)
    expect(explainer.base ?? 0).toSatisfy(Number.isFinite)
    for (const value of EXTREMES)
      expect(
        sharesOf(
          explainer,
          columns.map(() => Float64Array.of(value)),
        ).every(Number.isFinite),
        `${value}`,
      ).toBe(true)
  })

  test('a row is explained the same alone, in blocks of any size and by another explainer', () => {
    const whole = sharesOf(explainer, some)
    for (const size of [1, 7, 128])
      expect(bits(inBlocks(explainer.explain, some, size, some.length))).toEqual(bits(whole))
    expect(bits(sharesOf(model.explain!(structuredClone(state) as State), some))).toEqual(bits(whole))
  })

  test('a positive share raised the risk: the shares of a riskier row add up to more', () => {
    const totals = (rows: Table) => {
      const shares = sharesOf(explainer, rows)
      return rows[0]!.map((_, row) =>
        shares.subarray(row * rows.length, (row + 1) * rows.length).reduce((a, b) => a + b),
      )
    }
    if (task === 'detect') return expect(totals(rowsOf(columns, OUTLIER, OUTLIER + 1))[0]).toBeGreaterThan(0)
    const fresh = rowsOf(columns, TAUGHT, TAUGHT + 300)
    expect(rocAuc(totals(fresh), labelsOf(fresh)).auc).toBeGreaterThan(0.9)
  })
}

function survivalLaws(model: Model, columns: Table, state: State): void {
  test('the chance to be free of the event falls from at most 1, and sooner where the risk is higher', () => {
    const { times, curve } = model.survival!(state)
    const chances = new Float64Array(300 * times.length)
    curve({ rows: 300, columns: rowsOf(columns, 0, 300) }, chances)
    expect(times).toEqual(times.toSorted())
    const risk = risksOf(model.scorer(state), columns)
    const order = Array.from({ length: 300 }, (_, row) => row).sort((a, b) => risk[a]! - risk[b]!)
    for (let t = 0; t < times.length; t++) {
      const at = order.map(row => chances[row * times.length + t]!)
      expect(at.every(chance => chance >= 0 && chance <= 1)).toBe(true)
      expect(at.every((chance, i) => i === 0 || chance <= at[i - 1]!)).toBe(true)
      if (t > 0) expect(order.every((row, i) => at[i]! <= chances[row * times.length + t - 1]!)).toBe(true)
    }
  })
}

/** Longer than any good state takes for these rows, by far. */
const PATIENCE_MS = 10_000

function strangerLaw(model: Model, task: Task): void {
  test('a state from a stranger is refused with an error, or scores: it never hangs or leaves its memory', () => {
    const columns = rowsOf(tableFor(task), 0, 120)
    const good = learn(model, task, columns, { briefly: true })
    const rows = rowsOf(columns, 0, 20)
    for (const { what, state } of strangersOf(good)) {
      for (const [name, use] of Object.entries({
        score: () => risksOf(model.scorer(state), rows),
        explain: () => model.explain && sharesOf(model.explain(state), rows),
        cut: () => model.cut?.(state),
        survival: () => model.survival?.(state).curve({ rows: 20, columns: rows }, new Float64Array(20 * 120)),
      }))
        expect(troubleOf(use), `${name} with ${what}`).toBe('')
    }
    expect(risksOf(model.scorer(good), rows).every(Number.isFinite)).toBe(true)
  })
}

/** What went wrong that must not; '' when the work ended or was refused. */
function troubleOf(work: () => unknown): string {
  try {
    within(PATIENCE_MS, work)
    return ''
  } catch (error) {
    const { name, code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'it does not end'
    // A kernel that reads outside its arena, or that runs out of stack.
    if (name === 'RuntimeError' || /call stack|out of memory/i.test(message)) return `${name}: ${message}`
    return error instanceof Error ? '' : String(error)
  }
}
