/** Scores on standard output: the same run in a private folder, then its CSV, whole or not at all. */
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { refuseTooMany, type ScoreRequest, score } from '../verbs/score.ts'
import { describeScore, warnOfScore } from './summary/score.ts'
import type { Terminal } from './terminal.ts'

export async function scoreToStdout(terminal: Terminal, request: ScoreRequest): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const forget = terminal.host.onStop(remove)
  try {
    terminal.toStderr()
    // The rows that were scored are written in any case; whether they are enough is said after them.
    const everything = { ...request, output: join(folder, 'scores'), formats: ['csv'], maxRejected: 1 } as const
    const result = await score(terminal.host, everything)
    warnOfScore(terminal, result)
    await pipeline(createReadStream(join(folder, 'scores.csv')), process.stdout, { end: false })
    describeScore(terminal, { ...result, files: [] })
    refuseTooMany(result.outcome, request.maxRejected, 'the column alarm_reason')
  } finally {
    forget()
    remove()
  }
}
