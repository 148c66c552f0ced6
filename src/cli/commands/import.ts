import type { Command } from 'commander'
import { Failure } from '../../errors.ts'
import type { Said } from '../../verbs/foreign-file.ts'
import { importFile } from '../../verbs/import-file.ts'
import { modelName } from '../../verbs/model-file.ts'
import { addForeignFlags, asScale, type ForeignFlags, saidBy } from '../foreign-flags.ts'
import * as options from '../options.ts'
import { describeLevels } from '../summary/levels.ts'
import { describeSource, shown } from '../summary/source.ts'
import type { Terminal } from '../terminal.ts'
import { number, typed } from '../words.ts'

interface Flags extends ForeignFlags {
  output?: string
  threshold?: number
  background?: string
  check?: string
  expect?: string
  expectColumn?: string
  expectOf?: Said['thresholdOf']
  tolerance?: number
  threads?: number
  memory?: string
}

const EXAMPLES = `Examples:
  tocsin import ims_iforest.joblib -o ims.tocsin
  tocsin import forest.pkl -o forest.tocsin --features temp,pressure,flow --scaler scaler.pkl
  tocsin import model.joblib -o model.tocsin --check sample.csv --expect scores.csv
`

export function addImport(program: Command, terminal: Terminal): Command {
  const command = program
    .command('import')
    .description(
      'Turn a model file of another program (joblib, pickle, LightGBM, XGBoost, ONNX …) into one of tocsin’s.',
    )
    .argument('<file>', 'the model file')
    .option('-o, --output <file>', 'the new model file (default: its name with .tocsin)')
    .option('-t, --threshold <number>', 'the cut; see --threshold-of', options.asNumber('threshold'))
    .option('--background <table>', 'rows like those that taught: their ranges and some of them are kept')
    .option('--check <table>', 'rows to score, to be compared with --expect')
    .option('--expect <table>', 'what the original says of the rows of --check, in their order')
    .option(
      '--expect-column <name>',
      'the column of --expect (default: anomaly_score, score, risk … or the only number)',
    )
    .option(
      '--expect-of <scale>',
      'what these numbers are: risk (default), score_samples or decision_function',
      asScale('expect-of'),
    )
    .option(
      '--tolerance <number>',
      'how far apart the numbers may be, and by which share of the expected (default: 1e-9; 1e-6 of XGBoost and PyTorch)',
      options.asPositive('tolerance'),
    )
    .option('--threads <n>', 'threads for reading tables', options.asCount('threads'))
    .option('--memory <size>', 'memory for tables, such as 600MB', options.asMemory)
    .addHelpText('before', EXAMPLES)
  return addForeignFlags(command).action(async (file: string, flags: Flags) => {
    const output = flags.output ?? `${modelName(file)}.tocsin`
    if (flags.thresholdFile !== undefined && flags.threshold !== undefined)
      throw new Failure('USAGE', {
        problem: '--threshold and --threshold-file are both given',
        hint: 'Give one of them.',
      })
    // Here the threshold is the file's, whatever its scale.
    const said = saidBy(flags, { ownsThreshold: true })
    const result = await importFile(terminal.host, { ...flags, model: file, output, said })
    for (const warning of result.warnings) terminal.host.warn(warning)
    const { artifact, from, id, path, parity } = result
    terminal.result({
      model: path,
      id,
      from: file,
      source: artifact.source,
      levels: artifact.levels,
      notes: from.foreign?.notes,
      parity,
    })
    describeSource(terminal, artifact)
    terminal.say('features', `${artifact.features.length}: ${shown(artifact.features.map(({ name }) => name))}`)
    describeLevels(terminal, artifact)
    for (const note of from.foreign?.notes ?? []) terminal.note(note)
    if (parity)
      terminal.say(
        'parity',
        `${number(parity.rows)} rows of ${parity.column}; largest difference ${parity.difference} in row ${parity.row}`,
      )
    if (artifact.levels.length === 0)
      terminal.host.warn(`the model has no cut yet: tocsin threshold ${typed(path)} --input normal.csv`)
    terminal.say('saved', `${path} (${id.slice(0, 8)})`)
    terminal.say('next', `tocsin score ${typed(path)} new.csv`)
  })
}
