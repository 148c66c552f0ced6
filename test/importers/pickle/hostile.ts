/**
 * Pickles made to harm, or damaged: each built here from data alone, with the reason for which it must be refused. Run as
 * a program it reads them all and prints what became of each, with the time and memory that it took.
 */
import { pathToFileURL } from 'node:url'
import { arrayOf } from '../../../src/importers/numpy/array.ts'
import { refuseHostile } from '../../../src/importers/pickle/globals.ts'
import { readPickle } from '../../../src/importers/pickle/machine.ts'
import { nodesOf } from '../../../src/importers/pickle/walk.ts'
import { Refusal } from '../../../src/importers/refusal.ts'
import { bytes, doubles, dtype, global, type Part, text, u4, u8, wrapped } from './bytes.ts'

interface Hostile {
  readonly name: string
  readonly pickle: () => Uint8Array
  readonly reason: RegExp
}

const hostile = (name: string, reason: RegExp, ...parts: Part[]): Hostile => ({
  name,
  reason,
  pickle: () => bytes(...parts, '.'),
})

/** A call of `module.name` with one text. */
const call = (name: string): Hostile => {
  const [, module = '', last = ''] = /^(.*)\.(\w+)$/.exec(name) ?? []
  return hostile(name, new RegExp(`^It names ${name.replaceAll('.', '\\.')}`), global(module, last), text('x'), '\x85R')
}

const GADGETS = (
  'os.system posix.system nt.system subprocess.Popen sys.exit builtins.eval builtins.exec builtins.compile ' +
  'builtins.getattr builtins.__import__ builtins.open operator.attrgetter operator.itemgetter functools.partial ' +
  'functools.reduce importlib.import_module importlib.machinery.SourceFileLoader pkgutil.resolve_name ' +
  '_interpreters.run_string numpy.f2py.crackfortran.getlincoef numpy.load joblib.load joblib.numpy_pickle.load ' +
  'sklearn.externals.joblib.load pandas.read_pickle torch.load runpy.run_path pickle.loads _pickle.loads ' +
  'marshal.loads ctypes.CDLL socket.socket shutil.rmtree pip.main webbrowser.open io.open types.FunctionType ' +
  'timeit.timeit cProfile.run pdb.run code.InteractiveInterpreter asyncio.create_subprocess_shell urllib.request.urlopen'
).split(' ')

const array = (name: string, reason: RegExp, of: Partial<Parameters<typeof wrapped>[0]>): Hostile =>
  hostile(name, reason, wrapped({ data: doubles(1), ...of }))

const field = (name: string, offset: number, of = dtype('f8')) => bytes(text(name), of, 'K', offset, '\x86')
/** A struct dtype of `size` bytes. */
const struct = (size: number, names: string[], ...fields: Uint8Array[]) =>
  bytes(
    global('numpy', 'dtype'),
    text(`V${size}`),
    '\x89\x88\x87R(K\x03',
    text('|'),
    'N(',
    ...names.map(text),
    't}(',
    ...fields,
    'uK',
    size,
    'K\x01K\x00tb',
  )

const CUT = /ends early|of which|bytes wanted/

