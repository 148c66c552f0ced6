import lightgbm
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from peer import array, serve

y = array("label")
x = np.ascontiguousarray(array("columns").reshape(-1, len(y)).T)
PARAMS = {
    "objective": "binary",
    "num_leaves": 31,
    "learning_rate": 0.1,
    "min_data_in_leaf": 20,
    "max_bin": 255,
    "num_threads": 1,
    "verbose": -1,
}


def train(rounds):
    return lightgbm.train(PARAMS, lightgbm.Dataset(x, y, params=PARAMS), rounds)


booster = train(100)
serve(
    f"LightGBM {lightgbm.__version__}",
    {
        "score": lambda: booster.predict(x, num_threads=1),
        "fit": lambda: train(50),
        "fit, scikit-learn": lambda: HistGradientBoostingClassifier(
            max_iter=50, early_stopping=False
        ).fit(x, y),
    },
)
