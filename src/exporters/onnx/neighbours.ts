/** Models that measure how far a row is from each of many others. */
import { LARGEST } from '../../math/bounds.ts'
import type { LocalOutlierFactor } from '../../models/local-outlier-factor.ts'
import type { OneClassSvm } from '../../models/one-class-svm.ts'
import { clip } from './formulas.ts'
import type { Graph, Value } from './graph.ts'

/** How far each row is from each point: [rows, points]; for p = 2 the square of that. By differences, column after column:
 * an expanded square would lose digits far from 0. */
function apart(g: Graph, x: Value, points: Float64Array, columns: number, p: number): Value {
  const count = points.length / columns
  const differences = Array.from({ length: columns }, (_, c) => {
    const own = Float64Array.from({ length: count }, (_, i) => points[i * columns + c]!)
    const difference = g.apply('Sub', [g.apply('Gather', [x, g.integers([c])], { axis: 1 }), g.doubles(own)])
    return p === 2 ? g.apply('Mul', [difference, difference]) : g.apply('Abs', [difference])
  })
  const total = (of: readonly Value[], operator: 'Add' | 'Max') =>
    of.reduce((sum, each) => g.apply(operator, [sum, each]))
  if (p === 1 || p === 2) return total(differences, 'Add')
  const largest = total(differences, 'Max')
  if (p === Number.POSITIVE_INFINITY) return largest
  // In units of the largest difference, because a high power of a plain number is soon infinite or 0.
  const unit = g.apply('Where', [g.apply('Equal', [largest, 0]), 1, largest])
  const powers = differences.map(each => g.apply('Pow', [g.apply('Div', [each, unit]), p]))
  return g.apply('Mul', [largest, g.apply('Pow', [total(powers, 'Add'), 1 / p])])
}

export function localOutlierFactor(g: Graph, x: Value, state: LocalOutlierFactor): Value {
  const { columns, neighbours: k, p, rows, distance, density } = state
  const measured = apart(g, clip(g, x, LARGEST), rows, columns, p)
  const [values, places] = g.split('TopK', [measured, g.integers([k])], 2, { largest: 0 }) as [Value, Value]
  const near = p === 2 ? g.apply('Sqrt', [values]) : values
  const reach = g.apply('Max', [near, g.apply('Gather', [g.doubles(distance, [distance.length]), places])])
  const mean = g.apply('Div', [g.apply('ReduceSum', [reach, g.integers([1])]), k])
  const own = g.apply('Div', [1, g.apply('Add', [mean, 1e-10])])
  const ratios = g.apply('Div', [g.apply('Gather', [g.doubles(density, [density.length]), places]), own])
  return g.apply('Div', [g.apply('ReduceSum', [ratios, g.integers([1])]), k])
}

export function oneClassSvm(g: Graph, x: Value, state: OneClassSvm): Value {
  const { kernel, columns, supportVectors, dualCoef, intercept, gamma, degree, coef0 } = state
  const count = dualCoef.length
  const near = clip(g, x, LARGEST)
  // The factor goes into the vectors: onnxruntime would melt one behind the product into it, rounded to float32.
  const product = (factor: number) => {
    const turned = new Float64Array(supportVectors.length)
    for (let v = 0; v < count; v++)
      for (let c = 0; c < columns; c++) turned[c * count + v] = factor * supportVectors[v * columns + c]!
    return g.apply('MatMul', [near, g.doubles(turned, [columns, count])])
  }
  const inner = () => g.apply('Add', [product(gamma), coef0])
  const values = {
    rbf: () => g.apply('Exp', [g.apply('Mul', [apart(g, near, supportVectors, columns, 2), -gamma])]),
    linear: () => product(1),
    poly: () => g.apply('Pow', [inner(), degree]),
    sigmoid: () => g.apply('Tanh', [inner()]),
  }[kernel as 'rbf' | 'linear' | 'poly' | 'sigmoid']()
  const sum = g.apply('MatMul', [values, g.doubles(dualCoef, [count, 1])])
  return clip(g, g.apply('Neg', [g.apply('Add', [sum, intercept])]), Number.MAX_VALUE)
}
