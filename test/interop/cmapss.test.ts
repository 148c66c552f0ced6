import { describe, expect, it } from 'vitest'
import { compare, type DataSet, missing } from '../../bench/cmapss.ts'
import { type Judgement, median } from '../../bench/run-to-failure.ts'

const SEEDS = [42, 43, 44, 45, 46]
const caught = (judgements: readonly Judgement[]) => judgements.map(j => j.caught)
const lead = (judgements: readonly Judgement[]) => judgements.map(j => j.medianLead)

describe.each<DataSet>(['FD001', 'FD003'])('C-MAPSS %s: 20 engines that no forest saw', dataSet => {
  const absent = missing(dataSet)
  if (absent) console.warn(`SKIPPED: ${absent}`)

  it.skipIf(absent)('are caught with time to spare, no worse than by scikit-learn at equal false alarms', () => {
    const { budget, atOurCut, atEqualFalseAlarms } = compare(dataSet, SEEDS, [0, 1, 2])
    for (const { machines, caught, falseAlarms, medianLead } of atOurCut) {
      expect(machines).toBe(20)
      expect(caught).toBe(20)
      expect(falseAlarms).toBeLessThanOrEqual(budget)
      expect(medianLead).toBeGreaterThan(60)
    }
    for (const { ours, theirs } of atEqualFalseAlarms) {
      expect(median(caught(ours))).toBeGreaterThanOrEqual(median(caught(theirs)))
      // A forest differs from itself under another seed by as much as the range of its seeds.
      expect(median(lead(ours))).toBeGreaterThanOrEqual(Math.min(...lead(theirs)))
    }
  })
})
