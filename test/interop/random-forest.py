"""AUCs of scikit-learn's random forest on five repeats of five folds: python random-forest.py FOLDER NAME. Prints the table,
the rows each fold is judged on, and its AUC there."""
import json
import pathlib
import sys

import numpy as np
from labelled_tables import TABLES
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold

x, y = TABLES[sys.argv[2]](pathlib.Path(sys.argv[1]))
x, y = x.to_numpy(np.float64), y.to_numpy()
folds = []
for i, (train, test) in enumerate(RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=0).split(x, y)):
    forest = RandomForestClassifier(random_state=i).fit(x[train], y[train])
    folds.append({"test": test.tolist(), "auc": roc_auc_score(y[test], forest.predict_proba(x[test])[:, 1])})
columns = [[None if np.isnan(v) else v for v in column] for column in x.T]
print(json.dumps({"columns": columns, "y": y.tolist(), "folds": folds}))
