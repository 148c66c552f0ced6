/** Pickles: each operation as Python reads it, and every model file as the reference machine, or its name, says. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { unwrap } from '../../src/importers/containers/index.ts'
import { arrayOf } from '../../src/importers/numpy/array.ts'
import { refuseHostile } from '../../src/importers/pickle/globals.ts'
import { type Pickle, readPickle } from '../../src/importers/pickle/machine.ts'
import { entry, isNode, type Node, nameOf, type Value } from '../../src/importers/pickle/nodes.ts'
import { nodesOf } from '../../src/importers/pickle/walk.ts'
import { Refusal } from '../../src/importers/refusal.ts'
import { OPERATIONS } from '../importers/pickle/operations.ts'

const SHARED = join(import.meta.dirname, '..', '..', '..', 'shared')
const absent = !existsSync(join(SHARED, 'golden'))
const noPython = spawnSync('python3', ['--version']).status !== 0
if (absent) console.warn(`SKIPPED: the model files are not there (${SHARED})`)
if (noPython) console.warn('SKIPPED: there is no python3 to compare with')

const filesIn = (...patterns: string[]) => (absent ? [] : globSync(patterns, { cwd: SHARED })).sort()
const GOLDENS = filesIn('golden/joblib/*/*.joblib')
const WILD = filesIn('data/joblib/wild/**/*.{joblib,pkl,pickle,sav,model}')
const TESTDATA = filesIn('data/joblib/joblib_testdata/*').filter(path => !/npy|LICENSE/.test(path))

const open = (path: string): Pickle => readPickle(unwrap(readFileSync(join(SHARED, path))).bytes)

interface Answer {
  readonly value?: string
  readonly digest?: string
  readonly lines?: number
  readonly arrays?: number
  readonly tail?: number
  readonly error?: string
}

function ask(questions: readonly object[]): readonly Answer[] {
  const program = join(import.meta.dirname, 'pickles.py')
  const input = JSON.stringify(questions)
  return JSON.parse(
    execFileSync('python3', [program, join(SHARED, 'golden')], { input, maxBuffer: 2 ** 28, encoding: 'utf8' }),
  )
}

const sha256 = (of: string | Uint8Array) => createHash('sha256').update(of).digest('hex')

function number(value: number | bigint): string {
  if (typeof value === 'bigint') return `b${value}`
  if (Number.isNaN(value)) return 'nnan'
  const bits = Buffer.alloc(8)
  bits.writeDoubleBE(value)
  return `n${bits.toString('hex')}`
}

/** The same text that pickles.py makes of the same things. */
function flatten(value: Value): string {
  const lines: string[] = []
  const waiting: Value[] = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()!
    if (next === null) lines.push('None')
    else if (typeof next === 'boolean') lines.push(next ? 'True' : 'False')
    else if (typeof next === 'number' || typeof next === 'bigint') lines.push(number(next))
    else if (typeof next === 'string') lines.push(`s${next}`)
    else if (next instanceof Uint8Array) lines.push(`y${sha256(next)}`)
    else {
      const { head, parts } = opened(next)
      lines.push(...head)
      for (let i = parts.length - 1; i >= 0; i--) waiting.push(parts[i]!)
    }
  }
  return lines.join('\n')
}

function opened(node: Node): { head: readonly string[]; parts: readonly Value[] } {
  switch (node.kind) {
    case 'list':
    case 'tuple':
    case 'set':
      return { head: [`${{ list: 'l', tuple: 't', set: 'e' }[node.kind]}${node.items.length}`], parts: node.items }
    case 'dict': {
      const pairs = [...node.entries.values()]
      return { head: [`d${pairs.length}`], parts: pairs.flatMap(pair => [pair.key, pair.value]) }
    }
    case 'global':
      return { head: [`g${nameOf(node)}`], parts: [] }
    case 'array': {
      const { dtype, shape, order, bytes, objects } = node
      const head = [`a${dtype.kind}${dtype.itemsize} ${shape.join(',')} ${order}`, sha256(bytes)]
      return { head, parts: objects === undefined ? [] : [objects] }
    }
    case 'object': {
      const { callee, args, items, entries, state } = node
      const head = [`o${args.length} ${items.length} ${entries.length} ${Number(state !== undefined)}`]
      return { head, parts: [callee, ...args, ...items, ...entries.flat(1), ...(state === undefined ? [] : [state])] }
    }
    case 'persistent':
      return { head: ['p'], parts: [node.id] }
  }
}

describe.skipIf(noPython || absent)('the Python that is here reads', () => {
  let answers: readonly Answer[]
  beforeAll(() => {
    answers = ask(OPERATIONS.map(([, pickle]) => ({ load: Buffer.from(pickle).toString('base64') })))
  })

  it.each(OPERATIONS.map(([name, , python], i) => [name, python, i] as const))('%s', (_, python, i) => {
    expect(answers[i]).toEqual({ value: python })
  })
})

