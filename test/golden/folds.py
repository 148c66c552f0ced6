"""Writes folds.json: groups as scikit-learn 1.9.1 deals them (StratifiedGroupKFold, no shuffling)."""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.model_selection import StratifiedGroupKFold

assert sklearn.__version__ == "1.9.1", sklearn.__version__
random = np.random.default_rng(11)
cases = []
for rows, groups, share, folds in [(60, 12, 0.15, 5), (200, 30, 0.3, 4), (150, 9, 0.5, 3), (300, 80, 0.05, 10)]:
    # Codes in the order in which they are first seen, which is numpy's order of unique too.
    group = np.sort(random.integers(0, groups, rows))
    group = np.unique(group, return_inverse=True)[1]
    positive = (random.random(rows) < share).astype(int)
    fold = np.zeros(rows, int)
    for i, (_, test) in enumerate(StratifiedGroupKFold(folds).split(np.zeros(rows), positive, group)):
        fold[test] = i
    cases.append({"folds": folds, "group": group.tolist(), "positive": positive.tolist(), "fold": fold.tolist()})
text = ",\n".join(json.dumps(case) for case in cases)
(pathlib.Path(__file__).parent / "folds.json").write_text(f'{{"by": "scikit-learn {sklearn.__version__}", "cases": [\n{text}\n]}}\n')
