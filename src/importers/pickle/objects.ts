/** Operations that name a class or function and would call it: here they make a node that says so, and stop there. */
import { Refusal } from '../refusal.ts'
import { verdictOf } from './globals.ts'
import { type DictNode, type GlobalNode, isNode, nameOf, type ObjectNode, type Value } from './nodes.ts'
import type { Operation } from './scalars.ts'
import { damaged, isWrapper, JOBLIB, pop, push, type Stream, takeLatin, takeLine, top } from './stream.ts'
import { fill } from './structures.ts'
import { utf8 } from './text.ts'

const LONGEST_NAME = 255
const WORD = String.raw`[\p{ID_Start}_][\p{ID_Continue}]*`
const MODULE = new RegExp(`^${WORD}(?:\\.${WORD})*$`, 'u')
const NAME = new RegExp(`^${WORD}$`, 'u')

/** Python 2's names for what Python 3 calls otherwise. */
const RENAMED_MODULES: Readonly<Record<string, string>> = { __builtin__: 'builtins', copy_reg: 'copyreg' }
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['unicode', 'str'],
  ['basestring', 'str'],
  ['long', 'int'],
  ['xrange', 'range'],
  ['unichr', 'chr'],
])
/** joblib before 0.10 put arrays into files of their own beside the pickle. */
const BESIDE = new Set(['NDArrayWrapper', 'ZNDArrayWrapper'])

function named(s: Stream, module: Value, name: Value): void {
  if (typeof module !== 'string' || typeof name !== 'string') {
    throw damaged(s, 'The name of a class or function is not a text')
  }
  const raw = `${module}\n${name}`
  const known = raw.length <= 2 * LONGEST_NAME ? s.budget.globals.get(raw) : undefined
  const node = known ?? check(s, module, name)
  if (!known) s.budget.globals.set(raw, node)
  if (s.budget.globals.size > s.budget.limits.globals) throw damaged(s, 'Too many different classes and functions')
  push(s, node)
}

function check(s: Stream, module: string, name: string): GlobalNode {
  if (module.length > LONGEST_NAME || name.length > LONGEST_NAME || !MODULE.test(module) || !NAME.test(name)) {
    const said = JSON.stringify(`${module.slice(0, 40)} ${name.slice(0, 40)}`)
    throw new Refusal('unsupported', `${said} does not name a class or function of a module`, '', s.begin)
  }
  if (JOBLIB.has(module) && BESIDE.has(name)) {
    throw new Refusal(
      'unsupported',
      'It was saved by joblib before 0.10, with its arrays in files of their own beside it, which are not read',
      'Load it with that version of joblib and save it again with joblib 0.10 or newer.',
      s.begin,
    )
  }
  const renamed = Object.hasOwn(RENAMED_MODULES, module) ? RENAMED_MODULES[module]! : module
  return { kind: 'global', module: renamed, name: renamed === 'builtins' ? (RENAMED.get(name) ?? name) : name }
}

function global(s: Stream): void {
  const from = takeLine(s)
  const module = utf8(s.buffer, from, s.at - 1)
  const after = takeLine(s)
  const name = utf8(s.buffer, after, s.at - 1)
  if (module === undefined || name === undefined) throw damaged(s, 'The name of a class or function is not a text')
  named(s, module, name)
}

function stackGlobal(s: Stream): void {
  const name = pop(s)
  named(s, pop(s), name)
}

function calleeOf(s: Stream, value: Value): GlobalNode {
  if (isNode(value, 'global')) return value
  if (isNode(value, 'object')) {
    const of = value.args.find(argument => isNode(argument, 'global'))
    const keras = of?.module.startsWith('keras') ?? false
    throw new Refusal(
      !keras && verdictOf(nameOf(value.callee)) === 'hostile' ? 'hostile' : 'unsupported',
      `It calls what ${nameOf(value.callee)}(${of ? `${nameOf(of)}, …` : '…'}) would return`,
      keras
        ? 'Export the Keras model to ONNX.'
        : 'Only classes and functions of installed modules are known, not those written in a notebook or script.',
      s.begin,
    )
  }
  throw damaged(s, 'It calls something that is neither a class nor a function')
}

function argumentsOf(s: Stream, value: Value): readonly Value[] {
  if (!isNode(value, 'tuple')) throw damaged(s, 'The arguments of a call are no tuple')
  return value.items
}

const objectOf = (callee: GlobalNode, args: readonly Value[]): ObjectNode => ({
  kind: 'object',
  callee,
  args,
  items: [],
  entries: [],
})

/** Dicts that differ from others in nothing that is read here. */
const DICTS = new Set([
  'collections.OrderedDict',
  'collections.defaultdict',
  'sklearn.utils.Bunch',
  'sklearn.utils._bunch.Bunch',
  'sklearn.datasets.base.Bunch',
])

function made(s: Stream, callee: GlobalNode, args: readonly Value[]): Value {
  const entries = DICTS.has(nameOf(callee)) ? entriesOf(s, args) : undefined
  if (!entries) return objectOf(callee, args)
  const dict: DictNode = { kind: 'dict', entries }
  s.budget.dicts.add(dict)
  return dict
}

