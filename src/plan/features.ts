/** Features over typed cells: each is one SQL expression, and a later one may use an earlier one. */
import type { PlannedFeature as Feature } from '../recipe/feature.ts'
import type { Recipe } from '../recipe/schema.ts'
import { sqlNames } from '../recipe/sql-names.ts'
import { quoteName, quoteNumber, quoteText } from '../sql.ts'
import { ORDER, UNTIMED } from './cells.ts'
import { windowClause } from './expressions.ts'

/** Whether a feature is just the column of the same name. */
export function isColumn(feature: Feature): boolean {
  return feature.sql === quoteName(feature.name)
}

/**
 * Wraps `from` in one SELECT per step of dependency, so that a feature may use the ones above it. In the result every
 * feature stands under its own name.
 */
export function featureLayers(from: string, features: readonly Feature[], recipe: Recipe): string {
  // Rows without a time would stand after all others of their group.
  const apart = recipe.columns.time ? [UNTIMED] : []
  const windows = windowClause(recipe.columns.group, ORDER, apart)
  let sql = from
  for (const layer of layersOf(features.filter(f => !isColumn(f)))) {
    const columns = layer.map(f => `${f.sql} AS ${quoteName(f.name)}`)
    const clause = layer.some(f => f.kind === 'window') ? ` ${windows}` : ''
    sql = `SELECT *, ${columns.join(', ')} FROM (${sql})${clause}`
  }
  return sql
}

/** How many steps of features upon features there are. */
export function depthOf(features: readonly Feature[]): number {
  return layersOf(features.filter(f => !isColumn(f))).length
}

/** The features in layers: those of one layer read only columns and earlier layers. Order inside a layer is kept. */
function layersOf(features: readonly Feature[]): Feature[][] {
  const layers: Feature[][] = []
  const depth = new Map<string, number>()
  for (const feature of features) {
    // An earlier feature is recognised by its quoted or bare name standing in the expression, in any case.
    const uses = sqlNames(feature.sql).map(name => (depth.get(name.toLowerCase()) ?? -1) + 1)
    const at = Math.max(0, ...uses)
    depth.set(feature.name.toLowerCase(), at)
    ;(layers[at] ??= []).push(feature)
  }
  return layers
}

type Read = Pick<Feature, 'sql' | 'kind' | 'columns'>

/** What a checked expression reads of the table, directly or through the features above it. */
export function throughEarlier({ sql, kind, columns }: Read, earlier: readonly Feature[]): Read {
  const used = columns.map(column => earlier.find(f => f.name === column))
  return {
    sql,
    kind: kind === 'window' || used.some(f => f?.kind === 'window') ? 'window' : 'row',
    columns: [...new Set(columns.flatMap((column, i) => used[i]?.columns ?? [column]))],
  }
}

/** The feature as the DOUBLE that a model takes; of a text its code, NULL where the model never saw it, unless it tells
 * such a text from a missing one. */
export function asNumber(feature: Feature): string {
  if (feature.levels) {
    const cases = feature.levels.map((level, code) => `WHEN ${quoteText(level)} THEN ${quoteNumber(code)}`)
    const unknown = `CASE WHEN ${quoteName(feature.name)} IS NOT NULL THEN ${quoteNumber(feature.levels.length)} END`
    return `CASE ${quoteName(feature.name)} ${cases.join(' ')}${feature.tellsUnknown ? ` ELSE ${unknown}` : ''} END`
  }
  return `TRY_CAST(${quoteName(feature.name)} AS DOUBLE)`
}
