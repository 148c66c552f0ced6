/** The real onnxruntime-node, brought once into bench/.cache: it is too large for the project's own dependencies. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const VERSION = '1.30.0'
export const RUNTIME_FOLDER = join(import.meta.dirname, '../../bench/.cache', `onnxruntime-${VERSION}`)

interface Tensor {
  readonly data: Float64Array | Float32Array | BigInt64Array | readonly string[]
  readonly dims: readonly number[]
}

interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>
}

export interface Runtime {
  readonly InferenceSession: { create(bytes: Uint8Array): Promise<Session> }
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => Tensor
}

/** Undefined, said aloud, where it cannot be had. */
export function findRuntime(): Runtime | undefined {
  const require = createRequire(join(RUNTIME_FOLDER, 'package.json'))
  try {
    if (!existsSync(join(RUNTIME_FOLDER, 'installed'))) install()
    return require('onnxruntime-node') as Runtime
  } catch (error) {
    console.warn(`SKIPPED: no onnxruntime-node: ${(error as Error).message}`)
    return undefined
  }
}

function install(): void {
  mkdirSync(RUNTIME_FOLDER, { recursive: true })
  writeFileSync(join(RUNTIME_FOLDER, 'package.json'), '{"private": true}\n')
  // Its install script fetches more from another host, which plain processors do without.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' }
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', `onnxruntime-node@${VERSION}`]
  const { status, stderr } = spawnSync(npm, args, { cwd: RUNTIME_FOLDER, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`npm ended with ${status}: ${stderr.slice(-300)}`)
  writeFileSync(join(RUNTIME_FOLDER, 'installed'), VERSION)
}
