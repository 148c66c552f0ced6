"""Writes cox.json: lifelines' CoxPHFitter, run to the last digits, on small seeded tables with many ties; and its
concordance index. Breslow's ties by the definition with scipy, since lifelines has Efron's only."""
import json
import pathlib
import warnings

import lifelines
import numpy as np
import pandas as pd
from lifelines import CoxPHFitter
from lifelines.utils import concordance_index
from scipy.optimize import minimize

assert lifelines.__version__ == "0.30.3", lifelines.__version__
warnings.simplefilter("ignore")
random = np.random.default_rng(5)


def table(n, d, ties, weighted):
    x = np.round(random.normal(size=(n, d)) * np.exp(random.uniform(-2, 2, size=d)) + random.normal(size=d), 3)
    x[:, -1] = random.random(n) < 0.4
    z = (x - x.mean(0)) / x.std(0) @ random.normal(size=d) * 0.6
    life, end = random.exponential(np.exp(-z)) * 20, random.exponential(25, size=n)
    time = np.ceil(np.minimum(life, end) / ties) if ties else np.round(np.minimum(life, end), 3)
    weight = np.round(random.uniform(0.3, 3, size=n), 2) if weighted else np.ones(n)
    return x, time, (life <= end).astype(int), weight


def efron(name, n, d, ties, weighted=False, penalizer=0.0):
    x, time, event, weight = table(n, d, ties, weighted)
    frame = pd.DataFrame(x, columns=[f"x{j}" for j in range(d)]).assign(time=time, event=event, weight=weight)
    fitter = CoxPHFitter(penalizer=penalizer)
    fitter.fit(frame, "time", "event", weights_col="weight", fit_options=dict(precision=1e-20, r_precision=1e-30, max_steps=12))
    times = np.unique(time[event == 1])
    return {
        "name": name, "ties": "efron", "penalizer": penalizer, "x": x.T.tolist(), "time": time.tolist(), "event": event.tolist(),
        "weight": weight.tolist(), "coefficient": fitter.params_.tolist(), "standardError": fitter.standard_errors_.tolist(),
        "logLikelihood": fitter.log_likelihood_, "concordance": fitter.concordance_index_, "times": times.tolist(),
        "hazard": fitter.baseline_cumulative_hazard_.loc[times].values.ravel().tolist(),
        "risk": fitter.predict_partial_hazard(frame).tolist(),
        "survival": fitter.predict_survival_function(frame.iloc[:3], times=times).values.T.ravel().tolist(),
    }


def breslow(name, n, d, ties):
    x, time, event, weight = table(n, d, ties, False)
    centred = x - x.mean(0)

    def minus(beta):
        eta = centred @ beta
        at_risk = (time[None, :] >= time[:, None]).astype(float)
        return -np.sum((eta - np.log(at_risk @ np.exp(eta)))[event == 1])

    def slope(beta):
        e = np.exp(centred @ beta) * (time[None, :] >= time[:, None])
        return -np.sum((centred - (e @ centred) / e.sum(1, keepdims=True))[event == 1], axis=0)

    found = minimize(minus, np.zeros(d), jac=slope, method="BFGS", options=dict(gtol=1e-11, maxiter=10_000))
    assert np.abs(slope(found.x)).max() < 1e-7, slope(found.x)
    return {
        "name": name, "ties": "breslow", "penalizer": 0, "x": x.T.tolist(), "time": time.tolist(), "event": event.tolist(),
        "weight": weight.tolist(), "coefficient": found.x.tolist(), "logLikelihood": -found.fun,
    }


def pairs(n, digits):
    risk = np.round(random.normal(size=n), digits)
    time, event = np.round(random.exponential(3, size=n), 0), (random.random(n) < 0.6).astype(int)
    return {"risk": risk.tolist(), "time": time.tolist(), "event": event.tolist(), "index": concordance_index(time, -risk, event)}


cases = [
    efron("no ties", 50, 3, 0),
    efron("many ties", 80, 3, 6),
    efron("many ties, weighted rows", 80, 3, 6, weighted=True),
    efron("a penalizer", 60, 3, 4, penalizer=0.2),
    efron("a penalizer, weighted rows", 60, 3, 4, weighted=True, penalizer=0.05),
    breslow("many ties", 80, 3, 6),
]
text = ",\n".join(json.dumps(case) for case in cases)
more = ",\n".join(json.dumps(pairs(n, digits)) for n, digits in [(2, 3), (20, 0), (60, 1), (60, 5)])
(pathlib.Path(__file__).parent / "cox.json").write_text(
    f'{{"made": "lifelines {lifelines.__version__}", "cases": [\n{text}\n], "concordance": [\n{more}\n]}}\n'
)
