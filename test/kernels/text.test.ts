import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createArena } from '../../src/kernels/arena.ts'
import { ENTRY_SLOTS, plainText, SCAN, SCAN_SLOTS, type TextKernel } from '../../src/kernels/text.ts'

const MEMORY = 1 << 20
const STATE_AT = 1024
const LIST_AT = 2048
const CAPACITY = 20
const DATA_AT = 65_536

const fast = (() => {
  const arena = createArena({ all: MEMORY })
  return { memory: arena.u8.buffer, text: arena.link<TextKernel>('text') }
})()
const oracle = (() => {
  const memory = new ArrayBuffer(MEMORY)
  return { memory, text: plainText(memory) }
})()

type Machine = typeof fast

function scan({ memory, text }: Machine, blocks: readonly Uint8Array[], delimiter = ',', quote = '"') {
  const state = new Float64Array(memory, STATE_AT, SCAN_SLOTS).fill(0)
  state[SCAN.quoteAt] = -1
  const list = new Float64Array(memory, LIST_AT, CAPACITY * ENTRY_SLOTS).fill(0)
  for (const block of blocks) {
    new Uint8Array(memory).set(block, DATA_AT)
    text.scan(DATA_AT, block.length, delimiter.charCodeAt(0), quote.charCodeAt(0) || 0, STATE_AT, LIST_AT, CAPACITY)
  }
  const open = { at: state[SCAN.quoteAt], line: state[SCAN.quoteLine], state: state[SCAN.state] }
  text.finish(STATE_AT, LIST_AT, CAPACITY)
  return { state: [...state], list: [...list], open }
}

/** Text made of what a CSV parser trips over, in lengths on both sides of the kernel's 64-byte step. */
const nasty = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(',', '\n', '\r\n', '"', '""', 'a', 'bc', ' ', 'é') },
      { weight: 1, arbitrary: fc.constantFrom('\r', '\0', ';', '"quoted, text"', '"line\nbreak"', 'x'.repeat(70)) },
      { weight: 1, arbitrary: fc.constantFrom('1.5,2.5,3.5\n', '"a","b","c"\r\n', 'plain,"quo""ted",row\n') },
    ),
    { maxLength: 120 },
  )
  .map(parts => new TextEncoder().encode(parts.join('')))

const cuts = (bytes: Uint8Array, at: readonly number[]): Uint8Array[] => {
  const places = [...new Set(at.map(n => n % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...places, bytes.length].map((end, i) => bytes.subarray(places[i - 1] ?? 0, end))
}

describe('scan', () => {
  test('the kernel and its twin agree on every slot, wherever the blocks are cut', () => {
    fc.assert(
      fc.property(
        nasty,
        fc.array(fc.nat(4000), { maxLength: 4 }),
        fc.constantFrom(',', ';'),
        (bytes, at, delimiter) => {
          const whole = scan(oracle, [bytes], delimiter)
          expect(scan(fast, [bytes], delimiter)).toEqual(whole)
          expect(scan(fast, cuts(bytes, at), delimiter)).toEqual(whole)
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('without a quote character quotes are text', () => {
    const bytes = new TextEncoder().encode(`${'a"b,c"\n'.repeat(30)}`)
    const { state } = scan(fast, [bytes], ',', '')
    expect(state).toEqual(scan(oracle, [bytes], ',', '').state)
    expect(state[SCAN.records]).toBe(30)
    expect(state[SCAN.wrong]).toBe(0)
  })

  test('counts what can be counted by hand', () => {
    const text = 'a,b,c\r\n1,2,3\r\n\r\n4,5\n6,"x\ny",7\n8,9,5" pipe\n"p"q,1,2\n10,11,12'
    const { state, list } = scan(fast, [new TextEncoder().encode(text)])
    const at = (slot: number) => state[slot]
    expect([at(SCAN.records), at(SCAN.expected), at(SCAN.wrong), at(SCAN.blanks)]).toEqual([7, 3, 2, 1])
    expect([at(SCAN.crlfs), at(SCAN.lfs), at(SCAN.strays), at(SCAN.tails), at(SCAN.lines)]).toEqual([3, 4, 1, 1, 8])
    expect(list.slice(0, 5)).toEqual([2, text.indexOf('4,5'), 4, 2, 0])
    expect(list.slice(5, 10)).toEqual([5, text.indexOf('"p"q'), 8, 3, 1])
  })

  test('names the line on which the open quote starts', () => {
    const { open } = scan(fast, [new TextEncoder().encode(`a,b\n1,2\n3,"never\n${'4,5\n'.repeat(50)}`)])
    expect(open).toEqual({ at: 10, line: 3, state: 2 })
  })
})

describe('paste', () => {
  const run = ({ memory, text }: Machine, source: Uint8Array, suffix: Uint8Array, room: number) => {
    const [suffixAt, outAt, usedAt] = [DATA_AT + 200_000, DATA_AT + 400_000, 64]
    new Uint8Array(memory).set(source, DATA_AT)
    new Uint8Array(memory).set(suffix, suffixAt)
    const records = text.paste(DATA_AT, source.length, suffixAt, suffix.length, outAt, room, 44, 34, usedAt)
    const used = [...new Uint32Array(memory, usedAt, 3)]
    return { records, used, out: Buffer.from(memory, outAt, used[2]).toString('latin1') }
  }
  const cell = fc.oneof(
    fc.constantFrom('', '1.25', '"a,b"', '"a\nb"', '"q""q"', 'é'),
    fc.string({ unit: 'grapheme-ascii' }).map(quoteCell),
  )
  const line = fc.tuple(fc.array(cell, { minLength: 1, maxLength: 8 }), fc.constantFrom('\n', '\r\n'))
  const lines = fc.array(
    line.map(([cells, end]) => cells.join(',') + end),
    { maxLength: 30 },
  )

  test('the kernel and its twin write the same bytes, and the text is record, comma, suffix', () => {
    fc.assert(
      fc.property(lines, lines, fc.nat(6000), (records, suffixes, room) => {
        const source = new TextEncoder().encode(records.join(''))
        const suffix = new TextEncoder().encode(suffixes.join(''))
        const got = run(fast, source, suffix, room)
        expect(got).toEqual(run(oracle, source, suffix, room))
        const expected = records.slice(0, got.records).map((record, i) => {
          const end = record.endsWith('\r\n') ? '\r\n' : '\n'
          return `${record.slice(0, -end.length)},${(suffixes[i] ?? '').replace(/\r?\n$/, '')}${end}`
        })
        expect(Buffer.from(got.out, 'latin1').toString('utf8')).toBe(expected.join(''))
        if (room === 6000 && source.length < 2000 && suffix.length < 2000) {
          expect(got.records).toBe(Math.min(records.length, suffixes.length))
        }
      }),
      { numRuns: 1500 },
    )
  })

  test('an unfinished record waits for its block', () => {
    const got = run(fast, Buffer.from('a,b\n1,"x\n'), Buffer.from('r\n0.5\n'), 5000)
    expect(got).toEqual({ records: 1, used: [4, 2, 6], out: 'a,b,r\n' })
  })
})

function quoteCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
