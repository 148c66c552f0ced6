"""Writes imported.json, the expected values of the steps and models that only come with imported models: their states,
as an importer would read them, and what they give. Run: python test/golden/imported.py"""
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.covariance import EllipticEnvelope
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor, LocalOutlierFactor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import (
    MinMaxScaler, Normalizer, OneHotEncoder, OrdinalEncoder, PowerTransformer, QuantileTransformer,
)
from sklearn.svm import SVC, SVR

warnings.simplefilter("ignore")
rng = np.random.default_rng(11)
x = rng.normal(size=(80, 4)) * [1, 20, 0.01, 3] + [0, 100, 0.05, -2]
x[:, 3] = np.round(x[:, 3])  # ties: quantiles that are one number
new = rng.normal(size=(15, 4)) * [2, 30, 0.02, 5] + [0, 100, 0.05, -2]
new[:, 3] = np.round(new[:, 3])
new[0] = x[0]  # on the spot of a training row, and at a quantile
new[1] = [50, -1000, 3, 100]
label = (x[:, 0] + rng.normal(size=80) / 2 > 0.3).astype(int)
three = np.digitize(x[:, 0], [-0.5, 0.5])
value = x[:, 0] * 2 + x[:, 1] / 10


def listed(a):
    """Column after column."""
    return [[None if np.isnan(v) else float(v) for v in column] for column in np.asarray(a, float).T]


def flat(a):
    return np.asarray(a, float).ravel().tolist()


steps = {}
for output in ("uniform", "normal"):
    t = QuantileTransformer(n_quantiles=30, output_distribution=output).fit(x)
    steps[f"quantile {output}"] = dict(
        use="quantile", state=dict(references=flat(t.references_), quantiles=flat(t.quantiles_), output=output),
        given=listed(new), expected=listed(t.transform(new)))
with_zero = new.copy()
with_zero[2] = 0
t = PowerTransformer(standardize=False).fit(x)
steps["power yeo-johnson"] = dict(
    use="power", state=dict(method="yeo-johnson", **{"lambda": flat(t.lambdas_)}),
    given=listed(with_zero), expected=listed(t.transform(with_zero)))
t.lambdas_ = np.array([0.0, 2.0, 1.0, -1.5])
steps["power yeo-johnson, its limits"] = dict(
    use="power", state=dict(method="yeo-johnson", **{"lambda": flat(t.lambdas_)}),
    given=listed(with_zero), expected=listed(t.transform(with_zero)))
t = PowerTransformer(method="box-cox", standardize=False).fit(np.abs(x) + 0.1)
positive = np.abs(new) + 0.05
steps["power box-cox"] = dict(
    use="power", state=dict(method="box-cox", **{"lambda": flat(t.lambdas_)}),
    given=listed(positive), expected=listed(t.transform(positive)))
for whiten in (False, True):
    t = PCA(n_components=3, whiten=whiten).fit(x)
    factor = 1 / np.sqrt(t.explained_variance_) if whiten else np.ones(3)
    steps["project whitened" if whiten else "project"] = dict(
        use="project", state=dict(centre=flat(t.mean_), components=flat(t.components_), factor=flat(factor)),
        given=listed(new), expected=listed(t.transform(new)))
for norm in ("l1", "l2", "max"):
    steps[f"normalize {norm}"] = dict(
        use="normalize", state=dict(norm=norm), given=listed(with_zero),
        expected=listed(Normalizer(norm=norm).transform(with_zero)))
t = MinMaxScaler((-1, 3)).fit(x)
steps["multiply"] = dict(
    use="multiply", state=dict(factor=flat(t.scale_), shift=flat(t.min_)),
    given=listed(new), expected=listed(t.transform(new)))

# Numbers with a missing one among them, and texts.
numbers = np.array([[1.0], [2.0], [5.0], [np.nan], [2.0]])
asked = np.array([[2.0], [5.0], [9.0], [np.nan], [1.0]])
kinds = np.array([["red"], ["green"], ["blue"], ["green"], ["red"]], dtype=object)
wanted = np.array([["green"], ["black"], ["blue"], ["red"], ["red"]], dtype=object)
one = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
two = OneHotEncoder(handle_unknown="ignore", sparse_output=False, drop=["green"])
rare = OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False, min_frequency=2)
order = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-9)
encoded = {
    "one_hot_numbers": listed(one.fit(numbers).transform(asked)),
    "one_hot_texts": listed(one.fit(kinds).transform(wanted)),
    "one_hot_dropped": listed(two.fit(kinds).transform(wanted)),
    "one_hot_rare": listed(rare.fit(kinds).transform(wanted)),
    "ordinal_numbers": listed(order.fit(numbers).transform(asked)),
    "ordinal_texts": listed(order.fit(kinds).transform(wanted)),
}


