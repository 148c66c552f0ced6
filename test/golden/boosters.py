"""Small models of LightGBM 4.7.0 and XGBoost 3.2.0 with categories and missing values of each kind, and what the
libraries say of some rows. Writes test/golden/boosters/ beside itself: python3 test/golden/boosters.py

Calibrated classifiers depend on the version of LightGBM, and are added to what is there, for each version of it:
python3 test/golden/boosters.py calibrated (with LightGBM 4.6.0 and 4.7.0, scikit-learn 1.6.1). So are forms that XGBoost
wrote at other times: python3 test/golden/boosters.py forms (with XGBoost 1.2.1, 1.3.3, 2.1.4, 3.3.0 and 3.4.1)"""

import json
import math
import os
import pickle
import sys

import lightgbm as lgb
import numpy as np
import pandas as pd
import xgboost as xgb

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "boosters")
SMALL = {"n_estimators": 6, "num_leaves": 6, "min_child_samples": 5, "min_data_per_group": 5, "cat_smooth": 1, "verbose": -1, "random_state": 0, "n_jobs": 1}
cases = {}


def rows(n, seed):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=n)
    b = np.where(rng.random(n) < 0.4, 0.0, rng.normal(size=n).round(2))
    code = rng.integers(0, 9, n).astype(float)
    a[rng.random(n) < 0.15] = np.nan
    return np.column_stack([a, b, code])


def target(x, rng):
    a = np.where(np.isnan(x[:, 0]), 1.5, x[:, 0])
    return a + (x[:, 1] == 0) * 1.2 - np.isin(x[:, 2], [1, 4, 7]) * 2 + rng.normal(size=len(x)) * 0.3


def add(name, file, **said):
    cases[name] = {"file": file, **said}


def probe():
    x = rows(40, 5)
    edge = [[0, 0, 0], [math.nan] * 3, [1e-36, 1e-36, 2], [-1e-36, -2e-35, 3], [2e-35, 2e-35, 255], [0.1, 1, 8.7], [0.1, 1, -3]]
    return np.vstack([x, edge])


def plain(values):
    return [None if isinstance(v, float) and math.isnan(v) else v for v in values]


def lightgbm():
    x, test = rows(300, 1), probe()
    y = target(x, np.random.default_rng(2))
    cases["x"] = [plain(row) for row in test.tolist()]
    kinds = {
        "missing-nan": {},
        "missing-zero": {"zero_as_missing": True},
        "missing-none": {"use_missing": False},
        "extra": {"extra_trees": True},
    }
    for name, more in kinds.items():
        model = lgb.LGBMRegressor(**SMALL, **more).fit(x, y, categorical_feature=[2])
        model.booster_.save_model(f"{HERE}/{name}.txt")
        add(name, f"{name}.txt", risk="high", expected=model.predict(test).tolist())
        if name == "missing-zero":
            with open(f"{HERE}/{name}.json", "w") as out:
                json.dump(model.booster_.dump_model(), out)
            add(name + "-json", f"{name}.json", risk="high", expected=model.predict(test).tolist())
    positive = np.abs(y) + 0.1
    count = np.round(positive)
    objectives = {
        "binary": (y > 0, {"sigmoid": 0.7}),
        "cross_entropy": (1 / (1 + np.exp(-y)), {}),
        "poisson": (count, {}),
        "gamma": (positive, {}),
        "tweedie": (positive, {}),
        "quantile": (y, {"alpha": 0.8}),
        "huber": (y, {}),
        "mape": (positive, {}),
        "fair": (y, {}),
        "regression_l1": (y, {}),
        "multiclass": (np.digitize(y, [-1, 1]), {"num_class": 3}),
        "multiclassova": (np.digitize(y, [-1, 1]), {"num_class": 3, "sigmoid": 1.3}),
        "rf": (y > 0, {"objective": "binary", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7}),
        "dart": (y > 0, {"objective": "binary", "boosting": "dart", "drop_rate": 0.5}),
    }
    train = {"num_leaves": 4, "min_data_in_leaf": 5, "verbose": -1, "num_threads": 1, "seed": 0}
    for name, (label, more) in objectives.items():
        data = lgb.Dataset(x, label.astype(float), categorical_feature=[2], params={"verbose": -1})
        model = lgb.train({"objective": name, **train, **more}, data, 4)
        model.save_model(f"{HERE}/lgb-{name}.txt")
        found = model.predict(test)
        for k in range(found.shape[1] if found.ndim == 2 else 1):
            share = ["binary", "cross_entropy", "rf", "dart"]
            risk = str(k) if found.ndim == 2 else ("1" if name in share else "high")
            add(f"lgb-{name}-{k}", f"lgb-{name}.txt", risk=risk, expected=(found[:, k] if found.ndim == 2 else found).tolist())
    large = rows(400, 8)
    large[:, 2] = np.random.default_rng(9).integers(0, 40, 400) * 1000
    model = lgb.LGBMRegressor(**SMALL).fit(large, target(large, np.random.default_rng(2)) + (large[:, 2] % 7000 == 0) * 3, categorical_feature=[2])
    model.booster_.save_model(f"{HERE}/large-categories.txt")
    beyond = test.copy()
    beyond[:, 2] *= 1000
    add("large-categories", "large-categories.txt", risk="high", x=[plain(r) for r in beyond.tolist()], expected=model.predict(beyond).tolist())


