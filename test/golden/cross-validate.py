"""Writes cross-validate.json: out-of-fold probabilities of scikit-learn 1.9.1's StandardScaler and LogisticRegression,
fitted anew for each of the given folds."""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import PredefinedSplit, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

assert sklearn.__version__ == "1.9.1", sklearn.__version__
random = np.random.default_rng(21)
x = np.round(random.normal(size=(60, 3)) * [1, 10, 100], 3)
y = (x[:, 0] + x[:, 1] / 10 + random.normal(size=60) > 1.5).astype(int)
fold = np.arange(60) * 7 % 4
model = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-12, max_iter=10_000))
risk = cross_val_predict(model, x, y, cv=PredefinedSplit(fold), method="predict_proba")[:, 1]
(pathlib.Path(__file__).parent / "cross-validate.json").write_text(json.dumps(
    {"by": f"scikit-learn {sklearn.__version__}", "columns": x.T.tolist(), "label": y.tolist(), "fold": fold.tolist(), "risk": risk.tolist()}) + "\n")
