/** Classifiers that skl2onnx converted, computed by onnxruntime-node, against what scikit-learn says. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFolder, type Folder } from '../cli/program.ts'
import golden from '../golden/onnx/expected.json' with { type: 'json' }
import { findRuntime, RUNTIME_FOLDER } from './onnxruntime.ts'

const runtime = findRuntime()
const FILES = join(import.meta.dirname, '../golden/onnx')
const NAMES = ['a', 'b', 'c']
/** The graphs compute in float32. */
const BOUND = 1e-6

interface Case {
  readonly risk: string
  readonly classes: readonly string[]
  readonly decides: boolean
  readonly expected: readonly number[]
}
const cases = golden.cases as Readonly<Record<string, Case>>

let folder: Folder
beforeAll(() => {
  folder = createFolder()
  folder.write('rows.csv', `${[NAMES, ...golden.rows].map(row => row.join(',')).join('\n')}\n`)
})
afterAll(() => folder.remove())

const asked = (name: string, ...flags: string[]) => [
  ...['score', join(FILES, `${name}.onnx`), folder.at('rows.csv'), '--output', folder.at('scores')],
  ...['--features', NAMES.join(','), ...flags],
]

describe.skipIf(!runtime)(golden.made, () => {
  test.each(Object.entries(cases))('%s', async (name, { risk, decides, expected }) => {
    await folder.must(asked(name, '--risk', risk), { cwd: RUNTIME_FOLDER })
    const rows = folder.csv('scores.csv')
    const apart = rows.map(
      (row, i) => Math.abs(Number(row.anomaly_score) - expected[i]!) / Math.max(1, Math.abs(expected[i]!)),
    )
    console.log(`${name}: largest difference ${Math.max(...apart).toExponential(1)}`)
    expect(apart).toHaveLength(expected.length)
    expect(Math.max(...apart)).toBeLessThan(BOUND)
    const cut = decides ? 0 : 0.5
    expect(rows.map(row => Number(row.is_anomaly))).toEqual(expected.map(value => Number(value > cut)))
  })

  test('a network that gives several numbers where its file says one is refused', async () => {
    const { code, stderr } = await folder.run(asked('two_numbers', '--risk', 'high', '--threshold', '0'), {
      cwd: RUNTIME_FOLDER,
    })
    expect([code, stderr]).toEqual([2, expect.stringContaining('its output variable has 3 numbers for 1 rows')])
  })

  test('a graph for one row takes any number, one after the other', async () => {
    await folder.must(asked('one_row', '--risk', 'high', '--threshold', '0'), { cwd: RUNTIME_FOLDER })
    const sums = golden.rows.map(row => row.reduce((a, b) => a + b, 0))
    for (const [i, row] of folder.csv('scores.csv').entries())
      expect(Number(row.anomaly_score)).toBeCloseTo(sums[i]!, 5)
  })
})
