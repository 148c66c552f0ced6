/**
 * A fleet of cooling-water pumps that run until they fail: one reading an hour of six sensors.
 *
 * Each pump is built slightly differently, works at a changing speed and load in a hall that is warmer by day, and
 * fails in one of two ways. A worn bearing shakes, knocks and warms; a worn seal loses pressure and draws current. Wear
 * starts somewhere in the second half of life and accelerates. Two pumps of the fleet are still well when the record
 * ends. `history` is an earlier fleet, `fleet` the one to watch, `truth` says what happened to each pump of it.
 * Pure: the same seed gives the same text.
 *
 * Run directly, it writes the files and a copy of the recipe: node simulate.ts [folder] [seed]
 */
import { fileURLToPath } from 'node:url'
import { createRandom, type Random } from '../../src/math/random.ts'
import { formatCsv, type Row } from '../csv.ts'
import { readBeside, writeFiles } from '../files.ts'

export const COLUMNS = [
  'pump',
  'time',
  'running_h',
  'speed_rpm',
  'vibration_rms_mm_s',
  'vibration_kurtosis',
  'bearing_temp_c',
  'pressure_bar',
  'motor_current_a',
] as const

export type Outcome = 'bearing' | 'seal' | 'well'

/** What happened to a pump: hours at which wear began and at which it failed; both are absent for a pump that is well. */
export interface Life {
  readonly pump: string
  readonly outcome: Outcome
  readonly hours: number
  readonly wearFrom?: number
}

export interface Fleet {
  readonly history: string
  readonly fleet: string
  readonly truth: readonly Life[]
}

const PUMPS = 12
const HOUR = 3_600_000
const HISTORY_START = Date.UTC(2025, 0, 6)
const FLEET_START = Date.UTC(2025, 5, 2)

export function simulate(seed: number): Fleet {
  const random = createRandom(seed)
  const history = lives(random.fork(1), 1, [])
  const fleet = lives(random.fork(2), PUMPS + 1, [3, 8])
  return {
    history: table(history, HISTORY_START, random.fork(3)),
    fleet: table(fleet, FLEET_START, random.fork(4)),
    truth: fleet,
  }
}

function lives(random: Random, first: number, well: readonly number[]): Life[] {
  return Array.from({ length: PUMPS }, (_, i) => {
    const pump = `P${String(first + i).padStart(2, '0')}`
    const hours = 1500 + random.integer(900)
    const wearFrom = Math.round(hours * (0.55 + 0.25 * random.next()))
    const outcome = random.next() < 0.6 ? 'bearing' : 'seal'
    return well.includes(i) ? { pump, outcome: 'well', hours } : { pump, outcome, hours, wearFrom }
  })
}

function table(fleet: readonly Life[], start: number, random: Random): string {
  const rows = fleet.flatMap((life, i) => pumpRows(life, start + i * 7 * HOUR, random.fork(i)))
  return formatCsv(COLUMNS, rows)
}

function pumpRows(life: Life, start: number, random: Random): Row[] {
  const build = {
    shake: spread(random, 0.06),
    heat: spread(random, 0.02),
    head: spread(random, 0.015),
    draw: spread(random, 0.015),
  }
  const duty = dutyCycle(random.fork(1))
  return Array.from({ length: life.hours }, (_, hour) => {
    const { speed, load, hall } = duty(hour)
    const wear = wearAt(life, hour)
    const bearing = life.outcome === 'bearing' ? wear : 0.1 * wear
    const seal = life.outcome === 'seal' ? wear : 0.1 * wear
    const turn = (speed / 1480) ** 2
    const shake = 1.7 * build.shake * turn * (1 + 2.2 * bearing + 0.3 * seal) * spread(random, 0.06)
    const kurtosis = 3 + 4 * bearing + 0.22 * random.normal() + (random.next() < 0.01 ? 1.5 * random.next() : 0)
    const warm = hall + build.heat * (24 + 12 * load) + 20 * bearing + 5 * seal + 0.5 * random.normal()
    const pressure = 6.2 * build.head * turn * (1.06 - 0.12 * load) * (1 - 0.25 * seal) * spread(random, 0.01)
    const current = build.draw * (12 + 26 * load * turn) * (1 + 0.14 * seal + 0.04 * bearing) * spread(random, 0.012)
    return {
      pump: life.pump,
      time: new Date(start + hour * HOUR).toISOString().slice(0, 19).replace('T', ' '),
      running_h: String(hour),
      speed_rpm: speed.toFixed(0),
      vibration_rms_mm_s: shake.toFixed(3),
      vibration_kurtosis: kurtosis.toFixed(2),
      bearing_temp_c: warm.toFixed(1),
      pressure_bar: pressure.toFixed(3),
      motor_current_a: current.toFixed(2),
    }
  })
}

/** 0 while healthy, 1 at failure: slow at first, then faster and faster. */
function wearAt({ hours, wearFrom }: Life, hour: number): number {
  if (wearFrom === undefined || hour < wearFrom) return 0
  return ((hour - wearFrom + 1) / (hours - wearFrom)) ** 2
}

/** Speed is set for hours at a time, load wanders (a first-order autoregression), the hall follows the day. */
function dutyCycle(random: Random): (hour: number) => { speed: number; load: number; hall: number } {
  let setpoint = 1480
  let wander = 0
  return hour => {
    if (random.next() < 0.05) setpoint = [1380, 1430, 1480][random.integer(3)]!
    wander = 0.9 * wander + 0.03 * random.normal()
    return {
      speed: setpoint + 3 * random.normal(),
      load: Math.min(1, Math.max(0.3, 0.7 + wander)),
      hall: 22 + 4 * daylight(hour) + 0.3 * random.normal(),
    }
  }
}

/** −1 at night, 1 at noon, straight lines between: sine and cosine differ in the last bit between machines. */
function daylight(hour: number): number {
  return 1 - Math.abs((hour % 24) - 12) / 6
}

function spread(random: Random, share: number): number {
  return 1 + share * random.normal()
}

/** The files of the plant by name, ready to be written into one folder. */
export function plantFiles(seed: number): Record<string, string> {
  const { history, fleet, truth } = simulate(seed)
  const lives = truth.map(({ pump, outcome, hours, wearFrom }) => ({
    pump,
    outcome,
    hours: String(hours),
    wear_from: String(wearFrom ?? ''),
  }))
  return {
    'recipe.yaml': readBeside(import.meta.url, 'recipe.yaml'),
    'history.csv': history,
    'fleet.csv': fleet,
    'truth.csv': formatCsv(['pump', 'outcome', 'hours', 'wear_from'], lives),
  }
}

if (import.meta.main) {
  const [folder = fileURLToPath(new URL('./output', import.meta.url)), seed = '42'] = process.argv.slice(2)
  for (const path of writeFiles(folder, plantFiles(Number(seed)))) console.log(path)
}
