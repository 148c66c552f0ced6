"""Writes probability.json: scikit-learn 1.9.1's _SigmoidCalibration and IsotonicRegression on small seeded problems,
and its figures of regression and of calibration."""
import json
import pathlib

import numpy as np
import sklearn
from sklearn import metrics as m
from sklearn.calibration import _SigmoidCalibration, calibration_curve
from sklearn.isotonic import IsotonicRegression

assert sklearn.__version__ == "1.9.1", sklearn.__version__
random = np.random.default_rng(5)
cases = []
for rows, share, shift, digits, scale, weighted in [
    (60, 0.12, 1.5, 9, 1, False), (60, 0.12, 1.5, 1, 1, True), (300, 0.5, 0.7, 1, 1, False),
    (300, 0.3, 2.0, 9, 1000, True), (40, 0.5, 9.0, 9, 1, False),
]:
    y = (random.random(rows) < share).astype(int)
    y[:4] = [0, 1, 0, 1]
    risk = np.round(random.normal(size=rows) + shift * y, digits) * scale
    weight = np.round(random.random(rows) * 3, 1) if weighted else np.ones(rows)
    at = np.round(np.linspace(risk.min() - scale, risk.max() + scale, 41), 3)
    # Its optimiser stops by a tolerance; sharper ones than its own are not to be had, so the loss is compared too.
    sigmoid = _SigmoidCalibration().fit(risk, y, weight)
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(risk, y, weight)
    p = isotonic.predict(risk) * 0.98 + 0.01
    curves = {by: [a.tolist() for a in calibration_curve(y, p, n_bins=7, strategy=by)] for by in ("uniform", "quantile")}
    cases.append({
        "risk": risk.tolist(), "positive": y.tolist(), "weight": weight.tolist(), "at": at.tolist(),
        "slope": float(sigmoid.a_), "intercept": float(sigmoid.b_), "sigmoid": sigmoid.predict(at).tolist(),
        "steps": [isotonic.X_thresholds_.tolist(), isotonic.y_thresholds_.tolist()],
        "isotonic": isotonic.predict(at).tolist(),
        "probability": p.tolist(), "curves": curves, "brier": m.brier_score_loss(y, p), "logLoss": m.log_loss(y, p),
        "regression": {
            "rmse": m.root_mean_squared_error(y, risk), "mae": m.mean_absolute_error(y, risk), "r2": m.r2_score(y, risk),
            "pinball": m.mean_pinball_loss(y, risk, alpha=0.9),
        },
    })
text = ",\n".join(json.dumps(case) for case in cases)
(pathlib.Path(__file__).parent / "probability.json").write_text(f'{{"by": "scikit-learn {sklearn.__version__}", "cases": [\n{text}\n]}}\n')
