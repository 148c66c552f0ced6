"""Small ensembles of scikit-learn with what it says of some rows: python ensembles.py ensembles/VERSION/ (needs pandas).

Each is fitted on rows made here and written as NAME.joblib; expected.json has the rows and the answers.
"""
import json
import sys
import warnings

import joblib
import numpy as np
import pandas as pd
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    BaggingRegressor,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeRegressor

warnings.simplefilter("ignore")
out = sys.argv[1].rstrip("/")
version = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
rng = np.random.RandomState(4)
n = 60
X = rng.randn(n, 3) * [1, 3, 0.5] + [0, 2, -1]
gaps = X.copy()
gaps[::5, 0] = np.nan
gaps[3::7, 2] = np.nan
yes = (X[:, 0] + 0.3 * X[:, 1] + rng.randn(n) * 0.6 > 0.5).astype(int)
words = np.array(["good", "spoilt"])[yes]
noise = rng.randint(0, 2, n)
three = np.digitize(X[:, 1] + rng.randn(n), [1, 3])
amount = X @ [1.0, -0.5, 2.0] + rng.randn(n) * 0.1
counts = rng.poisson(np.exp(0.5 * X[:, 0])) + 1.0
shop = pd.DataFrame({
    "ph": gaps[:, 0],
    "line": np.array(["a", "b", "c", "d", None], dtype=object)[rng.randint(0, 5, n)],
    "load": X[:, 1],
    "shift": rng.randint(1, 4, n) * 1.0,
})
late = ((shop.line.isin(["b", "d"])) ^ (X[:, 1] > 2) ^ (rng.rand(n) < 0.1)).astype(int)
codes = np.c_[X[:, :1], np.where(shop.line.isna(), np.nan, shop.line.map({"a": 0, "b": 1, "c": 3, "d": 6})), X[:, 1:2]]
# Rows of other kinds too: categories that were not seen, and missing values.
shop_rows = shop.iloc[:14].copy()
shop_rows.loc[[1, 4], "line"] = "new"
shop_rows.loc[[2, 5], "shift"] = 2.5
shop_rows.loc[3, "load"] = np.nan
code_rows = codes[:14].copy()
code_rows[[1, 4], 1] = [2, 5]
code_rows[3, 2] = np.nan
if version < (1, 4):
    code_rows[[2, 5], 1] = [-1, 1.5]

scaled = make_pipeline(StandardScaler(), LogisticRegression())
small = dict(max_depth=3, random_state=0)
few = dict(n_estimators=4, **small)
stump = DecisionTreeClassifier(max_depth=2, random_state=0)
# A parameter until 1.7.
votes = dict(n_estimators=5, random_state=0, **({"algorithm": "SAMME"} if version < (1, 8) else {}))
leafy = dict(max_iter=5, min_samples_leaf=4, random_state=0)


def frozen(model, x, y):
    model.fit(x, y)
    if version < (1, 6):
        return CalibratedClassifierCV(model, cv="prefit", method="isotonic")
    from sklearn.frozen import FrozenEstimator

    return CalibratedClassifierCV(FrozenEstimator(model), method="isotonic")


