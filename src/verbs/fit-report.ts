/** The page that fitting leaves beside the model: how it does on the rows that did not teach it. */
import type { FitResult } from './fit.ts'
import { evaluationOf, pageOf, type Subject } from './report.ts'

/**
 * A model that learned from answers is judged by the rows kept for the test, where there are any: its cuts, and the
 * probability that it tells, were set on the held-out ones. A detector is judged by all that did not teach it, the bad
 * ones first of all, of which a test has few.
 */
export function subjectOf(result: FitResult): Subject {
  const { artifact, rows, split } = result
  const { chosen, where } = artifact.task === 'detect' ? untaught(result) : judging(result)
  return {
    artifact,
    id: result.id,
    rows,
    risk: result.risk,
    chosen,
    cuts: artifact.levels,
    subtitle: `${artifact.recipe.model.use} on ${artifact.lineage.files.join(', ')}: ${where}`,
    where: artifact.task === 'detect' ? 'rows that did not teach' : split.test.length ? where : 'the held-out rows',
    notes: [...result.source.notes, ...result.notes],
  }
}

function untaught({ rows, split }: FitResult) {
  const taught = new Set(split.train)
  const chosen = Int32Array.from({ length: rows.rows }, (_, i) => i).filter(row => !taught.has(row))
  return { chosen, where: 'the rows that did not teach it' }
}

function judging({ split: { test, heldOut } }: FitResult) {
  return test.length
    ? { chosen: test, where: `the ${test.length} rows kept for the test` }
    : { chosen: heldOut, where: `the ${heldOut.length} held-out rows, on which its cuts were set` }
}

/** The page as one text. */
export function drawPage(result: FitResult): Promise<string> {
  const subject = subjectOf(result)
  return pageOf(subject, evaluationOf(subject))
}
