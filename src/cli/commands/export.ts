import type { Command } from 'commander'
import { Failure } from '../../errors.ts'
import { DIALECTS, type Dialect, EXPORT_FORMATS, type ExportFormat, exportModel } from '../../verbs/export.ts'
import * as options from '../options.ts'
import type { Terminal } from '../terminal.ts'
import { number } from '../words.ts'

interface Flags {
  model?: string
  to?: ExportFormat
  output?: string
  dialect?: Dialect
  table?: string
}

const EXAMPLES = `Examples:
  tocsin export pump.tocsin --to onnx                            pump.onnx, for any ONNX runtime
  tocsin export pump.tocsin --to sql --table readings            pump.sql, one SELECT for DuckDB
  tocsin export pump.tocsin --to sql --dialect postgres -o score.sql
  tocsin export pump.tocsin --to json                            all its numbers, to be read by another program
`

export function addExport(program: Command, terminal: Terminal): Command {
  return program
    .command('export')
    .description('Write a model for another program: as an ONNX graph, one SQL statement or plain JSON.')
    .argument('[file]', 'the model file')
    .option('-m, --model <file>', 'the model file')
    .option('--to <format>', `${EXPORT_FORMATS.join(', ')}`, oneOf('to', EXPORT_FORMATS))
    .option('-o, --output <file>', 'the file to write (default: the model’s name with the format’s ending)')
    .option('--dialect <database>', `of SQL: ${DIALECTS.join(' or ')} (default: duckdb)`, oneOf('dialect', DIALECTS))
    .option('--table <name>', 'of SQL: the table that is scored (default: input)')
    .addHelpText('before', EXAMPLES)
    .action(async (position: string | undefined, flags: Flags) => {
      const example = 'tocsin export pump.tocsin --to onnx'
      const model = options.required(options.given([position], { model: flags.model }).model, 'the model file', example)
      const to = options.required(flags.to, '--to onnx, sql or json', example) as ExportFormat
      refuseForeign(flags, to)
      const {
        path,
        bytes,
        inputs,
        outputs,
        left,
        model: read,
      } = await exportModel(terminal.host, { ...flags, model, to })
      terminal.result({ path, bytes, format: to, model: read.path, id: read.id, inputs, outputs, left })
      terminal.say('saved', `${path}, ${number(bytes)} bytes`)
      if (inputs.length > 0) terminal.say('reads', inputs.join(', '))
      if (outputs.length > 0) terminal.say('gives', outputs.join(', '))
      for (const what of left) terminal.say('left out', what)
    })
}

function refuseForeign({ dialect, table }: Flags, to: ExportFormat): void {
  if (to === 'sql' || (dialect === undefined && table === undefined)) return
  throw new Failure('USAGE', {
    problem: `--${dialect === undefined ? 'table' : 'dialect'} says how SQL is written, and --to is ${to}`,
    hint: 'Leave it out, or give --to sql.',
  })
}

function oneOf<Word extends string>(flag: string, words: readonly Word[]) {
  return (text: string): Word => {
    const found = words.find(word => word === text)
    if (found !== undefined) return found
    throw new Failure('USAGE', {
      problem: `--${flag} is ${JSON.stringify(text)}, expected ${words.join(' or ')}`,
      hint: `Give --${flag} ${words.join(' or ')}.`,
    })
  }
}
