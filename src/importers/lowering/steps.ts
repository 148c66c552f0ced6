/** The steps that families of transformers share, with the states of src/transforms. */
import type { State } from '../../math/state.ts'
import type { Input, Lowering } from './lowering.ts'

/** A step after which each column is still called what it was. */
export function columnwise(lowering: Lowering, use: string, input: Input, state: State): Input {
  return { ...lowering.step(use, input, state, input.count), names: input.names }
}

/** Takes the numbers from `low` to `high` of each column for missing ones; the columns stay what they are. */
export function blank(lowering: Lowering, input: Input, low: Float64Array, high = low): Input {
  return { ...lowering.step('blank', input, { low, high }, input.count, input.origin), names: input.names }
}

/** Puts columns in another order, some twice, some not at all. Nothing is done where they stay as they are. */
export function arrange(lowering: Lowering, input: Input, picks: readonly number[]): Input {
  if (picks.length === input.count && picks.every((pick, i) => pick === i)) return input
  const origin = picks.map(pick => input.origin[pick] as number)
  const out = lowering.step('arrange', input, { columns: Int32Array.from(picks) }, picks.length, origin)
  return { ...out, names: input.names && picks.map(pick => (input.names as readonly string[])[pick] as string) }
}

/** `count` of its columns, from its `from`-th on. */
export function part(input: Input, from: number, count: number): Input {
  return {
    from: input.from + from,
    count,
    names: input.names?.slice(from, from + count),
    origin: input.origin.slice(from, from + count),
  }
}

/** Neighbouring stretches as one. */
export function joined(parts: readonly Input[], from: number): Input {
  const names = parts.every(({ names }) => names) ? parts.flatMap(({ names }) => names as readonly string[]) : undefined
  return {
    from,
    count: parts.reduce((sum, { count }) => sum + count, 0),
    names,
    origin: parts.flatMap(({ origin }) => origin),
  }
}

/**
 * Several branches side by side, each on columns of its own: first all their columns are put in a row, then each works on
 * its stretch. A branch moves those behind it, so they are lowered from the left.
 */
export function branches(
  lowering: Lowering,
  input: Input,
  each: readonly { readonly picks: readonly number[]; readonly lower: (input: Input) => Input }[],
): Input {
  const arranged = arrange(
    lowering,
    input,
    each.flatMap(({ picks }) => picks),
  )
  const parts: Input[] = []
  let [read, at] = [0, arranged.from]
  for (const { picks, lower } of each) {
    const out = lower({ ...part(arranged, read, picks.length), from: at })
    parts.push(out)
    read += picks.length
    at += out.count
  }
  return joined(parts, arranged.from)
}
