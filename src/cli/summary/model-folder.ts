/** The models below a folder, as lines of a table. */
import type { ExampleRows, FoundModel } from '../../verbs/inspect-folder.ts'
import type { Terminal } from '../terminal.ts'
import { counted, number } from '../words.ts'

/** What lies between the columns. */
const GAP = '  '

export function describeModelFolder(terminal: Terminal, models: readonly FoundModel[]): void {
  const wide = Math.max(...models.map(({ path }) => path.length))
  const indent = ' '.repeat(wide + GAP.length + 'refused'.length + GAP.length)
  for (const { path, format, holds, outcome, reason, hint, example } of models) {
    const what = [format, holds].filter(Boolean).join(', ')
    const lines = [
      ...(what ? [what] : []),
      ...(reason ? [reason] : []),
      ...(hint ? [hint] : []),
      ...(example ? [exampleText(example)] : []),
    ].flatMap(text => text.split('\n'))
    const [first = '', ...more] = lines
    terminal.out(`${path.padEnd(wide)}${GAP}${outcome.padEnd('refused'.length)}${GAP}${first}\n`)
    for (const line of more) terminal.out(`${indent}${line}\n`)
  }
  const count = (word: FoundModel['outcome']) => number(models.filter(({ outcome }) => outcome === word).length)
  terminal.out(
    `\n${counted(models.length, 'model')}: ${count('opens')} open, ${count('asks')} ask, ${count('refused')} refused\n`,
  )
}

function exampleText({ rows, risk, parity }: ExampleRows): string {
  const of = `its example, ${counted(rows, 'row')}`
  if (!parity) {
    const known = risk.filter(value => !Number.isNaN(value))
    if (known.length === 0) return `${of}: no risk`
    return `${of}: risk ${short(Math.min(...known))} to ${short(Math.max(...known))}`
  }
  const { difference, row, within, of: scale } = parity
  const apart = `largest difference from the original's ${scale} ${difference}`
  return within ? `${of}: ${apart}` : `${of}: NOT EQUAL, ${apart} in row ${row}`
}

const short = (value: number): string => String(Number(value.toPrecision(6)))
