import { expect, test } from 'vitest'
import { printable } from '../src/printable.ts'

test('what steers a terminal or breaks XML is written out; texts in any script stay', () => {
  expect(printable('S5\x1b[31m\x07\x9b\r\u202e\ufffe\ud800')).toBe(
    'S5\\u001b[31m\\u0007\\u009b\\u000d\\u202e\\ufffe\\ud800',
  )
  expect(printable('żółć – 日本 😀\tone\ntwo')).toBe('żółć – 日本 😀\tone\ntwo')
  const json = JSON.stringify({ name: '\x9b\u202e' })
  expect(JSON.parse(printable(json))).toEqual({ name: '\x9b\u202e' })
})
