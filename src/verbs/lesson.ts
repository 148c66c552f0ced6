import type { PlannedFeature } from '../recipe/feature.ts'
import type { Recipe } from '../recipe/schema.ts'
import { withCategories } from './categories.ts'
import { pick, type Rows } from './gather.ts'
import { targetOf } from './target.ts'
import type { Lesson } from './train.ts'

/** What the chosen rows teach. */
export function lessonOf(rows: Rows, chosen: Int32Array, recipe: Recipe, features: readonly PlannedFeature[]): Lesson {
  return {
    task: recipe.task,
    x: withCategories(pick(rows, chosen), features),
    y: targetOf(rows, chosen, recipe),
    names: features.map(f => f.name),
    weight: new Float64Array(chosen.length).fill(1),
  }
}
