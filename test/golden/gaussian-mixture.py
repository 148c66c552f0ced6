"""Scores of scikit-learn's GaussianMixture on its own parameters, and where its EM comes to from given ones.

    python test/golden/gaussian-mixture.py     writes gaussian-mixture.json
"""
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")
SHAPES = ("full", "tied", "diag", "spherical")


def data(rng, rows, columns):
    mix = rng.normal(size=(columns, columns))
    x = np.vstack([rng.normal(size=(rows // 2, columns)) @ mix, rng.normal(size=(rows - rows // 2, columns)) * 0.7 + 2])
    # No larger offset: with diag and spherical scikit-learn takes x² − 2 x μ + μ², which costs it digits.
    return (x * np.logspace(-1, 1, columns) + 1)[rng.permutation(rows)]


def flat(a):
    return np.asarray(a, dtype=float).ravel().tolist()


def parameters(g):
    return {"weights": flat(g.weights_), "means": flat(g.means_), "precisions": flat(g.precisions_cholesky_)}


def scores(name, g, x, rows):
    g.fit(x)
    return {"name": name, "covariance": g.covariance_type, "columns": x.shape[1], **parameters(g),
            "rows": flat(rows), "density": flat(g.score_samples(rows)), "shares": flat(g.predict_proba(rows))}


def climb(name, shape, x, k):
    """EM from weights, means and precisions that are far from where it ends."""
    d = x.shape[1]
    # Not at single rows: a cloud that shrinks to one is a matter of rounding, in both.
    means = np.quantile(x, (np.arange(k) + 1) / (k + 1), axis=0)
    weights = np.arange(1, k + 1) / (k * (k + 1) / 2)
    one = np.linalg.inv(np.cov(x.T).reshape(d, d) * 0.5)
    precisions = {"full": np.array([one * (c + 1) for c in range(k)]), "tied": one,
                  "diag": np.array([2 / x.var(axis=0) * (c + 1) for c in range(k)]), "spherical": 1 / x.var(axis=0).max() * np.arange(1, k + 1)}[shape]
    given = dict(n_components=k, covariance_type=shape, weights_init=weights, means_init=means, precisions_init=precisions)
    start = GaussianMixture(**given)
    start._initialize_parameters(x, None)
    steps = {}
    for iterations in (1, 5, 100):
        g = GaussianMixture(**given, max_iter=iterations).fit(x)
        steps[iterations] = {**parameters(g), "lowerBound": float(g.lower_bound_), "iterations": int(g.n_iter_), "converged": bool(g.converged_)}
    return {"name": name, "covariance": shape, "columns": d, "start": parameters(start), "x": flat(x), "steps": steps}


def from_shares(shape, x, labels, k):
    """From responsibilities: what fitting makes of clusters."""
    g = GaussianMixture(k, covariance_type=shape, max_iter=3)
    g._initialize_parameters = lambda x, *a, **b: g._initialize(x, np.eye(k)[labels])
    g.fit(x)
    return {"covariance": shape, **parameters(g)}


rng = np.random.default_rng(5)
scored = []
for shape in SHAPES:
    for columns, k in ((1, 2), (3, 3), (6, 2)):
        x = data(rng, 200, columns)
        rows = np.vstack([x[:6], x[:2] * 3, x[:2] - 1e2])
        scored.append(scores(f"{shape}, {k} components, {columns} columns", GaussianMixture(k, covariance_type=shape, random_state=1), x, rows))
x = np.round(data(rng, 90, 3), 3)
climbs = [climb(shape, shape, x, 2) for shape in SHAPES]
labels = (np.arange(90) * 7 % 3)
shares = {"labels": labels.tolist(), "x": flat(x), "columns": 3, "cases": [from_shares(shape, x, labels, 3) for shape in SHAPES]}
made = f"scikit-learn {sklearn.__version__}"
pathlib.Path(__file__).with_suffix(".json").write_text(
    json.dumps({"made": made, "scored": scored, "climbs": climbs, "shares": shares}, separators=(",", ":")))
