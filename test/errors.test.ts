import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { EXIT, FAILURES, Failure, type FailureCode } from '../src/errors.ts'

const codes = Object.keys(FAILURES) as FailureCode[]
const page = readFileSync('docs/errors.md', 'utf8')
const exits = readFileSync('docs/exit-codes.md', 'utf8')
const source = globSync('src/**/*.ts', { exclude: ['src/errors.ts'] }).map(path => readFileSync(path, 'utf8'))

/** First and second cell of each table row whose first cell is a code. */
const documented = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map(([, code, exit]) => [code, Number(exit)])

it('documents every failure with its exit code, once, and no other', () => {
  expect(documented.toSorted()).toEqual(codes.map(code => [code, FAILURES[code].exit]).toSorted())
})

it('documents every exit code, and no other', () => {
  const listed = [...exits.matchAll(/^\| (\d+) \|/gm)].map(([, exit]) => Number(exit))
  expect(listed.toSorted()).toEqual(Object.values(EXIT).toSorted())
})

it.each(codes)('%s is thrown somewhere', code => {
  expect(source.filter(text => text.includes(`new Failure('${code}'`))).not.toEqual([])
})

it('fills its parameters in and leaves no brace behind', () => {
  const failure = new Failure('OUTPUT_LOCKED', { pid: 7, path: 'a.csv', lock: '.a.tocsin-lock' })
  expect(failure.message).toBe('Another run (pid 7) is writing a.csv')
  expect(failure.hint).toMatch(/delete \.a\.tocsin-lock$/)
  expect(new Failure('MISSING_FEATURES', { missing: 'a', expected: 'a', found: 'b' }).hint).not.toMatch(/[{}]/)
})
