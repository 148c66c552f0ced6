"""Scores of scikit-learn's isolation forest on one data set under several seeds: python isolation-forest.py FILE.npz SEEDS"""
import json
import sys

import numpy as np
from sklearn.ensemble import IsolationForest

x = np.load(sys.argv[1], allow_pickle=False)["X"].astype(np.float64)
forests = [IsolationForest(random_state=seed).fit(x) for seed in range(int(sys.argv[2]))]
print(json.dumps({"columns": x.T.tolist(), "risks": [(-forest.score_samples(x)).tolist() for forest in forests]}))
