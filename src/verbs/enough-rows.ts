/** Whether any row is left to learn from, and where the others went. */
import { Failure } from '../errors.ts'
import type { PlannedFeature } from '../recipe/feature.ts'
import type { Recipe } from '../recipe/schema.ts'
import type { Rows } from './gather.ts'
import { isTeacher, type Split } from './split.ts'

const NEEDED = 2
const NAMED = 5

/** @throws Failure TOO_FEW_ROWS with the counts of what left the rows out, and the features without a value. */
export function requireRows(rows: Rows, split: Split, recipe: Recipe, features: readonly PlannedFeature[]): void {
  const found = split.train.length
  if (found >= NEEDED) return
  const said = [...leftOut(rows, split, recipe), ...withoutValue(rows, features)]
  const hint = 'Check learn, split and the sensors of the recipe: they leave hardly any row.'
  const details = said.map(line => `\n  ${line}`).join('')
  throw new Failure('TOO_FEW_ROWS', { what: 'Rows to learn from', found, needed: NEEDED, hint: `${hint}${details}` })
}

function leftOut(rows: Rows, split: Split, recipe: Recipe): string[] {
  const classes = new Map<string, number>()
  for (const why of rows.rejection.values()) classes.set(why, (classes.get(why) ?? 0) + 1)
  const lines = [...classes].map(([why, n]) => `${why}: ${n} of ${rows.rows} rows`)
  const others = Array.from({ length: rows.rows }, (_, row) => row).filter(row => !isTeacher(rows, recipe, row)).length
  const why = recipe.task === 'detect' ? 'called bad by the label' : 'without an answer'
  if (others) lines.push(`${recipe.learn === undefined ? why : 'outside learn'}: ${others} rows`)
  if (split.heldOut.length) lines.push(`held out for the threshold: ${split.heldOut.length} rows`)
  if (split.test.length) lines.push(`kept for the test: ${split.test.length} rows`)
  return lines
}

/** The features that most rows lack, the worst first. */
function withoutValue({ features: columns, rows }: Rows, features: readonly PlannedFeature[]): string[] {
  const counts = features.map(({ name, text }, i) => {
    const lacking = columns[i]?.reduce((n, x) => n + (Number.isFinite(x) ? 0 : 1), 0) ?? 0
    return { said: text === `"${name}"` ? name : `${name} (${text})`, lacking }
  })
  const worst = counts.filter(c => c.lacking > 0).sort((a, b) => b.lacking - a.lacking)
  return worst.slice(0, NAMED).map(c => `${c.said} has no value in ${c.lacking} of ${rows} rows`)
}
