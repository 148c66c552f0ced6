import { describe, expect, it } from 'vitest'
import { readPickle } from '../../../src/importers/pickle/machine.ts'
import { isNode } from '../../../src/importers/pickle/nodes.ts'
import { ascii } from './ascii.ts'
import { bytes, doubles, dtype, global, read, STOP, text, u8, wrapped } from './bytes.ts'
import { OPERATIONS } from './operations.ts'

const plain = (python: string) => python.replace(/bytearray\((b'.*?')\)/g, '$1').replace(/frozenset\((.*)\)/, '$1')

describe('operations that are read', () => {
  it.each(OPERATIONS)('%s', (_, pickle, python) => {
    expect(ascii(readPickle(pickle).value)).toBe(plain(python))
  })

  it('one object asked for twice is one object', () => {
    const value = read(']\x94h\x00\x86')
    expect(isNode(value, 'tuple') && value.items[0] === value.items[1]).toBe(true)
  })

  it('a list can hold itself', () => {
    const value = read(']\x94h\x00a')
    expect(isNode(value, 'list') && value.items[0] === value).toBe(true)
  })

  it('__proto__ is a key like any other', () => {
    const value = read('}', text('__proto__'), 'K\x01s')
    expect(isNode(value, 'dict') && [...value.entries.values()]).toEqual([{ key: '__proto__', value: 1 }])
    expect(({} as Record<string, unknown>).K).toBeUndefined()
  })
})

describe('what would be called', () => {
  const object = (callee: object, args: unknown[], more: object = {}) => ({
    kind: 'object',
    callee: { kind: 'global', ...callee },
    args,
    items: [],
    entries: [],
    ...more,
  })
  const thing = { module: 'a.b', name: 'C' }

  it.each([
    ['GLOBAL', bytes(global('a.b', 'C')), { kind: 'global', ...thing }],
    ['STACK_GLOBAL', bytes(text('a.b'), text('C'), '\x93'), { kind: 'global', ...thing }],
    [
      'STACK_GLOBAL, from the memo',
      bytes(text('a.b'), '\x94', text('C'), '\x9400h\x00h\x01\x93'),
      { kind: 'global', ...thing },
    ],
    ['REDUCE', bytes(global('a.b', 'C'), 'K\x01\x85R'), object(thing, [1])],
    ['NEWOBJ', bytes(global('a.b', 'C'), 'K\x01\x85\x81'), object(thing, [1])],
    [
      'NEWOBJ_EX',
      bytes(global('a.b', 'C'), ')}\x92'),
      object(thing, [], { kwargs: { kind: 'dict', entries: new Map() } }),
    ],
    ['BUILD', bytes(global('a.b', 'C'), ')\x81K\x05b'), object(thing, [], { state: 5 })],
    ['APPENDS', bytes(global('a.b', 'C'), ')\x81(K\x01K\x02e'), object(thing, [], { items: [1, 2] })],
    ['SETITEMS', bytes(global('a.b', 'C'), ')\x81(K\x01K\x02u'), object(thing, [], { entries: [[1, 2]] })],
    [
      'copy_reg._reconstructor, as protocols 0 and 1 write NEWOBJ',
      bytes(
        global('copy_reg', '_reconstructor'),
        '(',
        global('a.b', 'C'),
        global('__builtin__', 'object'),
        'NtRK\x05b',
      ),
      object(thing, [], { state: 5 }),
    ],
    [
      'copy_reg._reconstructor of a list',
      bytes(global('copy_reg', '_reconstructor'), '(', global('a.b', 'C'), global('__builtin__', 'list'), ']tR'),
      object(thing, [{ kind: 'list', items: [] }]),
    ],
  ] as const)('%s', (_, pickle, expected: object) => {
    expect(read(pickle)).toEqual(expected)
  })

  it('names are listed, also of what nothing uses in the end, Python 2 names as Python 3 has them', () => {
    const pickle = readPickle(
      bytes(global('b', 'C'), '0', global('__builtin__', 'long'), '0', text('a'), text('D'), '\x930N.'),
    )
    expect(pickle.globals).toEqual(['a.D', 'b.C', 'builtins.int'])
  })

  it('names of storages outside are nodes where asked for', () => {
    expect(readPickle(bytes(text('s'), 'K\x01\x86Q.'), { persistent: true }).value).toEqual({
      kind: 'persistent',
      id: { kind: 'tuple', items: ['s', 1] },
    })
    expect(readPickle(bytes('Ps\n.'), { persistent: true }).value).toEqual({ kind: 'persistent', id: 's' })
  })
})

