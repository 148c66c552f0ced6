"""Fits scikit-learn random forests and dumps their trees, some rows and what they predict.

    python test/golden/random_forest.py          writes random_forest.json, the small committed cases
    python test/golden/random_forest.py --live   prints larger cases, for test/interop
"""
import json
import pathlib
import sys

import numpy as np
import sklearn
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor


def dump(name, forest, x, y, rows):
    forest.fit(x, y)
    trees = [tree.tree_ for tree in forest.estimators_]
    each = lambda field: [v for t in trees for v in t.__getstate__()["nodes"][field].tolist()]
    classes = isinstance(forest, RandomForestClassifier)
    return {
        "name": name,
        "columns": x.shape[1],
        "start": [0, *np.cumsum([t.node_count for t in trees]).tolist()],
        "left": each("left_child"),
        "right": each("right_child"),
        "feature": each("feature"),
        "threshold": each("threshold"),
        "missingLeft": each("missing_go_to_left"),
        "cover": each("weighted_n_node_samples"),
        "value": [float(v) for t in trees for v in t.value[:, 0, 1 if classes else 0]],
        "rows": [[None if np.isnan(v) else float(v) for v in row] for row in rows],
        "risk": (forest.predict_proba(rows)[:, 1] if classes else forest.predict(rows)).tolist(),
    }


def with_missing(x, rng, share):
    return np.where(rng.random(x.shape) < share, np.nan, x)


def cases(rows, columns, trees, shown):
    rng = np.random.default_rng(31)
    x = rng.normal(size=(rows, columns)) * np.logspace(-2, 3, columns)
    x[:, 1] = np.round(x[:, 1] * 10)
    y = x[:, 0] * 100 + x[:, 2] / x[:, 2].std() + rng.normal(size=rows)
    asked = np.vstack([x[: shown - 5], x[:5] * 30])
    gaps = with_missing(x, rng, 0.1)
    yield dump("classes", RandomForestClassifier(trees, random_state=1), x, y > 1, asked)
    yield dump("classes, entropy, three levels", RandomForestClassifier(trees, criterion="entropy", max_depth=5, random_state=2),
               x, np.digitize(y, [0, 1]), asked)
    yield dump("classes, balanced, missing values", RandomForestClassifier(trees, class_weight="balanced", min_samples_leaf=3, random_state=3),
               gaps, y > 1.5, with_missing(asked, rng, 0.2))
    yield dump("numbers", RandomForestRegressor(trees, min_samples_leaf=4, random_state=4), x, y * 1e4 + 7e6, asked)
    yield dump("numbers, all rows, missing values", RandomForestRegressor(trees, bootstrap=False, max_features=0.5, max_depth=6, random_state=5),
               gaps, y, with_missing(asked, rng, 0.2))
    yield dump("one class", RandomForestClassifier(2, random_state=6), np.vstack([x[:3], x[:1]]), [0, 0, 0, 1], asked[:4])


def grown(rows):
    """Single trees on all rows and columns: nothing is drawn, so whoever grows them finds the same cuts (leaves are large
    enough that no two cuts are equally good)."""
    rng = np.random.default_rng(32)
    x = np.round(rng.normal(size=(rows, 3)), 3)
    x[:, 1] = np.round(x[:, 1] * 2)
    y = np.round(x[:, 0] + x[:, 1] * x[:, 2] + 0.3 * rng.normal(size=rows), 3)
    gaps = np.where(rng.random(x.shape) < 0.15, np.nan, x)
    all_rows = {"bootstrap": False, "max_features": 1.0, "random_state": 0}

    def one(name, table, label, **params):
        kind = RandomForestRegressor if label.dtype == float else RandomForestClassifier
        case = dump(name, kind(1, **all_rows, **params), table, label, table[:1])
        return case | {"x": [[None if np.isnan(v) else float(v) for v in row] for row in table], "y": label.tolist(), "params": params}

    yield one("numbers", x, y, min_samples_leaf=4)
    yield one("numbers, missing values", gaps, y, min_samples_leaf=0.05, max_depth=4)
    yield one("gini", x, (y > 0.2).astype(int), min_samples_leaf=8, min_samples_split=25)
    yield one("entropy", x, (y > 0.2).astype(int), criterion="entropy", min_samples_leaf=8, max_depth=3)
    yield one("gini, balanced, missing values", gaps, (y > 1).astype(int), class_weight="balanced", min_samples_leaf=8)


def dumps(value):
    # A threshold of infinity parts missing values from all others; JSON has no word for it, but reads 1e999 as that.
    return json.dumps(value, separators=(",", ":")).replace("Infinity", "1e999")


made = f"scikit-learn {sklearn.__version__}"
if "--live" in sys.argv:
    print(dumps({"made": made, "cases": list(cases(4000, 12, 100, 500))}))
else:
    text = dumps({"made": made, "cases": list(cases(100, 4, 4, 20)), "grown": list(grown(120))})
    pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
