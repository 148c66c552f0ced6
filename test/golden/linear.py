"""Writes linear.json: scikit-learn's LogisticRegression, Ridge and LinearRegression at tight tolerances, on seeded tables."""
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge

assert sklearn.__version__ == "1.9.1", sklearn.__version__
warnings.filterwarnings("error", category=sklearn.exceptions.ConvergenceWarning)
random = np.random.default_rng(11)


def table(n, d, twins=False):
    x = random.normal(size=(n, d)) * np.exp(random.uniform(-3, 3, size=d)) + 5 * random.normal(size=d)
    x = np.array([[float(f"{v:.4g}") for v in row] for row in x])
    if twins:
        x[:, 1] = 2 * x[:, 0] + 1
    return x


def classes(name, n, d, given, steep=1.5, weighted=False, separable=False):
    x = table(n, d)
    z = (x - x.mean(0)) / x.std(0) @ random.normal(size=d) / np.sqrt(d)
    y = (z > 0.2).astype(int) if separable else (random.random(n) < 1 / (1 + np.exp(-steep * z - 0.5))).astype(int)
    weight = np.round(random.uniform(0.2, 3, size=n), 2) if weighted else np.ones(n)
    penalty = given.get("penalty", "l2")
    ratio = {"l2": 0.0, "none": 0.0, "l1": 1.0, "elasticnet": given.get("l1_ratio", 0.5)}[penalty]
    smooth = penalty in ("l2", "none")
    model = LogisticRegression(
        C=np.inf if penalty == "none" else given.get("C", 1.0),
        l1_ratio=ratio,
        solver="newton-cholesky" if smooth else "saga",
        tol=1e-12 if smooth else 1e-14,
        max_iter=1000 if smooth else 20_000_000,
        fit_intercept=given.get("fit_intercept", True),
        class_weight="balanced" if given.get("class_weight") == "balanced" else None,
        random_state=0,
    )
    # saga crawls on columns of different size, and what is penalised depends on the size: its tables are of one size.
    if not smooth:
        x = np.round((x - x.mean(0)) / x.std(0), 4)
    model.fit(x, y, sample_weight=weight)
    return {
        "name": name, "given": given, "x": x.T.tolist(), "y": y.tolist(), "weight": weight.tolist(),
        "coefficient": model.coef_[0].tolist(), "intercept": float(model.intercept_[0]),
        "risk": model.predict_proba(x)[:, 1].tolist(),
    }


def numbers(name, n, d, given, weighted=False, twins=False):
    x = table(n, d, twins)
    y = np.round((x - x.mean(0)) / x.std(0) @ random.normal(size=d) + random.normal(size=n) + 7, 4)
    weight = np.round(random.uniform(0.2, 3, size=n), 2) if weighted else np.ones(n)
    intercept = given.get("fit_intercept", True)
    # At alpha 0 Ridge(svd) keeps directions that are rounding only; LinearRegression drops them.
    model = LinearRegression(fit_intercept=intercept) if given.get("alpha") == 0 else Ridge(alpha=given.get("alpha", 1.0), fit_intercept=intercept, solver="cholesky")
    model.fit(x, y, sample_weight=weight)
    return {
        "name": name, "given": given, "x": x.T.tolist(), "y": y.tolist(), "weight": weight.tolist(),
        "coefficient": model.coef_.tolist(), "intercept": float(model.intercept_), "risk": model.predict(x).tolist(),
    }


logistic = [
    classes("the defaults", 50, 4, {}),
    classes("balanced, weighted rows", 50, 4, {"class_weight": "balanced", "C": 0.3}, weighted=True),
    classes("without an intercept", 50, 4, {"fit_intercept": False}),
    classes("without a penalty", 50, 3, {"penalty": "none"}, weighted=True),
    classes("more columns than rows", 15, 25, {}, weighted=True),
    classes("more columns than rows, no intercept", 12, 20, {"fit_intercept": False, "C": 10.0}),
    classes("separable", 40, 3, {"C": 100.0}, separable=True),
    classes("l1", 50, 6, {"penalty": "l1", "C": 0.2}),
    classes("l1, weighted rows, no intercept", 50, 6, {"penalty": "l1", "C": 0.3, "fit_intercept": False}, weighted=True),
    classes("l1, more columns than rows", 15, 20, {"penalty": "l1", "C": 1.0}),
    classes("elastic net", 50, 6, {"penalty": "elasticnet", "l1_ratio": 0.3, "C": 0.2}),
]
ridge = [
    numbers("the defaults", 30, 4, {}),
    numbers("weighted rows", 30, 4, {"alpha": 3.0}, weighted=True),
    numbers("without an intercept", 30, 4, {"alpha": 0.5, "fit_intercept": False}),
    numbers("least squares", 30, 4, {"alpha": 0}, weighted=True),
    numbers("least squares, one column twice", 30, 4, {"alpha": 0}, twins=True),
    numbers("one column twice", 30, 4, {"alpha": 1.0}, twins=True),
    numbers("more columns than rows", 15, 25, {}, weighted=True),
    numbers("least squares, more columns than rows", 12, 20, {"alpha": 0}),
]
text = lambda cases: ",\n".join(json.dumps(case) for case in cases)
(pathlib.Path(__file__).parent / "linear.json").write_text(
    f'{{"made": "scikit-learn {sklearn.__version__}", "logistic": [\n{text(logistic)}\n], "ridge": [\n{text(ridge)}\n]}}\n'
)
