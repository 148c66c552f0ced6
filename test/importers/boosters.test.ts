/** Models of LightGBM and XGBoost, as their own libraries score them: test/golden/boosters.py says how they were made. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openLightgbm } from '../../src/importers/lightgbm/model.ts'
import { openPickle } from '../../src/importers/pickle-model.ts'
import type { Program } from '../../src/importers/program.ts'
import { recognise } from '../../src/importers/recognise.ts'
import type { ImportRequest } from '../../src/importers/request.ts'
import { openXgboost } from '../../src/importers/xgboost/model.ts'
import type { Column, Columns } from '../../src/math/columns.ts'
import golden from '../golden/boosters/expected.json' with { type: 'json' }
import { runRisk, runSteps } from './sklearn/run-program.ts'

type Cell = number | string | boolean | null
interface Case {
  readonly file: string
  readonly risk: string
  readonly x?: readonly (readonly Cell[])[]
  readonly columns?: Readonly<Record<string, readonly Cell[]>>
  readonly expected: readonly number[]
}
const cases = golden.cases as unknown as Readonly<Record<string, Case>>

const OPENS = { lightgbm: openLightgbm, xgboost: openXgboost, pickle: openPickle } as const

const read = (file: string) => readFileSync(join('test', 'golden', 'boosters', file))

function programOf(bytes: Uint8Array, more: Partial<ImportRequest> = {}): Program {
  const found = recognise(bytes)
  if (found.kind !== 'format') throw new Error(`it is not told what ${found.kind} is`)
  return OPENS[found.format as keyof typeof OPENS]({ name: 'model', bytes, ...more }, []).program()
}

const column = (cells: readonly Cell[], levels: readonly string[] | undefined): Column =>
  levels
    ? { codes: Int32Array.from(cells, cell => (cell === null ? -1 : levels.indexOf(String(cell)))), levels }
    : Float64Array.from(cells, cell => (cell === null ? Number.NaN : Number(cell)))

function tableOf({ x = golden.x as readonly (readonly Cell[])[], columns }: Case, { features }: Program): Columns {
  const cells = features.map(({ name }, c) => columns?.[name] ?? x.map(row => row[c] as Cell))
  return { rows: cells[0]?.length ?? 0, columns: features.map(({ levels }, c) => column(cells[c] ?? [], levels)) }
}

const scores = (program: Program, block: Columns) => runRisk(program.risk, runSteps(program.steps, block))

/** Largest difference, as a share of the larger numbers. */
const apart = (found: Float64Array, expected: readonly number[]) =>
  found.reduce((most, value, i) => {
    const right = expected[i] as number
    return Math.max(most, Math.abs(value - right) / Math.max(1, Math.abs(right)))
  }, 0)

describe(`the same as ${golden.made}`, () => {
  it.each(Object.entries(cases))('%s', (name, one) => {
    const features = one.columns ? undefined : ['flow', 'level', 'code']
    const program = programOf(read(one.file), { risk: one.risk, features })
    const found = scores(program, tableOf(one, program))
    expect(found.length).toBe(one.expected.length)
    const difference = apart(found, one.expected)
    if (process.env.GAPS) console.log(`${name}: ${difference.toExponential(1)}`)
    // XGBoost adds up in float32.
    expect(difference).toBeLessThan(one.file.startsWith('xgb') ? 1e-6 : 1e-14)
  })
})
