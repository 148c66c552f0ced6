"""Writes test/golden/mlflow/: models as MLflow logs them, and the probabilities that scikit-learn gives to their examples.

Kept of each folder: MLmodel, the model's file and the example; what MLflow adds for Python environments is left out.

    pip install mlflow-skinny==3.17.2 scikit-learn==1.6.1 skops==0.16.0 lightgbm==4.7.0 pandas && python -P test/golden/mlflow_models.py
"""

import json
import shutil
from pathlib import Path

import mlflow.lightgbm
import mlflow.sklearn
import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from mlflow.models import infer_signature
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

HERE = Path(__file__).parent / "mlflow"
shutil.rmtree(HERE, ignore_errors=True)
HERE.mkdir()
rng = np.random.default_rng(0)
x = pd.DataFrame(rng.normal(size=(200, 3)), columns=["pH", "temp", "turbidity"])
y = (x.pH + x.temp > 0).astype(int)
KEPT = {"MLmodel", "model.pkl", "model.skops", "input_example.json"}
expected = {}


def save(name, model, rows, library=mlflow.sklearn, **more):
    path = HERE / name
    library.save_model(model, path, signature=infer_signature(rows, model.predict(rows)), **more)
    for file in path.iterdir():
        if file.name not in KEPT:
            file.unlink()
    example = rows[:3]
    values = model.predict_proba(example)[:, 1] if hasattr(model, "predict_proba") else -model.score_samples(example)
    expected[name] = {"rows": np.asarray(example).tolist(), "risk": values.tolist()}


linear = Pipeline([("scaler", StandardScaler()), ("model", LogisticRegression())]).fit(x, y)
save("pickle", linear, x, serialization_format="pickle", input_example=x.head(3))
save("skops", linear, x, serialization_format="skops", input_example=x.head(3))
forest = RandomForestClassifier(n_estimators=5, max_depth=4, random_state=1).fit(x, y)
TRUSTED = ["sklearn.tree._tree.Tree"]
save("skops_forest", forest, x, serialization_format="skops", skops_trusted_types=TRUSTED)
outliers = IsolationForest(n_estimators=5, max_samples=32, contamination=0.1, random_state=1).fit(x)
save("skops_outliers", outliers, x, serialization_format="skops", skops_trusted_types=TRUSTED)
unnamed = Pipeline([("scaler", StandardScaler()), ("model", LogisticRegression())]).fit(x.to_numpy(), y)
save("unnamed", unnamed, x.to_numpy(), serialization_format="cloudpickle")
by_value = Pipeline([("double", FunctionTransformer(lambda v: v * 2)), ("model", LogisticRegression())]).fit(x, y)
save("by_value", by_value, x, serialization_format="cloudpickle")
boosted = LGBMClassifier(n_estimators=3, num_leaves=4, verbose=-1, random_state=1).fit(x, y)
save("skops_lightgbm", boosted, x, library=mlflow.lightgbm)
(HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
