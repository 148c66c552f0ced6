"""scikit-learn's isolation forest on one thread, in its own processor time: python forest_peer.py FILE ROWS COLUMNS RUNS; FILE holds doubles, column by column."""
import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402
import sklearn  # noqa: E402
from sklearn.ensemble import IsolationForest  # noqa: E402

path, rows, columns, runs = sys.argv[1], *map(int, sys.argv[2:])
x = np.ascontiguousarray(np.fromfile(path).reshape(columns, rows).T)


def median(work):
    work()
    times = []
    for _ in range(runs):
        begun = time.thread_time()
        work()
        times.append(time.thread_time() - begun)
    return sorted(times)[runs // 2]


forest = IsolationForest(n_estimators=100, max_samples=256, random_state=0, n_jobs=1)
fit = median(lambda: forest.fit(x))
score = median(lambda: forest.score_samples(x))
print(json.dumps({"version": sklearn.__version__, "fit": fit, "score": score}))
