"""Small models of scikit-learn with what it says of some rows: python estimators.py estimators/ (needs pandas).

Each is fitted on rows made here and written as NAME.joblib; expected.json has the rows and the answers.
"""
import json
import sys
import warnings

import joblib
import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_selection import RFE, SelectKBest, VarianceThreshold
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import (
    ElasticNet,
    LinearRegression,
    LogisticRegression,
    RidgeClassifier,
    SGDClassifier,
    SGDOneClassSVM,
    SGDRegressor,
)
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV, TunedThresholdClassifierCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor, LocalOutlierFactor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.svm import SVC, SVR, LinearSVC, NuSVC

warnings.simplefilter("ignore")
out = sys.argv[1].rstrip("/")
rng = np.random.RandomState(3)
n = 40
X = rng.randn(n, 3) * [1, 3, 0.5] + [0, 2, -1]
positive = np.abs(X) + 0.1
yes = (X[:, 0] + 0.3 * X[:, 1] + rng.randn(n) * 0.4 > 0.5).astype(int)
three = np.digitize(X[:, 1], [1, 3])
words = np.array(["good", "spoilt"])[yes]
amount = X @ [1.0, -0.5, 2.0] + rng.randn(n) * 0.1
mixed = pd.DataFrame({
    "batch": [f"B{i}" for i in range(n)],
    "ph": X[:, 0],
    "line": np.array(["a", "b", "c", None], dtype=object)[rng.randint(0, 4, n)],
    "shift": rng.randint(1, 4, n),
    "load": X[:, 1],
})
mixed.loc[::7, "ph"] = np.nan
numbers = ["ph", "load"]

table = ColumnTransformer(
    [
        ("texts", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), ["line"]),
        ("numbers", Pipeline([("fill", SimpleImputer(add_indicator=True)), ("scale", StandardScaler())]), numbers),
    ],
    remainder="drop",
)
rest = ColumnTransformer([("scale", MinMaxScaler(clip=True), slice(0, 2))], remainder="passthrough")
union = FeatureUnion([("pca", PCA(2)), ("log", FunctionTransformer(np.log1p)), ("as_is", "passthrough")])
codes = np.c_[rng.randint(0, 3, n), rng.randint(0, 5, n)].astype(float)
texts = mixed[["line", "shift"]].assign(line=mixed.line.fillna("z"))

