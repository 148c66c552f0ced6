/** Why a class of scikit-learn's is not scored, and what a person can do about it. */
import { Refusal } from '../refusal.ts'
import type { Estimator } from './estimator.ts'

const CLUSTERS = 'clusters do not say a risk'
const NEIGHBOURS_GRAPH = 'it places only the rows that it was fitted on'

const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    KMeans: CLUSTERS,
    MiniBatchKMeans: CLUSTERS,
    BisectingKMeans: CLUSTERS,
    Birch: CLUSTERS,
    MeanShift: CLUSTERS,
    AffinityPropagation: CLUSTERS,
    DBSCAN: NEIGHBOURS_GRAPH,
    HDBSCAN: NEIGHBOURS_GRAPH,
    OPTICS: NEIGHBOURS_GRAPH,
    AgglomerativeClustering: NEIGHBOURS_GRAPH,
    SpectralClustering: NEIGHBOURS_GRAPH,
    TSNE: NEIGHBOURS_GRAPH,
    AdaBoostRegressor:
      'it predicts a weighted median of its members, which is no sum; GradientBoostingRegressor is scored',
    BayesianGaussianMixture: 'its density has terms that are not computed here; GaussianMixture is scored',
    LabelEncoder: 'it encodes the labels, not the features',
    LabelBinarizer: 'it encodes the labels, not the features',
    CountVectorizer: 'it reads words in texts',
    TfidfVectorizer: 'it reads words in texts',
    HashingVectorizer: 'it reads words in texts',
  }),
)

const ONNX = 'Re-save the model as ONNX (skl2onnx), or fit a model that is scored here.'

export function notScored({ name, module }: Pick<Estimator, 'name' | 'module'>, transformer: boolean): Refusal {
  if (transformer)
    return new Refusal(
      'unsupported',
      `found ${name}, which only transforms, expected a model`,
      'Give the file of the model, and this one as its scaler.',
    )
  const reason = REASONS.get(name)
  if (reason) return new Refusal('unsupported', `${name} is not scored: ${reason}`, ONNX)
  return new Refusal('unsupported', `${name} (${module}) has no counterpart here`, ONNX)
}
