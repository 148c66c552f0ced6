/**
 * A model as plain JSON, for programs that read neither safetensors nor ONNX. Arrays are lists; a number that JSON does not
 * have is the text "NaN", "Infinity", "-Infinity" or "-0", everywhere where a number stands. Keys are sorted.
 */
import type { Artifact } from '../artifact/artifact.ts'
import { quoteJson } from '../artifact/json.ts'
import type { State } from '../math/state.ts'

/** Of this writing; it changes when a reader would have to. */
const FORMAT = 1

export function exportJson(artifact: Artifact): string {
  const { model, transforms, profile, probability, format: _, version, ...description } = artifact
  const { recipe } = description
  return `${quoteJson({
    format: FORMAT,
    tocsin: version,
    ...description,
    model: { ...recipe.model, state: plain(model) },
    steps: recipe.transforms.map((step, i) => ({ ...step, state: plain(transforms[i] ?? {}) })),
    profile: plain(profile),
    ...(probability ? { probability: plain(probability) } : {}),
  })}\n`
}

function plain(state: State): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [
      key,
      ArrayBuffer.isView(value) ? Array.from(value, jsonNumber) : typeof value === 'number' ? jsonNumber(value) : value,
    ]),
  )
}

function jsonNumber(value: number): number | string {
  if (Object.is(value, -0)) return '-0'
  return Number.isFinite(value) ? value : String(value)
}
