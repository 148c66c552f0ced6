"""Fits scikit-learn's OneClassSVM with each kernel and dumps parameters, rows and decisions.

    python test/golden/one_class_svm.py          writes one_class_svm.json, the small committed cases
    python test/golden/one_class_svm.py --live   prints larger cases, for test/interop
"""
import json
import pathlib
import sys

import numpy as np
import sklearn
from sklearn.svm import OneClassSVM

DEFAULTS = {"kernel": "rbf", "nu": 0.05, "gamma": "scale", "degree": 3, "coef0": 0.0, "tol": 1e-3}


def dump(name, training, rows, weight=None, moved=0, **given):
    """`moved` is added to all rows of a machine whose kernel does not see it. libsvm's training does: its distances lose
    digits far from the origin. So what a fit is to reach comes from the rows before they are moved."""
    params = {**DEFAULTS, **given}
    # In a linear machine the float32 of libsvm's kernel rows hides the last steps: it would go on for ever.
    tol = params["tol"] if params["kernel"] == "linear" else 1e-6
    near = OneClassSVM(**params).fit(training, sample_weight=weight)
    exact = OneClassSVM(**{**params, "tol": tol}).fit(training, sample_weight=weight)
    fitted, exact_fitted = near.decision_function(rows), exact.decision_function(rows)
    training, rows = training + moved, rows + moved
    model = OneClassSVM(**params).fit(training, sample_weight=weight)
    return {
        "name": name,
        "params": params,
        "training": training.tolist(),
        "weight": None if weight is None else weight.tolist(),
        "gamma": float(model._gamma),
        "intercept": float(model.intercept_[0]),
        "dualCoef": model.dual_coef_[0].tolist(),
        "supportVectors": model.support_vectors_.tolist(),
        "rows": rows.tolist(),
        "decision": model.decision_function(rows).tolist(),
        "fitted": fitted.tolist(),
        "exactTol": tol,
        "exactFitted": exact_fitted.tolist(),
    }


def cases(n, columns, queries):
    rng = np.random.default_rng(3)
    training = rng.normal(size=(n, columns)).round(3)
    training[: n // 3] += 3
    training[::17] *= 3
    rows = np.vstack([rng.normal(size=(queries, columns)) * 2.5, training[:3]]).round(3)
    far = np.array([1e6, -3e5, 1e7, *range(columns)])[:columns]
    weight = rng.integers(0, 4, size=n) / 2
    yield dump("rbf, defaults", training, rows)
    yield dump("rbf, nu 0.3, gamma auto", training, rows, nu=0.3, gamma="auto")
    yield dump("rbf, narrow", training, rows, nu=0.2, gamma=4.0)
    yield dump("rbf, far from the origin", training, rows, moved=far, nu=0.1, gamma=0.05)
    yield dump("rbf, weights", training, rows, weight=weight, nu=0.2, gamma=0.06)
    yield dump("rbf, one row", training[:1], rows)
    yield dump("rbf, all rows the same", np.repeat(training[:1], 9, axis=0), rows, nu=0.5)
    yield dump("linear", training, rows, kernel="linear", nu=0.1)
    yield dump("poly", training, rows, kernel="poly", nu=0.2, coef0=1.0)
    yield dump("poly of degree 2", training, rows, kernel="poly", degree=2, nu=0.1, gamma=0.3)
    yield dump("sigmoid", training, rows, kernel="sigmoid", nu=0.2, gamma=0.02, coef0=0.1)


live = "--live" in sys.argv
found = list(cases(1500, 9, 1000) if live else cases(60, 3, 12))
text = json.dumps({"made": f"scikit-learn {sklearn.__version__}", "cases": found})
if live:
    print(text)
else:
    (pathlib.Path(__file__).parent / "one_class_svm.json").write_text(text + "\n")
