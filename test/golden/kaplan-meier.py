"""Writes kaplan-meier.json: curves and log-rank tests by lifelines 0.30.3, on seeded data with ties and censoring."""
import json
import pathlib

import lifelines
import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test

assert lifelines.__version__ == "0.30.3", lifelines.__version__
rng = np.random.default_rng(7)
cases = []
for rows, groups, grain in [(1, 1, 1), (8, 2, 1), (60, 3, 1), (120, 3, 10), (90, 4, 2)]:
    group = rng.integers(0, groups, rows)
    time = np.ceil(rng.exponential(10 / (1 + 0.6 * group)) * grain) / grain
    event = (rng.random(rows) < 0.7).astype(int)
    fitter = KaplanMeierFitter().fit(time, event)
    band = fitter.confidence_interval_.to_numpy()
    table = fitter.event_table
    test = multivariate_logrank_test(time, group, event) if groups > 1 else None
    cases.append({
        "time": time.tolist(), "event": event.tolist(), "group": group.tolist(), "groups": groups,
        "times": fitter.survival_function_.index.tolist(),
        "survival": fitter.survival_function_.iloc[:, 0].tolist(),
        # lifelines has no interval where nobody is left.
        "low": [None if np.isnan(x) else x for x in band[:, 0]], "high": [None if np.isnan(x) else x for x in band[:, 1]],
        "atRisk": table["at_risk"].tolist(), "censored": table["censored"].tolist(),
        "median": None if np.isinf(fitter.median_survival_time_) else float(fitter.median_survival_time_),
        "statistic": test and float(test.test_statistic), "p": test and float(test.p_value),
    })
text = json.dumps({"lifelines": lifelines.__version__, "cases": cases})
pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
