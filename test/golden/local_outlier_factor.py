"""What scikit-learn's local outlier factor learns and scores: python local_outlier_factor.py writes
local_outlier_factor.json beside itself; with --live it prints larger cases instead."""
import json
import pathlib
import sys
import warnings

import numpy as np
import sklearn
from sklearn.neighbors import LocalOutlierFactor

warnings.filterwarnings("ignore", message="n_neighbors .* is greater than")


def dump(name, training, rows, **params):
    model = LocalOutlierFactor(novelty=True, **{"contamination": 0.1, **params}).fit(training)
    return {
        "name": name,
        "params": {"contamination": 0.1, **params},
        "training": training.tolist(),
        "rows": rows.tolist(),
        "neighbours": int(model.n_neighbors_),
        "cut": float(-model.offset_),
        "distance": model._distances_fit_X_[:, -1].tolist(),
        "density": model._lrd.tolist(),
        "risk": (-model.score_samples(rows)).tolist(),
    }


def table(rng, rows, columns, scale=1.0, shift=0.0):
    """Two clusters of different density, and a few rows far from both. Short numbers, to keep the file small."""
    x = rng.normal(size=(rows, columns))
    x[: rows // 3] = x[: rows // 3] * 0.3 + 4
    x[-2:] *= 6
    return np.round(x * scale + shift, 4)


def small():
    rng = np.random.default_rng(21)
    yield dump("2 columns", table(rng, 70, 2), table(rng, 20, 2))
    yield dump("1 column, 3 neighbours", table(rng, 70, 1), table(rng, 20, 1), n_neighbors=3)
    yield dump("12 columns, auto", table(rng, 50, 12), table(rng, 10, 12), contamination="auto")
    yield dump("20 columns, brute force", table(rng, 40, 20), table(rng, 8, 20), n_neighbors=10)
    yield dump("far from 0", table(rng, 60, 3, shift=5000), table(rng, 15, 3, shift=5000), n_neighbors=7)
    yield dump("manhattan", table(rng, 60, 3), table(rng, 15, 3), metric="manhattan")
    yield dump("minkowski, p 3", table(rng, 60, 3), table(rng, 15, 3), p=3, n_neighbors=8)
    yield dump("minkowski, p 1.5", table(rng, 60, 3), table(rng, 15, 3), p=1.5)
    yield dump("euclidean, whatever p", table(rng, 40, 3), table(rng, 10, 3), metric="euclidean", p=3)
    copies = np.repeat(table(rng, 12, 3), 5, axis=0)
    yield dump("five of each, 3 neighbours", copies, np.vstack([copies[:3], table(rng, 6, 3)]), n_neighbors=3)
    some = np.vstack([table(rng, 50, 3), np.full((8, 3), 1.25)])
    yield dump("some copies", some, np.vstack([some[-1:], table(rng, 10, 3)]), n_neighbors=12)
    yield dump("more neighbours than rows", table(rng, 9, 2), table(rng, 6, 2))
    yield dump("two rows", table(rng, 2, 2), table(rng, 5, 2))
    yield dump("half are anomalies", table(rng, 41, 2), table(rng, 4, 2), contamination=0.5)


def live():
    rng = np.random.default_rng(22)
    for columns in (2, 12, 15, 20, 60):
        x = rng.normal(size=(3000, columns)) * np.logspace(-1, 1, columns) + 3
        yield dump(f"{columns} columns", x, np.vstack([x[:100], x[:400] * 1.5]))
    yield dump("50 neighbours", x[:, :8], x[:300, :8] * 2, n_neighbors=50)
    yield dump("manhattan", x[:, :8], x[:300, :8] * 2, metric="manhattan")
    yield dump("minkowski, p 4", x[:600, :8], x[:100, :8] * 2, p=4)


made = f"scikit-learn {sklearn.__version__}"
if "--live" in sys.argv:
    print(json.dumps({"made": made, "cases": list(live())}))
else:
    text = json.dumps({"made": made, "cases": list(small())}, separators=(",", ":"))
    pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
