import { normalQuantile } from './distributions.ts'
import { type Interval, logOddsInterval } from './metrics.ts'

/**
 * Interval of an average precision on the log-odds scale (Boyd, Eng, Page, "Area under the precision-recall curve: point
 * estimates and confidence intervals", ECML PKDD 2013): it stays within 0 and 1, and holds what it promises with few
 * positives too. At 0 and 1, and without a positive, it is all of 0 … 1.
 */
export function precisionInterval(averagePrecision: number, positives: number, confidence = 0.95): Interval {
  if (!(averagePrecision > 0 && averagePrecision < 1 && positives > 0)) return { low: 0, high: 1 }
  const half = normalQuantile(0.5 + confidence / 2) / Math.sqrt(positives * averagePrecision * (1 - averagePrecision))
  return logOddsInterval(averagePrecision, half)
}
