"""Writes test/golden/distances.json, distances of rows by scikit-learn and scipy, and test/golden/neighbours/: models that
measure with them, as joblib files, with the scores that scikit-learn gives to some rows.

    pip install scikit-learn==1.9.1 scipy==1.17.1 joblib && python -P test/golden/distances.py
"""

import json
from pathlib import Path

import joblib
import numpy as np
import scipy
import sklearn
from scipy.spatial.distance import cdist
from sklearn.metrics import DistanceMetric
from sklearn.metrics.pairwise import cosine_distances
from sklearn.neighbors import KNeighborsClassifier, LocalOutlierFactor

HERE = Path(__file__).parent
rng = np.random.default_rng(3)
a, b = rng.normal(size=(4, 3)).round(3), rng.normal(size=(5, 3)).round(3)
b[0] = 0
flags_a, flags_b = (rng.random((6, 5)) < 0.4).astype(float), (rng.random((6, 5)) < 0.4).astype(float)
weights = np.array([0.5, 2.0, 0.0])
variances = np.array([0.7, 1.3, 2.0])
root = rng.normal(size=(3, 3))
inverse = (root @ root.T + np.eye(3)).round(6)
cases = []


def case(name, x, y, distances, given=(), p=2):
    cases.append({"metric": name, "a": x.tolist(), "b": y.tolist(), "given": np.ravel(given).tolist(), "p": p, "distance": distances.tolist()})


def ours(name, x, y, given=(), p=2, **more):
    power = {"p": p} if name == "minkowski" else {}
    case(name, x, y, DistanceMetric.get_metric(name, **more, **power).pairwise(x, y), given, p)


ours("minkowski", a, b, given=weights, p=3, w=weights)
case("sqeuclidean", a, b, cdist(a, b, "sqeuclidean"))
ours("seuclidean", a, b, given=variances, V=variances)
ours("mahalanobis", a, b, given=inverse, VI=inverse)
ours("canberra", a, b)
ours("braycurtis", a, b)
ours("hamming", flags_a, flags_b)
ours("haversine", a[:, :2], b[:, :2])
case("cosine", a, b, cosine_distances(a, b))
case("correlation", a, b[1:], cdist(a, b[1:], "correlation"))
for name in ["jaccard", "dice", "rogerstanimoto", "russellrao", "sokalmichener", "sokalsneath"]:
    ours(name, flags_a, flags_b)
case("yule", flags_a, flags_b, cdist(flags_a != 0, flags_b != 0, "yule"))
made = f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}"
(HERE / "distances.json").write_text(json.dumps({"made": made, "cases": cases}) + "\n")

MODELS = HERE / "neighbours"
MODELS.mkdir(exist_ok=True)
x = rng.normal(size=(40, 3)).round(3)
rows = np.vstack([rng.normal(size=(6, 3)), [[4, -3, 5]]]).round(3)
expected = {}


def save(name, model):
    joblib.dump(model, MODELS / f"{name}.joblib", compress=("zlib", 9))
    classes = hasattr(model, "predict_proba")
    expected[name] = {"rows": rows.tolist(), "risk": (model.predict_proba(rows)[:, 1] if classes else -model.score_samples(rows)).tolist()}


def detector(**how):
    return LocalOutlierFactor(n_neighbors=5, novelty=True, **how).fit(x)


save("mahalanobis", detector(metric="mahalanobis", algorithm="ball_tree", metric_params={"VI": inverse}))
save("seuclidean", detector(metric="seuclidean", metric_params={"V": variances}))
save("weighted", detector(metric="minkowski", p=3, metric_params={"w": weights}))
save("root", detector(metric="minkowski", p=0.5, algorithm="brute"))
save("cosine", detector(metric="cosine"))
save("correlation", detector(metric="correlation"))
save("braycurtis", detector(metric="braycurtis", algorithm="ball_tree"))
save("braycurtis_brute", detector(metric="braycurtis", algorithm="brute"))
labels = (x[:, 0] + x[:, 1] > 0).astype(int)
save("classifier", KNeighborsClassifier(5, weights="distance", metric="canberra").fit(x, labels))
(MODELS / "expected.json").write_text(json.dumps({"made": made, "cases": expected}, indent=1) + "\n")