export const HOSTILE: readonly Hostile[] = [
  ...GADGETS.map(call),
  hostile('__builtin__.eval', /names builtins\.eval/, global('__builtin__', 'eval'), text('1'), '\x85R'),
  hostile('a call behind a POP', /names os\.system/, global('os', 'system'), text('x'), '\x85R0N'),
  hostile('a global that nothing calls', /names os\.system/, global('os', 'system'), '0N'),
  hostile(
    'STACK_GLOBAL from the memo',
    /names os\.system/,
    text('system'),
    '\x94',
    text('os'),
    '\x9400h\x01h\x00\x93)R',
  ),
  hostile('partial of a partial', /functools\.partial/, global('functools', 'partial'), global('a', 'b'), '\x85R'),
  // 2^64 leaves for whoever walks it as a tree; deep enough only when repeated further.
  hostile('memo doubling, 64 times, as a key', /too large to be the key/, '}N\x940', doubling(64), 'Ns'),
  hostile('memo doubling, 300 times', /nest more than 200/, 'N\x940', doubling(300)),
  hostile(
    'long keys again and again',
    /keys of dicts are too long/,
    '}X',
    u4(1e6),
    'k'.repeat(1e6),
    'q\x00Ns',
    'h\x00Ns'.repeat(2e5),
  ),
  hostile(
    'tuples as keys again and again',
    /keys of dicts are too long/,
    '}(',
    'N'.repeat(150),
    'tq\x00Ns',
    'h\x00Ns'.repeat(2e5),
  ),
  hostile(
    'bytes out of one text again and again',
    /again and again/,
    global('_codecs', 'encode'),
    'q\x00X',
    u4(1e5),
    'k'.repeat(1e5),
    'q\x01',
    text('latin1'),
    'q\x02000(',
    'h\x00h\x01h\x02\x86R'.repeat(1e4),
    't',
  ),
  hostile('LONG_BINPUT 2^32 − 1', /Memo index 4294967295/, 'Nr', u4(0xffffffff)),
  hostile('PUT of a large index', /Memo index 999999999999/, 'Np999999999999\n'),
  hostile('PUT of a negative index', /not a memo index/, 'Np-1\n'),
  hostile('BYTEARRAY8 of 2^62 bytes', /A text of 4611686018427388000 bytes/, '\x96', u8(2n ** 62n)),
  hostile('BINUNICODE8 of 2^64 − 1 bytes', /A text of 18446744073709552000 bytes/, '\x8d', u8(2n ** 64n - 1n)),
  hostile('BINBYTES beyond the end', CUT, 'B', u4(2 ** 27)),
  hostile('BINSTRING of negative length', /A text of -1 bytes/, 'T', u4(0xffffffff)),
  hostile('LONG4 of negative length', /An integer of -1 bytes/, '\x8b', u4(0xffffffff)),
  hostile('LONG4 of a million bytes', /An integer of 1000000 bytes/, '\x8b', u4(1e6), Buffer.alloc(1e6, 1)),
  hostile('LONG of a million digits', /An integer of 1000000 digits/, `L${'9'.repeat(1e6)}L\n`),
  hostile('INT that is none', /not an integer/, 'I0x10\n'),
  hostile('FLOAT that is none', /not a number/, 'F1_0\n'),
  hostile('STRING without quotes', /not written/, 'Sabc\n'),
  hostile('UNICODE with a cut escape', /not written/, 'V\\u12\n'),
  hostile('BINUNICODE that is no UTF-8', /not written/, 'X', u4(2), '\xc0\x80'),
  hostile('a line without an end', CUT, 'I1'),
  hostile('10^6 nested lists', /131072 values wait/, ']'.repeat(1e6), 'a'.repeat(1e6 - 1)),
  hostile('10^6 nested tuples', /nest more than 200/, ')', '\x85'.repeat(1e6)),
  hostile('10^5 nested lists', /nest more than 200/, ']'.repeat(1e5), 'a'.repeat(1e5 - 1)),
  hostile('10^6 marks', /nest more than 200/, '('.repeat(1e6)),
  hostile(
    'lists nested in lists that were put away',
    /nest more than 200/,
    ']q\x000',
    ']h\x00aq\x000'.repeat(300),
    'h\x00',
  ),
  hostile('FRAME beyond the end', /A frame of 9000 bytes/, '\x80\x04\x95', u8(9000), 'N'),
  hostile('FRAME of 2^63 bytes', /A frame of 9223372036854776000 bytes/, '\x80\x04\x95', u8(2n ** 63n), 'N'),
  hostile('FRAME in a frame', /inside another/, '\x80\x04\x95', u8(11), '\x95', u8(1), 'N'),
  hostile('an operation across the end of a frame', /left in the frame/, '\x80\x04\x95', u8(1), 'K\x01'),
  hostile('STOP in the middle of a frame', /in the middle of a frame/, '\x80\x04\x95', u8(4), 'N.N'),
  hostile('PROTO 6', /protocol 6/, '\x80\x06N'),
  hostile('PROTO in the middle', /second pickle header/, 'N0\x80\x02N'),
  hostile('a second pickle behind the first', /3 bytes follow/, 'N.K\x01'),
  { name: 'an empty file', reason: CUT, pickle: () => bytes() },
  { name: 'no end', reason: CUT, pickle: () => bytes('N') },
  hostile('a newline in a name', /does not name/, text('os\nx'), text('system'), '\x93'),
  hostile('a carriage return in a name', /does not name/, 'cos\r\nsystem\r\n'),
  hostile('an empty name', /does not name/, global('os', '')),
  hostile('an empty module', /does not name/, global('', 'system')),
  hostile('a dotted name', /does not name/, text('a'), text('b.c'), '\x93'),
  hostile('a path in a module', /does not name/, global('../os', 'system')),
  hostile('STACK_GLOBAL of numbers', /not a text/, 'K\x01K\x02\x93'),
  hostile('STACK_GLOBAL of bytes', /not a text/, 'C\x02osC\x06system\x93'),
  hostile('a missing memo entry', /read before it is written/, 'h\x07'),
  hostile('GET of a missing entry', /read before it is written/, 'g7\n'),
  hostile('REDUCE of what a REDUCE returned', /calls what a\.b/, global('a', 'b'), ')R)R'),
  hostile('REDUCE of a text', /neither a class nor/, text('os.system'), ')R'),
  hostile('REDUCE without a tuple', /no tuple/, global('a', 'b'), ']R'),
  hostile('NEWOBJ_EX without a dict', /no dict/, global('a', 'b'), ')]\x92'),
  hostile('BUILD of a module', /changes a\.b itself/, global('a', 'b'), '}b'),
  hostile('BUILD of a list', /no object/, ']}b'),
  hostile('BUILD twice', /set twice/, global('a', 'b'), ')\x81}b}b'),
  hostile('SETITEM on a list', /no dict/, ']NNs'),
  hostile('APPEND to a tuple', /no list/, ')Na'),
  hostile('ADDITEMS to a list', /no set/, '](N\x90'),
  hostile('a key without a value', /without a value/, '}(Nu'),
  hostile('a list as key', /A list is the key/, '}]Ns'),
  hostile('a dict in a tuple as key', /A dict is the key/, '}}\x85Ns'),
  hostile('POP of nothing', /mark is used/, '0N'),
  hostile('TUPLE2 across a mark', /fewer values/, 'N(N\x86'),
  hostile('TUPLE without a mark', /mark is used/, 'Nt'),
  hostile('two values at the end', /more or less than one/, 'NN'),
  hostile('nothing at the end', /more or less than one/),
  ...[
    ['INST', '(ios\nsystem\n'],
    ['OBJ', '(N)o'],
    ['DUP', 'N2'],
    ['EXT1', '\x82\x01'],
    ['EXT2', '\x83\x01\x00'],
    ['EXT4', '\x84\x01\x00\x00\x00'],
    ['NEXT_BUFFER', '\x97'],
    ['READONLY_BUFFER', 'N\x98'],
    ['PERSID', 'Px\n'],
    ['BINPERSID', 'NQ'],
  ].map(([name, pickle]) => hostile(name!, new RegExp(`^Operation (${name}|PERSID),`), pickle!)),
  hostile('an unknown operation', /Byte 0xff is no operation/, '\xff'),

  array('an array beyond the end', /An array of 8000 bytes, of which/, { shape: bytes('M\xe8\x03\x85') }),
  array('an array of 2^62 items', /An array of|no count/, { shape: bytes('\x8a\x08', u8(2n ** 62n), '\x85') }),
  array('an array of 2^31 + 1 items', /An array of 2147483649 items/, {
    shape: bytes('\x8a\x05\x01\x00\x00\x80\x00\x85'),
  }),
  array('a negative dimension', /no count/, { shape: bytes('J\xff\xff\xff\xff\x85') }),
  array('a dimension that is a flag', /no count/, { shape: bytes('\x88\x85') }),
  array('10^5 dimensions', /100000 dimensions/, { shape: bytes('(', 'K\x01'.repeat(1e5), 't') }),
  array('no shape', /without a shape/, { shape: bytes('N') }),
  array('an array of another class', /class os\.system/, { subclass: global('os', 'system') }),
  array('an order that is none', /neither C nor F/, { order: 'A' }),
  array('padding of 17', /17 bytes of padding/, { padding: bytes(17, Buffer.alloc(17, 0xff)) }),
  array('padding that is not', /not padding/, { padding: bytes(2, 0xff, 0x2e) }),
  array('no dtype', /kind of number/, { dtype: bytes('N') }),
  array('a dtype of another name', /kind of number/, { dtype: bytes(global('os', 'system'), ')R') }),
  array('a dtype of an unknown code', /code "z9"/, { dtype: dtype('z9') }),
  array('a float of 3 bytes', /kind f of 3 bytes/, { dtype: dtype('f3') }),
  array('items without bytes', /items without bytes/, { dtype: dtype('S0'), shape: bytes('J\xff\xff\xff\x7f\x85') }),
  array('a dtype that holds itself', /nests too deep|holds itself/, {
    dtype: bytes(
      global('numpy', 'dtype'),
      text('V8'),
      '\x89\x88\x87Rq\x09(K\x03',
      text('|'),
      'N',
      text('a'),
      '\x85}',
      text('a'),
      'h\x09K\x00\x86sK\x08K\x01K\x00tb',
    ),
  }),
  array('fields that overlap', /overlap/, { dtype: struct(16, ['a', 'b'], field('a', 0), field('b', 4)) }),
  array('a field outside the item', /outside the item/, { dtype: struct(8, ['a'], field('a', 1)) }),
  array('fields of one name', /overlap|one name/, { dtype: struct(8, ['a', 'a'], field('a', 0)) }),
  array('a name without a field', /one of its fields/, { dtype: struct(8, ['a', 'b'], field('a', 0)) }),
  array('objects with another pickle behind', /more or less than one value/, {
    dtype: dtype('O8', '|'),
    data: bytes('N.N.'),
    shape: bytes('K\x01\x85'),
  }),
  array('objects with a gadget', /names os\.system/, {
    dtype: dtype('O8', '|'),
    shape: bytes('K\x01\x85'),
    data: bytes(global('os', 'system'), text('x'), '\x85R.'),
  }),
  hostile(
    'an array in the middle of a frame',
    /in the middle of a frame/,
    '\x80\x04\x95',
    u8(wrapped({ data: doubles(1) }).length + 1),
    wrapped({ data: doubles(1) }),
  ),
  hostile('the wrapper again', /instead of the array/, bytes(wrapperMemoized()), 'h\x00\x86'),
  hostile('a wrapper that says nothing', /says nothing/, global('joblib.numpy_pickle', 'NumpyArrayWrapper'), ')\x81Nb'),
  hostile('arrays in files beside', /before 0\.10/, global('joblib.numpy_pickle', 'NDArrayWrapper'), ')\x81}b'),
  hostile(
    'compressed arrays in files beside',
    /before 0\.10/,
    global('sklearn.externals.joblib.numpy_pickle', 'ZNDArrayWrapper'),
    ')\x81}b',
  ),
  { name: 'pickles in pickles, 6 deep', reason: /nest more than 4 deep/, pickle: () => bytes(nested(6), '.') },

  reconstructed('_reconstruct of too few bytes', /8 bytes in the shape \(5\)/, bytes('K\x05\x85'), doubles(1)),
  reconstructed('_reconstruct of 2^62 items', /items|its shape/, bytes('\x8a\x08', u8(2n ** 62n), '\x85'), doubles(1)),
  hostile(
    '_frombuffer of too few bytes',
    /8 bytes in the shape \(5\)/,
    global('numpy._core.numeric', '_frombuffer'),
    '(C\x08',
    doubles(1),
    dtype('f8'),
    'K\x05\x85',
    text('C'),
    'tR',
  ),
  hostile(
    'a scalar of too few bytes',
    /1 bytes in the shape \(\)/,
    global('numpy._core.multiarray', 'scalar'),
    '(',
    dtype('f8'),
    'C\x01atR',
  ),
]

