"""Writes resampled.json: means over folds with the variance of Nadeau and Bengio (2003), and the paired test, as in the
example "statistical comparison of models" of scikit-learn's documentation, with scipy's Student distribution."""
import json
import pathlib

import numpy as np
import scipy
from scipy.stats import t as student

random = np.random.default_rng(3)
cases = []
for folds, repeats, spread in [(5, 1, 0.2), (5, 10, 0.15), (10, 10, 0.02), (2, 1, 0.1)]:
    count = folds * repeats
    a = np.round(0.8 + spread * random.normal(size=count), 6)
    b = np.round(a - 0.03 + spread / 2 * random.normal(size=count), 6)

    def corrected(values):
        se = np.sqrt(np.var(values, ddof=1) * (1 / count + 1 / (folds - 1)))
        return float(np.mean(values)), float(se), [float(v) for v in student.interval(0.95, count - 1, np.mean(values), se)]

    value, se, interval = corrected(a)
    difference, difference_se, _ = corrected(a - b)
    p = float(2 * student.sf(abs(difference / difference_se), count - 1))
    cases.append({"folds": folds, "a": a.tolist(), "b": b.tolist(), "value": value, "se": se, "interval": interval,
                  "difference": difference, "differenceSe": difference_se, "p": p})
text = ",\n".join(json.dumps(case) for case in cases)
(pathlib.Path(__file__).parent / "resampled.json").write_text(f'{{"by": "scipy {scipy.__version__}", "cases": [\n{text}\n]}}\n')
