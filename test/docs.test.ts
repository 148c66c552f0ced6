import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { commands } from '../src/cli/commands/index.ts'
import { ADDED } from '../src/plan/score.ts'

const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md', 'src/**/*.md'])

it.each(pages)('%s links to what is there', page => {
  const prose = readFileSync(page, 'utf8').replace(/^```[\s\S]*?^```/gm, '')
  const links = [...prose.matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, to]) => join(dirname(page), to ?? ''))
  expect(links.filter(to => !existsSync(to))).toEqual([])
})

it('lists every page and decision in the index', () => {
  const index = readFileSync('docs/README.md', 'utf8')
  const listed = globSync(['docs/*.md', 'docs/decisions/*.md']).map(page => basename(page))
  expect(listed.filter(page => page !== 'README.md' && !index.includes(page))).toEqual([])
})

it('names every command on the front page', () => {
  const front = readFileSync('README.md', 'utf8')
  const words = commands.map(({ words }) => words[0] ?? '')
  expect(words.filter(word => !front.includes(`| \`${word}\``))).toEqual([])
})

it('names every added column, in order', () => {
  const [, columns = ''] = readFileSync('docs/score.md', 'utf8').split('## The columns')
  const rows = columns.slice(0, columns.indexOf('## ')).matchAll(/^\| `([a-z_]+)` \| /gm)
  expect([...rows].map(([, name]) => name)).toEqual([...ADDED])
})
