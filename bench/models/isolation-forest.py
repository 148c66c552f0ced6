import numpy as np
import sklearn
from sklearn.ensemble import IsolationForest

from peer import array, serve

x = np.ascontiguousarray(array("columns").reshape(20, -1).T)
forest = IsolationForest(n_estimators=100, max_samples=256, random_state=0, n_jobs=1).fit(x)
serve(
    f"scikit-learn {sklearn.__version__}",
    {
        "score": lambda: forest.score_samples(x),
        "fit": lambda: IsolationForest(n_estimators=100, max_samples=256, random_state=0, n_jobs=1).fit(x),
    },
)
