"""scikit-learn's GaussianMixture on the arrays of gaussian-mixture.ts."""
import warnings

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture

from peer import array, serve

warnings.filterwarnings("ignore")
TAUGHT, COLUMNS, COMPONENTS = 20_000, 20, 8
cases = {}
for name in ("overlapping", "standing apart"):
    x = np.ascontiguousarray(array(f"{name}-columns").reshape(COLUMNS, -1).T)
    given = GaussianMixture(COMPONENTS)
    given.weights_ = array(f"{name}-weights")
    given.means_ = array(f"{name}-means", COLUMNS)
    given.precisions_cholesky_ = array(f"{name}-precisions").reshape(-1, COLUMNS, COLUMNS)
    precisions = given.precisions_cholesky_ @ given.precisions_cholesky_.transpose(0, 2, 1)
    start = dict(weights_init=given.weights_ / given.weights_.sum(), means_init=given.means_, precisions_init=precisions)

    def steps(x=x, start=start):
        GaussianMixture(COMPONENTS, tol=0, max_iter=10, **start).fit(x[:TAUGHT])

    cases[f"score, {name}"] = lambda x=x, given=given: given.score_samples(x)
    cases[f"steps, {name}"] = steps
    cases[f"fit, {name}"] = lambda x=x: [GaussianMixture(COMPONENTS, random_state=seed).fit(x[:TAUGHT]) for seed in range(3)]
serve(f"scikit-learn {sklearn.__version__}", cases)
