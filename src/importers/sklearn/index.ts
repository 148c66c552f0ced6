/** The one list of scikit-learn's classes that become a program. A new one is a function in its family's file and a line
 * here. */
import type { Input, Lowering, LowerPredictor, LowerTransformer, Prediction } from '../lowering/lowering.ts'
import type { Inner } from '../lowering/open-lowering.ts'
import type { Value } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'
import { adaBoostClassifier } from './ada-boost.ts'
import { boosterPredictor } from './boosters.ts'
import { calibratedClassifier } from './calibrated.ts'
import { pca, truncatedSvd } from './decomposition.ts'
import { oneHotEncoder, ordinalEncoder, targetEncoder } from './encoders.ts'
import { classOf, type Estimator, estimatorOf, wordFor } from './estimator.ts'
import { forestClassifier, forestRegressor, treeClassifier, treeRegressor } from './forests.ts'
import { gradientBoostingClassifier, gradientBoostingRegressor } from './gradient-boosting.ts'
import { histGradientBoostingClassifier, histGradientBoostingRegressor } from './hist-gradient-boosting.ts'
import { missingIndicator, simpleImputer } from './impute.ts'
import { isolationForest } from './isolation-forest.ts'
import {
  linearDecision,
  linearDiscriminant,
  linearRegressor,
  logisticRegression,
  partialLeastSquares,
  sgdClassifier,
  sgdOneClassSvm,
} from './linear.ts'
import { baggingClassifier, baggingRegressor, oneVersusRest, votingClassifier, votingRegressor } from './members.ts'
import { ellipticEnvelope, gaussianBayes, gaussianMixture } from './mixture.ts'
import { localOutlierFactor, neighboursClassifier, neighboursRegressor } from './neighbours.ts'
import { networkClassifier, networkRegressor } from './neural-network.ts'
import { notScored } from './not-scored.ts'
import {
  columnTransformer,
  consensusRegressor,
  featureUnion,
  frozenPredictor,
  frozenTransformer,
  pipelinePredictor,
  pipelineTransformer,
  searchPredictor,
  stepsOf,
} from './pipeline.ts'
import {
  functionTransformer,
  maxAbsScaler,
  minMaxScaler,
  normalizer,
  powerTransformer,
  quantileTransformer,
  robustScaler,
  standardScaler,
} from './preprocessing.ts'
import { selectBest, selectedColumns, selectPercentile, varianceThreshold } from './selectors.ts'
import { oneClassSvm, supportVectorClassifier, supportVectorRegressor } from './svm.ts'
import { tunedThreshold } from './tuned-threshold.ts'

const TRANSFORMERS: ReadonlyMap<string, LowerTransformer> = new Map(
  Object.entries<LowerTransformer>({
    ColumnTransformer: columnTransformer,
    FeatureUnion: featureUnion,
    FrozenEstimator: frozenTransformer,
    FunctionTransformer: functionTransformer,
    IncrementalPCA: pca,
    MaxAbsScaler: maxAbsScaler,
    MinMaxScaler: minMaxScaler,
    MissingIndicator: missingIndicator,
    Normalizer: normalizer,
    OneHotEncoder: oneHotEncoder,
    OrdinalEncoder: ordinalEncoder,
    PCA: pca,
    Pipeline: pipelineTransformer,
    PowerTransformer: powerTransformer,
    QuantileTransformer: quantileTransformer,
    RFE: selectedColumns,
    RFECV: selectedColumns,
    RobustScaler: robustScaler,
    SelectKBest: selectBest,
    SelectPercentile: selectPercentile,
    SequentialFeatureSelector: selectedColumns,
    SimpleImputer: simpleImputer,
    StandardScaler: standardScaler,
    TargetEncoder: targetEncoder,
    TruncatedSVD: truncatedSvd,
    VarianceThreshold: varianceThreshold,
  }),
)

