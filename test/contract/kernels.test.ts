/**
 * What every kernel promises: a binary and a plain twin, and no memory of its own. That the binaries are what their sources
 * compile to is `npm run kernels:check`, half a minute of compiling; that it notices is tested here.
 */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const kernels = join(root, 'src/kernels')
const sources = readdirSync(kernels).filter(file => file.endsWith('.as.ts'))

const check = (folder: string) =>
  spawnSync(process.execPath, [join(folder, 'build/kernels.ts'), '--check'], { encoding: 'utf8' })

test('each source has its binary and its plain twin, and the reverse', () => {
  const names = sources.map(file => file.replace('.as.ts', ''))
  expect(names).toContain('forest')
  const files = readdirSync(kernels)
  expect(files.filter(file => file.endsWith('.wasm')).map(file => file.replace('.wasm', ''))).toEqual(names)
  for (const name of names) expect(files).toContain(`${name}.ts`)
})

test('the check names a binary that is missing or differs', () => {
  const copy = mkdtempSync(join(tmpdir(), 'tocsin-kernels-'))
  try {
    for (const folder of ['build', 'src', 'src/kernels']) mkdirSync(join(copy, folder))
    copyFileSync(join(root, 'build/kernels.ts'), join(copy, 'build/kernels.ts'))
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction')
    writeFileSync(join(copy, 'src/kernels/half.as.ts'), 'export function half(x: f64): f64 { return x * 0.5 }\n')
    const missing = check(copy)
    expect(missing.status).toBe(1)
    expect(missing.stderr).toContain('half.wasm: not what the source compiles to. Run: npm run kernels')

    expect(spawnSync(process.execPath, [join(copy, 'build/kernels.ts')]).status).toBe(0)
    expect(check(copy).status).toBe(0)
    writeFileSync(join(copy, 'src/kernels/half.as.ts'), 'export function half(x: f64): f64 { return x * 0.25 }\n')
    expect(check(copy).status).toBe(1)
  } finally {
    rmSync(copy, { recursive: true })
  }
}, 120_000)

test('a kernel imports its memory and nothing else, and exports functions only', () => {
  for (const file of sources) {
    const binary = readFileSync(join(kernels, file.replace('.as.ts', '.wasm')))
    const module = new wasm.Module(binary)
    expect(wasm.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }])
    for (const { kind } of wasm.Module.exports(module)) expect(kind).toBe('function')
  }
})

interface Described {
  name: string
  kind: string
}
// The type declarations of Node leave out the global WebAssembly.
const wasm = (globalThis as unknown as { WebAssembly: unknown }).WebAssembly as {
  Module: {
    new (binary: Uint8Array): object
    imports(module: object): (Described & { module: string })[]
    exports(module: object): Described[]
  }
}
