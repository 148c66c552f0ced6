/** The one `class_weight` parameter of every classifier that has one. */
import type Type from 'typebox'

export function classWeightParameter(type: typeof Type) {
  return type.Union(
    [
      type.Literal('none'),
      type.Literal('balanced'),
      type.Record(type.String(), type.Number({ minimum: 0, maximum: 1e9 }), { minProperties: 1 }),
    ],
    {
      default: 'none',
      description:
        'Weight of the classes: none, balanced (each class counts as much as the other), or a weight for some levels of the label, as in {bad: 5}.',
    },
  )
}
