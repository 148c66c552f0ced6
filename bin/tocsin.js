#!/usr/bin/env node
// The one file that any Node can run: it answers --version without loading the program, and on a Node that is too old
// it says so in one sentence instead of failing with a syntax error.
import { existsSync, readFileSync } from 'node:fs'
import * as modules from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

const [major] = process.versions.node.split('.')
if (Number(major) < 24) {
  process.stderr.write(
    `tocsin needs Node 24 or newer; this is Node ${process.versions.node}. Install Node 24, or run: npx -p node@24 -p tocsin tocsin\n`,
  )
  process.exit(1)
}
if (process.argv[2] === '--version' || process.argv[2] === '-V') {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  process.stdout.write(`${version}\n`)
} else {
  // Compiled code is kept for the next start, which then takes a third of the time. In the user's own cache: in a shared
  // temporary folder somebody else could put code there. Where that folder cannot be written nothing is kept.
  const caches = process.env.XDG_CACHE_HOME || process.env.LOCALAPPDATA || join(homedir(), '.cache')
  modules.enableCompileCache?.(join(caches, 'tocsin'))
  // A checkout runs its TypeScript as it is; a package carries dist/, because Node strips no types under node_modules.
  const source = new URL('../src/cli/main.ts', import.meta.url)
  const { main } = await import(
    existsSync(source) ? source.href : new URL('../dist/src/cli/main.js', import.meta.url).href
  )
  await main(process.argv.slice(2))
}