describe('dicts of a class of their own', () => {
  const ordered = global('collections', 'OrderedDict')
  const bunch = global('sklearn.utils._bunch', 'Bunch')

  it.each([
    ['OrderedDict of Python 3', bytes(ordered, ')R(', text('b'), 'K\x01', text('a'), 'K\x02u')],
    ['OrderedDict of Python 2', bytes(ordered, '((', text('b'), 'K\x01l(', text('a'), 'K\x02ll\x85R')],
    [
      'OrderedDict with attributes, as torch has them',
      bytes(ordered, ')R(', text('b'), 'K\x01', text('a'), 'K\x02u}b'),
    ],
    [
      'defaultdict',
      bytes(
        global('collections', 'defaultdict'),
        global('builtins', 'list'),
        '\x85R(',
        text('b'),
        'K\x01',
        text('a'),
        'K\x02u',
      ),
    ],
    ['Bunch', bytes(bunch, ')\x81(', text('b'), 'K\x01', text('a'), 'K\x02u}b')],
    [
      'Bunch of protocols 0 and 1',
      bytes(
        global('copy_reg', '_reconstructor'),
        '(',
        bunch,
        global('__builtin__', 'dict'),
        '(',
        text('b'),
        'K\x01',
        text('a'),
        'K\x02dtR}b',
      ),
    ],
  ])('%s', (_, pickle) => {
    expect(ascii(read(pickle))).toBe("{'b': 1, 'a': 2}")
  })
})

describe('arrays in the stream', () => {
  const array = (data: number[], shape = [data.length], order = 'C') => ({
    kind: 'array',
    dtype: { kind: 'f', itemsize: 8, bigEndian: false },
    shape,
    order,
    bytes: new Uint8Array(doubles(...data)),
  })

  it('before joblib 1.2: right behind', () => {
    const pickle = readPickle(bytes(wrapped({ data: doubles(1, 2) }), STOP))
    expect(pickle.value).toEqual(array([1, 2]))
    expect(pickle).toMatchObject({ joblib: 'before 1.2', arrays: 1 })
  })

  it.each([1, 9, 16])('since: behind %d bytes of padding', count => {
    const padding = bytes(count, Buffer.alloc(count, 0xff))
    const pickle = readPickle(bytes(wrapped({ padding, data: doubles(1, 2) }), STOP))
    expect(pickle.value).toEqual(array([1, 2]))
    expect(pickle.joblib).toBe('1.2 or newer')
  })

  it('at the end of a frame, and a frame behind', () => {
    const wrapper = wrapped({ data: new Uint8Array(), shape: bytes('K\x01\x85') })
    const pickle = bytes('\x80\x04\x95', u8(wrapper.length), wrapper, doubles(3), '\x95', u8(1), STOP)
    expect(readPickle(pickle).value).toEqual(array([3]))
  })

  it('two dimensions, none, and a dimension without items', () => {
    expect(read(wrapped({ shape: bytes('K\x01K\x02\x86'), order: 'F', data: doubles(1, 2) }))).toEqual(
      array([1, 2], [1, 2], 'F'),
    )
    expect(read(wrapped({ shape: bytes(')'), data: doubles(1) }))).toEqual(array([1], []))
    expect(read(wrapped({ shape: bytes('K\x00K\x05\x86'), data: doubles() }))).toEqual(array([], [0, 5]))
  })

  it('as scikit-learn carried joblib along', () => {
    const module = 'sklearn.externals.joblib.numpy_pickle'
    expect(read(wrapped({ module, data: doubles(1) }))).toEqual(array([1]))
  })

  it('objects: a pickle of their own, with a memo of its own', () => {
    const inner = bytes('\x80\x02]\x94K\x07ah\x000.')
    const pickle = readPickle(
      bytes(']\x94', wrapped({ dtype: dtype('O8', '|'), data: inner, shape: bytes('K\x01\x85') }), 'h\x00\x87', STOP),
    )
    expect(isNode(pickle.value, 'tuple') && pickle.value.items[1]).toMatchObject({
      kind: 'array',
      dtype: { kind: 'O' },
      objects: { kind: 'list', items: [7] },
    })
  })
})
