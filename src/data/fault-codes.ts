/** Values that stand for something else: numbers that mean a broken sensor, words that mean a bad end. */

/** Codes that loggers, historians and laboratories write. A certain one is suspicious even when it stands alone. */
const CERTAIN = [-999, -9999, -99999, -999.9, -999.25, -9999.99, -99.99, -32768, 1e30, -1e30, 9.96921e36, -1e10]
const POSSIBLE = [-99, 99, 999, 9999, 99999, 999.9, 99.99, 9999.99, 32767, 65535]
const CODES = [...CERTAIN, ...POSSIBLE]

/** SQL condition: the number is a possible code. A list, because DuckDB makes a join of its own out of each long IN. */
export const isFaultCode = (sql: string): string =>
  `list_contains([${CODES.map(code => `CAST('${code}' AS DOUBLE)`).join(', ')}], ${sql})`

type Codes = Readonly<Record<string, number>>

const entries = (codes: Codes): { value: number; count: number }[] =>
  Object.entries(codes)
    .map(([value, count]) => ({ value: Number(value), count }))
    .sort((a, b) => a.value - b.value)

/** The codes that lie outside the other numbers by more than these are apart from each other. */
export function faultsOf(codes: Codes, min: number | null, max: number | null): { value: number; count: number }[] {
  if (min === null || max === null) return []
  const span = Math.max(max - min, Math.abs(max) * 0.1, 1)
  return entries(codes).filter(({ value, count }) => {
    const far = value < min - span || value > max + span
    return far && (CERTAIN.includes(value) || count > 1)
  })
}

/** The range of all numbers but the fault codes. */
export function rangeOf(
  codes: Codes,
  faults: readonly { value: number }[],
  min: number | null,
  max: number | null,
): { min: number; max: number } | undefined {
  const ordinary = entries(codes).flatMap(({ value }) => (faults.some(fault => fault.value === value) ? [] : [value]))
  const all = [...ordinary, ...(min === null ? [] : [min]), ...(max === null ? [] : [max])]
  return all.length === 0 ? undefined : { min: Math.min(...all), max: Math.max(...all) }
}

const BAD =
  /^(?:fail(?:ed|ure)?|fault(?:y)?|anomal(?:y|ous)|abnormal|bad|reject(?:ed)?|defect(?:ive)?|broken|dropout|dropped|discontinued|dead|died|positive|nok|not ok|alarm|critical|out)$/i
const YES = /^(?:1|1\.0|true|t|y|yes)$/i
const OUTCOME =
  /label|fail|fault|anomal|defect|drop|discontinu|event|target|outcome|reject|death|dead|died|churn|relapse|alarm|broken|abnormal/i

/** Of two values, the one that looks like the bad end; undefined when neither does. */
export function isBadEnd(name: string, values: readonly string[]): string | undefined {
  return (
    values.find(value => BAD.test(value)) ?? (OUTCOME.test(name) ? values.find(value => YES.test(value)) : undefined)
  )
}