describe.skipIf(noPython || absent)('the reference machine finds the same in', () => {
  // Python has no lz4 of its own; the goldens' lz4 file is held against its uncompressed twin below.
  const files = [...GOLDENS, ...WILD].filter(path => !path.includes('.lz4.'))
  let answers: readonly Answer[]
  beforeAll(() => {
    answers = ask(files.map(path => ({ digest: join(SHARED, path) })))
  })

  it.each(files.map((path, i) => [path, i] as const))('%s', (path, i) => {
    let found: Pickle
    try {
      found = open(path)
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal)
      expect(Object.keys(REFUSED)).toContain(basename(path))
      return
    }
    const text = flatten(found.value)
    expect(answers[i]).toEqual({
      digest: sha256(text),
      lines: text.split('\n').length,
      arrays: found.arrays,
      tail: 0,
    })
  })
})

/** Wild files that call what a call returned. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'models__autoencoder.pkl':
    /^It calls what builtins\.getattr\(keras\.src\.models\.sequential\.Sequential, …\) would return$/,
}

describe.skipIf(absent)('every file is read to its end, or refused for its reason:', () => {
  it.each([...GOLDENS, ...WILD])('%s', path => {
    const start = performance.now()
    const reason = REFUSED[basename(path)]
    if (reason) return expect(() => open(path)).toThrow(reason)
    const found = open(path)
    refuseHostile(found)
    for (const node of nodesOf(found.value)) {
      const array = arrayOf(node)
      if (array && 'biuf'.includes(array.dtype.kind)) expect(array.numbers().length).toBe(size(array.shape))
      if (array && 'SUO'.includes(array.dtype.kind)) expect(array.shape.length).toBeGreaterThan(0)
      for (const { name, dtype } of array?.dtype.fields ?? []) {
        if (dtype.kind !== 'V') expect(array!.field(name)!.length).toBe(size(array!.shape))
      }
    }
    return expect(performance.now() - start).toBeLessThan(1000)
  })

  it('in all nine containers the same', () => {
    for (const version of ['1.2.1', '1.6.1', '1.9.1']) {
      const variants = GOLDENS.filter(path => path.includes(`${version}/artifact.`))
      const containers = variants.map(path => unwrap(readFileSync(join(SHARED, path))).containers.join())
      expect(containers.toSorted()).toEqual(['', '', '', 'bzip2', 'gzip', 'lz4', 'lzma', 'xz', 'zlib'])
      const texts = new Set(
        variants.filter(path => !path.includes('.p2.')).map(path => sha256(flatten(open(path).value))),
      )
      // Protocol 5 spells the arrays within arrays of objects in its own way.
      expect(texts.size).toBeLessThanOrEqual(2)
    }
  })
})

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)

/** joblib's own regression files: one list, written by each of its versions (joblib/test/test_numpy_pickle.py). */
describe.skipIf(absent)('joblib_testdata', () => {
  const list = (value: Value) => (isNode(value, 'list') ? value.items : expect.fail('no list'))
  const numbers = (value: Value) => {
    const array = arrayOf(value)
    return array && [`${array.dtype.kind}${array.dtype.itemsize}`, array.shape, [...array.numbers()]]
  }
  const besides = (path: string) => /0\.9\.2_pickle|cache_size/.test(path)

  it.each(TESTDATA.filter(path => !besides(path)))('%s', path => {
    const [ints, floats, objects, bytes, matrix, text, ...rest] = list(open(path).value)
    expect(numbers(ints!)).toEqual(['i8', [5], [0, 1, 2, 3, 4]])
    expect(numbers(floats!)).toEqual(['f8', [5], [0, 1, 2, 3, 4]])
    const [one, abc, dict] = arrayOf(objects!)!.objects()
    expect([one, abc]).toEqual([1, 'abc'])
    expect(isNode(dict, 'dict') && [entry(dict, 'a'), entry(dict, 'b'), dict.entries.size]).toEqual([1, 2, 2])
    const all = Array.from({ length: 256 }, (_, i) => i)
    // Python 2 has no bytes but texts of 8 bits.
    expect(path.includes('_py2') ? [...Buffer.from(bytes as string, 'latin1')] : [...(bytes as Uint8Array)]).toEqual(
      all,
    )
    expect(numbers(matrix!)).toEqual(['i8', [1, 3], [0, 1, 2]])
    expect(text).toBe("C'est l'\xe9t\xe9 !")
    expect(rest).toEqual([])
  })

  it.each(TESTDATA.filter(besides))('%s has its arrays in files beside', path => {
    expect(() => open(path)).toThrow(
      'It was saved by joblib before 0.10, with its arrays in files of their own beside it',
    )
  })

  it('is all there: 43 files', () => {
    expect([TESTDATA.length, TESTDATA.filter(besides).length]).toEqual([43, 6])
  })
})
