"""Models of scikit-learn made of others, with what they say of some rows: python composites.py composites/VERSION/

Each is fitted on rows made here and written as NAME.joblib; expected.json has the rows and the answers.
"""
import json
import sys
import warnings

import joblib
import numpy as np
import sklearn
from sklearn.decomposition import PCA, IncrementalPCA
from sklearn.ensemble import RandomForestClassifier, VotingClassifier, VotingRegressor
from sklearn.feature_selection import SelectPercentile, SequentialFeatureSelector
from sklearn.linear_model import (
    LassoLarsIC,
    LinearRegression,
    LogisticRegression,
    OrthogonalMatchingPursuitCV,
    RANSACRegressor,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

warnings.simplefilter("ignore")
out = sys.argv[1].rstrip("/")
rng = np.random.RandomState(5)
n = 60
X = rng.randn(n, 4) * [1, 3, 0.5, 2] + [0, 2, -1, 1]
# Two columns of one score.
X[:, 3] = X[:, 1]
yes = (X[:, 0] + 0.3 * X[:, 1] + rng.randn(n) * 0.6 > 0.5).astype(int)
words = np.array(["good", "spoilt"])[yes]
three = np.digitize(X[:, 1] + rng.randn(n), [1, 3])
amount = X @ [1.0, -0.5, 2.0, 0.0] + rng.randn(n) * 0.1

scaled = make_pipeline(StandardScaler(), LogisticRegression())
forest = RandomForestClassifier(n_estimators=4, max_depth=3, random_state=0)
line = ("lr", LinearRegression())
tree = ("tree", DecisionTreeRegressor(max_depth=3, random_state=0))
few = LogisticRegression(C=0.5)

CASES = {
    "vote_weighted": (VotingClassifier([("lr", scaled), ("rf", forest), ("nb", GaussianNB())], voting="soft", weights=[1, 2.5, 0]), X, words, "predict_proba"),
    "vote_dropped": (VotingClassifier([("lr", scaled), ("rf", "drop"), ("nb", GaussianNB())], voting="soft", weights=[3, 5, 1]), X, three, "predict_proba"),
    "vote_amounts_weighted": (VotingRegressor([line, tree], weights=[0.2, 0.7]), X, amount, "predict"),
    "rest_of_two": (OneVsRestClassifier(few), X, words, "predict_proba"),
    "rest_of_three": (OneVsRestClassifier(scaled), X, three, "predict_proba"),
    "percentile": (make_pipeline(SelectPercentile(percentile=50), few), X, words, "predict_proba"),
    "percentile_tie": (make_pipeline(SelectPercentile(percentile=25), few), X[:, [3, 1, 2, 2]], words, "predict_proba"),
    "sequential": (make_pipeline(SequentialFeatureSelector(few, n_features_to_select=2, cv=3), few), X, words, "predict_proba"),
    "incremental": (make_pipeline(IncrementalPCA(2, whiten=True, batch_size=20), few), X, words, "predict_proba"),
    "union_first": (make_pipeline(FeatureUnion([("scale", StandardScaler()), ("pca", PCA(2))]), few), X, words, "predict_proba"),
    "ransac": (RANSACRegressor(random_state=0), X, amount, "predict"),
    "lars_ic": (LassoLarsIC(), X, amount, "predict"),
    "pursuit": (OrthogonalMatchingPursuitCV(cv=3), X[:, :3], amount, "predict"),
}


def plain(values):
    return [[float(v) for v in np.atleast_1d(row)] for row in np.asarray(values)]


cases = {}
for name, (model, x, y, method) in CASES.items():
    model.fit(x, y)
    joblib.dump(model, f"{out}/{name}.joblib", compress=("zlib", 9))
    given = x[:14] * 1.25 + 0.1
    cases[name] = {"method": method, "names": None, "rows": plain(given), "expected": plain(getattr(model, method)(given))}
versions = {"scikit-learn": sklearn.__version__, "numpy": np.__version__, "joblib": joblib.__version__}
json.dump({"versions": versions, "cases": cases}, open(f"{out}/expected.json", "w"), separators=(",", ":"))
