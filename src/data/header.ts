/** Names of columns that SQL, a recipe and a person can tell apart. */
import { Failure } from '../errors.ts'
import { isInternal } from '../sql.ts'
import { MAX_COLUMNS } from './source.ts'

/**
 * @throws Failure INPUT_HEADER for blank names, for names that are equal or differ only in case, for names of our own, and
 * for too many.
 */
export function checkNames(path: string, names: readonly string[]): void {
  if (names.length > MAX_COLUMNS) {
    const hint = `Keep the columns that matter: a table may have up to ${MAX_COLUMNS}.`
    throw new Failure('INPUT_HEADER', { path, problem: `it has ${names.length} columns`, hint })
  }
  const blank = names.flatMap((name, i) => (name === '' ? [i + 1] : []))
  if (blank.length > 0) {
    const problem = `${blank.length === 1 ? 'column' : 'columns'} ${blank.slice(0, 10).join(', ')} of ${names.length} ${blank.length === 1 ? 'has' : 'have'} no name`
    throw new Failure('INPUT_HEADER', { path, problem, hint: rename(names) })
  }
  const internal = names.find(isInternal)
  if (internal !== undefined) {
    const problem = `the column ${internal} has a name that tocsin uses for itself`
    throw new Failure('INPUT_HEADER', { path, problem, hint: rename(names) })
  }
  const seen = new Map<string, string[]>()
  for (const name of names) {
    seen.set(fold(name), [...(seen.get(fold(name)) ?? []), name])
  }
  const clashes = [...seen.values()].filter(group => group.length > 1)
  if (clashes.length === 0) return
  const equal = clashes.every(group => new Set(group).size === 1)
  const shown = clashes
    .slice(0, 5)
    .map(group => (equal ? group[0] : group.join(' and ')))
    .join('; ')
  const problem = equal
    ? `several columns are called ${shown}`
    : `names of columns differ only in case or accents: ${shown}`
  throw new Failure('INPUT_HEADER', { path, problem, hint: rename(names) })
}

/** SQL does not tell Temp from temp, and nobody can see é from e with an accent of its own. */
const fold = (name: string): string => name.normalize('NFC').toLowerCase()

/** The line to write, with names that would do. */
function rename(names: readonly string[]): string {
  const taken = new Set<string>()
  const mended = names.map((name, i) => {
    const wish = name === '' ? `column_${i + 1}` : isInternal(name) ? name.slice(1) : name
    let free = wish
    for (let n = 2; taken.has(fold(free)); n += 1) free = `${wish}_${n}`
    taken.add(fold(free))
    return /^[\p{L}_][\p{L}\p{N}_ .-]*$/u.test(free) ? free : JSON.stringify(free)
  })
  const shown = mended.length > 30 ? [...mended.slice(0, 30), '…'] : mended
  // What pandas writes unless it is told not to.
  const index = names[0] === '' && !names.slice(1).includes('') ? ' (pandas: to_csv(…, index=False))' : ''
  return `Rename them in the file${index}, or under rows: in the recipe: read: {header: true, names: [${shown.join(', ')}]}`
}
