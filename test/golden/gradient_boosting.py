"""Trees of LightGBM and scikit-learn with what they predict, and models that both scikit-learn and we can train.

    python test/golden/gradient_boosting.py     writes gradient_boosting.json
"""
import json
import pathlib

import lightgbm
import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor


def empty():
    names = ["left", "right", "feature", "threshold", "missingLeft", "value", "cover", "category", "bitset"]
    return {"start": [0], **{name: [] for name in names}}


def add(arrays, **node):
    base = {"left": -1, "right": -1, "feature": -1, "threshold": 0, "missingLeft": 0, "value": 0, "category": 0}
    for name, value in {**base, **node}.items():
        arrays[name].append(value)
    return len(arrays["left"]) - 1


def words(categories):
    out = [0] * 8
    for c in categories:
        out[c // 32] |= 1 << (c % 32)
    return out


def from_lightgbm(booster):
    """The text of its dump, node by node: `None` means a missing number counts as 0."""
    arrays = empty()
    for tree in booster.dump_model()["tree_info"]:
        root = len(arrays["left"])

        def visit(node):
            if "leaf_value" in node:
                return add(arrays, value=node["leaf_value"], cover=node.get("leaf_count", 0)) - root
            if node["decision_type"] == "==":
                at = add(
                    arrays,
                    feature=node["split_feature"],
                    cover=node["internal_count"],
                    threshold=len(arrays["bitset"]),
                    category=1,
                )
                arrays["bitset"] += words([int(c) for c in node["threshold"].split("||")])
            else:
                missing = node["default_left"] if node["missing_type"] == "NaN" else 0 <= node["threshold"]
                at = add(
                    arrays,
                    feature=node["split_feature"],
                    cover=node["internal_count"],
                    threshold=node["threshold"],
                    missingLeft=int(missing),
                )
            arrays["left"][at] = visit(node["left_child"])
            arrays["right"][at] = visit(node["right_child"])
            return at - root

        visit(tree["tree_structure"])
        arrays["start"].append(len(arrays["left"]))
    return arrays


def from_sklearn(model):
    """It puts the columns of categories, here the last one, before the others."""
    columns = [3, 0, 1, 2]
    arrays = empty()
    for (predictor,) in model._predictors:
        for node in predictor.nodes:
            if node["is_leaf"]:
                add(arrays, value=float(node["value"]), cover=int(node["count"]))
                continue
            at = add(
                arrays,
                feature=columns[node["feature_idx"]],
                cover=int(node["count"]),
                threshold=float(node["num_threshold"]),
                missingLeft=int(node["missing_go_to_left"]),
                left=int(node["left"]),
                right=int(node["right"]),
                category=int(node["is_categorical"]),
            )
            if node["is_categorical"]:
                arrays["threshold"][at] = len(arrays["bitset"])
                arrays["missingLeft"][at] = 0
                arrays["bitset"] += predictor.raw_left_cat_bitsets[node["bitset_idx"]].tolist()
        arrays["start"].append(len(arrays["left"]))
    return arrays


def table(seed, rows):
    """Three numbers, the second with gaps, and a column of nine categories."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 4)).round(3)
    x[:, 3] = rng.integers(0, 9, rows)
    signal = x[:, 0] + np.where(np.isin(x[:, 3], [1, 4, 6]), 1.5, -0.5) + x[:, 1] * x[:, 2]
    x[rng.random(rows) < 0.2, 1] = np.nan
    return x, signal + rng.normal(size=rows) / 2


def numbers(x):
    return [[None if np.isnan(v) else float(v) for v in row] for row in x]


def scored():
    x, y = table(1, 400)
    probes = np.vstack([table(2, 40)[0], [[np.nan] * 4, [0, 0, 0, 200], [1e300, -1e300, 0, 3], [0, 0, 0, -1]]])
    common = {"num_leaves": 12, "min_data_in_leaf": 5, "verbose": -1, "num_threads": 1, "cat_smooth": 1}
    for name, objective, target in [("regression", "regression", y), ("binary", "binary", y > 0)]:
        data = lightgbm.Dataset(x, target, categorical_feature=[3], params=common)
        booster = lightgbm.train({**common, "objective": objective}, data, 6)
        yield {
            "name": f"LightGBM, {name}",
            "loss": "log_loss" if objective == "binary" else "squared_error",
            "base": 0,
            **from_lightgbm(booster),
            "rows": numbers(probes),
            "risk": booster.predict(probes).tolist(),
        }
    probes = probes[:40]
    for name, kind, target in [
        ("regression", HistGradientBoostingRegressor, y),
        ("binary", HistGradientBoostingClassifier, y > 0),
    ]:
        model = kind(max_iter=6, max_leaf_nodes=12, min_samples_leaf=5, categorical_features=[3]).fit(x, target)
        classifies = kind is HistGradientBoostingClassifier
        yield {
            "name": f"scikit-learn, {name}",
            "loss": "log_loss" if classifies else "squared_error",
            "base": float(np.ravel(model._baseline_prediction)[0]),
            **from_sklearn(model),
            "rows": numbers(probes),
            "risk": (model.predict_proba(probes)[:, 1] if classifies else model.predict(probes)).tolist(),
        }


def trained():
    """Few enough values for a bin each. Its gradients are floats of 24 bits: predictions agree to about 1e-6."""
    x, y = table(3, 160)
    x = np.delete(x, 3, axis=1)
    probes = x[:60]
    common = {"max_iter": 12, "max_leaf_nodes": 8, "min_samples_leaf": 8, "early_stopping": False}
    cases = [
        ("squared error", {}, y),
        ("shrunken leaves", {"l2_regularization": 3.0, "max_depth": 3}, y),
        ("median", {"loss": "absolute_error"}, y),
        ("quantile", {"loss": "quantile", "quantile": 0.8}, y),
        ("log loss", {"classify": True}, y > 0.3),
    ]
    for name, params, target in cases:
        own = {**common, **params}
        classifies = own.pop("classify", False)
        kind = HistGradientBoostingClassifier if classifies else HistGradientBoostingRegressor
        model = kind(**own).fit(x, target)
        yield {
            "name": f"scikit-learn, {name}",
            "task": "classify" if classifies else "regress",
            "params": own,
            "nodes": sum(len(p.nodes) for (p,) in model._predictors),
            "risk": (model.predict_proba(probes)[:, 1] if classifies else model.predict(probes)).tolist(),
        }
    # scikit-learn's gain of a bounded leaf is an approximation; LightGBM's is not. Only few trees: in later ones bounds
    # make some cuts gain exactly as much as others, and which is taken first is a matter of taste.
    common = {**common, "max_iter": 6}
    directions = [1, 0, -1]
    for name, objective, target in [("squared error", "regression", y), ("log loss", "binary", y > 0.3)]:
        own = {
            "objective": objective,
            "num_leaves": common["max_leaf_nodes"],
            "min_data_in_leaf": common["min_samples_leaf"],
            "min_data_in_bin": 1,
            "monotone_constraints": directions,
            "verbose": -1,
            "num_threads": 1,
        }
        booster = lightgbm.train(own, lightgbm.Dataset(x, target, params=own), common["max_iter"])
        yield {
            "name": f"LightGBM, monotone {name}",
            "task": "classify" if objective == "binary" else "regress",
            "params": {**common, "monotonic_cst": directions},
            "nodes": sum(2 * t["num_leaves"] - 1 for t in booster.dump_model()["tree_info"]),
            "risk": booster.predict(probes).tolist(),
        }


if __name__ == "__main__":
    x, y = table(3, 160)
    content = {
        "made": f"LightGBM {lightgbm.__version__}, scikit-learn {sklearn.__version__}",
        "scored": list(scored()),
        "training": {"x": numbers(np.delete(x, 3, axis=1)), "y": y.tolist()},
        "trained": list(trained()),
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size)
