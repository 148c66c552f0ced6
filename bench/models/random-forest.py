import numpy as np
import sklearn
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from peer import array, serve

value = array("value")
x = np.ascontiguousarray(array("columns").reshape(-1, len(value)).T)
classes = value > 1
forest = RandomForestClassifier(100, n_jobs=1, random_state=0).fit(x, classes)
# What any caller would do first to spare the conversion in each call.
x32 = x.astype(np.float32)
serve(
    f"scikit-learn {sklearn.__version__}",
    {
        "score": lambda: forest.predict_proba(x32),
        "fit classes": lambda: RandomForestClassifier(5, n_jobs=1, random_state=0).fit(x, classes),
        "fit numbers": lambda: RandomForestRegressor(5, n_jobs=1, random_state=0).fit(x, value),
    },
)
