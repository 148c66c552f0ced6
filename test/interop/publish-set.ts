/** The content that the publish driver writes, and the judgement of a folder after whatever happened to it. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Data files by name, the bytes shared 3 : 2; a function of the seed alone. */
export function contentOf(seed: number, bytes: number): Record<string, Uint8Array> {
  const csv = Math.round(bytes * 0.6)
  return { 'out.csv': fill(csv, seed), 'out.parquet': fill(bytes - csv, seed + 100) }
}

function fill(size: number, salt: number): Uint8Array {
  const data = new Uint8Array(size)
  for (let i = 0; i < size; i++) data[i] = i * 31 + (i >> 8) + salt
  return data
}

export const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

/** Hashes of each file's legal contents. */
export function legalOf(seeds: readonly number[], bytes: number): Map<string, string[]> {
  const legal = new Map<string, string[]>()
  for (const seed of seeds) {
    for (const [name, data] of Object.entries(contentOf(seed, bytes))) {
      legal.set(name, [...(legal.get(name) ?? []), sha256(data)])
    }
  }
  return legal
}

/** What breaks the promise: a file neither absent nor whole, metadata beside an incomplete or other set. Empty: none. */
export function violations(directory: string, legal: Map<string, string[]>): string[] {
  const found: string[] = []
  const hashes = new Map<string, string>()
  for (const [name, wanted] of legal) {
    const path = join(directory, name)
    if (!existsSync(path)) continue
    const hash = sha256(readFileSync(path))
    hashes.set(name, hash)
    if (!wanted.includes(hash)) found.push(`${name} is partial`)
  }
  const metadata = join(directory, 'out_metadata.json')
  if (!existsSync(metadata)) return found
  const { outputs } = JSON.parse(readFileSync(metadata, 'utf8')) as {
    outputs: { file: string; sha256: string; rows?: number }[]
  }
  if (outputs.length !== legal.size) found.push('metadata is partial')
  for (const { file, sha256 } of outputs) if (hashes.get(file) !== sha256) found.push(`metadata does not match ${file}`)
  const rows = new Set(outputs.map(output => output.rows))
  if (!rows.has(undefined)) rows.add(linesOf(join(directory, 'out.csv')) - 1)
  if (rows.size > 1) found.push(`metadata counts ${[...rows].join(' and ')} rows`)
  return found
}

const LF = 10

function linesOf(path: string): number {
  if (!existsSync(path)) return 0
  const bytes = readFileSync(path)
  let lines = 0
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines++
  return lines
}

/** Whether the folder holds the set of these hashes, complete, and nothing else. */
export function isExactly(directory: string, legal: Map<string, string[]>): boolean {
  const names = readdirSync(directory).sort().join()
  return names === 'out.csv,out.parquet,out_metadata.json' && violations(directory, legal).length === 0
}
