"""scikit-learn's StandardScaler and PCA, and T², SPE and their limits by numpy and scipy; eigenvalues by numpy.

    python test/golden/pca.py     writes pca.json
"""
import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler


def flat(a):
    return np.asarray(a, dtype=float).ravel().tolist()


def data(rng, rows, columns, rank):
    x = rng.normal(size=(rows, rank)) * np.linspace(3, 1, rank) @ rng.normal(size=(rank, columns))
    return np.round((x + rng.normal(size=(rows, columns)) * 0.3) * np.logspace(-1, 1, columns) + 10, 3)


def case(name, x, rows, components, standardize, alpha):
    scaler = StandardScaler(with_std=standardize).fit(x)
    z = scaler.transform(x)
    p = PCA(components, svd_solver="full").fit(z)
    n, d = x.shape
    a = int(p.n_components_)
    t = p.transform(scaler.transform(rows))
    rest = scaler.transform(rows) - p.inverse_transform(t)
    left = PCA(svd_solver="full").fit(z).explained_variance_[a:]
    g, h = (left**2).sum() / left.sum(), left.sum() ** 2 / (left**2).sum()
    return {
        "name": name, "columns": d, "x": flat(x), "rows": flat(rows),
        "params": {"n_components": components, "standardize": standardize, "alpha": alpha},
        "mean": flat(scaler.mean_), "components": flat(p.components_), "explainedVariance": flat(p.explained_variance_),
        "t2": flat((t**2 / p.explained_variance_).sum(axis=1)), "spe": flat((rest**2).sum(axis=1)),
        "t2Limit": float(a * (n - 1) * (n + 1) / (n * (n - a)) * stats.f.ppf(alpha, a, n - a)),
        "speLimit": float(g * stats.chi2.ppf(alpha, h)),
    }


def matrix(name, a):
    return {"name": name, "n": len(a), "a": flat(a), "values": flat(np.linalg.eigvalsh(a)[::-1])}


rng = np.random.default_rng(3)
x = data(rng, 80, 6, 3)
rows = np.vstack([x[:5], x[:3] * 1.5])
wide = data(rng, 15, 9, 4)
cases = [
    case("a share of the variance", x, rows, 0.9, True, 0.99),
    case("a count", x, rows, 2, True, 0.95),
    case("not scaled", x, rows, 0.8, False, 0.99),
    case("few rows", wide, wide[:4] * 1.1, 0.7, True, 0.975),
]
b = rng.normal(size=(8, 8))
hilbert = 1 / (np.arange(6)[:, None] + np.arange(6) + 1)
graded = np.diag(np.logspace(0, -8, 7)) + 1e-9
matrices = [matrix("random", b + b.T), matrix("Hilbert", hilbert), matrix("graded", graded),
            matrix("twice the same", np.kron(np.eye(2), b[:3, :3] + b[:3, :3].T)), matrix("large", (b + b.T) * 1e300), matrix("small", (b + b.T) * 1e-200)]
made = f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, scipy {scipy.__version__}"
pathlib.Path(__file__).with_suffix(".json").write_text(
    json.dumps({"made": made, "cases": cases, "matrices": matrices}, separators=(",", ":")))
