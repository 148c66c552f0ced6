/** Where outputs go. */
import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Failure } from '../errors.ts'

/** "artifacts/scores/ims.v1" → its folder and its name; the name is kept whole, dots and all. */
export function splitOutput(output: string): { directory: string; name: string } {
  if (output === '' || /[/\\]$/.test(output)) {
    throw new Failure('OUTPUT_NOT_WRITABLE', {
      path: output || "''",
      reason: 'it names a folder, a file name without ending was expected',
      hint: 'Give for example --output scores/day1',
    })
  }
  return { directory: dirname(output), name: basename(output) }
}

/** Inputs are never written over, whatever path leads to them. */
export function refuseOverwriting(inputs: readonly string[], outputs: readonly string[]): void {
  const real = new Set(inputs.map(realPath))
  const clash = outputs.find(path => real.has(realPath(path)))
  if (clash !== undefined) throw new Failure('OUTPUT_IS_INPUT', { path: clash })
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    try {
      return join(realpathSync(dirname(path)), basename(path))
    } catch {
      return resolve(path)
    }
  }
}
