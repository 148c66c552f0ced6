/** An XGBoost model as its JSON, its UBJSON and its old binary format all say it, before it becomes a model of our own. */

export interface XgboostModel {
  /** [3, 2, 0]; undefined before 1.0. */
  readonly version: readonly number[] | undefined
  /** "binary:logistic" */
  readonly objective: string
  /** What every sum begins with: one number, or one a class. */
  readonly base: readonly number[]
  /** Whether `base` is what is added, as before 1.0; else what the model would predict of it alone. */
  readonly margin: boolean
  /** num_class: 0 and 1 for models without classes. */
  readonly classes: number
  /** Number of features. */
  readonly count: number
  readonly names: readonly string[] | undefined
  /** "float", "int", "i", "q", "c" for each feature. */
  readonly types: readonly string[] | undefined
  readonly attributes: ReadonlyMap<string, string>
  readonly booster: XgboostTrees | XgboostLinear
}

export interface XgboostTrees {
  readonly name: 'gbtree' | 'dart'
  readonly trees: readonly XgboostTree[]
  /** The class whose sum each tree is part of. */
  readonly group: ArrayLike<number>
  /** What each tree counts: dart. */
  readonly weight: ArrayLike<number> | undefined
  /** Trees of one class in each round. */
  readonly parallel: number
  /** What the codes of a feature's categories stand for, since 3.1. */
  readonly categories: ReadonlyMap<number, readonly (string | number)[]>
}

/** Weights of feature f for class k at f · classes + k, the constants behind them. */
export interface XgboostLinear {
  readonly name: 'gblinear'
  readonly weights: ArrayLike<number>
}

/** Node 0 is the root; −1 as a child on the left is a leaf. */
export interface XgboostTree {
  readonly left: ArrayLike<number>
  readonly right: ArrayLike<number>
  readonly feature: ArrayLike<number>
  /** A row goes left when its value, as float32, is < this; of a leaf what it says. */
  readonly condition: ArrayLike<number>
  /** 1 where a missing value goes left. */
  readonly defaultLeft: ArrayLike<number>
  /** Weight of the training rows in each node. */
  readonly hessian: ArrayLike<number>
  /** Of a node that asks for categories: those that go right. */
  readonly categories: ReadonlyMap<number, ArrayLike<number>>
}
