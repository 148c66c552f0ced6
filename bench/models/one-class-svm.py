"""scikit-learn's OneClassSVM on the arrays of one-class-svm.ts. It takes rows, so they are laid out for it beforehand."""
import numpy as np
import sklearn
from peer import array, serve
from sklearn.svm import OneClassSVM

cases = {}
for columns in (12, 20):
    training = array(f'training{columns}', columns)
    rows = array(f'rows{columns}', columns)
    model = OneClassSVM(nu=0.05).fit(training)
    cases[f'fit, 10,000 rows, {columns} features'] = lambda training=training: OneClassSVM(nu=0.05).fit(training)
    cases[f'score, {columns} features'] = lambda model=model, rows=rows: model.decision_function(rows)
serve(f'scikit-learn {sklearn.__version__}', cases)
