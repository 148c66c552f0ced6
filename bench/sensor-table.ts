/** The table of the scoring benchmark: four vibration channels with three features each, of fifty units, by the minute. */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '../src/math/random.ts'

export const CACHE = join(import.meta.dirname, '.cache')

const UNITS = 50
const BLOCK_ROWS = 4_000
const START_MS = Date.UTC(2026, 0, 1)

/** Healthy mean and spread of each feature, in the units of a data sheet: g, and pure numbers. */
const FEATURES = { rms: [0.08, 0.008], kurtosis: [3, 0.4], crest: [4.5, 0.5] } as const
export const NAMES = [1, 2, 3, 4].flatMap(channel => Object.keys(FEATURES).map(feature => `ch${channel}_${feature}`))

/** Writes the table (about 245 bytes a row) once, and returns its path. One row in a hundred is four times as loud. */
export function sensorTable(rows: number, seed: number): string {
  mkdirSync(CACHE, { recursive: true })
  const path = join(CACHE, `sensors-${rows}-${seed}.csv`)
  if (existsSync(path)) return path
  const random = createRandom(seed)
  const file = openSync(`${path}.part`, 'w')
  writeSync(file, `timestamp,unit_id,${NAMES.join()}\n`)
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    let text = ''
    for (let row = from; row < Math.min(rows, from + BLOCK_ROWS); row++) {
      const time = new Date(START_MS + Math.floor(row / UNITS) * 60_000).toISOString().slice(0, 19)
      text += `${time}Z,U${String(row % UNITS).padStart(3, '0')}`
      const loud = random.next() < 0.01 ? 4 : 1
      for (let channel = 0; channel < 4; channel++) {
        for (const [mean, spread] of Object.values(FEATURES)) text += ',' + (mean + loud * spread * random.normal())
      }
      text += '\n'
    }
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
  }
  closeSync(file)
  renameSync(`${path}.part`, path)
  return path
}
