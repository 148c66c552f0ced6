/** Two published studies: recidivism (Rossi et al. 1980) and breast cancer (GBSG2, Schumacher et al. 1994). */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { type Cox, cox } from '../../src/models/cox.ts'
import { expectNear, training } from '../models/labelled.ts'
import figures from './cox.json' with { type: 'json' }

const folder = join(import.meta.dirname, '../../../shared/data/clinical/lifelines')
const absent = !existsSync(join(folder, 'rossi.csv'))
if (absent) console.warn(`SKIPPED: no ${folder}`)

/** Columns by name; `tgrade_II` is 1 where tgrade is II. */
function columnsOf(file: string, names: readonly string[]): Float64Array[] {
  const [header, ...lines] = readFileSync(join(folder, file), 'utf8').trim().split(/\r?\n/)
  const fields = header!.split(',').map(name => name.replaceAll('"', ''))
  const cells = lines.map(line => line.split(',').map(cell => cell.replaceAll('"', '')))
  return names.map(name => {
    const [field, level] = fields.includes(name) ? [name] : name.split('_')
    const at = fields.indexOf(field!)
    return Float64Array.from(cells, row => (level === undefined ? Number(row[at]) : Number(row[at] === level)))
  })
}

function learned(file: string, names: readonly string[], time: string, event: string, penalizer: number) {
  const columns = columnsOf(file, names)
  const [t, e] = columnsOf(file, [time, event]) as [Float64Array, Float64Array]
  const given = { ...(Value.Create(cox.params) as object), penalizer }
  const state = cox.fit!(training('survive', columns, { time: t, event: Uint8Array.from(e) }), given as never)
  return { state, columns }
}

function expectSame(state: Cox, columns: readonly Float64Array[], expected: (typeof figures)['rossi'][number]): void {
  expectNear(state.coefficient, Object.values(expected.coefficient), 1e-8)
  expectNear(state.standardError, Object.values(expected.standardError), 1e-8)
  expectNear([state.logLikelihood], [expected.logLikelihood], 1e-10)
  expect(state.concordance).toBeCloseTo(expected.concordance, 12)
  const risk = new Float64Array(5)
  cox.scorer(state).score({ rows: 5, columns }, risk)
  expectNear(risk, expected.risk, 1e-8)
  const { times, curve } = cox.survival!(state)
  const curves = new Float64Array(5 * times.length)
  curve({ rows: 5, columns }, curves)
  const last = Float64Array.from({ length: 5 }, (_, i) => curves[(i + 1) * times.length - 1]!)
  expectNear(last, expected.lastSurvival, 1e-8)
}

describe.skipIf(absent)(`as in ${figures.made}`, () => {
  for (const expected of figures.rossi)
    test(`rossi, penalizer ${expected.penalizer}`, () => {
      const names = Object.keys(expected.coefficient)
      const { state, columns } = learned('rossi.csv', names, 'week', 'arrest', expected.penalizer)
      expectSame(state, columns, expected)
    })
  for (const expected of figures.gbsg2)
    test(`gbsg2, penalizer ${expected.penalizer}`, () => {
      const names = Object.keys(expected.coefficient)
      const { state, columns } = learned('gbsg2.csv', names, 'time', 'cens', expected.penalizer)
      expectSame(state, columns, expected as never)
    })
})

test.skipIf(absent)('R\'s coxph on rossi (Fox, Weisberg, "Cox proportional-hazards regression", 2011)', () => {
  const published = {
    fin: [-0.37942, 0.19138],
    age: [-0.05744, 0.022],
    race: [0.3139, 0.30799],
    wexp: [-0.1498, 0.21222],
    mar: [-0.4337, 0.38187],
    paro: [-0.08487, 0.19576],
    prio: [0.0915, 0.02865],
  }
  const { state } = learned('rossi.csv', Object.keys(published), 'week', 'arrest', 0)
  for (const [j, [coefficient, error]] of Object.values(published).entries()) {
    expect(state.coefficient[j]).toBeCloseTo(coefficient!, 5)
    expect(state.standardError[j]).toBeCloseTo(error!, 5)
  }
})
