/**
 * A finite number as a constant that DuckDB and PostgreSQL read to the same double. With an exponent it is never a
 * decimal of DuckDB's, and `float8` is a double to both.
 */
export function constant(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`not a finite number: ${value}`)
  const text = `${value.toExponential()}::float8`
  return value < 0 || Object.is(value, -0) ? `(${text})` : text
}
