/** Reading the values of flags; a wrong one is answered with what was found and what is allowed. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Failure } from '../errors.ts'
import type { Format, OnInvalid } from '../verbs/score.ts'

function wrong(flag: string, found: string, allowed: string): Failure {
  return new Failure('USAGE', {
    problem: `--${flag} is ${JSON.stringify(found)}, expected ${allowed}`,
    hint: `Give ${allowed}.`,
  })
}

export function asNumber(flag: string) {
  return (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!Number.isFinite(value)) throw wrong(flag, text, 'a number such as 0.55')
    return value
  }
}

export function asPositive(flag: string) {
  const number = asNumber(flag)
  return (text: string): number => {
    const value = number(text)
    if (!(value > 0)) throw wrong(flag, text, 'a number above 0')
    return value
  }
}

export function asCount(flag: string) {
  return (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1)
      throw wrong(flag, text, 'a whole number above 0, written with digits only')
    return value
  }
}

/** "5%" or 0.05, from 0 to 1. */
export function asShare(flag: string) {
  return (text: string): number => {
    const percent = /^\s*([\d.]+)\s*%\s*$/.exec(text)
    const value = percent ? Number(percent[1]) / 100 : text.trim() === '' ? Number.NaN : Number(text)
    if (!(value >= 0 && value <= 1)) throw wrong(flag, text, 'a share from 0 to 1, such as 5% or 0.05')
    return value
  }
}

/** "a,b,c"; or the path of a file that lists them. */
export function asNamesOrFile(text: string): { features: string[] } | { featuresFile: string } {
  if (existsSync(text)) return { featuresFile: text }
  const names = text.split(',').map(name => name.trim())
  if (names.every(name => name !== '')) return { features: names }
  throw wrong('features', text, 'names parted by commas, or a file')
}

export function asCombine(text: string): 'mean-rank' | 'maximum' {
  if (text === 'mean-rank' || text === 'maximum') return text
  throw wrong('combine', text, 'mean-rank or maximum')
}

export function asReasonsOf(text: string): 'alarms' | 'all' {
  if (text === 'alarms' || text === 'all') return text
  throw wrong('reasons-of', text, 'alarms or all')
}

export function asOnInvalid(text: string): OnInvalid {
  if (text === 'skip' || text === 'impute' || text === 'error') return text
  throw wrong('on-invalid', text, 'skip, impute or error')
}

export function asFormats(text: string): Format[] {
  if (text === 'both') return ['csv', 'parquet']
  if (text === 'csv' || text === 'parquet') return [text]
  throw wrong('format', text, 'csv, parquet or both')
}

export function asMemory(text: string): string {
  if (/^\d+(\.\d+)?\s*(MB|GB|MiB|GiB)$/i.test(text)) return text
  throw wrong('memory', text, 'a size such as 600MB or 2GB')
}

/** ISO 8601. JavaScript reads a time without a zone as the machine's own; here it is UTC, the same on every machine. */
const ISO_TIME = /^(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)?(Z|[+-]\d{2}:\d{2})?$/

/** --scored-at, else SOURCE_DATE_EPOCH (seconds, https://reproducible-builds.org), else now. */
export function scoredAt(flag: string | undefined, epoch: string | undefined, now: Date): Date {
  if (flag !== undefined) {
    const [, day, clock = 'T00:00', zone = 'Z'] = ISO_TIME.exec(flag.trim()) ?? []
    const time = new Date(`${day}${clock.replace(' ', 'T')}${zone}`)
    if (Number.isNaN(time.getTime())) throw wrong('scored-at', flag, 'a time such as 2026-11-20T00:00:00Z')
    return time
  }
  if (epoch !== undefined && epoch !== '') {
    if (!/^\d+$/.test(epoch))
      throw new Failure('USAGE', {
        problem: `SOURCE_DATE_EPOCH is ${JSON.stringify(epoch)}, expected whole seconds since 1970`,
        hint: 'Unset it, or give for example 1763596800.',
      })
    return new Date(Number(epoch) * 1000)
  }
  // Whole seconds: the written time is the same text in every output.
  return new Date(Math.floor(now.getTime() / 1000) * 1000)
}

/**
 * Flags and positions are two spellings of one thing: `--model M --input I` is `M I`. Positions fill, in order, what no
 * flag gave; what is given twice is refused, because only one of the two could be meant.
 */
export function given<T extends Record<string, string | readonly string[] | undefined>>(
  positions: readonly (string | undefined)[],
  flags: T,
): { [name in keyof T]: T[name] | string } {
  const left = positions.filter(word => word !== undefined)
  const all = Object.entries(flags).map(([name, value]) => [name, value?.length ? value : left.shift()])
  if (left.length === 0) return Object.fromEntries(all)
  const twice = Object.keys(flags).filter(name => flags[name]?.length)
  throw new Failure('USAGE', {
    problem: `${JSON.stringify(left[0])} is one word too many beside ${twice.map(name => `--${name}`).join(' and ')}`,
    hint: 'Give each thing once: as a flag, or in its place.',
  })
}

export function required(value: string | undefined, what: string, example: string): string {
  if (value !== undefined && value !== '') return value
  throw new Failure('USAGE', { problem: `${what} is missing`, hint: `For example: ${example}` })
}

/** What most commands ask: a model and the table it is asked about, as `tocsin evaluate M I` or by flags. */
export function modelAndInput(
  positions: readonly (string | undefined)[],
  flags: { readonly model?: string; readonly input?: readonly string[] },
  example: string,
): { model: string; input: readonly string[] } {
  const { model, input } = given(positions, { model: flags.model, input: flags.input })
  return {
    model: required(model, 'the model', example),
    input: typeof input === 'object' ? input : [required(input, 'the input', example)],
  }
}

/** The commit that the working folder stands on, read from .git without running anything; null outside a repository. */
export function gitCommit(from: string): string | null {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const git = join(folder, '.git')
    if (existsSync(join(git, 'HEAD'))) return commitOf(git)
    if (dirname(folder) === folder) return null
  }
}

function commitOf(git: string): string | null {
  try {
    const head = readFileSync(join(git, 'HEAD'), 'utf8').trim()
    const ref = /^ref: (.+)$/.exec(head)?.[1]
    if (ref === undefined) return head.slice(0, 7)
    const loose = join(git, ref)
    if (existsSync(loose)) return readFileSync(loose, 'utf8').slice(0, 7)
    const packed = readFileSync(join(git, 'packed-refs'), 'utf8').split('\n')
    return packed.find(line => line.endsWith(` ${ref}`))?.slice(0, 7) ?? null
  } catch {
    return null
  }
}
