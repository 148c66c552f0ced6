/**
 * Support vector machine (Cortes, Vapnik, "Support-vector networks", Machine Learning 1995), as it comes with models of
 * other libraries: scikit-learn's SVC and SVR with the arrays that they keep, and to the same numbers.
 *
 * risk = Σ dualCoef k(support vector, x) + intercept: the decision function, or the number that is predicted.
 *
 * A missing number counts as the mean of the support vectors, and what is beyond ±1e150 as that.
 */
import { noParameters } from '../lazy-schema.ts'
import type { Model } from './model.ts'
import { decisionScorer, type SupportVectorState } from './support-vector-state.ts'

export const supportVectorMachine: Model<ReturnType<typeof noParameters>, SupportVectorState> = {
  kind: 'support-vector-machine',
  about: 'Weighs how alike a row is to some of the rows that taught; comes with imported models.',
  formula: 'risk = Σ αᵢ K(xᵢ, x) + b: xᵢ the support vectors with their weights αᵢ, K the kernel, b the intercept',
  source: 'Cortes, Vapnik: Support-vector networks. Machine Learning 1995.',
  tasks: ['classify', 'regress'],
  get params() {
    return noParameters()
  },
  heavy: true,
  scorer: state => decisionScorer(state, 1),
}
