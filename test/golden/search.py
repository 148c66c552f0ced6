"""Writes search.json: how many candidates scikit-learn 1.9.1's HalvingRandomSearchCV tries on how many rows."""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import Ridge
from sklearn.model_selection import HalvingGridSearchCV

assert sklearn.__version__ == "1.9.1", sklearn.__version__
cases = []
for candidates, factor, least, rows in [(27, 3, 20, 540), (30, 3, 20, 1000), (10, 3, 100, 900), (8, 2, 25, 200), (5, 3, 150, 300), (2, 3, 20, 200)]:
    x = np.random.default_rng(1).normal(size=(rows, 2))
    search = HalvingGridSearchCV(Ridge(), {"alpha": list(range(1, candidates + 1))}, factor=factor, min_resources=least,
                                 max_resources=rows, cv=2, random_state=0).fit(x, x[:, 0])
    cases.append({"candidates": candidates, "eta": factor, "least": least / rows, "tried": [int(n) for n in search.n_candidates_]})
text = ",\n".join(json.dumps(case) for case in cases)
(pathlib.Path(__file__).parent / "search.json").write_text(f'{{"by": "scikit-learn {sklearn.__version__}", "cases": [\n{text}\n]}}\n')
