/** The four ways in which a pickle spells a text. Each gives undefined for bytes that are not one. */

const REPLACED = '\uFFFD'

/**
 * UTF-8 in which lone surrogates may stand (Python's "surrogatepass"), from `from` to `to`.
 * Every other departure from UTF-8 gives undefined: overlong forms, beyond U+10FFFF, cut-off sequences.
 */
export function utf8(buffer: Buffer, from: number, to: number): string | undefined {
  const text = buffer.toString('utf8', from, to)
  // The decoder's sign for a fault can also be in the text itself; only then is it worth a second, slower look.
  return text.includes(REPLACED) ? surrogatePass(buffer, from, to) : text
}

function surrogatePass(bytes: Uint8Array, from: number, to: number): string | undefined {
  const parts: string[] = []
  let units: number[] = []
  for (let at = from; at < to; ) {
    const lead = bytes[at]!
    const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
    if (length === 0 || at + length > to) return undefined
    let code = length === 1 ? lead : lead & (0x7f >> length)
    for (let i = 1; i < length; i++) {
      const next = bytes[at + i]!
      if ((next & 0xc0) !== 0x80) return undefined
      code = code * 64 + (next & 0x3f)
    }
    if (code > 0x10ffff || (length === 3 && code < 0x800) || (length === 4 && code < 0x10000)) return undefined
    units.push(code)
    if (units.length === 4096) {
      parts.push(String.fromCodePoint(...units))
      units = []
    }
    at += length
  }
  parts.push(String.fromCodePoint(...units))
  return parts.join('')
}

/** Python's raw-unicode-escape: latin-1 in which only \uXXXX and \UXXXXXXXX are special. */
export function rawUnicode(line: string): string | undefined {
  if (!line.includes('\\')) return line
  let fault = false
  const text = line.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([uU])|[^uU]|$)/g,
    (all, four?: string, eight?: string, bare?: string) => {
      const code = Number.parseInt(four ?? eight ?? '0', 16)
      fault ||= bare !== undefined || code > 0x10ffff
      return four === undefined && eight === undefined ? all : fault ? '' : String.fromCodePoint(code)
    },
  )
  return fault ? undefined : text
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
}

/** A quoted Python 2 text as `repr` prints it, its 8-bit characters as latin-1. */
export function quoted(line: string): string | undefined {
  const text = line.trimEnd()
  const quote = text[0]
  if (text.length < 2 || (quote !== "'" && quote !== '"') || !text.endsWith(quote)) return undefined
  const inner = text.slice(1, -1)
  if (!inner.includes('\\')) return inner
  let fault = false
  const read = inner.replace(
    /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([\s\S]|$))/g,
    (all, hex?: string, octal?: string, one?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
      fault ||= one === '' || one === 'x'
      // Python keeps a backslash before a letter that means nothing.
      return ESCAPES[one!] ?? all
    },
  )
  return fault ? undefined : read
}
