/** SHA-256 of big files beside the scan, on another core. */
import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
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
    answer(worker, resolve, reject)
  })
}

function answer(worker: Worker, resolve: (hash: string) => void, reject: (error: unknown) => void): void {
  worker.once('message', resolve)
  // A worker that cannot open its own pipes says so only in its text.
  worker.once('error', error =>
    reject(/\bEMFILE\b/.test(error.message) ? Object.assign(error, { code: 'EMFILE' }) : error),
  )
  // After an answer this says nothing; without one nobody may wait for ever.
  worker.once('exit', code => reject(new Error(`the hashing thread ended with ${code}`)))
}

// Positive: bytes that may be read. Negative: −bytes − 1, and no more will come.
const FOLLOW = `
const { createHash } = require('node:crypto')
const { closeSync, openSync, readSync } = require('node:fs')
const { parentPort, workerData } = require('node:worker_threads')
const progress = new BigInt64Array(workerData.progress)
const hash = createHash('sha256')
const block = Buffer.allocUnsafe(4 << 20)
const file = openSync(workerData.path, 'r')
for (let at = 0; ; ) {
  const seen = Atomics.load(progress, 0)
  const end = Number(seen < 0n ? -seen - 1n : seen)
  if (at < end) {
    const n = readSync(file, block, 0, Math.min(block.length, end - at), at)
    if (n === 0) throw new Error('the file became shorter while it was written')
    hash.update(block.subarray(0, n))
    at += n
  } else if (seen < 0n) break
  else Atomics.wait(progress, 0, seen)
}
closeSync(file)
parentPort.postMessage(hash.digest('hex'))
`

/** Takes the hash of a file while it is being written, on another core. */
export interface Follower {
  /** So many bytes of the file are written. */
  reached(bytes: number): void
  /** The file is complete. */
  finish(): Promise<string>
  /** The file will not be completed. */
  abandon(): void
}

/** @param path an existing file */
export function followHash(path: string): Follower {
  const progress = new BigInt64Array(new SharedArrayBuffer(8))
  const worker = new Worker(FOLLOW, { eval: true, workerData: { path, progress: progress.buffer } })
  const done = new Promise<string>((resolve, reject) => answer(worker, resolve, reject))
  // A failure of the writer must not leave this one unheard.
  done.catch(() => undefined)
  const tell = (value: bigint) => {
    Atomics.store(progress, 0, value)
    Atomics.notify(progress, 0)
  }
  return {
    reached: bytes => tell(BigInt(bytes)),
    finish() {
      tell(-(progress[0] as bigint) - 1n)
      return done
    },
    abandon: () => void worker.terminate(),
  }
}

/** Of all bytes of all files, in order. */
export async function hashFiles(paths: readonly string[]): Promise<string> {
  const [only] = paths
  if (only !== undefined && paths.length === 1 && statSync(only).size >= WORKER_BYTES) return hashInWorker(only)
  const hash = createHash('sha256')
  for (const path of paths)
    for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(block)
  return hash.digest('hex')
}
