"""Models of the installed LightGBM and XGBoost, and what these libraries say of some rows.

    python boosters.py FOLDER [lightgbm | xgboost]    writes models and cases.json there; prints the versions
"""
import json
import pathlib
import pickle
import sys

import numpy as np
import pandas as pd

FOLDER = pathlib.Path(sys.argv[1])
NAMES = ["flow", "level", "code", "load"]
N = 300
cases = []


def rows(n, seed):
    rng = np.random.default_rng(seed)
    x = np.column_stack(
        [rng.normal(size=n), rng.normal(size=n).round(2), rng.integers(0, 9, n), rng.normal(size=n) * 1000]
    )
    x[rng.random(n) < 0.15, 0] = np.nan
    x[rng.random(n) < 0.4, 1] = 0
    return x


EDGE = [[0, 0, 0, 0], [np.nan] * 4, [1e-36, 1e-36, 2, 1e-36], [-1e-36, -2e-35, 3, -1e-30], [1, 1, 255, 1], [1, 1, 8.7, 1], [1, 1, -3, 1]]
# Beyond float32, and codes beyond those of any model: XGBoost does not take them.
FAR = [[1e20, -1e20, 1e9, 1e300], [1, 1, 3e9, 1], [1, 1, np.nan, -1e300]]
X, TEST = rows(N, 1), np.vstack([rows(100, 2), EDGE])
Y = np.where(np.isnan(X[:, 0]), 1.5, X[:, 0]) + (X[:, 1] == 0) * 1.2 - np.isin(X[:, 2], [1, 4, 7]) * 2 + X[:, 3] / 1000
Y = Y + np.random.default_rng(3).normal(size=N) * 0.3
POSITIVE = np.abs(Y) + 0.1
THREE = np.digitize(Y, [-1, 1])
SHARE = 1 / (1 + np.exp(-Y))


def frame(x):
    return pd.DataFrame(x, columns=NAMES)


def cells(values):
    return [None if isinstance(v, float) and np.isnan(v) else v for v in values]


def table(x):
    return [cells(row) for row in np.asarray(x).tolist()]


def add(name, file, expected, risk, x=TEST, names=None):
    expected = np.asarray(expected, dtype=float)
    if expected.ndim == 1:
        cases.append({"name": name, "file": file, "risk": risk, "expected": expected.tolist(), "x": table(x), "names": names})
        return
    for k in range(expected.shape[1]):
        add(f"{name}, class {k}", file, expected[:, k], str(k), x, names)


def dump(model, file):
    with open(FOLDER / file, "wb") as out:
        pickle.dump(model, out)
    return file


