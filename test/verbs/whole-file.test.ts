/** Paths that are no plain files: nothing waits for them, and nothing of them is read without end. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readWhole } from '../../src/verbs/whole-file.ts'
import { createFolder, type Folder } from '../cli/program.ts'

let folder: Folder
beforeAll(() => {
  folder = createFolder()
})
afterAll(() => folder.remove())

/** A file of Linux that says that it has no bytes, and has some 2^38. */
const ENDLESS = '/proc/self/pagemap'
const linux = existsSync(ENDLESS)
if (!linux) console.warn(`SKIPPED: no ${ENDLESS} here`)

it('reads a whole file, an empty one too', () => {
  writeFileSync(folder.at('a'), 'abc')
  writeFileSync(folder.at('empty'), '')
  expect(readWhole(folder.at('a'), 3).toString()).toBe('abc')
  expect(readWhole(folder.at('empty'), 3)).toHaveLength(0)
  expect(() => readWhole(folder.at('a'), 2)).toThrow('it has 3 bytes; at most 2 are read')
  expect(() => readWhole(folder.at(''), 2)).toThrow('it is a folder')
})

it.skipIf(!linux)('a model, or a scaler found beside one, that leads to a file without end is refused', async () => {
  symlinkSync(ENDLESS, folder.at('endless.joblib'))
  copyFileSync('test/golden/estimators/lof.joblib', folder.at('m.joblib'))
  symlinkSync(ENDLESS, folder.at('m_scaler.joblib'))
  symlinkSync('round.joblib', folder.at('round.joblib'))
  spawnSync('mkfifo', [folder.at('pipe.joblib')])
  for (const [name, reason] of [
    ['endless', 'it has 0 bytes'],
    ['m', 'The pickle ends early'],
    ['round', 'ELOOP'],
    ['pipe', 'it is a pipe'],
  ]) {
    const { code, stderr } = await folder.run(['score', folder.at(`${name}.joblib`), 'rows.csv'])
    expect([code, stderr]).toEqual([2, expect.stringContaining(reason!)])
  }
})

it('a model of MLflow that is a link to itself is none', async () => {
  mkdirSync(folder.at('logged'))
  symlinkSync('model.pkl', folder.at('logged/model.pkl'))
  folder.write('logged/MLmodel', 'flavors:\n  sklearn:\n    pickled_model: model.pkl\n')
  const { code, stderr } = await folder.run(['score', folder.at('logged'), 'rows.csv'])
  expect([code, stderr]).toEqual([2, expect.stringContaining('names no file in the folder')])
})
