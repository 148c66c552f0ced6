import { statSync } from 'node:fs'
import type { Command } from 'commander'
import { inspectFolder } from '../../verbs/inspect-folder.ts'
import { isMlflowFolder } from '../../verbs/mlflow-folder.ts'
import { openModel } from '../../verbs/model-file.ts'
import { addForeignFlags, type ForeignFlags, saidBy } from '../foreign-flags.ts'
import * as options from '../options.ts'
import { describeForeign, foreignRecord } from '../summary/foreign.ts'
import { describeModelFile } from '../summary/model-file.ts'
import { describeModelFolder } from '../summary/model-folder.ts'
import type { Terminal } from '../terminal.ts'

const EXAMPLES = `Examples:
  tocsin inspect pump.tocsin
  tocsin inspect pump.tocsin --json
  tocsin inspect forest.joblib              what a model file of another program holds, and how it would be scored
  tocsin inspect models/                    every model below a folder: which open, which ask, which are refused and why
`

interface Flags extends ForeignFlags {
  model?: string
  threshold?: number
}

export function addInspect(program: Command, terminal: Terminal): Command {
  const command = program
    .command('inspect')
    .description('Say in words what a model file holds: model, features, cuts, where it comes from.')
    .argument('[file]', 'the model file, of tocsin or of another program; or a folder of models')
    .option('-m, --model <file>', 'the model file')
    .option('-t, --threshold <number>', 'the cut of a foreign model', options.asNumber('threshold'))
    .addHelpText('before', EXAMPLES)
  return addForeignFlags(command).action(async (position: string | undefined, flags: Flags) => {
    const path = options.required(
      options.given([position], { model: flags.model }).model,
      'the model file',
      'tocsin inspect pump.tocsin',
    )
    if (isFolder(path) && !isMlflowFolder(path)) {
      const models = await inspectFolder(terminal.host, path)
      if (terminal.json) return terminal.result({ folder: path, models })
      return describeModelFolder(terminal, models)
    }
    const opened = openModel(path, saidBy(flags, { ownsThreshold: true }))
    if ('artifact' in opened) return describeModelFile(terminal, opened)
    const { file, foreign } = opened
    terminal.result(foreignRecord(path, file, foreign))
    describeForeign(terminal, path, file, foreign)
  })
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
