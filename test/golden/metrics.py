"""Writes metrics.json: scikit-learn 1.9.1 on small seeded problems; DeLong by the O(m n) definition with numpy."""
import json
import pathlib

import numpy as np
import sklearn
from scipy import stats
from sklearn import metrics as m

assert sklearn.__version__ == "1.9.1", sklearn.__version__
random = np.random.default_rng(7)
cases = []
for n, share, shift, digits in [(12, 0.4, 1.0, 1), (60, 0.3, 0.8, 9), (200, 0.05, 1.5, 1), (200, 0.5, 0.0, 2), (40, 0.5, -1.0, 9)]:
    y = (random.random(n) < share).astype(int)
    y[:4] = [0, 1, 0, 1]
    risk = np.round(random.normal(size=n) + shift * y, digits)
    cut = float(np.quantile(risk, 0.8))
    alarm = (risk > cut).astype(int)
    tn, fp, fn, tp = m.confusion_matrix(y, alarm).ravel()
    fpr, tpr, _ = m.roc_curve(y, risk, drop_intermediate=False)
    precision, recall, _ = m.precision_recall_curve(y, risk)
    bad, good = risk[y == 1], risk[y == 0]
    psi = (bad[:, None] > good).astype(float) + 0.5 * (bad[:, None] == good)
    se = np.sqrt(np.var(psi.mean(1), ddof=1) / len(bad) + np.var(psi.mean(0), ddof=1) / len(good))
    wilson = stats.binomtest(int(tp), int(tp + fn)).proportion_ci(0.95, "wilson")
    cases.append({
        "risk": risk.tolist(), "label": y.tolist(), "cut": cut,
        "confusion": {"TP": int(tp), "TN": int(tn), "FP": int(fp), "FN": int(fn)},
        "precision": m.precision_score(y, alarm), "recall": m.recall_score(y, alarm), "f1": m.f1_score(y, alarm),
        "accuracy": m.accuracy_score(y, alarm), "matthews": m.matthews_corrcoef(y, alarm),
        "auc": m.roc_auc_score(y, risk), "se": se, "averagePrecision": m.average_precision_score(y, risk),
        "fpr": fpr.tolist(), "tpr": tpr.tolist(),
        "prPrecision": precision[::-1].tolist(), "prRecall": recall[::-1].tolist(),
        "wilson": [wilson.low, wilson.high],
    })
text = ",\n".join(json.dumps(case) for case in cases)
(pathlib.Path(__file__).parent / "metrics.json").write_text(f'{{"by": "scikit-learn {sklearn.__version__}", "cases": [\n{text}\n]}}\n')
