import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { refuseHostile, verdictOf } from '../../../src/importers/pickle/globals.ts'
import { bytes, doubles, dtype, global, refusal, text, u8, wrapped } from './bytes.ts'
import { HOSTILE, type Outcome } from './hostile.ts'

describe('hostile pickles', () => {
  let found: { readonly outcomes: readonly Outcome[]; readonly peakMb: number }
  beforeAll(() => {
    // In a process of its own, so that its memory is that of the reader.
    const program = join(import.meta.dirname, 'hostile.ts')
    found = JSON.parse(execFileSync(process.execPath, [program], { encoding: 'utf8', maxBuffer: 2 ** 26 }))
  })

  it.each(HOSTILE.map(({ name, reason }, i) => [name, reason, i] as const))('%s', (_, reason, i) => {
    const outcome = found.outcomes[i]!
    expect(outcome.message).toMatch(reason)
    expect(['damaged', 'hostile', 'unsupported']).toContain(outcome.kind)
    expect(outcome.tookMs).toBeLessThan(2000)
  })

  it('all of them together stay small', () => {
    expect(found.peakMb).toBeLessThan(256)
  })

  it('have names of their own', () => {
    expect(new Set(HOSTILE.map(({ name }) => name)).size).toBe(HOSTILE.length)
  })
})

describe('limits', () => {
  const item = wrapped({ dtype: dtype('O8', '|'), shape: bytes('K\x01\x85'), data: bytes('N.') })

  it.each([
    ['bytes', { bytes: 3 }, 'N0N.', 'K\x01.'],
    ['opcodes', { opcodes: 3 }, 'N0N.', 'N\x85.'],
    ['made', { made: 2 }, ']\x85\x85.', ']\x85.'],
    ['memo', { memo: 2 }, 'N\x94\x94\x94.', 'N\x94\x94.'],
    [
      'arrays',
      { arrays: 1 },
      bytes(wrapped({ data: doubles(1) }), wrapped({ data: doubles(1) }), '\x86.'),
      bytes(wrapped({ data: doubles(1) }), '.'),
    ],
    ['depth', { depth: 2 }, ']\x85\x85.', ']\x85.'],
    ['streams', { streams: 1 }, bytes(item, item, '\x86.'), bytes(item, '.')],
    ['text', { text: 2 }, 'C\x03abc.', 'C\x02ab.'],
    ['keys', { keys: 140 }, bytes('}', text('ab'), 'N\x73', text('cd'), 'Ns.'), bytes('}', text('ab'), 'Ns.')],
    [
      'globals',
      { globals: 1 },
      bytes(global('a', 'b'), global('a', 'c'), '\x86.'),
      bytes(global('a', 'b'), global('a', 'b'), '\x86.'),
    ],
    ['items', { items: 1 }, bytes(wrapped({ data: doubles(1, 2) }), '.'), bytes(wrapped({ data: doubles(1) }), '.')],
    [
      'dimensions',
      { dimensions: 1 },
      bytes(wrapped({ data: doubles(1), shape: bytes('K\x01K\x01\x86') }), '.'),
      bytes(wrapped({ data: doubles(1) }), '.'),
    ],
  ] as const)('%s', (_, limits, over, within) => {
    expect(refusal(bytes(over), { limits }).kind).toBe('damaged')
    expect(() => refusal(bytes(within), { limits })).toThrow('it was read')
  })
})

describe('refusals', () => {
  it('say that a call of what a gadget returned is hostile, of what anything else returned is not supported', () => {
    const twice = (module: string, name: string) =>
      bytes(global(module, name), text('os'), '\x85R', text('x'), '\x85R.')
    expect(refusal(twice('builtins', '__import__')).kind).toBe('hostile')
    expect(refusal(twice('mine', 'make')).kind).toBe('unsupported')
  })

  it('say at which byte', () => {
    expect(refusal(bytes('NNN\xff')).at).toBe(3)
    expect(refusal(bytes('\x80\x04\x95', u8(7), 'K\x01', global('a.b', ''))).at).toBe(13)
  })

  it('name up to five gadgets', () => {
    const globals = ['os.a', 'os.b', 'os.c', 'os.d', 'os.e', 'os.f', 'sklearn.svm._classes.SVC']
    expect(() => refuseHostile({ globals, value: null })).toThrow('It names os.a, os.b, os.c, os.d, os.e, and 1 more')
    expect(() => refuseHostile({ globals: ['sklearn.svm._classes.SVC', 'mine.Model'], value: null })).not.toThrow()
  })
})

it.each([
  ['sklearn.ensemble._iforest.IsolationForest', 'known'],
  ['numpy.core.multiarray._reconstruct', 'known'],
  ['imblearn.pipeline.Pipeline', 'known'],
  ['numpy.random._pickle.__randomstate_ctor', 'opaque'],
  ['_loss.CyHalfBinomialLoss', 'opaque'],
  ['sklearn._loss.loss.HalfBinomialLoss', 'opaque'],
  ['pandas.core.frame.DataFrame', 'opaque'],
  ['datetime.datetime', 'opaque'],
  ['builtins.float', 'opaque'],
  ['__main__.MyScaler', 'unknown'],
  ['osmium.Thing', 'unknown'],
  ['builtins.print', 'unknown'],
  ['os.path.join', 'hostile'],
  ['pandas.io.pickle.read_pickle', 'hostile'],
])('%s is %s', (global, verdict) => {
  expect(verdictOf(global)).toBe(verdict)
})
