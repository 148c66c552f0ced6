/** Linear maps: out = (x − centre) · components, each times its factor. scikit-learn's PCA, whitening, TruncatedSVD. */
import { type Columns, numericColumns } from '../math/columns.ts'
import { checkWidth, numbersOf } from './state-check.ts'
import type { Transform } from './transform.ts'

export type Project = {
  /** One entry a column. */
  centre: Float64Array
  /** Component after component, each with an entry a column. */
  components: Float64Array
  /** One entry a component. */
  factor: Float64Array
}

export const project: Transform<Project> = {
  kind: 'project',
  about: 'Makes columns of weighted sums of columns.',
  mixes: true,
  apply(state) {
    const centre = numbersOf(state.centre, 'centre')
    const factor = numbersOf(state.factor, 'factor')
    const components = numbersOf(state.components, 'components', centre.length * factor.length)
    const buffers = Array.from(factor, () => new Float64Array(0))
    return (block: Columns) => {
      checkWidth(block, centre.length)
      const { rows } = block
      const columns = numericColumns(block)
      for (const [k, f] of factor.entries()) {
        if (buffers[k]!.length < rows) buffers[k] = new Float64Array(rows)
        const to = buffers[k]!.fill(0, 0, rows)
        for (const [c, column] of columns.entries()) {
          const [weight, middle] = [components[k * centre.length + c]!, centre[c]!]
          for (let i = 0; i < rows; i++) to[i] = to[i]! + (column[i]! - middle) * weight
        }
        if (f !== 1) for (let i = 0; i < rows; i++) to[i] = to[i]! * f
      }
      return { rows, columns: [...buffers] }
    }
  },
  sources: ({ factor }) => new Int32Array(factor.length).fill(-1),
}
