import lightgbm
import numpy as np
import shap
from sklearn.ensemble import IsolationForest, RandomForestClassifier

from peer import array, serve

COLUMNS = 20
value = array("value")
x = np.ascontiguousarray(array("columns").reshape(COLUMNS, -1).T)
params = {"objective": "binary", "num_leaves": 31, "verbose": -1, "num_threads": 1, "seed": 0}
booster = lightgbm.train(params, lightgbm.Dataset(x, (value > 1).astype(int)), 100)
isolation = shap.TreeExplainer(IsolationForest(n_estimators=100, max_samples=256, random_state=0).fit(x))
forest = shap.TreeExplainer(RandomForestClassifier(50, max_depth=8, random_state=0).fit(x, value > 1))
serve(
    f"LightGBM {lightgbm.__version__}, shap {shap.__version__}",
    {
        "boosting": lambda: booster.predict(x[:2000], pred_contrib=True),
        "boosting, one row": lambda: [booster.predict(x[i : i + 1], pred_contrib=True) for i in range(100)],
        "isolation forest": lambda: isolation.shap_values(x[:500], check_additivity=False),
        "random forest": lambda: forest.shap_values(x[:500], check_additivity=False),
    },
)
