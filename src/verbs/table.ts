import type { Source } from '../data/intake.ts'
import type { Table } from '../plan/cells.ts'

/** A settled source as the plan sees it. */
export function tableOf(source: Source): Table {
  return {
    kind: source.kind,
    sql: source.sql,
    names: source.names,
    types: source.types,
    decimal: source.dialect.decimal,
    ...(source.faultColumn === undefined ? {} : { faultColumn: source.faultColumn }),
  }
}
