import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { expect, it } from 'vitest'

/** The libraries that a file loads before its first line runs: its own imports, and those of the files it imports. */
function libraries(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen
  seen.add(path)
  const imports = readFileSync(path, 'utf8').matchAll(/^(?:import|export) (?!type )(?:[^'`]*? from )?'([^']+)'/gm)
  for (const [, name = ''] of imports) {
    if (name.startsWith('.')) libraries(posix.join(posix.dirname(path), name), seen)
    else if (!name.startsWith('node:')) seen.add(name)
  }
  return seen
}

const loadedBy = (path: string) => [...libraries(path)].filter(name => !name.startsWith('src/'))

it('scoring starts without the libraries that only other commands need', () => {
  expect(loadedBy('src/cli/commands/score.ts')).toEqual([])
  expect(loadedBy('src/cli/main.ts')).toEqual(['commander'])
})

it('fitting does read schemas and recipes, so the look above sees libraries where there are some', () => {
  expect(loadedBy('src/cli/commands/fit.ts')).toEqual(expect.arrayContaining(['typebox', 'yaml']))
})
