"""scikit-learn's LocalOutlierFactor (its default algorithm) on the arrays of local-outlier-factor.ts."""
import sklearn
from peer import array, serve
from sklearn.neighbors import LocalOutlierFactor

cases = {}
for columns in (2, 12, 20):
    training = array(f'training{columns}', columns)
    rows = array(f'rows{columns}', columns)
    model = LocalOutlierFactor(n_neighbors=20, novelty=True).fit(training)
    cases[f'fit, {columns} features'] = lambda training=training: LocalOutlierFactor(n_neighbors=20, novelty=True).fit(training)
    cases[f'score, {columns} features'] = lambda model=model, rows=rows: model.score_samples(rows)
serve(f'scikit-learn {sklearn.__version__}', cases)
