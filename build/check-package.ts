/**
 * Packs the package as npm would publish it, installs that file into an empty folder, and uses it there as a stranger
 * would: the command line, the demo, the library with its types. Prints how large it is and how fast it starts.
 */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

/** All that a package may carry. */
const CARRIED = /^(bin\/|dist\/(src|examples)\/|docs\/|README\.md$|CHANGELOG\.md$|LICENSE$|package\.json$)/
const NEVER = /(^|\/)(test|bench|build|output|node_modules)\/|\.test\.|\.tsbuildinfo$|\.py$/
const PEOPLE_PATHS = [root, homedir()].filter(path => path.length > 5)

/** Generous, because other programs may be running: a slip of a factor is caught, a slow minute is not. */
const VERSION_LIMIT_MS = 300
const SCORE_LIMIT_MS = 1500
const SCORE_ROWS = 10_000

// npm runs its scripts with the project's own Node first in the path; so does this, started by hand.
const path = [dirname(process.execPath), process.env.PATH].join(delimiter)
const env = {
  ...process.env,
  PATH: path,
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
}

const folder = mkdtempSync(join(tmpdir(), 'tocsin-package-'))
const app = join(folder, 'app')
const bin = join(app, 'node_modules', 'tocsin', 'bin', 'tocsin.js')
try {
  step('pack', pack)
  step('install', install)
  step('version', () =>
    expect(
      run('npx', ['--no-install', 'tocsin', '--version']).trim() === version,
      `npx tocsin --version is not ${version}`,
    ),
  )
  step('demo', demo)
  step('fit and score', fitAndScore)
  step('foreign model', scoreForeign)
  step('library', useLibrary)
  step('older Node', refuseOldNode)
  step('start', measureStart)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function step(name: string, act: () => unknown): void {
  const startMs = performance.now()
  const said = act()
  console.log(`${name.padEnd(14)} ${((performance.now() - startMs) / 1000).toFixed(1).padStart(5)} s  ${said ?? ''}`)
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}

/** Runs a command in the empty folder; returns what it printed. */
function run(command: string, args: readonly string[], cwd = app): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    shell: process.platform === 'win32' && command !== process.execPath,
    maxBuffer: 1 << 26,
  })
  if (status === 0) return stdout
  throw new Error(`${command} ${args.join(' ')} ended with ${status ?? error}:\n${stdout}${stderr}`)
}

interface Packed {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { path: string }[]
}

function pack(): string {
  mkdirSync(app)
  const printed = run('npm', ['pack', '--json', '--pack-destination', folder], root)
  const [packed] = JSON.parse(printed.slice(printed.indexOf('[\n'))) as [Packed]
  const astray = packed.files.filter(file => !CARRIED.test(file.path) || NEVER.test(file.path))
  expect(astray.length === 0, `not for the package: ${astray.map(file => file.path).join(', ')}`)
  const tarball = packed.filename
  writeFileSync(
    join(app, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies: { tocsin: `file:../${tarball}` } }),
  )
  return `${packed.files.length} files, ${kilobytes(packed.size)} packed, ${kilobytes(packed.unpackedSize)} unpacked`
}

function install(): string {
  run('npm', ['install', '--omit=dev'])
  const installed = join(app, 'node_modules', 'tocsin')
  for (const file of filesUnder(installed)) {
    const text = readFileSync(file, 'latin1')
    const named = PEOPLE_PATHS.find(person => text.includes(person))
    expect(named === undefined, `${file.slice(installed.length + 1)} names ${named}`)
  }
  return `${Math.round(filesUnder(join(app, 'node_modules')).reduce((sum, file) => sum + statSync(file).size, 0) / 1e6)} MB with its dependencies`
}

function demo(): string {
  run('npx', ['--no-install', 'tocsin', 'demo', '--output', 'demo'])
  const pictures = filesUnder(join(app, 'demo')).filter(file => file.endsWith('.png'))
  expect(pictures.length > 0, 'the demo drew no picture')
  return `${filesUnder(join(app, 'demo')).length} files, ${pictures.length} pictures`
}

function fitAndScore(): void {
  writeFileSync(join(app, 'rows.csv'), table(SCORE_ROWS))
  run('npx', ['--no-install', 'tocsin', 'init', 'rows.csv'])
  run('npx', ['--no-install', 'tocsin', 'fit', 'rows.yaml', '--output', 'rows.tocsin'])
  run('npx', ['--no-install', 'tocsin', 'score', 'rows.tocsin', 'rows.csv', '--output', 'scores'])
  for (const name of ['rows.html', 'scores.csv', 'scores.parquet', 'scores_metadata.json']) {
    expect(existsSync(join(app, name)), `${name} was not written`)
  }
}

