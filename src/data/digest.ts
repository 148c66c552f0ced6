/** SHA-256 of big files beside the scan, on another core. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Worker } from 'node:worker_threads'

/** Below this a worker costs more than it saves. */
export const WORKER_BYTES = 48 * 2 ** 20

// As text, so that the same lines run from source and from the published package.
const HASH = `
const { createHash } = require('node:crypto')
const { closeSync, openSync, readSync } = require('node:fs')
const { parentPort, workerData } = require('node:worker_threads')
const hash = createHash('sha256')
const block = Buffer.allocUnsafe(4 << 20)
const file = openSync(workerData, 'r')
for (let n; (n = readSync(file, block, 0, block.length, null)) > 0; ) hash.update(block.subarray(0, n))
closeSync(file)
parentPort.postMessage(hash.digest('hex'))
`

export function hashInWorker(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(HASH, { eval: true, workerData: path })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

/** Of all bytes of all files, in order. */
export async function hashFiles(paths: readonly string[]): Promise<string> {
  const [only] = paths
  if (only !== undefined && paths.length === 1) return hashInWorker(only)
  const hash = createHash('sha256')
  for (const path of paths)
    for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(block)
  return hash.digest('hex')
}
