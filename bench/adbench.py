"""The four detectors of scikit-learn on the splits that adbench.ts wrote: reads lines of JSON, answers with lines."""
import json
import sys

import numpy as np
import sklearn
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import LocalOutlierFactor
from sklearn.svm import OneClassSVM

print(sklearn.__version__, flush=True)
for line in sys.stdin:
    job = json.loads(line)
    folder, columns, seed = job['folder'], job['columns'], job['seed']
    train = np.fromfile(f'{folder}/train.f64').reshape(-1, columns)
    test = np.fromfile(f'{folder}/test.f64').reshape(-1, columns)
    label = np.fromfile(f'{folder}/label.f64')
    risks = {
        'isolation-forest': -IsolationForest(random_state=seed).fit(train).score_samples(test),
        'local-outlier-factor': -LocalOutlierFactor(n_neighbors=20, novelty=True).fit(train).score_samples(test),
        'one-class-svm': -OneClassSVM(nu=0.5, gamma='auto').fit(train).decision_function(test),
        'gaussian-mixture': -GaussianMixture(2, random_state=seed).fit(train).score_samples(test),
    }
    print(json.dumps({kind: roc_auc_score(label, risk) for kind, risk in risks.items()}), flush=True)
