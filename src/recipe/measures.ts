/** Amounts as people write them: `25%`, `0.1/week`, `3 of 5`, `2 h`. Each returns undefined for anything else. */
import type { Hold, Rule } from './schema.ts'

/** A month of the calendar in weeks: 365.25 / 12 / 7. */
export const CALENDAR_MONTH_WEEKS = 30.4375 / 7

const WEEKS = { hour: 1 / 168, day: 1 / 7, week: 1, year: 365.25 / 7 } as const

/** "25%" or 0.25 → 0.25; any share from 0 to 1. The decimal point is moved in the text: 99.9 / 100 is not 0.999. */
export function parseShare(written: string | number): number | undefined {
  const value = parseNumber(written)
  return value !== undefined && value >= 0 && value <= 1 ? value : undefined
}

/** A number, or a percentage as a number: 0.3 and "30%" are the same. */
export function parseNumber(written: string | number): number | undefined {
  if (typeof written === 'number') return Number.isFinite(written) ? written : undefined
  const match = /^\s*(\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})\s*(%?)\s*$/.exec(written)
  return match ? Number(match[2] ? `${match[1]}e-2` : match[1]) : undefined
}

type Budget = Extract<Rule, { kind: 'false_alarms' }>

/**
 * A budget of false alarms: a share of the rows ("1%"), or alarms in a time ("0.1/week"), as a number per week. How long
 * a month is differs: a recipe means the calendar's; the published command line divides by 4.
 */
export function parseBudget(
  written: string,
  { monthWeeks = CALENDAR_MONTH_WEEKS }: { monthWeeks?: number } = {},
): Budget | undefined {
  const text = written.trim()
  if (text.endsWith('%')) {
    const budget = parseShare(text)
    return budget === undefined ? undefined : { kind: 'false_alarms', budget, unit: 'share', text }
  }
  const match = /^(\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})\s*(?:\/|per)\s*(hour|day|week|month|year)$/.exec(text)
  if (!match) return undefined
  const weeks = match[2] === 'month' ? monthWeeks : WEEKS[match[2] as keyof typeof WEEKS]
  return { kind: 'false_alarms', budget: Number(match[1]) / weeks, unit: 'week', text }
}

/** "3 of 5": at least 1 of at most 10000, and no more than all of them. */
export function parseHold(written: string): Hold | undefined {
  const match = /^\s*(\d{1,5})\s+of\s+(\d{1,5})\s*$/.exec(written)
  if (!match) return undefined
  const hold = { count: Number(match[1]), of: Number(match[2]) }
  return hold.count >= 1 && hold.count <= hold.of && hold.of <= 10_000 ? hold : undefined
}

const MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  sec: 1000,
  second: 1000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  w: 604_800_000,
  week: 604_800_000,
}

/** "2 h", "24 min", "7 d" → milliseconds. */
export function parseDuration(written: string): number | undefined {
  const match = /^\s*(\d{1,12}(?:\.\d{1,6})?)\s*([a-z]+)\s*$/.exec(written)
  const unit = match?.[2] ?? ''
  const ms = Object.hasOwn(MS, unit)
    ? MS[unit]
    : Object.hasOwn(MS, unit.replace(/s$/, ''))
      ? MS[unit.slice(0, -1)]
      : undefined
  return match && ms !== undefined ? Number(match[1]) * ms : undefined
}

/** The words for rows without an alarm; a level of that name could not be told from them. */
const TAKEN = ['OK', 'NOT_SCORED']

/** Level names stand in files, statements, pictures and terminals. */
export function isLevelName(name: string): boolean {
  return /^\p{L}[\p{L}\p{N}_ -]{0,39}$/u.test(name) && !TAKEN.includes(name.trim().toUpperCase())
}
