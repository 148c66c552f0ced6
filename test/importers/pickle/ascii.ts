/** Values as Python's `ascii` prints them, for comparison. A bytearray prints as bytes: nothing tells them apart here. */

import { floatText } from '../../../src/importers/numpy/text.ts'
import { isNode, nameOf, type Value } from '../../../src/importers/pickle/nodes.ts'

export function ascii(value: Value): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : floatText(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return quote([...value].map(escapeText).join(''))
  if (value instanceof Uint8Array) return `b${quote([...value].map(byte => escapeByte(byte)).join(''))}`
  if (isNode(value, 'list')) return `[${value.items.map(ascii).join(', ')}]`
  if (isNode(value, 'set')) return `{${value.items.map(ascii).join(', ')}}`
  if (isNode(value, 'tuple')) return `(${value.items.map(ascii).join(', ')}${value.items.length === 1 ? ',' : ''})`
  if (isNode(value, 'dict')) {
    return `{${[...value.entries.values()].map(pair => `${ascii(pair.key)}: ${ascii(pair.value)}`).join(', ')}}`
  }
  if (isNode(value, 'global')) return `<${nameOf(value)}>`
  throw new Error(`${value.kind} has no text`)
}

/** Single quotes, unless only these are inside. */
function quote(inner: string): string {
  return inner.includes("'") && !inner.includes('"') ? `"${inner}"` : `'${inner.replaceAll("'", "\\'")}'`
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }

function escapeText(character: string): string {
  const code = character.codePointAt(0)!
  if (NAMED[character] || (code >= 32 && code < 127)) return NAMED[character] ?? character
  const hex = code.toString(16)
  return code < 256
    ? `\\x${hex.padStart(2, '0')}`
    : code < 65536
      ? `\\u${hex.padStart(4, '0')}`
      : `\\U${hex.padStart(8, '0')}`
}

const escapeByte = (byte: number) => escapeText(String.fromCharCode(byte))
