"""LightGBM on the same rows, with the same parameters. Prints JSON.

    python boosting.py folds FOLDER NAME    a table, the rows of five repeats of five folds, and LightGBM's AUC on each
    python boosting.py large FOLDER SEED    writes a made-up table (columns.f64, label.f64) there; LightGBM's AUC
"""
import json
import pathlib
import sys

import lightgbm
import numpy as np
from labelled_tables import TABLES
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold

PARAMS = {
    "objective": "binary",
    "num_leaves": 31,
    "learning_rate": 0.1,
    "min_data_in_leaf": 20,
    "max_bin": 255,
    "num_threads": 1,
    "verbose": -1,
}
folder = pathlib.Path(sys.argv[2])


def auc(x, y, train, test, rounds, **more):
    data = lightgbm.Dataset(x[train], y[train], params=PARAMS, **more)
    return roc_auc_score(y[test], lightgbm.train(PARAMS, data, rounds).predict(x[test]))


def folds(name):
    x, y = TABLES[name](folder)
    named = [i for i, c in enumerate(x.columns) if c == "kind"]
    x, y = x.to_numpy(np.float64), y.to_numpy()
    splits = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=0).split(x, y)
    return {
        "columns": [[None if np.isnan(v) else v for v in column] for column in x.T],
        "named": named,
        "y": y.tolist(),
        "folds": [
            {"test": test.tolist(), "auc": auc(x, y, train, test, 100, categorical_feature=named)}
            for train, test in splits
        ],
    }


def large(seed):
    """100,000 rows to learn from and 50,000 to judge by."""
    rng = np.random.default_rng(int(seed))
    x = rng.normal(size=(150_000, 20))
    odds = x[:, 0] + x[:, 1] * x[:, 2] + np.sin(2 * x[:, 3]) + (x[:, 4] ** 2 - 1) / 2 + np.abs(x[:, 5]) - 0.8
    y = (rng.random(len(x)) < 1 / (1 + np.exp(-odds))).astype(float)
    x.T.tofile(folder / "columns.f64")
    y.tofile(folder / "label.f64")
    return {"auc": auc(x, y, slice(0, 100_000), slice(100_000, None), 50)}


print(json.dumps({"folds": folds, "large": large}[sys.argv[1]](sys.argv[3])))
