/** Small slips whose right form is certain: the value to write instead. */
import type { Shape } from './check.ts'

/** The mended value as YAML, or undefined when what was meant is a guess. */
export function mendValue(path: string, value: unknown, branches: readonly Shape[]): string | undefined {
  const last = path
    .replace(/\[\d+\]$/, '')
    .split('.')
    .at(-1)
  if (branches.some(branch => branch.type === 'boolean')) return truth(value)
  if (last === 'hold') return hold(String(value))
  if (last === 'false_alarms') return budget(value)
  if (last === 'test' || last === 'calibrate') return share(value)
  if (path === 'name' && typeof value === 'string') return fileName(value)
  return digits(value, branches)
}

function truth(value: unknown): string | undefined {
  const word = String(value).toLowerCase()
  if (['yes', 'on', 'y', '1'].includes(word)) return 'true'
  return ['no', 'off', 'n', '0'].includes(word) ? 'false' : undefined
}

function hold(text: string): string | undefined {
  const match = /^\s*(\d+)\s*(?:\/|from|in|out of|von|sur)\s*(\d+)\s*$/.exec(text)
  return match ? `${match[1]} of ${match[2]}` : undefined
}

function budget(value: unknown): string | undefined {
  if (typeof value === 'number') return value > 0 && value < 1 ? `${percentOf(value)}%` : undefined
  const match = /^\s*(\d+(?:[.,]\d+)?)\s*(?:\/|per|a)?\s*(hour|day|week|month|year)s?\s*$/i.exec(String(value))
  if (match) return `${match[1]?.replace(',', '.')}/${match[2]?.toLowerCase()}`
  return commaPercent(value)
}

function share(value: unknown): string | undefined {
  return typeof value === 'number' && value >= 1 && value < 100 ? `${value}%` : commaPercent(value)
}

function commaPercent(value: unknown): string | undefined {
  const match = /^\s*(\d+),(\d+)\s*%\s*$/.exec(String(value))
  return match ? `${match[1]}.${match[2]}%` : undefined
}

/** A number in quotes, or with a decimal comma, where a number belongs. */
function digits(value: unknown, branches: readonly Shape[]): string | undefined {
  if (typeof value !== 'string' || !branches.some(branch => branch.type === 'number' || branch.type === 'integer'))
    return undefined
  const text = value
    .trim()
    .replace(/^(-?\d+),(\d+)$/, '$1.$2')
    .replace('−', '-')
  return /^-?\d+(\.\d+)?$/.test(text) ? text : undefined
}

function fileName(text: string): string | undefined {
  const plain = text
    .trim()
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+|-+$/gu, '')
    .slice(0, 64)
  return plain === '' ? undefined : plain
}

/** 0.01 → 1, by moving the point in the text. */
function percentOf(value: number): number {
  return Number(`${value}e2`)
}
