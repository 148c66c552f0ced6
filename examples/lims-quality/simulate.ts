/**
 * A water laboratory for five long-term-care facilities: ten samples an hour, four measurements each.
 *
 * `history` is 200 working days of what the laboratory signed off, with a few samples it rejected; `day` is the fifty
 * samples of the published monitoring example, with its four kinds of trouble; `truth` names what was put into which
 * sample. Pure: the same seed gives the same text.
 *
 * Run directly, it writes these and a copy of the recipe: node simulate.ts [folder] [seed]
 */
import { fileURLToPath } from 'node:url'
import { createRandom, type Random } from '../../src/math/random.ts'
import { formatCsv, parseCsv, type Row } from '../csv.ts'
import { readBeside, writeFiles } from '../files.ts'

export const COLUMNS = [
  'sample_id',
  'facility_id',
  'batch_id',
  'timestamp',
  'ph_level',
  'storage_temp_c',
  'dissolved_oxygen_ppm',
  'turbidity_ntu',
] as const

export type Trouble = 'sensor fault' | 'warm fridge' | 'contamination' | 'calibration drift'

/** What was put into a sample, and the level at which a person should meet it. */
export interface Injected {
  readonly sample_id: string
  readonly trouble: Trouble
  readonly column: string
  readonly level: 'WARNING' | 'CRITICAL_FAILURE'
}

export interface Laboratory {
  readonly history: string
  readonly day: string
  readonly truth: readonly Injected[]
}

interface Sample {
  ph_level: number
  storage_temp_c: number
  dissolved_oxygen_ppm: number
  turbidity_ntu: number
}

const FACILITIES = ['GA_LTC_01', 'GA_LTC_02', 'GA_LTC_03', 'GA_LTC_04', 'GA_LTC_05'] as const
const FAULT = -999
const DAY_START = Date.UTC(2025, 10, 22, 10)
const HOUR = 3_600_000
const BATCH = 10
const BATCHES_A_DAY = 10
const HISTORY_DAYS = 200

/** What the laboratory signs off. A sample outside is measured again, so verified readings end here: the tails of the
 * published distributions (0.3 % of pH, 0.05 % of turbidity) would otherwise be rightful alarms among healthy rows. */
const SIGNED_OFF = {
  ph_level: [6.75, 7.65],
  storage_temp_c: [2, 8],
  dissolved_oxygen_ppm: [6, 11],
  turbidity_ntu: [0, 5],
}
const PH_HIGH = 7.65

const DRIFT = ids(18, 22)
const WARM = ids(35, 36)
const CONTAMINATED = ids(42, 45)

export function simulate(seed: number): Laboratory {
  const random = createRandom(seed)
  return { history: history(random.fork(1)), day: day(random.fork(2)), truth: TRUTH }
}

export const TRUTH: readonly Injected[] = [
  { sample_id: 'S0012', trouble: 'sensor fault', column: 'ph_level', level: 'WARNING' },
  ...DRIFT.map(
    sample_id => ({ sample_id, trouble: 'calibration drift', column: 'ph_level', level: 'WARNING' }) as const,
  ),
  { sample_id: 'S0023', trouble: 'sensor fault', column: 'dissolved_oxygen_ppm', level: 'WARNING' },
  ...WARM.map(
    sample_id => ({ sample_id, trouble: 'warm fridge', column: 'storage_temp_c', level: 'CRITICAL_FAILURE' }) as const,
  ),
  ...CONTAMINATED.map(
    sample_id => ({ sample_id, trouble: 'contamination', column: 'turbidity_ntu', level: 'CRITICAL_FAILURE' }) as const,
  ),
]

function day(random: Random): string {
  const rows = ids(1, 50).map((id, i) => {
    const sample = healthy(random)
    spoil(id, sample, random)
    return row(id, place(id, random), DAY_START + Math.floor(i / BATCH) * HOUR, Math.floor(i / BATCH), sample)
  })
  return formatCsv(COLUMNS, rows)
}

/** Each trouble lives in one place: a fridge, a tap, a pH meter. */
function place(id: string, random: Random): string {
  const any = FACILITIES[random.integer(FACILITIES.length)]!
  if (WARM.includes(id)) return 'GA_LTC_03'
  if (CONTAMINATED.includes(id) || id === 'S0001') return 'GA_LTC_01'
  return DRIFT.includes(id) ? 'GA_LTC_02' : any
}