def frame(x, name="Grün"):
    table = pd.DataFrame({"flow": x[:, 0], "level": x[:, 1]})
    names = np.array(["red", "green", "blue", "white", "black", name, "a b", "x,y", "#8"])
    table["kind"] = pd.Categorical(np.where(x[:, 0] > 1.4, None, names[x[:, 2].astype(int)]), categories=list(names))
    table["size"] = pd.Categorical((x[:, 2].astype(int) % 4) * 5 + 10)
    return table


def texts():
    x, test = rows(300, 1), rows(40, 5)
    y = target(x, np.random.default_rng(2)) > 0
    train, table = frame(x), frame(test)
    said = {"columns": {c: [None if pd.isna(v) else v for v in table[c].tolist()] for c in table}}
    model = lgb.LGBMClassifier(**SMALL).fit(train, np.where(y, "bad", "ok"))
    model.booster_.save_model(f"{HERE}/texts.txt")
    add("texts", "texts.txt", risk="1", expected=model.predict_proba(table)[:, 1].tolist(), **said)
    with open(f"{HERE}/lgbm-classifier.pkl", "wb") as out:
        pickle.dump(model, out)
    add("lgbm-classifier", "lgbm-classifier.pkl", risk="bad", expected=model.predict_proba(table)[:, 0].tolist(), **said)
    early = lgb.LGBMRegressor(**{**SMALL, "n_estimators": 40, "learning_rate": 0.9}).fit(
        train, y.astype(float), eval_set=[(table, (test[:, 0] > 0).astype(float))], callbacks=[lgb.early_stopping(2, verbose=False)]
    )
    with open(f"{HERE}/lgbm-regressor.pkl", "wb") as out:
        pickle.dump(early, out)
    add("lgbm-regressor", "lgbm-regressor.pkl", risk="high", expected=early.predict(table).tolist(), **said)

    train, table = frame(x, "grey"), frame(test, "grey")
    said = {"columns": {c: [None if pd.isna(v) else v for v in table[c].tolist()] for c in table}}
    boosted = xgb.XGBClassifier(n_estimators=4, max_depth=3, enable_categorical=True, max_cat_to_onehot=3, n_jobs=1, random_state=0)
    boosted.fit(train, y.astype(int))
    expected = boosted.predict_proba(table)[:, 1].astype(float).tolist()
    for end in ["json", "ubj"]:
        boosted.get_booster().save_model(f"{HERE}/xgb-texts.{end}")
        add(f"xgb-texts-{end}", f"xgb-texts.{end}", risk="1", expected=expected, **said)
    with open(f"{HERE}/xgb-classifier.pkl", "wb") as out:
        pickle.dump(boosted, out)
    add("xgb-classifier", "xgb-classifier.pkl", risk="1", expected=expected, **said)


