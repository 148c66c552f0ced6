/**
 * node publish-driver.ts FOLDER SEED [BYTES] [HOLD]: publishes out.csv, out.parquet and out_metadata.json, with content
 * that follows from the seed, in writes of 64 KiB. BYTES: of the two data files together. HOLD: waits so many ms
 * between writing and publishing. Exits with the code of the Failure, which it prints.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { outputFailure } from '../../src/data/output-failure.ts'
import { beginRun, type PublishedFile } from '../../src/data/publish.ts'
import { Failure } from '../../src/errors.ts'
import { isAlive } from '../../src/verbs/alive.ts'
import { contentOf } from './publish-set.ts'

const [directory = '.', seed = '1', bytes = '5242880', hold = '0'] = process.argv.slice(2)
const content = contentOf(Number(seed), Number(bytes))

try {
  const token = crypto.randomUUID().slice(0, 8)
  const run = await beginRun({ directory, name: 'out', files: Object.keys(content), pid: process.pid, token, isAlive })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      run.discard()
      process.exit(signal === 'SIGINT' ? 130 : 143)
    })
  }
  try {
    for (const [name, data] of Object.entries(content)) write(run.temp(name), data, `${directory}/${name}`)
    await new Promise(resolve => setTimeout(resolve, Number(hold)))
    const text = (files: readonly PublishedFile[]) =>
      JSON.stringify({ outputs: files.map(({ name, ...rest }) => ({ file: name, ...rest })) })
    const metadata = { name: 'out_metadata.json', text }
    await run.publish({ files: Object.keys(content), metadata })
  } finally {
    run.discard()
  }
} catch (error) {
  if (!(error instanceof Failure)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = error.exit
}

/** In small blocks, as a scorer writes, so that there are many moments at which a write can fail. */
function write(temp: string, data: Uint8Array, path: string): void {
  try {
    const file = openSync(temp, 'wx')
    for (let at = 0; at < data.length; ) at += writeSync(file, data, at, Math.min(65_536, data.length - at))
    closeSync(file)
  } catch (error) {
    throw outputFailure(error, path)
  }
}
