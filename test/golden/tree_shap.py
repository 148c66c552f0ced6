"""Shapley values of forests by shap's TreeExplainer (tree_path_dependent), with the trees they belong to.

    python test/golden/tree_shap.py          writes tree_shap.json, the small committed cases
    python test/golden/tree_shap.py --live   prints larger cases, for test/interop
"""
import json
import pathlib
import sys

import lightgbm
import numpy as np
import shap
import sklearn
from sklearn.ensemble import IsolationForest, RandomForestClassifier, RandomForestRegressor

# shap compares isolation forests in float64, scikit-learn in float32: rows that are both leave no doubt.
f32 = lambda x: x.astype(np.float32).astype(np.float64)


def data(rng, rows, columns):
    x = f32(rng.normal(size=(rows, columns)))
    x[:, 0] = np.round(x[:, 0])
    return x, x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * rng.normal(size=rows)


def numbers(rows):
    return [[None if np.isnan(v) else float(v) for v in row] for row in rows]


def of_sklearn(name, forest, rows, positive=None):
    """positive None: a regressor or an isolation forest, one output."""
    explainer = shap.TreeExplainer(forest, feature_perturbation="tree_path_dependent")
    shares = np.asarray(explainer.shap_values(rows, check_additivity=False))
    base = np.atleast_1d(explainer.expected_value)
    isolation = isinstance(forest, IsolationForest)
    picked = getattr(forest, "estimators_features_", [range(rows.shape[1])] * len(forest.estimators_))
    trees = [tree.tree_ for tree in forest.estimators_]
    each = lambda field: [v for t in trees for v in t.__getstate__()["nodes"][field].tolist()]
    return {
        "name": name,
        "made": f"shap {shap.__version__}, scikit-learn {sklearn.__version__}",
        "columns": rows.shape[1],
        "start": [0, *np.cumsum([t.node_count for t in trees]).tolist()],
        "left": each("left_child"),
        "right": each("right_child"),
        "feature": [int(c[f]) if f >= 0 else -2 for t, c in zip(trees, picked) for f in t.feature],
        "threshold": each("threshold"),
        "missingLeft": each("missing_go_to_left"),
        "cover": each("weighted_n_node_samples"),
        **({"samples": each("n_node_samples"), "drawn": int(forest.max_samples_)} if isolation else
           {"value": [float(v) for t in trees for v in t.value[:, 0, positive or 0]]}),
        "rows": numbers(rows),
        "base": float(base[positive or 0]),
        "shares": (shares if shares.ndim == 2 else shares[:, :, positive]).tolist(),
    }


def of_lightgbm(name, booster, rows):
    nodes = {k: [] for k in ("left", "right", "feature", "threshold", "missingLeft", "cover", "value", "category")}
    start, bitset = [0], []

    def add(node, root):
        at = len(nodes["left"])
        leaf = "split_feature" not in node
        category = not leaf and node["decision_type"] == "=="
        threshold = -2.0
        if category:
            threshold = len(bitset)
            words = [0] * 8
            for code in map(int, node["threshold"].split("||")):
                words[code // 32] |= 1 << (code % 32)
            bitset.extend(words)
        elif not leaf:
            threshold = node["threshold"]
        entry = {
            "left": -1, "right": -1,
            "feature": -2 if leaf else node["split_feature"],
            "threshold": threshold,
            "missingLeft": int(not leaf and not category and node["default_left"]),
            "cover": node["leaf_count"] if leaf else node["internal_count"],
            "value": node["leaf_value"] if leaf else 0,
            "category": int(category),
        }
        for key, value in entry.items():
            nodes[key].append(value)
        if not leaf:
            nodes["left"][at] = add(node["left_child"], root) - root
            nodes["right"][at] = add(node["right_child"], root) - root
        return at

    for tree in booster.dump_model()["tree_info"]:
        add(tree["tree_structure"], start[-1])
        start.append(len(nodes["left"]))
    explainer = shap.TreeExplainer(booster, feature_perturbation="tree_path_dependent")
    return {
        "name": name,
        "made": f"shap {shap.__version__}, lightgbm {lightgbm.__version__}",
        "columns": rows.shape[1],
        "start": start, **nodes, "bitset": bitset,
        "rows": numbers(rows),
        "base": float(np.atleast_1d(explainer.expected_value)[-1]),
        "shares": np.asarray(explainer.shap_values(rows)).tolist(),
        "raw": booster.predict(rows, raw_score=True).tolist(),
    }


def boosted(x, y, trees, leaves, categories=()):
    params = {"objective": "binary", "num_leaves": leaves, "min_data_in_leaf": 5, "max_cat_to_onehot": 1,
              "min_data_per_group": 5, "cat_smooth": 1, "verbose": -1, "deterministic": True, "num_threads": 1, "seed": 1}
    table = lightgbm.Dataset(x, (y > 0.3).astype(int), categorical_feature=list(categories))
    return lightgbm.train(params, table, trees)


def cases(rows, columns, size, shown, leaves):
    rng = np.random.default_rng(21)
    x, y = data(rng, rows, columns)
    far = np.vstack([x[: shown - 3], f32(x[:3] * 40)])
    gaps = x.copy()
    gaps[rng.random(x.shape) < 0.1] = np.nan
    far_gaps = np.where(rng.random(far.shape) < 0.2, np.nan, far)
    codes = x.copy()
    codes[:, 3] = rng.integers(0, 40, rows)
    label = y + 2 * (codes[:, 3] % 3 == 1)
    asked = codes[:shown].copy()
    asked[:5, 3] = [np.nan, 200, 39, -1, 0]

    yield of_sklearn("isolation forest", IsolationForest(n_estimators=size, max_samples=64, random_state=1).fit(x), far)
    yield of_sklearn("isolation forest, max_features 0.5",
                     IsolationForest(n_estimators=size, max_samples=64, max_features=0.5, random_state=2).fit(x), far)
    yield of_sklearn("isolation forest, missing values",
                     IsolationForest(n_estimators=size, max_samples=32, random_state=3).fit(gaps), far_gaps)
    yield of_sklearn("random forest, classes",
                     RandomForestClassifier(size, max_depth=7, random_state=4).fit(x, y > 0.3), far, 1)
    yield of_sklearn("random forest, classes, balanced, missing values",
                     RandomForestClassifier(size, max_depth=5, class_weight="balanced", random_state=5).fit(gaps, y > 1), far_gaps, 1)
    yield of_sklearn("random forest, numbers",
                     RandomForestRegressor(size, max_depth=6, max_features=0.5, random_state=6).fit(x, y), far)
    yield of_lightgbm("boosting", boosted(x, y, size, leaves), far)
    yield of_lightgbm("boosting, missing values", boosted(gaps, y, size, leaves), far_gaps)
    yield of_lightgbm("boosting, categories", boosted(codes, label, size, leaves, [3]), asked)


def shorter(value):
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e6 else value
    if isinstance(value, list):
        return [shorter(v) for v in value]
    return {k: shorter(v) for k, v in value.items()} if isinstance(value, dict) else value


def dumps(value):
    # A threshold of infinity parts missing values from all others; JSON has no word for it, but reads 1e999 as that.
    return json.dumps(value, separators=(",", ":")).replace("Infinity", "1e999")


if "--live" in sys.argv:
    print(dumps(list(cases(5000, 12, 50, 300, 31))))
else:
    text = dumps([shorter(case) for case in cases(150, 5, 3, 10, 15)])
    pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
