"""scikit-learn's LogisticRegression on the arrays of logistic-regression.ts."""
import warnings

import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from peer import array, serve

warnings.filterwarnings("ignore")
x = array("x", 20)
y = array("y").astype(int)


def fit(**given):
    return lambda: make_pipeline(StandardScaler(), LogisticRegression(**given)).fit(x, y)


model = fit()()
serve(
    f"scikit-learn {sklearn.__version__}",
    {
        "fit": fit(),
        "fit, tol 1e-10": fit(tol=1e-10, max_iter=10_000),
        "fit, l1": fit(l1_ratio=1, C=0.01, solver="liblinear"),
        "score": lambda: model.predict_proba(x),
    },
)
