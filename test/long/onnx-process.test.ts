/** The process of the runtime, with a runtime that misbehaves in place of onnxruntime: what comes of it is a sentence. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decode, encode } from '../../src/artifact/artifact.ts'
import { exportOnnx } from '../../src/exporters/onnx/export-onnx.ts'
import { bytes, decode as fieldsOf, integer, encode as joined, message } from '../../src/protobuf.ts'
import { readForeign } from '../../src/verbs/foreign-model.ts'
import { createFolder, type Folder } from '../cli/program.ts'
import { FEATURES, fitted } from '../exporters/artifacts.ts'

let folder: Folder
let outside: string
beforeAll(() => {
  folder = createFolder()
  outside = mkdtempSync(join(tmpdir(), 'tocsin-outside-'))
  folder.write(
    'rows.csv',
    `${FEATURES.map(name => `"${name.replaceAll('"', '""')}"`).join(',')}\n${FEATURES.map(() => 1).join(',')}\n`,
  )
})
afterAll(() => {
  folder.remove()
  rmSync(outside, { recursive: true })
})

const graph = exportOnnx(fitted({ use: 'ridge', task: 'regress' })).bytes

/** A runtime that gives each row the risk 7, but for what it does before. */
async function scoredBy(what: string, model = 'own.onnx') {
  folder.write('own.onnx', graph)
  folder.write('node_modules/onnxruntime-common/package.json', '{"main": "dist/index.js"}')
  folder.write('node_modules/onnxruntime-common/dist/index.js', '')
  folder.write('node_modules/onnxruntime-node/package.json', '{"main": "dist/index.js"}')
  folder.write(
    'node_modules/onnxruntime-node/dist/index.js',
    `require('onnxruntime-common')
     const fs = require('node:fs')
     exports.Tensor = class { constructor(type, data, dims) { Object.assign(this, { data, dims }) } }
     exports.InferenceSession = { create: async () => ({ run: async feeds => {
       const { dims: [rows] } = Object.values(feeds)[0]
       ${what}
       return { score: { data: new Array(rows).fill(7), dims: [rows, 1] } }
     } }) }`,
  )
  const { code, stderr } = await folder.run(['score', model, 'rows.csv', '--output', 'scores'])
  return code === 0 ? folder.csv('scores.csv').map(row => row.anomaly_score) : stderr
}

it('gives the risks of a runtime that behaves', async () => {
  expect(await scoredBy('')).toEqual(['7.0'])
})

it.each([
  ['dies', 'process.exit(3)', /its process ended with 3/],
  ['is killed', "process.kill(process.pid, 'SIGTERM')", /its process ended with SIGTERM/],
  ['says something else', "fs.writeSync(1, 'whatever')", /its answer is none/],
  [
    'gives a risk too many',
    'fs.writeSync(1, Buffer.concat([Buffer.of(2, 16, 0, 0, 0), Buffer.alloc(16)]))',
    /its answer is none/,
  ],
  ['has an answer without end', 'fs.writeSync(1, Buffer.of(2, 255, 255, 255, 255))', /its answer is none/],
  [
    'fills the memory',
    'for (const all = []; ; ) all.push(Buffer.alloc(2 ** 26, 1))',
    /it takes more than 2048 MB of memory/,
  ],
  ['throws', "throw new Error('no such thing')", /no such thing/],
])('a runtime that %s is a refusal', async (_, what, reason) => {
  expect(await scoredBy(what)).toMatch(reason)
})

it('may read no file but its own, write none and start nothing', async () => {
  const secret = join(outside, 'secret')
  for (const act of [
    `fs.readFileSync(${JSON.stringify(folder.at('rows.csv'))})`,
    `fs.writeFileSync(${JSON.stringify(secret)}, '')`,
    "require('node:child_process').spawnSync('id')",
  ])
    expect(await scoredBy(act)).toMatch(/Access to this API has been restricted/)
})

it('a graph in a model file of ours is looked at like one of a stranger', async () => {
  const { artifact } = readForeign({ name: 'own.onnx', bytes: graph })
  const fields = fieldsOf(graph)
  const own = fieldsOf(fields.find(({ number }) => number === 7)!.bytes)
  // A tensor that lies in another file: data_location = EXTERNAL.
  const elsewhere = [...own, message(5, [bytes(8, Buffer.from('W')), integer(14, 1)])]
  const reaching = joined([...fields.filter(({ number }) => number !== 7), message(7, elsewhere)])
  const model = { ...artifact!.model, graph: reaching }
  folder.write('own.tocsin', encode({ ...artifact!, model }))
  expect(decode(encode({ ...artifact!, model })).model.graph).toEqual(reaching)
  expect(await scoredBy('', 'own.tocsin')).toMatch(/its tensor W lies in another file, which is never opened/)
})
