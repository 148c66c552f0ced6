/** The process in which foreign files are read: what it may do, and how its ends are told. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { encode } from '../../src/artifact/artifact.ts'
import { packMessage, unpackMessage } from '../../src/verbs/foreign-message.ts'
import { answerOf, confinement, readForeign } from '../../src/verbs/foreign-model.ts'

const bytes = readFileSync('test/golden/estimators/lof.joblib')
const features = ['a', 'b', 'c']

it('gives the model and what the file says of itself, the same bytes each time', () => {
  const request = { name: 'lof.joblib', bytes, features }
  const { about, artifact, refusal } = readForeign(request)
  expect(refusal).toBeUndefined()
  expect(about).toMatchObject({
    format: 'joblib',
    model: 'Pipeline(StandardScaler → LocalOutlierFactor)',
    featureCount: 3,
  })
  expect(artifact?.source).toMatchObject({ file: 'lof.joblib', format: 'joblib' })
  expect(artifact?.features.map(({ name }) => name)).toEqual(features)
  expect(readForeign(request).artifact).toEqual(artifact)
})

it.each([
  ['a cut', bytes.subarray(0, 500), 'damaged'],
  ['a byte more', Buffer.concat([bytes, Buffer.of(0)]), 'damaged'],
  ['a call of a command', Buffer.from("cposix\nsystem\n(S'id'\ntR."), 'hostile'],
])('%s is a refusal, not an end', (_, file, kind) => {
  expect(readForeign({ name: 'x.pkl', bytes: file })).toMatchObject({ refusal: { kind } })
})

it('tells a process that takes too long, or too much memory', () => {
  const request = { name: 'x.pkl', bytes }
  expect(readForeign(request, { timeMs: 1 }).refusal?.message).toBe('reading it took more than 0.001 seconds')
  expect(readForeign(request, { memoryMb: 2 }).refusal?.message).toBe('reading it takes more than 2 MB of memory')
})

it('may read this program and nothing else: no file, no write, no process, no thread, no eval', () => {
  const tries = {
    file: "fs.readFileSync('/etc/hostname')",
    project: "fs.readFileSync('package-lock.json')",
    write: "fs.writeFileSync('/tmp/tocsin-was-here', '')",
    process: "require('node:child_process').spawnSync('id')",
    thread: "new (require('node:worker_threads').Worker)('1', { eval: true })",
    code: "new Function('return 1')()",
    proto: '({}).__proto__',
  }
  const code = `const fs = require('node:fs'); const said = {}
    const attempt = (name, act) => { try { act(); said[name] = 'done' } catch (error) { said[name] = error.code ?? error.name } }
    ${Object.entries(tries)
      .map(([name, act]) => `attempt('${name}', () => ${act})`)
      .join('\n')}
    attempt('own', () => fs.readFileSync('src/importers/import-model.ts'))
    fs.writeSync(1, JSON.stringify(said))`
  const { stdout } = spawnSync(process.execPath, [...confinement(256), '-e', code], { encoding: 'utf8', env: {} })
  expect(JSON.parse(stdout)).toEqual({
    file: 'ERR_ACCESS_DENIED',
    project: 'ERR_ACCESS_DENIED',
    write: 'ERR_ACCESS_DENIED',
    process: 'ERR_ACCESS_DENIED',
    thread: 'ERR_ACCESS_DENIED',
    code: 'EvalError',
    proto: 'ERR_PROTO_ACCESS',
    own: 'done',
  })
})

it('messages carry bytes of any length, and nothing but messages is taken', () => {
  const parts = [Uint8Array.of(), Uint8Array.of(1, 2, 3), new Uint8Array(1000).fill(7)]
  const message = packMessage({ a: 'ü' }, parts)
  const { head, parts: found } = unpackMessage(message)
  expect(head).toEqual({ a: 'ü' })
  expect(found.map(part => [...part])).toEqual(parts.map(part => [...part]))
  const said = (json: string, more = 0) => {
    const text = Buffer.from(json)
    const size = Buffer.alloc(4)
    size.writeUInt32LE(text.length)
    return Buffer.concat([size, text, Buffer.alloc(more)])
  }
  expect(unpackMessage(said('{"head":1,"lengths":[5]}', 5)).parts[0]).toHaveLength(5)
  const lengths = ['[-5,10]', '["5"]', '[5.5]', '[null,5]', '[1e9]', '[0,0,0,0,5]', '{"length":1}', 'null', '[NaN]']
  for (const each of lengths) expect(() => unpackMessage(said(`{"head":1,"lengths":${each}}`, 5)), each).toThrow()
  expect(() => unpackMessage(said(`{"head":[${'{},'.repeat(1_000_000)}{}],"lengths":[]}`))).toThrow('more than')
  expect(() => unpackMessage(said(`{"head":"${'x'.repeat(2 ** 25)}","lengths":[]}`))).toThrow('bytes of JSON')
  for (const bad of [message.subarray(0, -1), Uint8Array.of(1), Buffer.concat([message, Buffer.of(0)])])
    expect(() => unpackMessage(bad)).toThrow()
})

it('takes from the process no model that reads more than its columns, whatever the process says', () => {
  const { about, artifact } = readForeign({ name: 'lof.joblib', bytes, features })
  const sound = artifact!
  const answered = (changed: object) => answerOf(packMessage({ about }, [encode({ ...sound, ...changed })]))
  expect(answered({}).artifact).toEqual(sound)
  const { recipe } = sound
  const [first, ...others] = sound.features
  const joined = { name: 'j', file: '/etc/passwd', by: ['a'], expect: 'any' as const, read: {} }
  for (const changed of [
    { recipe: { ...recipe, rows: { ...recipe.rows, join: [joined] } } },
    { recipe: { ...recipe, rows: { ...recipe.rows, where: 'true' } } },
    { recipe: { ...recipe, sensors: [{ column: 'a', fault: [1], missing: [] }] } },
    { recipe: { ...recipe, features: [{ name: 'a', sql: 'random()' }] } },
    { features: [{ ...first!, sql: 'random()' }, ...others] },
    { features: [{ ...first!, columns: ['b'] }, ...others] },
    { source: undefined },
  ])
    expect(() => answered(changed), JSON.stringify(changed).slice(0, 80)).toThrow('more than its columns')
})
