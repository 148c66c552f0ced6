/** The page that fitting leaves beside the model: how it does on the rows that did not teach it. */
import type { FitResult } from './fit.ts'
import { evaluationOf, pageOf, type Subject } from './report.ts'

/** The rows of the table that the model has not learned from. The cuts were set on some of them; the page says so. */
export function subjectOf(result: FitResult): Subject {
  const { artifact, rows, split } = result
  const taught = new Set(split.train)
  return {
    artifact,
    id: result.id,
    rows,
    risk: result.risk,
    chosen: Int32Array.from({ length: rows.rows }, (_, i) => i).filter(row => !taught.has(row)),
    cuts: artifact.levels,
    subtitle: `${artifact.recipe.model.use} on ${artifact.lineage.files.join(', ')}: the rows that did not teach it`,
    notes: [...result.source.notes, ...result.notes],
  }
}

/** The page as one text. */
export function drawPage(result: FitResult): Promise<string> {
  const subject = subjectOf(result)
  return pageOf(subject, evaluationOf(subject))
}
