"""Fits scikit-learn isolation forests and dumps their trees, some rows and their scores.

    python test/golden/isolation-forest.py          writes isolation-forest.json, the small committed cases
    python test/golden/isolation-forest.py --live   prints larger cases, for test/interop
"""
import json
import pathlib
import sys

import numpy as np
import sklearn
from sklearn.ensemble import IsolationForest


def dump(name, forest, training, rows):
    forest.fit(training)
    nodes = [tree.tree_.__getstate__()["nodes"] for tree in forest.estimators_]
    features = [
        [int(columns[f]) if f >= 0 else -2 for f in tree["feature"]]
        for tree, columns in zip(nodes, forest.estimators_features_)
    ]

    def each(field):
        return [value for tree in nodes for value in tree[field].tolist()]

    return {
        "name": name,
        "columns": training.shape[1],
        "drawn": int(forest.max_samples_),
        "cut": float(-forest.offset_),
        "start": [0, *np.cumsum([len(tree) for tree in nodes]).tolist()],
        "feature": [f for tree in features for f in tree],
        "threshold": each("threshold"),
        "left": each("left_child"),
        "right": each("right_child"),
        "missingLeft": each("missing_go_to_left"),
        "samples": each("n_node_samples"),
        "rows": [[None if np.isnan(v) else float(v) for v in row] for row in rows],
        "risk": (-forest.score_samples(rows)).tolist(),
    }


def with_missing(x, rng, share):
    x = x.copy()
    x[rng.random(x.shape) < share] = np.nan
    return x


def small():
    rng = np.random.default_rng(11)
    x = rng.normal(size=(200, 5)) * [1, 10, 0.1, 1, 1] + [0, 100, 0, 0, 0]
    x[:, 4] = np.round(x[:, 4])
    rows = np.vstack([x[:40], rng.normal(size=(10, 5)) * 50])
    some = {"n_estimators": 10, "max_samples": 64}
    yield dump("plain", IsolationForest(**some, random_state=1), x, rows)
    yield dump("contamination", IsolationForest(**some, contamination=0.07, random_state=2), x, rows)
    yield dump("missing when scored", IsolationForest(**some, random_state=3), x, with_missing(rows, rng, 0.2))
    yield dump("missing when fitted", IsolationForest(**some, random_state=4), with_missing(x, rng, 0.1), with_missing(rows, rng, 0.2))
    yield dump("one row", IsolationForest(n_estimators=3, random_state=5), x[:1], rows[:5])


def live():
    rng = np.random.default_rng(12)
    x = rng.normal(size=(5000, 12)) * np.logspace(-4, 6, 12)
    x[:, 3] = 7.0
    x[:, 5] = np.round(x[:, 5] / 100)
    rows = np.vstack([x[:800], x[:200] * 3])
    yield dump("defaults", IsolationForest(random_state=1), x, rows)
    yield dump("max_features 0.5", IsolationForest(max_features=0.5, random_state=2), x, rows)
    yield dump("bootstrap", IsolationForest(bootstrap=True, random_state=3), x, rows)
    yield dump("max_samples 1000", IsolationForest(max_samples=1000, random_state=4), x, rows)
    yield dump("max_samples 1.0", IsolationForest(n_estimators=20, max_samples=1.0, random_state=5), x, rows)
    yield dump("constant columns", IsolationForest(random_state=6), np.where(np.arange(12) < 9, 1.0, x), rows)
    yield dump("contamination 0.1", IsolationForest(contamination=0.1, random_state=7), x, rows)
    yield dump("missing", IsolationForest(random_state=8), with_missing(x, rng, 0.05), with_missing(rows, rng, 0.2))
    # Rows that sit exactly on thresholds, and next to them, as float32 numbers.
    edge = IsolationForest(random_state=9).fit(x)
    tree = edge.estimators_[0].tree_
    inner = tree.feature >= 0
    steps = [np.float32(t) for t in tree.threshold[inner][:60]]
    on = np.array([np.where(np.arange(12) == f, s, 0) for f, t in zip(tree.feature[inner][:60], steps)
                   for s in (t, np.nextafter(t, np.float32(-np.inf)), np.nextafter(t, np.float32(np.inf)))], dtype=np.float64)
    yield dump("on the thresholds", IsolationForest(random_state=9), x, on)


made = f"scikit-learn {sklearn.__version__}"
if "--live" in sys.argv:
    print(json.dumps({"made": made, "cases": list(live())}))
else:
    text = json.dumps({"made": made, "cases": list(small())}, separators=(",", ":"))
    pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