/** A model file of scikit-learn, read in a process that may read only this package. */
function scoreForeign(): string {
  copyFileSync(join(root, 'test', 'golden', 'estimators', 'lof.joblib'), join(app, 'lof.joblib'))
  const startMs = performance.now()
  run('npx', ['--no-install', 'tocsin', 'import', 'lof.joblib', '--features', 'a,b,c', '--output', 'lof.tocsin'])
  const tookMs = performance.now() - startMs
  run('npx', [
    '--no-install',
    'tocsin',
    'score',
    'lof.joblib',
    'rows.csv',
    '--features',
    'a,b,c',
    '--output',
    'foreign',
  ])
  for (const name of ['lof.tocsin', 'foreign.csv']) expect(existsSync(join(app, name)), `${name} was not written`)
  return `imported in ${Math.round(tookMs)} ms, with npx and all`
}

/** The example of the library's own page, compiled against the declarations in the package and run. */
function useLibrary(): void {
  const program = [
    "import { createHost, Failure, fit, readModel, readRecipe, score } from 'tocsin'",
    'const host = createHost({ warn: (text: string) => console.warn(text) })',
    "const { path } = await fit(host, { recipe: readRecipe('rows.yaml'), output: 'library.tocsin' })",
    "const { outcome } = await score(host, { models: [path], input: 'rows.csv', output: 'library' })",
    `if (outcome.rows !== ${SCORE_ROWS}) throw new Error('rows were lost')`,
    "try { readModel('absent.tocsin') } catch (error) { if ((error as Failure).code !== 'MODEL_NOT_FOUND') throw error }",
  ]
  writeFileSync(join(app, 'use.ts'), program.join('\n'))
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2024', '--skipLibCheck', 'false', '--noEmit']
  const types = ['--typeRoots', join(root, 'node_modules', '@types'), '--types', 'node']
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ...options, ...types, 'use.ts'])
  run(process.execPath, ['use.ts'])
}

/** On an older Node, if this machine has one: one sentence, code 1. */
function refuseOldNode(): string {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => !folder.includes('node_modules'))
  const old = folders.map(folder => join(folder, name)).find(node => existsSync(node) && major(node) < 24)
  if (old === undefined) return 'NOT CHECKED: this machine has no Node below 24'
  const { status, stderr } = spawnSync(old, [bin, 'demo'], { encoding: 'utf8', env: { PATH: dirname(old) } })
  expect(
    status === 1 && /^tocsin needs Node 24 or newer; this is Node [^\n]+\n$/.test(stderr),
    `Node ${major(old)} said: ${stderr}`,
  )
  return stderr.trim()
}

function major(node: string): number {
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8', env: {} })
  return Number(/^v(\d+)/.exec(stdout)?.[1] ?? Number.POSITIVE_INFINITY)
}

function measureStart(): string {
  const versionMs = median(10, [bin, '--version'])
  const scoreMs = median(5, [bin, 'score', 'rows.tocsin', 'rows.csv', '--output', 'scores'])
  expect(versionMs < VERSION_LIMIT_MS, `--version took ${versionMs} ms`)
  expect(scoreMs < SCORE_LIMIT_MS, `scoring ${SCORE_ROWS} rows took ${scoreMs} ms`)
  return `--version ${versionMs} ms (median of 10), score of ${SCORE_ROWS} rows ${scoreMs} ms (median of 5)`
}

/** Milliseconds from start to end of a process, rounded. */
function median(times: number, args: readonly string[]): number {
  const tookMs = Array.from({ length: times }, () => {
    const startMs = performance.now()
    run(process.execPath, args)
    return performance.now() - startMs
  }).sort((a, b) => a - b)
  return Math.round(((tookMs[(times - 1) >> 1] ?? 0) + (tookMs[times >> 1] ?? 0)) / 2)
}

/** Six slow waves a row, one row a minute: enough to fit on, and the same on every machine. */
function table(rows: number): string {
  const lines = ['time,unit,a,b,c,d,e,f']
  for (let row = 0; row < rows; row++) {
    const time = new Date(1_600_000_000_000 + row * 60_000).toISOString()
    const waves = Array.from({ length: 6 }, (_, i) => (((row * (i + 3) * 7919) % 1009) / 1009 + i).toFixed(4))
    lines.push([time, `U${row % 5}`, ...waves].join(','))
  }
  return `${lines.join('\n')}\n`
}

function filesUnder(at: string): string[] {
  return readdirSync(at, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} kB`
}
