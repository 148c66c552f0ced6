import { globSync, readFileSync } from 'node:fs'
import { posix, sep } from 'node:path'
import { expect, it } from 'vitest'

const GROUND = ['errors', 'sql', 'lazy-schema', 'printable', 'protobuf']
/** Who may import whom, by the folders and files right under src/. Everyone may import {@link GROUND}. */
const ROOMS: Record<string, string> = {
  math: '',
  recipe: 'math',
  kernels: 'math',
  plan: 'math recipe',
  models: 'math kernels',
  transforms: 'math',
  artifact: 'math recipe',
  importers: 'math recipe models artifact',
  exporters: 'math recipe kernels models artifact',
  data: 'math kernels',
  charts: 'math recipe',
  verbs: 'math recipe kernels plan models transforms artifact importers exporters data charts',
  cli: 'recipe verbs',
  index: 'recipe artifact verbs',
}
/** Libraries that only one room may import. */
const OWNERS: Record<string, RegExp> = {
  data: /^(@duckdb|read-excel-file)/,
  charts: /^(echarts|@resvg)/,
  cli: /^commander/,
}
/** What depends on the moment or the machine is an argument below these rooms. */
const WORLDLY = ['cli', 'verbs']
const WORLD = /\b(process\.|console\.|Date\.now|new Date\(\)|Math\.random|performance\.now|random(Bytes|UUID|Int))/
const SHAPELESS = /\/(utils?|helpers?|common|core|lib|managers?|services?)(\.ts|\/)/
const MAX_LINES = 400

const roomOf = (path: string) => path.split('/')[1]?.replace(/\.ts$/, '') ?? ''

function faults(path: string, text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const imports = [...code.matchAll(/^(?:import|export) (?:[^'`]*? from )?'([^']+)'|\bimport\('([^']+)'\)/gm)]
  const room = roomOf(path)
  const found = imports
    .map(match => match[1] ?? match[2] ?? '')
    .flatMap(name => {
      const to = name.startsWith('.') ? roomOf(posix.join(posix.dirname(path), name)) : undefined
      const allowed = to === undefined || [room, ...GROUND, ...(ROOMS[room] ?? '').split(' ')].includes(to)
      const foreign = Object.entries(OWNERS).some(([owner, library]) => library.test(name) && room !== owner)
      return allowed && !foreign ? [] : [`imports ${name}`]
    })
  const world = WORLDLY.includes(room) ? null : WORLD.exec(code)
  return [
    ...found,
    ...([...GROUND, ...Object.keys(ROOMS)].includes(room) ? [] : ['is in no room of the table']),
    ...(world ? [`uses ${world[0]}`] : []),
    ...(SHAPELESS.test(path) ? ['has a name that says nothing'] : []),
    ...(text.split('\n').length > MAX_LINES ? [`is longer than ${MAX_LINES} lines`] : []),
  ]
}

it.each(globSync('src/**/*.ts').map(path => path.replaceAll(sep, '/')))('%s keeps to the house', path => {
  expect(faults(path, readFileSync(path, 'utf8'))).toEqual([])
})

it('notices each kind of fault', () => {
  const text = "import {\n  a,\n} from '../../data/door.ts'\nexport * from 'echarts/core'\n// Date.now\nMath.random()"
  const found = faults('src/math/utils/a.ts', text + '\n'.repeat(MAX_LINES))
  expect(found.join()).toMatch(/^imports \.\..*,imports echarts.*,uses Math.random,has a name .*,is longer/)
  expect(faults('src/new/a.ts', '')).toEqual(['is in no room of the table'])
})
