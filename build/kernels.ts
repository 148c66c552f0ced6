/**
 * Compiles every `src/kernels/<name>.as.ts` to the committed `src/kernels/<name>.wasm`.
 * With `--check` it writes nothing: it exits 1 when a committed file is not what its source compiles to.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = new URL('../src/kernels/', import.meta.url)
// As a command: importing the compiler would bring its own global types (a `console` without `error`) into the project.
const compiler = fileURLToPath(new URL('../node_modules/assemblyscript/bin/asc.js', import.meta.url))
const check = process.argv.includes('--check')

// No runtime, no heap, no exported memory: the arena owns it. No assertions: a kernel trusts the layout it is given.
const OPTIONS = ['--runtime', 'stub', '--noAssert', '-O3', '--converge', '--enable', 'simd']
const MEMORY = ['--importMemory', '--noExportMemory', '--initialMemory', '1']

const STATIC_DATA_SECTION = 11

const stale: string[] = []
for (const file of readdirSync(folder)
  .filter(file => file.endsWith('.as.ts'))
  .sort()) {
  const target = file.replace(/\.as\.ts$/, '.wasm')
  const fresh = compile(file)
  if (check) {
    const committed = read(target)
    if (committed === undefined || !fresh.equals(committed)) stale.push(target)
  } else {
    writeFileSync(new URL(target, folder), fresh)
    console.log(`${target}  ${fresh.length} bytes`)
  }
}
if (stale.length > 0) {
  console.error(`${stale.join(', ')}: not what the source compiles to. Run: npm run kernels, and commit the result.`)
  process.exitCode = 1
}

function compile(file: string): Buffer {
  const temporary = mkdtempSync(join(tmpdir(), 'tocsin-kernel-'))
  try {
    const target = join(temporary, 'out.wasm')
    const command = [compiler, file, '--outFile', target, ...OPTIONS, ...MEMORY]
    execFileSync(process.execPath, command, { cwd: folder, stdio: 'inherit' })
    const binary = readFileSync(target)
    if (sections(binary).includes(STATIC_DATA_SECTION))
      throw new Error(`${file} has static data, which the arena would overwrite: pass tables through the arena`)
    return binary
  } finally {
    rmSync(temporary, { recursive: true })
  }
}

function read(name: string): Buffer | undefined {
  try {
    return readFileSync(new URL(name, folder))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The section numbers of a WebAssembly binary: after 8 bytes of header, each section is id, LEB128 size, content. */
function sections(binary: Uint8Array): number[] {
  const ids: number[] = []
  for (let at = 8; at < binary.length; ) {
    ids.push(binary[at++]!)
    let size = 0
    for (let shift = 0; ; shift += 7) {
      const byte = binary[at++]!
      size |= (byte & 127) << shift
      if (byte < 128) break
    }
    at += size
  }
  return ids
}
