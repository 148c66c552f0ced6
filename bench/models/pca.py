"""scikit-learn's StandardScaler and PCA on the array of pca.ts, T² and SPE by numpy as its users write them."""
import numpy as np
import sklearn
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from peer import array, serve

x = np.ascontiguousarray(array("columns").reshape(20, -1).T)


def fit():
    return make_pipeline(StandardScaler(), PCA(0.9, svd_solver="covariance_eigh")).fit(x)


scaler, pca = (step for _, step in fit().steps)


def score():
    z = scaler.transform(x)
    t = pca.transform(z)
    t2 = (t**2 / pca.explained_variance_).sum(axis=1)
    spe = ((z - pca.inverse_transform(t)) ** 2).sum(axis=1)
    return np.maximum(t2, spe)


serve(f"scikit-learn {sklearn.__version__}", {"score": score, "fit": fit})
