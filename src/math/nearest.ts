/** The word somebody probably meant. */

/**
 * The word of `words` nearest to `word`, or undefined when none is near: at most a third of its letters may differ.
 * Case does not count as a difference; the first of equally near words wins. Where none is near, the one word that begins
 * with it (`CRITICAL` of `CRITICAL_FAILURE`) is meant.
 */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  const wanted = fold(word)
  let best: string | undefined
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of words) {
    const folded = fold(candidate)
    const bound = Math.max(1, Math.floor(Math.max(wanted.length, folded.length) / 3))
    if (Math.abs(wanted.length - folded.length) > bound) continue
    const distance = editDistance(wanted, folded)
    if (distance <= bound && distance < wanted.length && distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best ?? beginning(wanted, words)
}

function beginning(start: string, words: Iterable<string>): string | undefined {
  const found = start.length < 3 ? [] : [...words].filter(word => fold(word).startsWith(start))
  return found.length === 1 ? found[0] : undefined
}

/**
 * Damerau–Levenshtein distance in its restricted form (optimal string alignment): insertions, deletions, changes, and
 * swaps of two neighbours count 1 each (Damerau, "A technique for computer detection and correction of spelling
 * errors", 1964). Words are cut at 200 letters: names from outside must not cost quadratic time.
 */
export function editDistance(left: string, right: string): number {
  const a = [...left].slice(0, 200)
  const b = [...right].slice(0, 200)
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      let distance = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + change)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        distance = Math.min(distance, beforeLast[j - 2]! + 1)
      row.push(distance)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}

function fold(word: string): string {
  return word.normalize('NFC').toLowerCase().replaceAll('-', '_')
}