CASES = {
    "normalizer_l1": (Normalizer("l1"), X, None, "transform"),
    "normalizer_max": (Normalizer("max"), X, None, "transform"),
    "box_cox": (PowerTransformer("box-cox"), positive, None, "transform"),
    "quantile_normal": (QuantileTransformer(n_quantiles=15, output_distribution="normal"), X, None, "transform"),
    "svd": (TruncatedSVD(2, random_state=0), X, None, "transform"),
    "log10": (FunctionTransformer(np.log10), positive, None, "transform"),
    "minmax_clip": (MinMaxScaler((-1, 1), clip=True), X, None, "transform"),
    "union": (union, positive, None, "transform"),
    "rest": (rest, X, None, "transform"),
    "missing": (MissingIndicator(features="all"), mixed[numbers].to_numpy(), None, "transform"),
    "sentinel": (SimpleImputer(missing_values=2, strategy="median", add_indicator=True), codes, None, "transform"),
    "one_hot_drop": (OneHotEncoder(drop="first", sparse_output=False), codes, None, "transform"),
    "one_hot_binary": (OneHotEncoder(drop="if_binary", sparse_output=False), texts, None, "transform"),
    "one_hot_rare": (OneHotEncoder(min_frequency=9, handle_unknown="infrequent_if_exist", sparse_output=False), codes, None, "transform"),
    "one_hot_rare_drop": (OneHotEncoder(min_frequency=9, drop="first", sparse_output=False), codes, None, "transform"),
    "ordinal": (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), texts, None, "transform"),
    "ordinal_missing": (OrdinalEncoder(encoded_missing_value=-2), mixed[["line"]], None, "transform"),
    "target": (TargetEncoder(target_type="continuous"), texts, amount, "transform"),
    "linear": (LinearRegression(), X, amount, "predict"),
    "elastic": (ElasticNet(0.1), X, amount, "predict"),
    "sgd_regressor": (SGDRegressor(random_state=0), X, amount, "predict"),
    "pls": (PLSRegression(2), X, amount, "predict"),
    "svr": (SVR(), X, amount, "predict"),
    "knn_regressor": (KNeighborsRegressor(3, weights="distance"), X, amount, "predict"),
    "mlp_regressor": (MLPRegressor(hidden_layer_sizes=[4], max_iter=50, random_state=0), X, amount, "predict"),
    "logistic": (LogisticRegression(), X, words, "predict_proba"),
    "logistic_three": (LogisticRegression(), X, three, "predict_proba"),
    "sgd_log": (SGDClassifier(loss="log_loss", random_state=0), X, three, "predict_proba"),
    "sgd_hinge": (SGDClassifier(random_state=0), X, yes, "decision_function"),
    "ridge_classifier": (RidgeClassifier(), X, three, "decision_function"),
    "linear_svc": (LinearSVC(), X, yes, "decision_function"),
    "lda": (LinearDiscriminantAnalysis(), X, yes, "predict_proba"),
    "lda_three": (LinearDiscriminantAnalysis(), X, three, "predict_proba"),
    "bayes": (GaussianNB(), X, three, "predict_proba"),
    "svc": (SVC(), X, yes, "decision_function"),
    "svc_likely": (SVC(probability=True, random_state=0), X, words, "predict_proba"),
    "svc_poly": (SVC(kernel="poly", degree=2, coef0=1), X, words, "decision_function"),
    "nu_svc": (NuSVC(kernel="sigmoid", gamma=0.1), X, yes, "decision_function"),
    "knn": (KNeighborsClassifier(4, p=1), X, three, "predict_proba"),
    "knn_far": (KNeighborsClassifier(4, metric="chebyshev", weights="distance"), X, yes, "predict_proba"),
    "mlp": (MLPClassifier(hidden_layer_sizes=[3], activation="tanh", max_iter=50, random_state=0), X, yes, "predict_proba"),
    "mlp_three": (MLPClassifier(hidden_layer_sizes=[3], activation="logistic", max_iter=50, random_state=0), X, three, "predict_proba"),
    "sgd_svm": (SGDOneClassSVM(random_state=0), X, None, "decision_function"),
    "lof": (Pipeline([("scale", StandardScaler()), ("lof", LocalOutlierFactor(5, novelty=True, metric="chebyshev"))]), X, None, "decision_function"),
    "search": (GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {"logisticregression__C": [0.1, 1]}, cv=3), X, yes, "predict_proba"),
    "k_best": (SelectKBest(k=2), X, yes, "transform"),
    "variance": (VarianceThreshold(0.5), X, None, "transform"),
    "rfe": (make_pipeline(RFE(LinearRegression(), n_features_to_select=2), StandardScaler()), X, amount, "transform"),
    "tuned": (TunedThresholdClassifierCV(LogisticRegression(), cv=3), X, words, "predict_proba"),
    "fixed": (FixedThresholdClassifier(LinearSVC(), threshold=0.25), X, words, "decision_function"),
    "table": (make_pipeline(table, LogisticRegression()), mixed, yes, "predict_proba"),
}


def plain(values):
    values = np.asarray(values)
    values = values.toarray() if hasattr(values, "toarray") else values
    return [[plain_cell(v) for v in np.atleast_1d(row)] for row in values]


def plain_cell(v):
    if v is None or (isinstance(v, float) and v != v):
        return None
    return v if isinstance(v, str) else float(v)


cases = {}
for name, (model, x, y, method) in CASES.items():
    model.fit(x, y) if y is not None else model.fit(x)
    joblib.dump(model, f"{out}/{name}.joblib", compress=("zlib", 9))
    given = x.iloc[:12] if isinstance(x, pd.DataFrame) else x[:12] * 1.25 + (0 if x is codes or x is positive else 0.1)
    if x is codes:
        given = x[:12]
    said = getattr(model, method)(given)
    said = said.toarray() if hasattr(said, "toarray") else said
    names = list(x.columns) if isinstance(x, pd.DataFrame) else None
    cases[name] = {"method": method, "names": names, "rows": plain(given), "expected": plain(said)}
versions = {"scikit-learn": sklearn.__version__, "numpy": np.__version__, "joblib": joblib.__version__}
json.dump({"versions": versions, "cases": cases}, open(f"{out}/expected.json", "w"), separators=(",", ":"))