function doubling(times: number): Uint8Array {
  return bytes(...Array.from({ length: times }, (_, i) => bytes('j', u4(i), 'j', u4(i), '\x86\x940')), 'j', u4(times))
}

/** An array whose wrapper was kept in the memo before its BUILD. */
function wrapperMemoized(): Uint8Array {
  const array = Buffer.from(wrapped({ data: doubles(1) }))
  const at = array.indexOf(')\x81', 0, 'latin1') + 2
  return bytes(array.subarray(0, at), 'q\x00', array.subarray(at))
}

function nested(depth: number): Uint8Array {
  if (depth === 0) return bytes('N')
  return wrapped({ dtype: dtype('O8', '|'), shape: bytes('K\x01\x85'), data: bytes(nested(depth - 1), '.') })
}

function reconstructed(name: string, reason: RegExp, shape: Uint8Array, data: Uint8Array): Hostile {
  return hostile(
    name,
    reason,
    global('numpy.core.multiarray', '_reconstruct'),
    global('numpy', 'ndarray'),
    'K\x00\x85C\x01b\x87R(K\x01',
    shape,
    dtype('f8'),
    '\x89C',
    data.length,
    data,
    'tb',
  )
}

/** All that the importers do with a pickle before they look at classes. */
export function digest(pickle: Uint8Array): void {
  const found = readPickle(pickle)
  refuseHostile(found)
  for (const node of nodesOf(found.value)) arrayOf(node)?.shape
}

export interface Outcome {
  readonly name: string
  readonly kind: string
  readonly message: string
  readonly at: number | undefined
  readonly tookMs: number
}

function outcomes(): Outcome[] {
  return HOSTILE.map(({ name, pickle }) => {
    const made = pickle()
    const start = performance.now()
    try {
      digest(made)
      return { name, kind: 'read', message: '', at: undefined, tookMs: performance.now() - start }
    } catch (error) {
      const tookMs = performance.now() - start
      if (!(error instanceof Refusal)) return { name, kind: 'thrown', message: String(error), at: undefined, tookMs }
      return { name, kind: error.kind, message: error.message, at: error.at, tookMs }
    }
  })
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const found = outcomes()
  console.log(JSON.stringify({ outcomes: found, peakMb: process.resourceUsage().maxRSS / 1024 }))
}
