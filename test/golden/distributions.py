"""Writes distributions.json: exact tail quantiles by scipy 1.17.1 (far tails of large gammas by mpmath).

scipy.special.gammainc loses digits in the far tail at a = 1e6 (3e-7 relative at p = 1e-10, checked with mpmath at 40
digits), so shapes of 1e5 and above are written by mpmath.
"""
import json
import pathlib

import mpmath
import scipy
from scipy import special, stats

mpmath.mp.dps = 40
assert scipy.__version__ == "1.17.1", scipy.__version__
P = [1e-10, 0.001, 0.025, 0.05, 0.3, 0.5, 0.9, 0.95, 0.975, 0.999]
cases = []
for a in [0.5, 1, 1.5, 2, 5, 10.5, 31, 200, 5000, 1e6]:
    for p in P:
        x = float(special.gammaincinv(a, p))
        if a < 1e5:
            cases.append(["gammaQuantile", [p, a], x])
            cases.append(["gammaCdf", [x, a], float(special.gammainc(a, x))])
        else:
            cases.append(["gammaCdf", [x, a], float(mpmath.gammainc(mpmath.mpf(a), 0, mpmath.mpf(x), regularized=True))])
for a, b in [(1, 150), (0.5, 0.5), (2, 3), (1, 1), (5, 145), (51, 950), (1, 1e6), (1001, 1e6 - 1000), (300, 0.7), (11, 11)]:
    for p in P:
        x = float(special.betaincinv(a, b, p))
        cases.append(["betaQuantile", [p, a, b], x])
        if 0 < x < 1:
            cases.append(["betaCdf", [x, a, b], float(special.betainc(a, b, x))])
for p in [1e-6, 0.025, 0.05, 0.4, 0.6, 0.95, 0.975, 0.999]:
    cases.append(["normalQuantile", [p], float(stats.norm.ppf(p))])
for z in [-8, -5, -1.96, -0.3, 0.5, 2, 5]:
    cases.append(["normalCdf", [z], float(stats.norm.cdf(z))])
for a, b in [(1, 1), (1, 3), (2, 40), (7, 12), (12, 7), (3, 1e6), (250, 350), (5, 0.7)]:
    for p in P:
        cases.append(["fQuantile", [p, a, b], float(stats.f.ppf(p, a, b))])
here = pathlib.Path(__file__).parent
lines = ",\n".join(json.dumps(case) for case in cases)
(here / "distributions.json").write_text(f'{{"by": "scipy {scipy.__version__}, mpmath {mpmath.__version__}", "cases": [\n{lines}\n]}}\n')
