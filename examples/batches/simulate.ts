/**
 * Batches of a bioreactor whose end is known: four readings of each at its middle, and whether it failed its release.
 * A high pH, a low titer, a low feed and a cool vessel make it fail more often.
 *
 * `history` is 300 batches with their end, `running` twelve whose end nobody knows yet. Pure: the same seed gives the
 * same text.
 *
 * Run directly, it writes these and a copy of the recipe: node simulate.ts [folder] [seed]
 */
import { fileURLToPath } from 'node:url'
import { createRandom, type Random } from '../../src/math/random.ts'
import { formatCsv, type Row } from '../csv.ts'
import { readBeside, writeFiles } from '../files.ts'

export const COLUMNS = ['batch', 'ph', 'titer', 'feed', 'temp'] as const

const HISTORY = 300
const RUNNING = 12

export interface Batches {
  readonly history: string
  readonly running: string
}

export function simulate(seed: number): Batches {
  const random = createRandom(seed)
  const [past, now] = [random.fork(1), random.fork(2)]
  const history = Array.from({ length: HISTORY }, (_, i) => {
    const { cells, chance } = batch(`H${String(i + 1).padStart(3, '0')}`, past)
    return { ...cells, failed: past.next() < chance ? '1' : '0' }
  })
  const running = Array.from({ length: RUNNING }, (_, i) => batch(`B${String(i + 1).padStart(2, '0')}`, now).cells)
  return { history: formatCsv([...COLUMNS, 'failed'], history), running: formatCsv(COLUMNS, running) }
}

/** The readings, and the chance to fail that they stand for. */
function batch(id: string, random: Random): { cells: Row; chance: number } {
  const [ph, titer, feed, temp] = [random.normal(), random.normal(), random.normal(), random.normal()]
  const cells = {
    batch: id,
    ph: (7 + 0.2 * ph).toFixed(3),
    titer: (5 + 0.9 * titer).toFixed(3),
    feed: (1 + 0.13 * feed).toFixed(3),
    temp: (36.8 + 0.2 * temp).toFixed(2),
  }
  return { cells, chance: 1 / (1 + Math.exp(2.2 - 1.2 * ph + 0.8 * titer + 0.5 * feed + 0.5 * temp)) }
}

/** The files of the plant by name, ready to be written into one folder. */
export function plantFiles(seed: number): Record<string, string> {
  const { history, running } = simulate(seed)
  return { 'recipe.yaml': readBeside(import.meta.url, 'recipe.yaml'), 'batches.csv': history, 'running.csv': running }
}

if (import.meta.main) {
  const [folder = fileURLToPath(new URL('./output', import.meta.url)), seed = '42'] = process.argv.slice(2)
  for (const path of writeFiles(folder, plantFiles(Number(seed)))) console.log(path)
}
