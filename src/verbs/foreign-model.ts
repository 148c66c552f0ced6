/**
 * Model files of other programs: read in a process of their own, which may read nothing but this program and ends after
 * a time or with its memory, and turned into a model file of ours. Whatever the bytes do there, here it is a sentence.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Artifact, decode } from '../artifact/artifact.ts'
import { integer, list, number, object, record, type Shape, text, word } from '../artifact/shape.ts'
import type { About } from '../importers/about.ts'
import type { SaidRefusal } from '../importers/import-model.ts'
import type { ImportRequest } from '../importers/request.ts'
import { quoteName } from '../sql.ts'
import { type BesideRole, type ForeignQuestion, packMessage, unpackMessage } from './foreign-message.ts'
import { version } from './version.ts'

export interface ForeignModel {
  readonly about: About
  readonly artifact?: Artifact
  readonly refusal?: SaidRefusal
}

const TIME_MS = 30_000
/** Of objects; arrays are bounded by the readers themselves. */
const MEMORY_MB = 1024
/** What comes back: a small file holds no large model. Its bytes unpack to 64 MB, or 50 times as many, and are widened. */
const answerBytes = (asked: number) => Math.min(2 ** 31 - 1, 2 ** 28 + 400 * asked)

/** @throws nothing that the bytes can cause */
export function readForeign(request: ImportRequest, { timeMs = TIME_MS, memoryMb = MEMORY_MB } = {}): ForeignModel {
  const { bytes, scaler, featuresFile, ...said } = request
  const beside = Object.entries({ scaler, featuresFile }).flatMap(([role, file]) =>
    file ? [{ role: role as BesideRole, ...file }] : [],
  )
  const files = beside.map(({ role, name }) => ({ role, name }))
  const question: ForeignQuestion = { request: said, files, version: version() }
  const input = packMessage(question, [bytes, ...beside.map(file => file.bytes)])
  const child = spawnSync(process.execPath, [...confinement(memoryMb), entry()], {
    input,
    timeout: timeMs,
    killSignal: 'SIGKILL',
    maxBuffer: answerBytes(bytes.length),
    // Its messages when it dies are about itself; none of this process's settings concern it.
    stdio: ['pipe', 'pipe', 'ignore'],
    env: process.env.SystemRoot === undefined ? {} : { SystemRoot: process.env.SystemRoot },
    windowsHide: true,
  })
  const died = deathOf(child, timeMs, memoryMb)
  if (died !== undefined) return refused(request, died)
  try {
    return answerOf(child.stdout)
  } catch (error) {
    return refused(request, `reading it gave no sound answer (${(error as Error).message})`)
  }
}

/** What a process that reads a stranger's bytes is started with. */
export function confinement(memoryMb: number): string[] {
  return [
    '--permission',
    ...readableBy().map(path => `--allow-fs-read=${path}`),
    `--max-old-space-size=${memoryMb}`,
    '--disable-proto=throw',
    '--disallow-code-generation-from-strings',
    '--no-addons',
    '--no-warnings',
  ]
}

/** Where TypeScript runs as it is the file is .ts; the published package has .js. */
function entry(): string {
  const file = import.meta.url.endsWith('.ts') ? './foreign-worker.ts' : './foreign-worker.js'
  return fileURLToPath(new URL(file, import.meta.url))
}

/** This program's own code, and the package.json that says of what kind it is. */
function readableBy(): string[] {
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  // In a checkout this file is src/verbs/, in a package dist/src/verbs/.
  const described = [at('../../package.json'), at('../../../package.json')].find(path => existsSync(path))
  return [at('../'), ...(described === undefined ? [] : [described])]
}

type Ended = Pick<ReturnType<typeof spawnSync>, 'error' | 'status' | 'signal'>

/** How V8 ends when it has no memory left: SIGABRT or SIGTRAP, by signal or as a shell's code; Windows has codes of its own. */
const OUT_OF_MEMORY = [133, 134, 137, 0x80000003, 0xc0000409]

function deathOf({ error, status, signal }: Ended, timeMs: number, memoryMb: number): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  if (code === 'ETIMEDOUT') return `reading it took more than ${timeMs / 1000} seconds`
  if (code === 'ENOBUFS') return 'it comes to more than a model of its size does'
  if (status === 0) return undefined
  if (signal === 'SIGABRT' || signal === 'SIGTRAP' || OUT_OF_MEMORY.includes(status ?? 0))
    return `reading it takes more than ${memoryMb} MB of memory`
  if (error) return `the process that reads it could not be started: ${error.message}`
  return `the process that reads it ended with ${signal ?? status}`
}

function refused({ bytes }: ImportRequest, message: string): ForeignModel {
  const about = { format: 'unknown', containers: [], versions: {}, model: '', globals: [], parameters: {}, beside: [] }
  const hint = 'Nothing of it was used. Ask whoever made the file for a fresh copy, or save the model as ONNX.'
  return { about: { ...about, bytes: bytes.length }, refusal: { kind: 'damaged', message, hint } }
}

const scalar: Shape = (value, at) => {
  if (typeof value === 'string') text(value, at)
  else if (typeof value === 'number') number(value, at)
  else if (value !== null && typeof value !== 'boolean') throw new Error(`${at} is no plain value`)
}
const texts = list(text, 0, 100_000)
const about = object(
  {
    format: text,
    containers: texts,
    versions: record(text, 1000),
    model: text,
    globals: texts,
    parameters: record(scalar, 10_000),
    bytes: integer(0, Number.MAX_SAFE_INTEGER),
    beside: texts,
  },
  { features: texts, featureCount: number, classes: texts, threshold: number },
)
const refusal = object(
  { kind: word('damaged', 'hostile', 'unsupported', 'unsaid'), message: text, hint: text },
  { at: number },
)
const answer = object({}, { about, refusal, mistake: text })

/** The child has read bytes from a stranger: what it says is held against shapes like any file. */
export function answerOf(stdout: Uint8Array): ForeignModel {
  const { head, parts } = unpackMessage(stdout)
  answer(head, 'it')
  const said = head as ForeignModel & { readonly mistake?: string }
  if (said.mistake !== undefined) throw new Error(said.mistake)
  if (!said.about) throw new Error('nothing')
  const [bytes] = parts
  if (bytes && !said.refusal) return { about: said.about, artifact: readsColumns(decode(bytes)) }
  if (said.refusal) return { about: said.about, refusal: said.refusal }
  throw new Error('neither a model nor a reason')
}

/** An import takes columns as they are. Whatever else a model file of ours may ask for, no import has written. */
function readsColumns(artifact: Artifact): Artifact {
  const { recipe, features, source } = artifact
  const { rows, sensors, columns } = recipe
  const plain = features.every(
    ({ name, sql, columns: [column, ...more] }) => sql === quoteName(name) && column === name && more.length === 0,
  )
  const asks = [rows.sheet, rows.where, recipe.features, recipe.learn, columns.time, columns.group, columns.types]
  if (source && plain && rows.join.length + sensors.length === 0 && asks.every(each => each === undefined))
    return artifact
  throw new Error('a model that asks for more than its columns')
}
