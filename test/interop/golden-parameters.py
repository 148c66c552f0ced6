"""Parameters of the reference models, read out of their files without scikit-learn: version -> model -> arrays, as JSON.
Argument: the folder with refscore.py and joblib/<version>/."""
import json
import sys
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])
sys.path.insert(0, str(folder))
from pklvm import load  # noqa: E402
from refscore import E, T, cls, csr, dense  # noqa: E402


def plain(value):
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value.ravel().tolist()]
    if isinstance(value, (np.generic,)):
        return plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value


def trees(estimators, features=None, classes=None):
    out = []
    for i, estimator in enumerate(estimators):
        t = T(estimator)
        values = t.v[:, 0, :]
        if classes:
            sums = values.sum(1, keepdims=True)
            values = (values / np.where(sums == 0, 1, sums))[:, 1:2]
        out.append({
            'left': t.L, 'right': t.R, 'feature': t.F if features is None else np.where(t.L < 0, 0, features[i][t.F]),
            'threshold': t.T, 'missing': t.M, 'samples': t.N, 'value': values[:, 0],
        })
    return [{k: plain(np.asarray(v)) for k, v in tree.items()} for tree in out]


def lof(e):
    rows = e.d['_fit_X']
    rows = csr(rows) if 'csr' in cls(rows) else e._fit_X
    metric = e.effective_metric_
    p = {'euclidean': 2, 'manhattan': 1}.get(metric)
    if p is None:
        p = dict(e.effective_metric_params_)['p']
    k = int(e.n_neighbors_)
    return {'rows': rows, 'neighbours': k, 'p': p, 'distance': e._distances_fit_X_[:, k - 1], 'density': e._lrd}


def forest(e):
    from refscore import M
    features = [M(f) for f in e.d['estimators_features_']]
    drawn = e.get('_max_samples', e.get('max_samples_'))
    return {'trees': trees(e.d['estimators_'], features), 'drawn': int(drawn)}


def svm(e):
    coef = e.d['_dual_coef_'] if '_dual_coef_' in e.d else e.d['dual_coef_']
    return {'kernel': e.kernel, 'gamma': float(e.get('_gamma', 0)), 'degree': e.degree, 'coef0': float(e.coef0),
            'supportVectors': dense(e.d['support_vectors_']), 'dualCoef': dense(coef), 'intercept': float(e._intercept_[0])}


READ = {
    **dict.fromkeys(['iforest', 'iforest_mf'], forest),
    **dict.fromkeys(['lof_kd_tree', 'lof_ball_tree', 'lof_brute', 'lof_auto', 'lof_mink3'], lof),
    **dict.fromkeys(['ocsvm', 'ocsvm_lin', 'ocsvm_sp'], svm),
    **dict.fromkeys(['gmm_full', 'gmm_tied', 'gmm_diag', 'gmm_spherical'], lambda e: {
        'covariance': e.covariance_type, 'weights': e.weights_, 'means': e.means_, 'precisions': e.precisions_cholesky_}),
    'lr': lambda e: {'coefficient': e.coef_, 'intercept': float(e.intercept_[0]), 'classes': len(e.classes_)},
    'rf': lambda e: {'trees': trees(e.d['estimators_'], classes=len(e.classes_)), 'classes': len(e.classes_)},
    'rfr': lambda e: {'trees': trees(e.d['estimators_'])},
    'pca': lambda e: {'mean': e.mean_, 'components': e.components_},
    **dict.fromkeys(['mlp', 'mlp_es', 'mlp_sgd', 'mlp_lbfgs'], lambda e: {
        'activation': e.activation, 'layers': mlp(e)}),
}


def mlp(e):
    from refscore import M
    return [{'weights': plain(np.asarray(M(w))), 'biases': plain(np.asarray(M(b))), 'shape': list(np.asarray(M(w)).shape)}
            for w, b in zip(e.d['coefs_'], e.d['intercepts_'])]


answer = {}
for path in sorted((folder / 'joblib').iterdir()):
    models = {}
    for name, read in READ.items():
        node, _ = load((path / f'{name}.joblib').read_bytes())
        models[name] = {k: plain(np.asarray(v)) if isinstance(v, np.ndarray) else plain(v) for k, v in read(E(node)).items()}
    expected = json.loads((path / 'expected.json').read_text())
    answer[path.name] = {'models': models, 'inputs': expected['inputs']['X'],
                         'expected': {k: expected['expected'][k] for k in READ}}
json.dump(answer, sys.stdout)
