/** Small files that would come to much: refused for what they are, with little memory, before any limit of the process. */
import { deflateSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { openZip } from '../../src/importers/zip.ts'
import { readForeign } from '../../src/verbs/foreign-model.ts'
import { zipOf } from '../importers/zip-bytes.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const schema = (json: string, files: { name: string; bytes: Uint8Array; deflate: true }[] = []) =>
  zipOf([...files, { name: 'schema.json', bytes: Buffer.from(json), deflate: true }])
const node = (loader: string, more: string) =>
  `{"__class__":"x","__module__":"builtins","__loader__":"${loader}",${more}}`
const listOf = (items: string, count: number) =>
  node('ListNode', `"protocol":2,"content":[${`${items},`.repeat(count).slice(0, -1)}]`)
const ubjson = (inside: string) => latin1(`{L\0\0\0\0\0\0\0\x07learner[${inside}]}`)
/** A list that is filled by the 100,000, as picklers do. */
const list = (item: string, count: number) => latin1(`\x80\x04]${`(${item.repeat(100_000)}e`.repeat(count / 100_000)}.`)

const once = deflateSync(list('}', 10_000_000))
const HOSTILE: readonly (readonly [string, () => Uint8Array, RegExp])[] = [
  [
    'a schema of empty objects',
    () => schema(`{"protocol":2,"x":[${'{},'.repeat(15e6)}{}]}`),
    /more than 3000000 lists/,
  ],
  [
    'an XGBoost document of empty objects',
    () => Buffer.from(`{"learner":[${'{},'.repeat(10e6)}{}]}`),
    /more than \d+ lists/,
  ],
  ['UBJSON of empty objects', () => ubjson('{}'.repeat(5e6)), /more than 4000000 values/],
  ['UBJSON of nothing', () => ubjson('Z'.repeat(20e6)), /more than 4000000 values/],
  ['a pickle of dicts, compressed', () => once, /More than 500000 lists and objects/],
  ['a pickle of ten million nothings', () => list('N', 10_000_000), /More than 5000000 operations/],
  [
    'a zip archive of long names',
    () => zipOf([{ name: `${'x'.repeat(1001)}/data.pkl`, bytes: latin1('') }]),
    /a name has 1010 bytes/,
  ],
  // 20,000 times the same 20 MB.
  [
    'a file of an archive that is asked for again and again',
    () =>
      schema(listOf(node('BytesNode', '"file":"a.bin"'), 20_000), [
        { name: 'a.bin', bytes: Buffer.alloc(20e6), deflate: true },
      ]),
    /./,
  ],
]

it.each(HOSTILE)('%s', (_, make, reason) => {
  const { refusal } = readForeign({ name: 'x', bytes: make() }, { memoryMb: 256 })
  expect(refusal?.message).toMatch(reason)
  expect(refusal?.message).not.toMatch(/MB of memory|seconds/)
})

it('gives the same bytes for a file of an archive each time', () => {
  const zip = openZip(zipOf([{ name: 'a', bytes: Buffer.alloc(1000, 7), deflate: true }]))
  expect(zip.read('a')).toHaveLength(1000)
  expect(zip.read('a')).toBe(zip.read('a'))
})
