/** Numbers as Python prints them, for names of classes and categories. */

/** `repr` of a float: the shortest digits that read back the same; 1.0, 1e-05, 1e+16, inf, nan. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  return spelled(value, value.toExponential())
}

/** The same of a number that was stored in 32 or 16 bits: fewer digits tell it apart from its neighbours. Large ones
 * are printed as those of 64 bits, 1000000.0, where numpy 2.4 prints 1e+06. */
export function shortFloatText(value: number, round: (value: number) => number): string {
  if (!Number.isFinite(value)) return floatText(value)
  for (let digits = 0; digits < 16; digits++) {
    const text = value.toExponential(digits)
    if (round(Number(text)) === value) return spelled(value, text)
  }
  return floatText(value)
}

/** From "d.ddde±x" to Python's form: plain from 1e-4 up to, not with, 1e16. */
function spelled(value: number, exponential: string): string {
  const [mantissa = '', power = ''] = exponential.split('e')
  const exponent = Number(power)
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const sign = value < 0 ? '-' : ''
  const digits = mantissa.replace(/[-.]/g, '').replace(/0+$/, '') || '0'
  if (exponent < -4 || exponent >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
    const size = String(Math.abs(exponent)).padStart(2, '0')
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${size}`
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`
}
