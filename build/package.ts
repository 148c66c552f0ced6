/**
 * Compiles `src/` and `examples/` into `dist/`, which is what the package carries: Node strips no types from files
 * under `node_modules`. What is not TypeScript is copied to the same place, so that `new URL('./x', import.meta.url)`
 * means the same in a checkout and in a package.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

/** Kernels, fonts with their licence, and the pages and tables beside each plant. */
const ASSETS = ['src/kernels/*.wasm', 'src/charts/font/*', 'examples/*/*.{yaml,md,json}']

rmSync(dist, { recursive: true, force: true })
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--project', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
const assets = globSync(ASSETS, { cwd: root })
for (const pattern of ASSETS) {
  if (globSync(pattern, { cwd: root }).length === 0) throw new Error(`nothing matches ${pattern}`)
}
for (const path of assets) {
  mkdirSync(dirname(join(dist, path)), { recursive: true })
  copyFileSync(join(root, path), join(dist, path))
}

// A relative import that still ends in .ts would only fail in somebody else's folder.
for (const path of globSync('**/*.js', { cwd: dist })) {
  const left = /(?:from|import\()\s*'\.{1,2}\/[^']+\.ts'/.exec(readFileSync(join(dist, path), 'utf8'))
  if (left) throw new Error(`dist/${path} still says ${left[0]}`)
}
