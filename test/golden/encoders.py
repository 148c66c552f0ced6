"""Writes test/golden/encoders/: encoders that raise for an unknown value, before a model that takes missing ones.

    pip install scikit-learn==1.9.1 pandas joblib && python -P test/golden/encoders.py
"""

from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

HERE = Path(__file__).parent / "encoders"
HERE.mkdir(exist_ok=True)
rng = np.random.default_rng(0)
table = pd.DataFrame({"kind": rng.choice(list("xyz"), 300), "a": rng.normal(size=300)})
bad = ((table.kind == "x") & (table.a > 0)).astype(int)
for name, encoder in {"ordinal": OrdinalEncoder(), "one_hot": OneHotEncoder(sparse_output=False)}.items():
    columns = ColumnTransformer([("kind", encoder, ["kind"])], remainder="passthrough")
    model = HistGradientBoostingClassifier(max_iter=3, max_leaf_nodes=4)
    fitted = Pipeline([("columns", columns), ("model", model)]).fit(table, bad)
    joblib.dump(fitted, HERE / f"{name}.joblib", compress=("zlib", 9))
    rows = pd.DataFrame({"kind": ["x", "y"], "a": [1.0, np.nan]})
    print(name, fitted.predict_proba(rows)[:, 1].tolist())
    for unknown in ["q", None]:
        try:
            fitted.predict_proba(pd.DataFrame({"kind": [unknown], "a": [1.0]}))
            raise SystemExit("it did not refuse")
        except ValueError as error:
            print(error)
