/** What a model file says of itself, for `inspect` and for the record of an import. Plain JSON. */
export interface About {
  /** "joblib", "pickle", "torch", "lightgbm", "xgboost", "onnx", "mlflow", "skops". */
  readonly format: string
  /** How it is wrapped: "zlib", "zip", "pickle protocol 4". Outermost first. */
  readonly containers: readonly string[]
  /** Of libraries: {"scikit-learn": "1.6.1", "joblib": "1.2 or newer"}. */
  readonly versions: Readonly<Record<string, string>>
  /** The classes of the model, outermost first, as people write them: "Pipeline(StandardScaler → IsolationForest)". */
  readonly model: string
  /** Every class and function the file names, sorted: "sklearn.ensemble._iforest.IsolationForest". */
  readonly globals: readonly string[]
  /** Parameters of the model that people know: {n_estimators: 100}. */
  readonly parameters: Readonly<Record<string, string | number | boolean | null>>
  /** Names where the file has them. */
  readonly features?: readonly string[]
  readonly featureCount?: number
  /** Names of the classes, as texts. */
  readonly classes?: readonly string[]
  /** Threshold that the file brings, before any conversion. */
  readonly threshold?: number
  /** Bytes after decompression. */
  readonly bytes: number
  /** Other models and keys in the same file that are not scored: "model2 (KMeans)". */
  readonly beside: readonly string[]
}