const PREDICTORS: ReadonlyMap<string, LowerPredictor> = new Map(
  Object.entries<LowerPredictor>({
    ARDRegression: linearRegressor,
    AdaBoostClassifier: adaBoostClassifier,
    BaggingClassifier: baggingClassifier,
    BaggingRegressor: baggingRegressor,
    BayesianRidge: linearRegressor,
    Booster: boosterPredictor,
    CalibratedClassifierCV: calibratedClassifier,
    DecisionTreeClassifier: treeClassifier,
    DecisionTreeRegressor: treeRegressor,
    ElasticNet: linearRegressor,
    ElasticNetCV: linearRegressor,
    EllipticEnvelope: ellipticEnvelope,
    ExtraTreeClassifier: treeClassifier,
    ExtraTreeRegressor: treeRegressor,
    ExtraTreesClassifier: forestClassifier,
    ExtraTreesRegressor: forestRegressor,
    FixedThresholdClassifier: tunedThreshold,
    FrozenEstimator: frozenPredictor,
    GaussianMixture: gaussianMixture,
    GaussianNB: gaussianBayes,
    GradientBoostingClassifier: gradientBoostingClassifier,
    GradientBoostingRegressor: gradientBoostingRegressor,
    GridSearchCV: searchPredictor,
    HalvingGridSearchCV: searchPredictor,
    HalvingRandomSearchCV: searchPredictor,
    HistGradientBoostingClassifier: histGradientBoostingClassifier,
    HistGradientBoostingRegressor: histGradientBoostingRegressor,
    HuberRegressor: linearRegressor,
    IsolationForest: isolationForest,
    KNeighborsClassifier: neighboursClassifier,
    KNeighborsRegressor: neighboursRegressor,
    LGBMClassifier: boosterPredictor,
    LGBMRanker: boosterPredictor,
    LGBMRegressor: boosterPredictor,
    Lars: linearRegressor,
    LarsCV: linearRegressor,
    Lasso: linearRegressor,
    LassoCV: linearRegressor,
    LassoLars: linearRegressor,
    LassoLarsCV: linearRegressor,
    LassoLarsIC: linearRegressor,
    LinearDiscriminantAnalysis: linearDiscriminant,
    LinearRegression: linearRegressor,
    LinearSVC: linearDecision,
    LinearSVR: linearRegressor,
    LocalOutlierFactor: localOutlierFactor,
    LogisticRegression: logisticRegression,
    LogisticRegressionCV: logisticRegression,
    MLPClassifier: networkClassifier,
    MLPRegressor: networkRegressor,
    NuSVC: supportVectorClassifier,
    NuSVR: supportVectorRegressor,
    OneClassSVM: oneClassSvm,
    OneVsRestClassifier: oneVersusRest,
    OrthogonalMatchingPursuit: linearRegressor,
    OrthogonalMatchingPursuitCV: linearRegressor,
    PLSRegression: partialLeastSquares,
    PassiveAggressiveClassifier: linearDecision,
    PassiveAggressiveRegressor: linearRegressor,
    Perceptron: linearDecision,
    Pipeline: pipelinePredictor,
    QuantileRegressor: linearRegressor,
    RANSACRegressor: consensusRegressor,
    RandomForestClassifier: forestClassifier,
    RandomForestRegressor: forestRegressor,
    RandomizedSearchCV: searchPredictor,
    Ridge: linearRegressor,
    RidgeCV: linearRegressor,
    RidgeClassifier: linearDecision,
    RidgeClassifierCV: linearDecision,
    SGDClassifier: sgdClassifier,
    SGDOneClassSVM: sgdOneClassSvm,
    SGDRegressor: linearRegressor,
    SVC: supportVectorClassifier,
    SVR: supportVectorRegressor,
    TheilSenRegressor: linearRegressor,
    TunedThresholdClassifierCV: tunedThreshold,
    VotingClassifier: votingClassifier,
    VotingRegressor: votingRegressor,
    XGBClassifier: boosterPredictor,
    XGBRFClassifier: boosterPredictor,
    XGBRFRegressor: boosterPredictor,
    XGBRanker: boosterPredictor,
    XGBRegressor: boosterPredictor,
  }),
)

/** Of every class that is read, as docs/import.md lists them. */
export const classNames: readonly string[] = [...TRANSFORMERS.keys(), ...PREDICTORS.keys()]

export const isPredictor = (name: string): boolean => PREDICTORS.has(name)
export const isTransformer = (name: string): boolean => TRANSFORMERS.has(name)

/** @throws Refusal for a class that is not in the list, and for whatever its family cannot honour */
export function lowerPredictor(
  value: Value,
  input: Input,
  lowering: Lowering,
  outer?: Pick<Estimator, 'version'>,
): Prediction {
  const estimator = estimatorOf(value, outer)
  const lower = PREDICTORS.get(estimator.name)
  if (!lower) throw notScored(estimator, TRANSFORMERS.has(estimator.name))
  return lower(estimator, input, lowering)
}

/** A transformer; 'passthrough' and None leave the columns as they are. */
export function lowerTransformer(
  value: Value,
  input: Input,
  lowering: Lowering,
  outer?: Pick<Estimator, 'version'>,
): Input {
  if (value === null || value === 'passthrough') return input
  if (typeof value === 'string') throw new Refusal('damaged', `found ${wordFor(value)}, expected a transformer`)
  const estimator = estimatorOf(value, outer)
  const lower = TRANSFORMERS.get(estimator.name)
  if (!lower) throw notScored(estimator, false)
  return lower(estimator, input, lowering)
}

/** What estimators may have inside. */
export const estimators: Inner = { transformer: lowerTransformer, predictor: lowerPredictor }

/** Asks for classes alone, before anything is read: whether each step of a pipeline has a counterpart here. */
export function checkPredictor(value: Value): void {
  const estimator = estimatorOf(value)
  if (!PREDICTORS.has(estimator.name)) throw notScored(estimator, TRANSFORMERS.has(estimator.name))
  if (estimator.name !== 'Pipeline') return
  const steps = stepsOf(estimator)
  for (const { value: step } of steps.slice(0, -1)) checkTransformer(step)
  const last = steps.at(-1)?.value
  if (last !== undefined && classOf(last)?.name !== 'Pipeline') checkPredictor(last)
}

/** @throws Refusal for a class that is not in the list */
export function checkTransformer(value: Value): void {
  if (value === null || typeof value === 'string') return
  const estimator = estimatorOf(value)
  if (!TRANSFORMERS.has(estimator.name)) throw notScored(estimator, false)
}
