"""AUCs of scikit-learn's random forest on five repeats of five folds: python random-forest.py FOLDER NAME. Prints the table,
the rows each fold is judged on, and its AUC there."""
import json
import pathlib
import sys

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold

folder = pathlib.Path(sys.argv[1])


def ai4i():
    t = pd.read_csv(folder / "qc/ai4i2020/ai4i2020.csv", encoding="utf-8-sig")
    x = t[["Air temperature [K]", "Process temperature [K]", "Rotational speed [rpm]", "Torque [Nm]", "Tool wear [min]"]]
    return x.assign(kind=t["Type"].map({"L": 0, "M": 1, "H": 2})), t["Machine failure"]


def secom():
    t = pd.read_csv(folder / "qc/secom/secom_207of590_features.csv")
    labels = pd.read_csv(folder / "qc/secom/secom_labels.data", sep=" ", header=None)[0]
    return t[[c for c in t.columns if c.startswith("f") and c[1:].isdigit()]], (labels == 1).astype(int)


def actg175():
    t = pd.read_csv(folder / "clinical/actg175/ACTG175.csv")
    # What was known by week 20; the rest is outcome.
    return t.drop(columns=["pidnum", "offtrt", "cens", "days", "cd496", "r", "treat"]), t["offtrt"]


x, y = {"AI4I": ai4i, "SECOM": secom, "ACTG175": actg175}[sys.argv[2]]()
x, y = x.to_numpy(np.float64), y.to_numpy()
folds = []
for i, (train, test) in enumerate(RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=0).split(x, y)):
    forest = RandomForestClassifier(random_state=i).fit(x[train], y[train])
    folds.append({"test": test.tolist(), "auc": roc_auc_score(y[test], forest.predict_proba(x[test])[:, 1])})
columns = [[None if np.isnan(v) else v for v in column] for column in x.T]
print(json.dumps({"columns": columns, "y": y.tolist(), "folds": folds}))
