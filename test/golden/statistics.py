"""Writes statistics.json, the expected values of test/math/statistics.test.ts. Run: python test/golden/statistics.py"""
import json
import pathlib

import numpy as np
import scipy
from scipy import stats

rng = np.random.default_rng(7)
samples = {
    "normal": rng.normal(3, 2, 101).tolist(),
    "ties": rng.integers(0, 6, 40).astype(float).tolist(),
    "far": (1e9 + rng.normal(0, 1e-3, 64)).tolist(),
    "one": [4.25],
    "two": [-1.0, 0.1],
}
levels = [0, 0.001, 0.05, 0.1, 1 / 3, 0.5, 0.61, 0.95, 0.99, 0.999, 1]
cases = {
    name: {
        "values": v,
        "mean": float(np.mean(v)),
        "variance": float(np.var(v)),
        "sampleDeviation": float(np.std(v, ddof=1)) if len(v) > 1 else None,
        "median": float(np.median(v)),
        "quantiles": [float(np.quantile(v, q)) for q in levels],
        "ranks": stats.rankdata(v).tolist(),
    }
    for name, v in samples.items()
}
a, b = rng.normal(size=60), rng.integers(0, 9, 60).astype(float)
b += a
out = {
    "made": f"numpy {np.__version__}, scipy {scipy.__version__}",
    "levels": levels,
    "cases": cases,
    "pair": {"a": a.tolist(), "b": np.round(b).tolist(), "spearman": float(stats.spearmanr(a, np.round(b)).statistic),
             "pearson": float(stats.pearsonr(a, np.round(b)).statistic)},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