def lightgbm_files():
    import lightgbm as lgb

    test = np.vstack([TEST, FAR])
    base = {"num_leaves": 8, "min_data_in_leaf": 5, "verbose": -1, "num_threads": 1, "seed": 0, "cat_smooth": 1, "min_data_per_group": 5}
    forest = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7}
    numbers = {
        "regression": Y,
        "regression_l1": Y,
        "huber": Y,
        "fair": Y,
        "quantile": Y,
        "mape": POSITIVE,
        "poisson": POSITIVE.round(),
        "gamma": POSITIVE,
        "tweedie": POSITIVE,
    }
    kinds = {name: (label, {}, "high") for name, label in numbers.items()}
    kinds |= {
        "binary": (Y > 0, {"sigmoid": 0.7}, "1"),
        "binary unbalanced": (Y > 1, {"objective": "binary", "is_unbalance": True}, "1"),
        "cross_entropy": (SHARE, {}, "1"),
        "multiclass": (THREE, {"num_class": 3}, ""),
        "multiclassova": (THREE, {"num_class": 3, "sigmoid": 1.3}, ""),
        "lambdarank": (THREE, {}, "high"),
        "rank_xendcg": (THREE, {}, "high"),
        "forest, binary": (Y > 0, {"objective": "binary", **forest}, "1"),
        "forest, multiclass": (THREE, {"objective": "multiclass", "num_class": 3, **forest}, ""),
        "forest, multiclassova": (THREE, {"objective": "multiclassova", "num_class": 3, **forest}, ""),
        "forest, regression": (Y, {"objective": "regression", **forest}, "high"),
        "forest, poisson": (POSITIVE.round(), {"objective": "poisson", **forest}, "high"),
        "dart, poisson": (POSITIVE.round(), {"objective": "poisson", "boosting": "dart", "drop_rate": 0.5}, "high"),
        "zero_as_missing": (Y, {"objective": "regression", "zero_as_missing": True}, "high"),
        "use_missing false": (Y, {"objective": "regression", "use_missing": False}, "high"),
    }
    for name, (label, more, risk) in kinds.items():
        for categories in [[], [2]]:
            group = [20] * (N // 20) if "rank" in name else None
            params = {"objective": name, **base, **more}
            data = lgb.Dataset(X, np.asarray(label, dtype=float), feature_name=NAMES, categorical_feature=categories, group=group, params=params)
            model = lgb.train(params, data, 7)
            what = f"{name}{' with categories' if categories else ''}"
            stem = what.replace(" ", "_").replace(",", "")
            model.save_model(str(FOLDER / f"{stem}.txt"))
            (FOLDER / f"{stem}.json").write_text(json.dumps(model.dump_model()))
            for end in ["txt", "json"]:
                add(f"{what}, {end}", f"{stem}.{end}", model.predict(test), risk, test)

    small = {"n_estimators": 7, "num_leaves": 8, "min_child_samples": 5, "verbose": -1, "n_jobs": 1, "random_state": 0}
    named, given = frame(X), frame(test)
    names = lgb.LGBMClassifier(**small).fit(named, np.where(Y > 0, "bad", "ok"))
    add("classes with names", dump(names, "names.pkl"), names.predict_proba(given)[:, 0], "bad", test)
    ranks = lgb.LGBMRanker(**small).fit(named, THREE, group=[20] * (N // 20))
    add("LGBMRanker", dump(ranks, "ranks.pkl"), ranks.predict(given), "high", test)
    early = lgb.LGBMClassifier(**{**small, "n_estimators": 60, "learning_rate": 0.4})
    early.fit(named, Y > 0, eval_set=[(frame(X[:60]), Y[:60] + np.random.default_rng(5).normal(size=60) * 2 > 0)], callbacks=[lgb.early_stopping(3, verbose=False)])
    assert 1 < early.best_iteration_ < 60
    add("early stopping, pickle", dump(early, "early.pkl"), early.predict_proba(given)[:, 1], "True", test)
    early.booster_.save_model(str(FOLDER / "early.txt"))
    add("early stopping, text", "early.txt", early.predict_proba(given)[:, 1], "1", test)
    early.booster_.save_model(str(FOLDER / "all.txt"), num_iteration=-1)
    add("early stopping, all saved", "all.txt", early.predict_proba(given, num_iteration=-1)[:, 1], "1", test)
    return f"LightGBM {lgb.__version__}"


def xgboost_files():
    import xgboost as xgb

    version = tuple(int(part) for part in xgb.__version__.split(".")[:2])
    ends = ["json"] if version >= (1, 0) else []
    ends += ["ubj"] if version >= (1, 6) else []
    # The old binary form went with 3.1.
    ends += [] if version >= (3, 1) else ["deprecated" if version >= (1, 6) else "bin"]
    kinds = {
        "binary:logistic": (Y > 0, "1"),
        "binary:logitraw": (Y > 0, "1"),
        "reg:logistic": (SHARE, "1"),
        "reg:squarederror": (Y, "high"),
        "reg:squaredlogerror": (POSITIVE, "high"),
        "reg:pseudohubererror": (Y, "high"),
        "reg:absoluteerror": (Y, "high"),
        "reg:quantileerror": (Y, "high"),
        "count:poisson": (POSITIVE.round(), "high"),
        "reg:gamma": (POSITIVE, "high"),
        "reg:tweedie": (POSITIVE, "high"),
        "survival:cox": (np.where(np.arange(N) % 3 == 0, -POSITIVE, POSITIVE), "high"),
        "survival:aft": (None, "high"),
        "multi:softprob": (THREE, ""),
        "rank:pairwise": (THREE, "high"),
        "rank:ndcg": (THREE, "high"),
        "rank:map": (Y > 0, "high"),
    }
    few = ["binary:logistic", "reg:squarederror", "multi:softprob", "count:poisson", "survival:aft"]
    variants = {
        "gbtree": (list(kinds), {}),
        "dart": (few, {"booster": "dart", "rate_drop": 0.4}),
        "a base_score": (few, {"base_score": 0.3}),
        "parallel trees": (few, {"num_parallel_tree": 2, "subsample": 0.7}),
        "gblinear": (["binary:logistic", "reg:squarederror", "multi:softprob", "rank:pairwise"], {"booster": "gblinear"}),
    }
    for variant, (objectives, more) in variants.items():
        for objective in objectives:
            label, risk = kinds[objective]
            data = xgb.DMatrix(X, None if label is None else np.asarray(label, dtype=float))
            if label is None and version < (1, 1):
                continue
            if label is None:
                data.set_float_info("label_lower_bound", POSITIVE)
                data.set_float_info("label_upper_bound", np.where(np.arange(N) % 3 == 0, np.inf, POSITIVE))
            if objective.startswith("rank"):
                data.set_group([20] * (N // 20))
            params = {"objective": objective, "max_depth": 4, "nthread": 1, "seed": 0, "verbosity": 0, **more}
            params |= {"num_class": 3} if objective == "multi:softprob" else {}
            params |= {"quantile_alpha": 0.3} if "quantile" in objective else {}
            try:
                model = xgb.train(params, data, 7)
            except xgb.core.XGBoostError as error:
                if "nknown objective" in str(error):
                    continue
                raise
            for end in ends:
                file = f"{variant}-{objective}.{end}".replace(":", "-").replace(" ", "_")
                model.save_model(str(FOLDER / file))
                # Before 1.0 a dart drops trees by chance while it predicts, unless it is told how many there are.
                limit = {"ntree_limit": 7} if version < (1, 0) and variant == "dart" else {}
                add(f"{variant}, {objective}, {end}", file, model.predict(xgb.DMatrix(TEST), **limit), risk)

    small = {"n_estimators": 7, "max_depth": 4, "n_jobs": 1, "random_state": 0, "verbosity": 0}
    sure = xgb.XGBClassifier(**small).fit(X, THREE)
    add("XGBClassifier, pickle", dump(sure, "sure.pkl"), sure.predict_proba(TEST), "")
    marked = np.where(np.isnan(X), -999, X)
    blank = xgb.XGBRegressor(**small, missing=-999).fit(marked, Y)
    add("a number for missing values", dump(blank, "blank.pkl"), blank.predict(np.where(np.isnan(TEST), -999, TEST)), "high", np.where(np.isnan(TEST), -999, TEST))
    wood = xgb.XGBRFClassifier(n_estimators=9, max_depth=4, n_jobs=1, random_state=0, verbosity=0).fit(X, (Y > 0).astype(int))
    add("XGBRFClassifier", dump(wood, "wood.pkl"), wood.predict_proba(TEST)[:, 1], "1")
    return f"XGBoost {xgb.__version__}"


FILES = {"lightgbm": lightgbm_files, "xgboost": xgboost_files}
made = [make() for name, make in FILES.items() if name in (sys.argv[2:] or FILES)]
(FOLDER / "cases.json").write_text(json.dumps({"names": NAMES, "cases": cases}))
print(", ".join(made))