def xgboost():
    x, test = rows(300, 1), probe()
    y = target(x, np.random.default_rng(2))
    positive = np.abs(y) + 0.1
    kinds = {
        "binary:logistic": (y > 0, {}),
        "binary:logitraw": (y > 0, {}),
        "reg:squarederror": (y, {"base_score": 0.25}),
        "reg:absoluteerror": (y, {}),
        "reg:quantileerror": (y, {"quantile_alpha": 0.3}),
        "reg:pseudohubererror": (y, {}),
        "reg:squaredlogerror": (positive, {}),
        "count:poisson": (np.round(positive), {}),
        "reg:gamma": (positive, {}),
        "reg:tweedie": (positive, {"num_parallel_tree": 2, "subsample": 0.7}),
        "survival:cox": (np.where(np.arange(300) % 3 == 0, -positive, positive), {}),
        "multi:softprob": (np.digitize(y, [-1, 1]), {"num_class": 3}),
        "dart": (y > 0, {"booster": "dart", "rate_drop": 0.4, "objective": "binary:logistic"}),
        "gblinear": (y, {"booster": "gblinear", "objective": "reg:squarederror"}),
        "gblinear-3": (np.digitize(y, [-1, 1]), {"booster": "gblinear", "objective": "multi:softprob", "num_class": 3}),
    }
    for name, (label, more) in kinds.items():
        model = xgb.train({"objective": name, "max_depth": 3, "nthread": 1, "seed": 0, **more}, xgb.DMatrix(x, label.astype(float)), 4)
        file = f"xgb-{name.replace(':', '-')}.{'ubj' if name in ['reg:gamma', 'dart'] else 'json'}"
        model.save_model(f"{HERE}/{file}")
        found = model.predict(xgb.DMatrix(test)).astype(float)
        for k in range(found.shape[1] if found.ndim == 2 else 1):
            share = ["binary:logistic", "binary:logitraw", "dart"]
            risk = str(k) if found.ndim == 2 else ("1" if name in share else "high")
            add(f"xgb-{name}-{k}", file, risk=risk, expected=(found[:, k] if found.ndim == 2 else found).tolist())
    seen = x.copy()
    seen[::9, 2] = np.nan
    data = xgb.DMatrix(seen, y, feature_types=["q", "q", "c"], enable_categorical=True)
    model = xgb.train({"max_depth": 4, "nthread": 1, "max_cat_to_onehot": 2}, data, 4)
    model.save_model(f"{HERE}/xgb-codes.json")
    clean = np.array([row for row in test if not (row[2] > 8 or row[2] < 0)])
    found = model.predict(xgb.DMatrix(clean, feature_types=["q", "q", "c"], enable_categorical=True)).astype(float)
    add("xgb-codes", "xgb-codes.json", risk="high", x=[plain(r) for r in clean.tolist()], expected=found.tolist())
    codes = [9, 31, 32, 255, 256, 300, 1e6]
    beyond = np.array([[a, b, code] for code in codes for a, b in [(-1, 0), (0.5, 0.3), (math.nan, 0)]])
    found = model.predict(xgb.DMatrix(beyond, feature_types=["q", "q", "c"], enable_categorical=True)).astype(float)
    add("xgb-codes-beyond", "xgb-codes.json", risk="high", x=[plain(r) for r in beyond.tolist()], expected=found.tolist())
    early = xgb.XGBRegressor(n_estimators=30, learning_rate=0.9, early_stopping_rounds=2, n_jobs=1, random_state=0)
    early.fit(x, y, eval_set=[(test, np.zeros(len(test)))], verbose=False)
    early.save_model(f"{HERE}/xgb-early.json")
    add("xgb-early", "xgb-early.json", risk="high", expected=early.predict(test).astype(float).tolist())


def calibrated():
    from sklearn.calibration import CalibratedClassifierCV

    x, test = rows(120, 1), probe()
    y = target(x, np.random.default_rng(2))
    kinds = {
        "sigmoid": (y > 0, {"sigmoid": 0.5}),
        "isotonic": (y > 0, {}),
        "forest": (y > 0, {"boosting_type": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}),
    }
    for name, (label, more) in kinds.items():
        method = "isotonic" if name == "isotonic" else "sigmoid"
        model = lgb.LGBMClassifier(**{**SMALL, "n_estimators": 2, "num_leaves": 4}, **more)
        model = CalibratedClassifierCV(model, cv=2, method=method).fit(x, label.astype(int))
        file = f"calibrated-{name}-{lgb.__version__}.pkl"
        with open(f"{HERE}/{file}", "wb") as out:
            pickle.dump(model, out)
        add(file.removesuffix(".pkl"), file, risk="1", expected=model.predict_proba(test)[:, 1].tolist())


def forms():
    x, test = rows(120, 1), probe()
    y = target(x, np.random.default_rng(2))
    version = tuple(int(part) for part in xgb.__version__.split(".")[:2])
    old = version >= (1, 6) and version < (3, 1)
    kinds = {
        "dart": (y, {"booster": "dart", "rate_drop": 0.4}, "json", "high"),
        "binary-logitraw": (y > 0, {"objective": "binary:logitraw", "base_score": 0.3}, "json", "1"),
        "parallel": (y, {"num_parallel_tree": 2, "subsample": 0.7}, "deprecated", "high"),
    }
    for name, (label, more, end, risk) in kinds.items():
        if end == "deprecated" and not old:
            continue
        model = xgb.train({"max_depth": 2, "nthread": 1, "seed": 0, **more}, xgb.DMatrix(x, label.astype(float)), 4)
        file = f"xgb-{name}-{xgb.__version__}.{end}"
        model.save_model(f"{HERE}/{file}")
        add(file, file, risk=risk, expected=model.predict(xgb.DMatrix(test)).astype(float).tolist())


def write(golden):
    with open(os.path.join(HERE, "expected.json"), "w") as out:
        json.dump(golden, out, separators=(",", ":"))
        out.write("\n")


if sys.argv[1:]:
    {"calibrated": calibrated, "forms": forms}[sys.argv[1]]()
    with open(os.path.join(HERE, "expected.json")) as golden:
        found = json.load(golden)
    write({**found, "cases": {**found["cases"], **cases}})
    sys.exit()
os.makedirs(HERE, exist_ok=True)
lightgbm()
texts()
xgboost()
made = f"LightGBM {lgb.__version__}, XGBoost {xgb.__version__}"
x = cases.pop("x")
write({"made": made, "x": x, "cases": cases})
