import type { BoostedTrees } from '../kernels/boosted-nodes.ts'

/** Trees of any kind as a state holds them, their thresholds for doubles. */
export type Nodes = Pick<BoostedTrees, 'start' | 'left' | 'right' | 'feature' | 'threshold' | 'missingLeft' | 'value'>