def machine(m, sign):
    return dict(
        kernel=m.kernel, gamma=float(m._gamma), degree=m.degree, coef0=float(m.coef0), columns=4,
        supportVectors=flat(m.support_vectors_), dualCoef=flat(sign * m._dual_coef_), intercept=float(sign * m._intercept_[0]))


z, w = (x - x.mean(0)) / x.std(0), (new - x.mean(0)) / x.std(0)
models = {}


def add(name, use, state, expected):
    models[name] = dict(use=use, state=state, expected=flat(expected))


for kernel in ("rbf", "linear", "poly", "sigmoid"):
    m = SVC(kernel=kernel, coef0=0.5).fit(z, label)
    # libsvm's own sum has the sign of the first class.
    add(f"SVC {kernel}", "support-vector-machine", machine(m, -1), m.decision_function(w))
m = SVR().fit(z, value)
add("SVR", "support-vector-machine", machine(m, 1), m.predict(w))
for metric, p in (("euclidean", 2), ("manhattan", 1), ("chebyshev", None), ("minkowski", 3)):
    for weights in ("uniform", "distance"):
        given = dict(n_neighbors=7, weights=weights, metric=metric, **({"p": 3} if p == 3 else {}))
        state = dict(columns=4, neighbours=7, p=p, rows=flat(z), weights=weights)
        m = KNeighborsClassifier(**given).fit(z, label)
        add(f"KNeighborsClassifier {metric} {weights}", "k-neighbours", dict(state, value=flat(label)), m.predict_proba(w)[:, 1])
        m = KNeighborsRegressor(**given).fit(z, value)
        add(f"KNeighborsRegressor {metric} {weights}", "k-neighbours", dict(state, value=flat(value)), m.predict(w))
    m = LocalOutlierFactor(n_neighbors=9, novelty=True, metric=metric, **({"p": 3} if p == 3 else {})).fit(z)
    add(f"LocalOutlierFactor {metric}", "local-outlier-factor",
        dict(columns=4, neighbours=9, p=p, rows=flat(z), cut=1.5, distance=flat(m._distances_fit_X_[:, -1]), density=flat(m._lrd)),
        -m.score_samples(w))


def network(m, output, chosen):
    layers = {}
    for i, (a, b) in enumerate(zip(m.coefs_, m.intercepts_)):
        layers[f"weights_{i}"], layers[f"biases_{i}"] = flat(a), flat(b)
    dims = [4] + [len(b) for b in m.intercepts_]
    return dict(columns=4, dims=dims, activation=m.activation, output=output, chosen=chosen, **layers)


for activation in ("relu", "tanh", "logistic", "identity"):
    given = dict(hidden_layer_sizes=(6, 5), activation=activation, max_iter=60, random_state=1)
    m = MLPClassifier(**given).fit(z, label)
    add(f"MLPClassifier {activation}", "multilayer-perceptron", network(m, "logistic", 0), m.predict_proba(w)[:, 1])
    m = MLPClassifier(**given).fit(z, three)
    add(f"MLPClassifier {activation}, three classes", "multilayer-perceptron", network(m, "softmax", 2), m.predict_proba(w)[:, 2])
    m = MLPRegressor(**given).fit(z, value)
    add(f"MLPRegressor {activation}", "multilayer-perceptron", network(m, "identity", 0), m.predict(w))
m = EllipticEnvelope(random_state=1).fit(z)
add("EllipticEnvelope", "elliptic-envelope",
    dict(columns=4, location=flat(m.location_), precision=flat(m.precision_), cut=float(-m.offset_)), -m.score_samples(w))

pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps({
    "made": f"scikit-learn {sklearn.__version__}", "steps": steps, "encoded": encoded,
    "given": listed(w), "models": models,
}, separators=(",", ":")) + "\n")
