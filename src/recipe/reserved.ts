/** Words of the grammar that other programs do today, and words people bring from elsewhere. */
import { nearest } from '../math/nearest.ts'

const FILES = 'export the rows to CSV, Parquet or .xlsx and name that file under rows.file'

/** Recognised words whose part is not in this version: what the part is, and what to do with files instead. */
const PARTS: Readonly<Record<string, readonly [part: string, instead: string]>> = {
  'rows.sql': ['reading from a database', FILES],
  'rows.table': ['reading from a database', FILES],
  'rows.since': ['reading only new rows from a database', `${FILES}; each run scores the whole file`],
  'rows.key': ['reading from a database', FILES],
  'rows.pivot': [
    'turning one result a line into one sample a line',
    'give a file with one row a sample and one column an analyte',
  ],
  'rows.signal': [
    'reading raw vibration signals',
    'give a file with one row a window, its figures (rms, kurtosis …) in columns',
  ],
  'columns.as_of': [
    'cutting a history at the day of the score',
    'give a file that ends at that day, and list what is known only after it under later',
  ],
  'columns.label.ahead': ['a label some time ahead', 'give a column or a condition of the same row'],
  'columns.time.from': ['a time in the name of a file', 'give the time as a column of the file, and name it'],
  'columns.time.partial': ['dates with a missing day or month', 'complete the dates in the file'],
  'sensors.*.bearing': ['bearing frequencies', 'give a file with these figures in columns'],
  'features.from_signal': ['figures of raw signals', 'give a file with these figures in columns'],
  'model.import': ['model files of other programs', 'fit a model here: model: isolation-forest'],
  'model.risk': ['model files of other programs', 'fit a model here: model: isolation-forest'],
  'levels.*.capacity': [
    'a cut from how many alarms people can look at',
    'give a false-alarm budget: {false_alarms: 1%}',
  ],
  'levels.*.cost': ['a cut from costs', 'give a false-alarm budget: {false_alarms: 1%}'],
  'levels.*.value': ['a cut on a predicted number', 'give a false-alarm budget: {false_alarms: 1%}'],
  'output.sql': ['writing to a database', 'load the CSV or Parquet file that is written'],
  'output.table': ['writing to a database', 'load the CSV or Parquet file that is written'],
  'output.key': ['writing to a database', 'load the CSV or Parquet file that is written'],
  'output.sort': ['sorted output', 'the rows keep the order of the input; sort the file that is written'],
  'output.level': ['output of one level only', 'filter the file that is written by its level column'],
  'output.per': ['one output a group', 'split the file that is written by its group column'],
  'output.again_after': ['repeated alerts', 'run the score on a schedule; each run writes all its alarms'],
  alerts: ['sending alerts', 'send the file that score writes from the job that runs it'],
  drift: ['watching for drift', 'evaluate new files from time to time: tocsin evaluate'],
}

const OUTPUT_FILES: Readonly<Record<string, string>> = {
  xlsx: 'open the CSV in the spreadsheet program',
  mat: 'read the Parquet file: parquetread("scores.parquet")',
}

/** A sentence pair for a recognised word at this path, or undefined. */
export function partOf(path: string): { part: string; instead: string } | undefined {
  const general = path.replace(/^(sensors|levels)\.("(?:[^"\\]|\\.)*"|[^.]+)/, '$1.*').replace(/^model\[\d+\]/, 'model')
  const row = Object.hasOwn(PARTS, general) ? PARTS[general] : undefined
  return row && { part: row[0], instead: row[1] }
}

export function outputFormat(word: unknown): { part: string; instead: string } | undefined {
  if (typeof word !== 'string' || !Object.hasOwn(OUTPUT_FILES, word)) return undefined
  return { part: `writing .${word}`, instead: OUTPUT_FILES[word]! }
}

/** What other tools call our words: the last part of a path → the word here. Edit distance would not find these. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  rows: ['data', 'input', 'source', 'dataset'],
  file: ['path', 'files', 'filename', 'filepath', 'url'],
  delimiter: ['sep', 'separator', 'delim'],
  by: ['on', 'key', 'keys', 'using'],
  where: ['filter', 'query'],
  time: ['timestamp', 'date', 'datetime', 'date_column', 'time_column'],
  zone: ['timezone', 'tz'],
  label: ['target', 'outcome', 'y', 'class'],
  ignore: ['drop', 'exclude', 'skip_columns'],
  limits: ['spec', 'specification', 'thresholds', 'allowed'],
  fault: ['faults', 'fault_codes', 'error_codes', 'sentinel'],
  missing: ['na', 'na_values', 'null_values'],
  levels: ['threshold', 'thresholds', 'alarms', 'severity'],
  false_alarms: ['far', 'target_far', 'false_alarm_rate', 'budget', 'alarms'],
  risk: ['threshold', 'cut', 'score'],
  hold: ['persistence', 'debounce', 'consecutive'],
  use: ['type', 'kind', 'name', 'algorithm', 'class'],
  seed: ['random_state', 'random_seed'],
  calibrate: ['calibration', 'validation', 'val', 'holdout'],
  test: ['test_size'],
  transforms: ['preprocessing', 'steps', 'pipeline', 'scale'],
}

/** Which of `words` another tool's word stands for, misspelt or not. */
export function translate(word: string, words: readonly string[]): string | undefined {
  const lower = word.toLowerCase()
  const exact = words.find(ours => ELSEWHERE[ours]?.includes(lower))
  return exact ?? words.find(ours => lower.length > 4 && nearest(lower, ELSEWHERE[ours] ?? []))
}