CASES = {
    "tree": (DecisionTreeClassifier(criterion="entropy", class_weight="balanced", **small), X, words, "predict_proba"),
    "extra_tree": (ExtraTreeRegressor(**small), X, amount, "predict"),
    "forest_weighted": (RandomForestClassifier(class_weight="balanced_subsample", **few), X, three, "predict_proba"),
    "isolation": (IsolationForest(n_estimators=6, max_samples=20, max_features=2, contamination=0.1, random_state=0), X, None, "decision_function"),
    "isolation_one": (IsolationForest(n_estimators=3, max_samples=1, random_state=0), X, None, "decision_function"),
    "ada": (AdaBoostClassifier(stump, **votes), X, words, "predict_proba"),
    "ada_three": (AdaBoostClassifier(stump, **votes), X, three, "predict_proba"),
    "calibrated_pipe": (CalibratedClassifierCV(scaled, cv=3), X, words, "predict_proba"),
    "calibrated_noise": (CalibratedClassifierCV(LogisticRegression(C=0.1), cv=4), X, noise, "predict_proba"),
    "calibrated_forest": (CalibratedClassifierCV(RandomForestClassifier(**few), cv=3), X, words, "predict_proba"),
    "calibrated_isotonic": (CalibratedClassifierCV(RandomForestClassifier(**few), cv=3, method="isotonic"), X, words, "predict_proba"),
    "calibrated_three": (CalibratedClassifierCV(LinearSVC(), cv=3), X, three, "predict_proba"),
    "calibrated_bayes": (CalibratedClassifierCV(GaussianNB(), cv=3, method="isotonic"), X, three, "predict_proba"),
    "calibrated_once": (CalibratedClassifierCV(GradientBoostingClassifier(**few), cv=3, ensemble=False), X, words, "predict_proba"),
    "calibrated_boost": (CalibratedClassifierCV(GradientBoostingClassifier(**few), cv=3), X, three, "predict_proba"),
    "calibrated_frozen": (frozen(HistGradientBoostingClassifier(**leafy), X, yes), X, yes, "predict_proba"),
    "calibrated_mlp": (CalibratedClassifierCV(MLPClassifier([3], max_iter=30, random_state=0), cv=2), X, yes, "predict_proba"),
    "bag_trees": (BaggingClassifier(DecisionTreeClassifier(max_depth=3), n_estimators=4, max_features=2, random_state=0), X, three, "predict_proba"),
    "bag_pipes": (BaggingClassifier(scaled, n_estimators=3, max_features=2, random_state=0), X, words, "predict_proba"),
    "bag_amounts": (BaggingRegressor(make_pipeline(MinMaxScaler(), LinearRegression()), n_estimators=3, random_state=0), X, amount, "predict"),
    "vote": (VotingClassifier([("lr", scaled), ("rf", RandomForestClassifier(**few)), ("nb", GaussianNB())], voting="soft"), X, words, "predict_proba"),
    "vote_amounts": (VotingRegressor([("lr", LinearRegression()), ("tree", DecisionTreeRegressor(**small))]), X, amount, "predict"),
    "boost_exponential": (GradientBoostingClassifier(loss="exponential", **few), X, words, "predict_proba"),
    "boost_three": (GradientBoostingClassifier(subsample=0.7, **few), X, three, "predict_proba"),
    "boost_huber": (GradientBoostingRegressor(loss="huber", **few), X, amount, "predict"),
    "boost_quantile": (GradientBoostingRegressor(loss="quantile", alpha=0.8, **few), X, amount, "predict"),
    "hist_three": (HistGradientBoostingClassifier(**leafy), gaps, three, "predict_proba"),
    "hist_poisson": (HistGradientBoostingRegressor(loss="poisson", **leafy), gaps, counts, "predict"),
    "hist_absolute": (HistGradientBoostingRegressor(loss="absolute_error", **leafy), gaps, amount, "predict"),
    "hist_rising": (HistGradientBoostingRegressor(monotonic_cst=[1, 0, 0], **leafy), gaps, amount, "predict"),
    "hist_codes": (HistGradientBoostingClassifier(categorical_features=[1], **leafy), codes, late, "predict_proba"),
}
if version >= (1, 3):
    CASES["hist_gamma"] = (HistGradientBoostingRegressor(loss="gamma", **leafy), gaps, counts, "predict")
    CASES["tree_gaps"] = (DecisionTreeClassifier(**small), gaps, yes, "predict_proba")
if version >= (1, 4):
    CASES["hist_texts"] = (HistGradientBoostingClassifier(categorical_features=["line", "shift"], **leafy), shop, late, "predict_proba")
    CASES["forest_gaps"] = (RandomForestClassifier(**few), gaps, yes, "predict_proba")
    # Two thirds of the labels say nothing but which value is missing, so that some cut parts missing from the rest.
    CASES["tree_missing"] = (DecisionTreeRegressor(max_depth=4), gaps, np.isnan(gaps[:, 0]) * 2.0 + np.isnan(gaps[:, 2]), "predict")
    CASES["hist_missing"] = (HistGradientBoostingRegressor(**leafy), gaps, np.isnan(gaps[:, 0]) * 2.0 + np.isnan(gaps[:, 2]), "predict")
if version >= (1, 6):
    CASES["isolation_gaps"] = (IsolationForest(n_estimators=6, max_samples=20, random_state=0), gaps, None, "score_samples")
    CASES["extra_gaps"] = (ExtraTreesClassifier(**few), gaps, yes, "predict_proba")
if version < (1, 6):
    CASES["ada_real"] = (AdaBoostClassifier(stump, **{**votes, "algorithm": "SAMME.R"}), X, words, "predict_proba")
    CASES["ada_real_three"] = (AdaBoostClassifier(stump, **{**votes, "algorithm": "SAMME.R"}), X, three, "predict_proba")
if version >= (1, 8):
    CASES["calibrated_temperature"] = (CalibratedClassifierCV(scaled, cv=3, method="temperature"), X, words, "predict_proba")


def cell(v):
    if v is None or (isinstance(v, float) and v != v):
        return None
    return v if isinstance(v, str) else float(v)


def plain(values):
    return [[cell(v) for v in np.atleast_1d(row)] for row in np.asarray(values)]


cases = {}
for name, (model, x, y, method) in CASES.items():
    model.fit(x, y) if y is not None else model.fit(x)
    joblib.dump(model, f"{out}/{name}.joblib", compress=("zlib", 9))
    given = shop_rows if x is shop else code_rows if x is codes else x[:14] * 1.25 + 0.1
    said = getattr(model, method)(given)
    names = list(x.columns) if isinstance(x, pd.DataFrame) else None
    cases[name] = {"method": method, "names": names, "rows": plain(given), "expected": plain(said)}
versions = {"scikit-learn": sklearn.__version__, "numpy": np.__version__, "joblib": joblib.__version__}
json.dump({"versions": versions, "cases": cases}, open(f"{out}/expected.json", "w"), separators=(",", ":"))
