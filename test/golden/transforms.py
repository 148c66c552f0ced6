"""Writes transforms.json, the expected values of test/transforms. Run: python test/golden/transforms.py"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

rng = np.random.default_rng(3)
x = rng.normal(size=(60, 6)) * [1, 100, 1e-6, 1, 0, 5] + [0, 1e6, 0, 3, 0.1, -20]
x[rng.random(x.shape) < 0.15] = np.nan
x[:, 5] = np.round(x[:, 5])
new = rng.normal(size=(8, 6)) * 50
new[1, 2] = np.nan


def listed(a):
    return [[None if np.isnan(v) else float(v) for v in column] for column in np.asarray(a).T]


fitted = {
    "standard": StandardScaler(), "minmax": MinMaxScaler(), "robust": RobustScaler(),
    "mean": SimpleImputer(), "median": SimpleImputer(strategy="median"),
    "constant": SimpleImputer(strategy="constant", fill_value=-7.5),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps({
    "made": f"scikit-learn {sklearn.__version__}",
    "training": listed(x),
    "new": listed(new),
    "expected": {name: listed(step.fit(x).transform(new)) for name, step in fitted.items()},
}, separators=(",", ":")) + "\n")
