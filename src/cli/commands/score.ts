import { readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import type { Command } from 'commander'
import { Failure } from '../../errors.ts'
import { type ScoreRequest, type ScoreResult, score } from '../../verbs/score.ts'
import { version } from '../../verbs/version.ts'
import { addForeignFlags, type ForeignFlags, saidBy } from '../foreign-flags.ts'
import * as options from '../options.ts'
import { scoreToStdout } from '../stdout.ts'
import { describeScore, warnOfScore } from '../summary/score.ts'
import type { Terminal } from '../terminal.ts'

interface Flags extends ForeignFlags {
  model: string[]
  input?: string
  output?: string
  threshold?: number
  batchSize?: number
  onInvalid: ScoreRequest['onInvalid']
  maxRejected: number
  reasons?: number
  reasonsOf?: 'alarms' | 'all'
  format?: ('csv' | 'parquet')[]
  replace: boolean
  strict: boolean
  scoredAt?: string
  threads?: number
  memory?: string
}

const EXAMPLES = `Examples:
  tocsin score pump.tocsin today.csv
  tocsin score_batch --model pump.tocsin --input today.csv --output scores/today --verbose
  tocsin score --model old.tocsin --model new.tocsin --input today.csv      both models, side by side
  tocsin score pump.tocsin today.csv --output - | head                      CSV on standard output
  tocsin score forest.joblib today.csv --features temp,pressure,flow        a model of scikit-learn
`

export function addScore(program: Command, terminal: Terminal): Command {
  const command = program
    .command('score')
    .alias('score-batch')
    .description('Score rows with a model: scores, alarms and reasons beside your own columns.')
    .argument('[model]', 'the model file')
    .argument('[input]', 'the table: CSV, Parquet or .xlsx; a file, a folder or a glob')
    .option(
      '-m, --model <file>',
      'the model file; give it again to compare models on the same rows',
      (v, all: string[]) => [...all, v],
      [],
    )
    .option('-i, --input <path>', 'the table: CSV, Parquet or .xlsx; a file, a folder or a glob')
    .option(
      '-o, --output <name>',
      'the outputs, without an ending; - for CSV on standard output (default: <input>_scores)',
    )
    .option('-t, --threshold <number>', 'use this cut in place of the calibrated one', options.asNumber('threshold'))
    .option(
      '--batch-size <rows>',
      'rows to score at a time; changes memory, never results',
      options.asCount('batch-size'),
    )
    .option(
      '--on-invalid <what>',
      'rows with unusable features: skip (keep unscored), impute or error',
      options.asOnInvalid,
      'skip',
    )
    .option(
      '--max-rejected <share>',
      'fail with exit code 7 when more rows than this were not scored',
      options.asShare('max-rejected'),
      1,
    )
    .option(
      '--reasons <n>',
      'name the n features that raised the risk most, with value and share, in columns of their own',
      options.asCount('reasons'),
    )
    .option('--reasons-of <rows>', 'alarms (default) or all', options.asReasonsOf)
    .option('--format <format>', 'csv, parquet or both (default: as the recipe says)', options.asFormats)
    .option('--strict', 'fail, and write nothing, where columns cannot be what the model was taught with', false)
    .option('--replace', 'overwrite columns of the input that have the names of ours', false)
    .option('--scored-at <time>', 'the time written into scored_at (default: SOURCE_DATE_EPOCH, or now)')
    .option('--threads <n>', 'threads for reading and writing tables, and for scoring', options.asCount('threads'))
    .option('--memory <size>', 'memory for tables, such as 600MB', options.asMemory)
    .addHelpText('before', EXAMPLES)
  return addForeignFlags(command).action(
    async (first: string | undefined, second: string | undefined, flags: Flags) => {
      if (flags.output === '-' && terminal.json) {
        throw new Failure('USAGE', {
          problem: 'standard output carries the CSV, so --json has no place there',
          hint: 'Give --output a name, or leave out --json.',
        })
      }
      if (flags.output === '-' && flags.format?.includes('parquet')) {
        throw new Failure('USAGE', {
          problem: 'standard output carries CSV only',
          hint: 'Give --output a name for Parquet, or leave out --format.',
        })
      }
      const request = requestOf(first, second, flags, terminal)
      if (flags.output === '-') await scoreToStdout(terminal, request)
      else show(terminal, await score(terminal.host, request))
    },
  )
}

function requestOf(
  first: string | undefined,
  second: string | undefined,
  flags: Flags,
  terminal: Terminal,
): ScoreRequest {
  const example = 'tocsin score pump.tocsin today.csv'
  const { model, input: table } = options.given([first, second], { model: flags.model, input: flags.input })
  const models = Array.isArray(model) ? model : [options.required(model as string | undefined, 'the model', example)]
  const input = options.required(table, 'the input', example)
  const said = saidBy(flags)
  return {
    models,
    said,
    input,
    output: flags.output === undefined || flags.output === '-' ? defaultOutput(input) : withoutEnding(flags.output),
    threshold: said?.thresholdOf === undefined ? flags.threshold : undefined,
    batchSize: flags.batchSize,
    onInvalid: flags.onInvalid,
    maxRejected: flags.maxRejected,
    reasons: flags.reasons,
    reasonsOf: flags.reasonsOf,
    formats: flags.format,
    strict: flags.strict,
    replace: flags.replace,
    scoredAt: options.scoredAt(flags.scoredAt, process.env.SOURCE_DATE_EPOCH, terminal.host.now()),
    version: version(),
    commit: options.gitCommit('.'),
    threads: flags.threads,
    memory: flags.memory,
  }
}

/** `-o day.csv` means the outputs called day; any other dot belongs to the name, as in scores.v1. */
function withoutEnding(output: string): string {
  return output.replace(/(?<=[^/\\])\.(csv|parquet)$/, '')
}

/** day.csv.gz → day_scores, in the current folder. */
function defaultOutput(input: string): string {
  const name = basename(input)
    .replace(/\.gz$/i, '')
    .replace(/[*?[\]{}]/g, '')
  const stem = name.slice(0, name.length - extname(name).length)
  return `${stem || 'input'}_scores`
}

function show(terminal: Terminal, result: ScoreResult): void {
  warnOfScore(terminal, result)
  if (terminal.json) {
    const metadata = result.files.find(f => f.name.endsWith('_metadata.json'))
    if (metadata) terminal.out(readFileSync(join(result.directory, metadata.name), 'utf8'))
    return
  }
  describeScore(terminal, result)
}
