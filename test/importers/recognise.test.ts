import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encode } from '../../src/artifact/safetensors.ts'
import { recognise } from '../../src/importers/recognise.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')
/** The entry of a zip's directory is the name of the file as it is. */
const zip = (name: string) => bytes(`PK\x03\x04${'\0'.repeat(26)}PK\x01\x02${name}`)

it.each([
  ['protocol 4', 'pickle', bytes('\x80\x04\x95\x08\0\0\0\0\0\0\0]\x94.')],
  ['protocol 2', 'pickle', bytes('\x80\x02}q\0.')],
  ['protocol 0 of an object', 'pickle', bytes('ccopy_reg\n_reconstructor\np0\n(tR.')],
  ['protocol 0 of a dict', 'pickle', bytes("(dp0\nS'a'\nI1\ns.")],
  ['LightGBM as text', 'lightgbm', bytes('tree\nversion=v4\nnum_class=1\n')],
  ['LightGBM as text of Windows', 'lightgbm', bytes('tree\r\nversion=v4\r\n')],
  ['LightGBM as JSON', 'lightgbm', bytes('{"name":"tree","version":"v4","num_class":1}')],
  ['XGBoost as JSON', 'xgboost', bytes('{"learner":{"attributes":{}}}')],
  ['XGBoost as UBJSON', 'xgboost', bytes('{L\0\0\0\0\0\0\0\x07learner{')],
  ['the old binary of XGBoost', 'xgboost', bytes(`${'\0'.repeat(136)}\x0f${'\0'.repeat(7)}binary:logistic`)],
  ['the same behind its word', 'xgboost', bytes(`binf${'\0'.repeat(136)}\x0f${'\0'.repeat(7)}binary:logistic`)],
  ['a zip of PyTorch', 'torch', readFileSync('test/golden/torch/relu.pth')],
  ['skops', 'skops', zip('schema.json')],
  ['ONNX', 'onnx', bytes('\x08\x08\x12\x07skl2onnx')],
])('%s is told by its bytes', (_, format, file) => {
  expect(recognise(file)).toEqual({ kind: 'format', format })
})

it.each([
  ['zlib', '\x78\x9c'],
  ['gzip', '\x1f\x8b\x08'],
  ['bzip2', 'BZh9'],
  ['xz', '\xfd7zXZ\0'],
  ['lzma', ']\0\0\x80'],
  ['lz4', '\x04\x22\x4d\x18'],
  ['the zlib of joblib 0.9', 'ZF0x1f'],
])('%s is to be opened first', (_, head) => {
  expect(recognise(bytes(head))).toEqual({ kind: 'compressed' })
})

it.each([
  ['HDF5', '\x89HDF\r\n\x1a\n', /Keras/],
  ['an array of numpy', '\x93NUMPY\x01\0', /numpy/],
  ['CatBoost', 'CBM1\0\0', /CatBoost/],
  ['the pointer of a large file', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n', /Git/],
  ['a web page', '\n<!DOCTYPE html>\n<html><title>404</title></html>', /web page/],
  ['the old text of XGBoost', 'bs64\n', /XGBoost/],
  ['PMML', '<?xml version="1.0"?>\n<PMML version="4.4">', /PMML/],
  ['TensorFlow Lite', '\x1c\0\0\0TFL3', /TensorFlow/],
  ['Parquet', 'PAR1\x15\0', /table/],
  ['other JSON', '{"a": 1}', /JSON/],
  ['another zip', 'PK\x03\x04', /zip/],
])('%s is named, with what to do', (_, head, what) => {
  const found = recognise(bytes(head))
  expect(found).toMatchObject({
    kind: 'stranger',
    what: expect.stringMatching(what),
    hint: expect.stringMatching(/\w/),
  })
})

it('leaves our own files, tables and nothing to whoever reads those', () => {
  const ours = encode({ metadata: { tocsin: '{}' }, tensors: new Map([['a', Float64Array.of(1)]]) })
  for (const file of [ours, bytes('a,b,c\n1,2,3.\n'), bytes(''), bytes('time;x\n')])
    expect(recognise(file)).toEqual({ kind: 'unknown' })
})

it('answers whatever the bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), file => recognise(file).kind.length > 0))
})
