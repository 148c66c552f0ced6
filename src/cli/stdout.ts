/** Scores on standard output: the same run in a private folder, then its CSV, whole or not at all. */
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { score, type ScoreRequest } from '../verbs/score.ts'
import { describeScore } from './summary/score.ts'
import type { Terminal } from './terminal.ts'

export async function scoreToStdout(terminal: Terminal, request: ScoreRequest): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const forget = terminal.host.onStop(remove)
  try {
    terminal.toStderr()
    const result = await score(terminal.host, { ...request, output: join(folder, 'scores'), formats: ['csv'] })
    for (const warning of result.warnings) terminal.host.warn(warning)
    await pipeline(createReadStream(join(folder, 'scores.csv')), process.stdout, { end: false })
    describeScore(terminal, { ...result, files: [] })
  } finally {
    forget()
    remove()
  }
}
