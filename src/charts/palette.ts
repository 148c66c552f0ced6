/**
 * Colours that stay apart for the colour-blind (after Okabe and Ito 2008) and on white as on black; a level is also
 * told by its shape, so that a grey print says the same.
 */

/** Text and lines. The report turns exactly this colour into the page's own, so that dark mode works. */
export const INK = '#1f2933'
export const PAPER = '#ffffff'
export const OK = '#3b7db3'
export const GOOD_BAND = '#009e73'
export const NEUTRAL = '#8a94a0'

const SEVERITY = ['#f2cf3b', '#e69f00', '#cc3d12', '#7a1022']
const SHAPES = ['circle', 'triangle', 'diamond', 'rect', 'pin']

/** Colour of level `i` (0 = OK, then mildest first) out of `levels` levels; the highest is red however many. */
export function levelColour(i: number, levels: number): string {
  if (i <= 0) return OK
  const first = levels === 1 ? 2 : levels === 2 ? 1 : levels === 3 ? 0 : 0
  return SEVERITY[Math.min(first + i - 1, SEVERITY.length - 1)]!
}

/** Of models beside each other (Okabe and Ito 2008, without its yellow); from the eighth on they come again. */
const MODELS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#8a94a0']

export function modelColour(i: number): string {
  return MODELS[i % MODELS.length]!
}

export function levelShape(i: number): string {
  return SHAPES[Math.min(i, SHAPES.length - 1)]!
}