/** Arguments: none, the maker of defaults, a dict, or, in Python 2, a list of lists of two. */
function entriesOf(s: Stream, [of]: readonly Value[]): DictNode['entries'] | undefined {
  if (isNode(of, 'dict')) return of.entries
  const dict: DictNode = { kind: 'dict', entries: new Map() }
  if (of === undefined || of === null || isNode(of, 'global')) return dict.entries
  if (!isNode(of, 'list')) return undefined
  spend(s, of.items.length)
  for (const pair of of.items) {
    if ((!isNode(pair, 'list') && !isNode(pair, 'tuple')) || pair.items.length !== 2) return undefined
    fill(s, dict, pair.items)
  }
  return dict.entries
}

/** Files convert what they hold at most once; more comes from copies of copies. */
function spend(s: Stream, size: number): void {
  s.budget.converted += size
  if (s.budget.converted > s.bytes.length) throw damaged(s, 'The same values are converted again and again')
}

function reduce(s: Stream): void {
  const args = argumentsOf(s, pop(s))
  const callee = calleeOf(s, pop(s))
  const spell = SPELLINGS.get(nameOf(callee))
  push(s, spell?.(s, args) ?? made(s, callee, args))
}

function newObject(s: Stream): void {
  const args = argumentsOf(s, pop(s))
  push(s, made(s, calleeOf(s, pop(s)), args))
}

function newObjectKeywords(s: Stream): void {
  const kwargs = pop(s)
  if (!isNode(kwargs, 'dict')) throw damaged(s, 'The named arguments of a call are no dict')
  const args = argumentsOf(s, pop(s))
  push(s, { ...objectOf(calleeOf(s, pop(s)), args), kwargs })
}

/**
 * How older protocols spell what newer ones have operations for. Undefined where the arguments are not those that a
 * pickler writes: then it stays a call that is never made.
 */
const SPELLINGS: ReadonlyMap<string, (s: Stream, args: readonly Value[]) => Value | undefined> = new Map([
  ['_codecs.encode', (s, [text, codec]) => (codec === 'latin1' ? encoded(s, text) : undefined)],
  ['builtins.bytes', (_, args) => (args.length === 0 ? new Uint8Array() : undefined)],
  ['builtins.bytearray', byteArray],
  ['builtins.set', listed],
  ['builtins.frozenset', listed],
  // copyreg._reconstructor(class, base, state of the base): protocols 0 and 1's NEWOBJ.
  [
    'copyreg._reconstructor',
    (s, [of, base, state]) =>
      of === undefined || !isNode(of, 'global') || state === undefined
        ? undefined
        : made(s, of, isNode(base!, 'global') && base.name === 'object' ? [] : [state]),
  ],
  [
    'copyreg.__newobj__',
    (s, [of, ...rest]) => (of !== undefined && isNode(of, 'global') ? made(s, of, rest) : undefined),
  ],
])

function byteArray(s: Stream, args: readonly Value[]): Value | undefined {
  if (args.length === 0) return new Uint8Array()
  if (args.length === 1 && args[0] instanceof Uint8Array) return args[0]
  return args.length === 2 && args[1] === 'latin-1' ? encoded(s, args[0]) : undefined
}

function encoded(s: Stream, text: Value | undefined): Uint8Array | undefined {
  if (typeof text !== 'string') return undefined
  spend(s, text.length)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 255) throw damaged(s, 'A text that stands for bytes has other characters than latin-1')
    bytes[i] = code
  }
  return bytes
}

function listed(_: Stream, args: readonly Value[]): Value | undefined {
  const [list] = args
  return args.length === 1 && list !== undefined && isNode(list, 'list')
    ? { kind: 'set', items: list.items }
    : undefined
}

function build(s: Stream): void {
  const state = pop(s)
  const target = top(s)
  if (isNode(target, 'global')) {
    const name = nameOf(target)
    throw new Refusal('hostile', `It changes ${name} itself instead of an object made by it`, '', s.begin)
  }
  // Attributes of a dict, such as torch's versions of its modules, are not read.
  if (isNode(target, 'dict') && s.budget.dicts.has(target)) return
  if (!isNode(target, 'object')) throw damaged(s, 'A state is set on something that is no object')
  if (target.state !== undefined) throw damaged(s, 'The state of an object is set twice')
  target.state = state
  if (isWrapper(target.callee)) s.pending = target
}

/** Names of things outside the pickle. */
function outside(s: Stream, id: () => Value): void {
  if (!s.persistent) refuseOperation(s, 'PERSID')
  push(s, { kind: 'persistent', id: id() })
}

function refuseOperation(s: Stream, name: string): never {
  throw new Refusal('unsupported', `Operation ${name}, which no writer of models uses`, '', s.begin)
}

const refused =
  (name: string): Operation =>
  s =>
    refuseOperation(s, name)

/** By their opcodes as characters. */
export const OBJECTS: Readonly<Record<string, Operation>> = {
  c: global,
  '\x93': stackGlobal,
  R: reduce,
  '\x81': newObject,
  '\x92': newObjectKeywords,
  b: build,
  P: s => outside(s, () => takeLatin(s)),
  Q: s => outside(s, () => pop(s)),
  i: refused('INST'),
  o: refused('OBJ'),
  '2': refused('DUP'),
  '\x82': refused('EXT1'),
  '\x83': refused('EXT2'),
  '\x84': refused('EXT4'),
  '\x97': refused('NEXT_BUFFER'),
  '\x98': refused('READONLY_BUFFER'),
}
