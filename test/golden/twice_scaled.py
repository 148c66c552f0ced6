"""Writes test/golden/twice_scaled/dropout.joblib: a model of dropout that was fitted on data that was already scaled.

As in a published repository: a ColumnTransformer scales the table, and a Pipeline with a StandardScaler of its own, whose
mean is then 0 and whose scale is 1, is fitted on the result and saved alone. Asked with raw rows it is sure of everyone.
`expected.json` has raw rows, and the probability that the saved pipeline gives to each.

    pip install scikit-learn==1.6.1 pandas && python test/golden/twice_scaled.py
"""

import json
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent / "twice_scaled"
HERE.mkdir(exist_ok=True)
rng = np.random.default_rng(7)
rows = 400
table = pd.DataFrame(
    {
        "age": rng.integers(18, 85, rows).astype(float),
        "distance_km": rng.gamma(2.0, 30.0, rows).round(1),
        "adverse_events": rng.poisson(1.2, rows).astype(float),
        "visits_missed": rng.binomial(8, 0.2, rows).astype(float),
        "bmi": rng.normal(27, 4, rows).round(1),
    }
)
logit = 0.02 * (table.age - 50) + 0.01 * (table.distance_km - 60) + 0.5 * (table.adverse_events - 1) + 0.4 * (table.visits_missed - 2)
dropout = (rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(int)
scaled = pd.DataFrame(StandardScaler().fit_transform(table), columns=table.columns)
model = Pipeline([("scaler", StandardScaler()), ("model", LogisticRegression(class_weight="balanced", max_iter=1000))])
model.fit(scaled, dropout)
joblib.dump(model, HERE / "dropout.joblib")
raw = table.iloc[:150]
(HERE / "expected.json").write_text(
    json.dumps(
        {
            "columns": list(raw.columns),
            "raw": raw.to_numpy().tolist(),
            "probability_raw": model.predict_proba(raw)[:, 1].tolist(),
            "scaled": scaled.iloc[:150].to_numpy().tolist(),
            "probability_scaled": model.predict_proba(scaled.iloc[:150])[:, 1].tolist(),
        }
    )
    + "\n"
)
