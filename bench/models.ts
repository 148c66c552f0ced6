/**
 * `npm run bench:models [kind …]`: every model against the library that people use for it now, on one core, in one run.
 * Each file of bench/models/ with a `rows` function is one model; ours and the peer take turns.
 */
import { globSync } from 'node:fs'
import { cpus } from 'node:os'
import { basename, join } from 'node:path'
import type { Row } from './models/row.ts'

const wanted = process.argv.slice(2)
const files = globSync(join(import.meta.dirname, 'models', '*.ts'))
  .filter(file => basename(file) !== 'row.ts')
  .filter(file => wanted.length === 0 || wanted.includes(basename(file, '.ts')))
  .sort()
console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()}; one thread each, medians of pairs taken in turns\n`)
let missed = 0
for (const file of files) {
  const { rows } = (await import(file)) as { rows(): Promise<Row[]> }
  console.log(basename(file, '.ts'))
  for (const row of await rows()) {
    const reached = row.target === undefined || row.ratio >= row.target
    if (!reached) missed++
    const asked = row.target === undefined ? '' : ` (asked ${row.target} ×${reached ? '' : ': MISSED'})`
    console.log(
      `  ${row.name.padEnd(56)} ${perSecond(row.rows / row.oursS)}  ${row.peer} ${perSecond(row.rows / row.peerS)}  ${row.ratio.toFixed(2)} ×${asked}`,
    )
  }
}
if (missed > 0) console.log(`\n${missed} missed`)

function perSecond(rate: number): string {
  return `${rate >= 1000 ? Math.round(rate).toLocaleString('en') : rate.toPrecision(3)}/s`.padStart(14)
}
