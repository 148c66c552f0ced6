import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXAMPLE_SCORES, readExample, readExampleScores } from '../../src/verbs/mlflow-example.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-test-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const features = [{ name: 'a' }, { name: 'b' }, { name: 'kind', levels: ['x', 'y'] }]
function read(value: unknown) {
  const path = join(folder, 'input_example.json')
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
  return readExample(path, features)
}

const rows = {
  rows: 2,
  columns: [Float64Array.of(1, Number.NaN), Float64Array.of(2, 1), { levels: ['x', 'y'], codes: Int32Array.of(1, -1) }],
}

test.each([
  [
    {
      columns: ['b', 'extra', 'kind', 'a'],
      data: [
        [2, 9, 'y', 1],
        [true, 9, 'z', null],
      ],
    },
  ],
  [
    {
      dataframe_split: {
        columns: ['a', 'b', 'kind'],
        data: [
          [1, 2, 'y'],
          [null, 1, null],
        ],
      },
    },
  ],
  [{ dataframe_records: [{ a: 1, b: 2, kind: 'y' }, { b: 1 }] }],
  [[{ a: 1, b: 2, kind: 'y' }, { b: 1 }]],
  [
    [
      [1, 2, 'y'],
      [null, 1, 'z'],
    ],
  ],
  [
    {
      inputs: [
        [1, 2, 'y'],
        [null, 1, 'z'],
      ],
    },
  ],
  [{ inputs: { a: [1, null], b: [2, 1], kind: ['y', 'z'] } }],
])('rows of an example, in the order of the features: %j', value => {
  expect(read(value)).toEqual(rows)
})

test.each([
  ['{'],
  ['1'],
  [[]],
  [{ columns: ['a', 'b'], data: [[1, 2]] }],
  [[[1, 2]]],
  [[[1, 2, 'x'], 3]],
  [{ inputs: { a: [1] } }],
  [{ data: 3 }],
])('no rows of these features: %j', value => {
  expect(read(value)).toBeUndefined()
})

test('scores: one number a row, under a heading or not', () => {
  const write = (text: string) => writeFileSync(join(folder, EXAMPLE_SCORES), text)
  expect(readExampleScores(folder, 2)).toBeUndefined()
  write('score\r\n0.5\r\n-1e-3\r\n')
  expect(readExampleScores(folder, 2)).toEqual(Float64Array.of(0.5, -1e-3))
  expect(readExampleScores(folder, 3)).toBeUndefined()
  write('0.5\n-1e-3\n')
  expect(readExampleScores(folder, 2)).toEqual(Float64Array.of(0.5, -1e-3))
  write('0.5\nbad\n')
  expect(readExampleScores(folder, 2)).toBeUndefined()
})