function spoil(id: string, sample: Sample, random: Random): void {
  if (id === 'S0012') sample.ph_level = FAULT
  if (id === 'S0023') sample.dissolved_oxygen_ppm = FAULT
  if (WARM.includes(id)) sample.storage_temp_c = 85
  if (CONTAMINATED.includes(id)) contaminate(sample, random)
  if (DRIFT.includes(id)) {
    // One sample in a hundred would drift to a pH that is still allowed; then nothing would be wrong to find.
    while (sample.ph_level + 0.8 <= PH_HIGH + 0.05) sample.ph_level = healthy(random).ph_level
    sample.ph_level += 0.8
  }
}

function contaminate(sample: Sample, random: Random): void {
  sample.turbidity_ntu = 15 + 10 * random.next()
  sample.dissolved_oxygen_ppm -= 2 + 2 * random.next()
}

function history(random: Random): string {
  const rows: Row[] = []
  for (let batch = 0; batch < HISTORY_DAYS * BATCHES_A_DAY; batch++) {
    const number = batch % BATCHES_A_DAY
    const time = DAY_START - (HISTORY_DAYS - Math.floor(batch / BATCHES_A_DAY)) * 24 * HOUR + number * HOUR
    for (let i = 0; i < BATCH; i++) {
      const id = `H${String(rows.length + 1).padStart(5, '0')}`
      const place = FACILITIES[random.integer(FACILITIES.length)]!
      const sample = healthy(random)
      const rejected = random.next() < 0.005
      if (rejected) pastTrouble(sample, random)
      rows.push({ ...row(id, place, time, number, sample), status: rejected ? 'rejected' : 'verified' })
    }
  }
  return formatCsv([...COLUMNS, 'status'], rows)
}

/** What the laboratory threw away in the past: real files hold such rows, and the recipe must not learn from them. */
function pastTrouble(sample: Sample, random: Random): void {
  const kind = random.integer(4)
  if (kind === 0) sample.ph_level = FAULT
  if (kind === 1) sample.storage_temp_c = 12 + 20 * random.next()
  if (kind === 2) contaminate(sample, random)
  if (kind === 3) sample.ph_level += 0.8
}

function healthy(random: Random): Sample {
  return {
    ph_level: within(SIGNED_OFF.ph_level, () => 7.2 + 0.15 * random.normal()),
    storage_temp_c: within(SIGNED_OFF.storage_temp_c, () => 4 + 0.3 * random.normal()),
    dissolved_oxygen_ppm: within(SIGNED_OFF.dissolved_oxygen_ppm, () => 8.5 + 0.5 * random.normal()),
    // Gamma with shape 2 and scale 0.5 is the sum of two exponentials; 1 − u keeps the logarithm finite.
    turbidity_ntu: within(SIGNED_OFF.turbidity_ntu, () => -0.5 * Math.log((1 - random.next()) * (1 - random.next()))),
  }
}

function within([low, high]: readonly number[], draw: () => number): number {
  let value = draw()
  while (value < low! || value > high!) value = draw()
  return value
}

function row(id: string, facility: string, time: number, batch: number, sample: Sample): Row {
  const at = new Date(time).toISOString()
  return {
    sample_id: id,
    facility_id: facility,
    batch_id: `BATCH_${at.slice(0, 10).replaceAll('-', '')}_${String(batch).padStart(3, '0')}`,
    timestamp: `${at.slice(0, 10)} ${at.slice(11, 19)}`,
    ph_level: written(sample.ph_level, 3),
    storage_temp_c: written(sample.storage_temp_c, 2),
    dissolved_oxygen_ppm: written(sample.dissolved_oxygen_ppm, 2),
    turbidity_ntu: written(sample.turbidity_ntu, 2),
  }
}

/** An instrument writes its code without decimals. */
function written(value: number, digits: number): string {
  return value === FAULT ? String(FAULT) : value.toFixed(digits)
}

function ids(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => `S${String(first + i).padStart(4, '0')}`)
}

/** The files of the plant by name, ready to be written into one folder. `checked.csv` is the day with what was found out
 * about each sample later. */
export function plantFiles(seed: number): Record<string, string> {
  const { history, day, truth } = simulate(seed)
  const trouble = new Map(truth.map(injected => [injected.sample_id, injected.trouble]))
  const checked = parseCsv(day).map(row => ({ ...row, trouble: trouble.get(row.sample_id ?? '') ?? 'none' }))
  return {
    'recipe.yaml': readBeside(import.meta.url, 'recipe.yaml'),
    'history.csv': history,
    'day.csv': day,
    'checked.csv': formatCsv([...COLUMNS, 'trouble'], checked),
  }
}

if (import.meta.main) {
  const [folder = fileURLToPath(new URL('./output', import.meta.url)), seed = '42'] = process.argv.slice(2)
  for (const path of writeFiles(folder, plantFiles(Number(seed)))) console.log(path)
}
