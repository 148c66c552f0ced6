/** The line of units that instruments and historians write below the header. */
import type { RawRecord } from './records.ts'

const UNITS = new Set(
  (
    '- -- % ‰ 1 ppm ppb ppt s sec second seconds min minute minutes h hr hour hours d day days ms us µs hz khz mhz rpm 1/min 1/h 1/s ' +
    'm cm mm µm um nm km in ft l ml µl ul hl gal m3 m³ m2 m² g kg mg µg ug t lb mol mmol µmol umol m/s km/h m/s2 m/s² g0 ' +
    'pa kpa mpa hpa bar mbar psi psig atm mmhg torr n kn nm n·m j kj mj kwh wh w kw mw va v mv kv a ma µa ohm kohm mohm f uf ' +
    'c °c degc deg_c f °f degf k kelvin °k deg ° rad ph ntu fnu us/cm µs/cm ms/cm s/m mg/l g/l µg/l ug/l ng/l mol/l mmol/l meq/l ' +
    'l/h l/min l/s ml/min m3/h m³/h kg/h kg/s g/min nm3/h vvm slpm sccm au od cfu cfu/ml cells/ml iu iu/l u/l u/ml ' +
    'date datetime time timestamp text string id name bool boolean number count unit db dba cp cst pas pa·s w/m2 w/m² kj/kg j/kg'
  ).split(' '),
)

const NUMBER = /^\s*[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?\s*$/
const BRACKETS = /^[[({<].{0,20}[\])}>]$/

/** A unit, bare or in brackets. */
const isUnit = (text: string): boolean => !NUMBER.test(text) && (BRACKETS.test(text) || UNITS.has(text.toLowerCase()))

/**
 * Whether the first of the rows below the header holds units: none of its cells is a number, every filled one is a
 * unit, and at least one column is numeric from the second row on.
 */
export function unitsRow(rows: readonly RawRecord[]): boolean {
  const [first, ...rest] = rows.slice(0, 50)
  if (first === undefined || rest.length === 0) return false
  const filled = first.fields.map(field => field.trim()).filter(field => field !== '')
  if (filled.length === 0 || !filled.every(isUnit)) return false
  return first.fields.some(
    (field, i) =>
      field.trim() !== '' &&
      rest.every(row => NUMBER.test(row.fields[i] ?? '') || (row.fields[i] ?? '').trim() === '') &&
      rest.some(row => NUMBER.test(row.fields[i] ?? '')),
  )
}

/** Unit by column, brackets taken off. */
export function readUnits(names: readonly string[], fields: readonly string[]): Record<string, string> {
  const units: Record<string, string> = Object.create(null)
  for (const [i, name] of names.entries()) {
    const text = (fields[i] ?? '').trim()
    const unit = BRACKETS.test(text) ? text.slice(1, -1).trim() : text
    if (unit !== '' && unit !== '-') units[name] = unit
  }
  return units
}
