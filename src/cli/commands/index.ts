/** The one list of commands. A new one is a file and a line here. */
import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'

export type AddCommand = (program: Command, terminal: Terminal) => Command

interface Entry {
  /** The command's word, then its other names. */
  readonly words: readonly string[]
  /** Loaded only when it is called or listed: starting one command must not pay for the others. */
  load(): Promise<AddCommand>
}

export const commands: readonly Entry[] = [
  { words: ['init'], load: async () => (await import('./init.ts')).addInit },
  { words: ['features', 'make-features'], load: async () => (await import('./features.ts')).addFeatures },
  { words: ['fit', 'train'], load: async () => (await import('./fit.ts')).addFit },
  { words: ['compare'], load: async () => (await import('./compare.ts')).addCompare },
  { words: ['ensemble'], load: async () => (await import('./ensemble.ts')).addEnsemble },
  { words: ['threshold', 'calibrate'], load: async () => (await import('./threshold.ts')).addThreshold },
  { words: ['evaluate'], load: async () => (await import('./evaluate.ts')).addEvaluate },
  { words: ['score', 'score-batch'], load: async () => (await import('./score.ts')).addScore },
  { words: ['explain'], load: async () => (await import('./explain.ts')).addExplain },
  { words: ['importance'], load: async () => (await import('./importance.ts')).addImportance },
  { words: ['models'], load: async () => (await import('./models.ts')).addModels },
  { words: ['import'], load: async () => (await import('./import.ts')).addImport },
  { words: ['inspect'], load: async () => (await import('./inspect.ts')).addInspect },
  { words: ['export'], load: async () => (await import('./export.ts')).addExport },
  { words: ['schema'], load: async () => (await import('./schema.ts')).addSchema },
  { words: ['demo'], load: async () => (await import('./demo.ts')).addDemo },
]
