"""The peer of autoencoder.ts: scikit-learn's MLPRegressor as an autoencoder, on the same rows and layers."""
import warnings

import numpy as np
import sklearn
from sklearn.neural_network import MLPRegressor

from peer import array, serve

warnings.filterwarnings("ignore")
x = array("x", 12)
few = array("few", 12)
NETS = {"12-16-8-16-12": (16, 8, 16), "12-64-32-16-8-16-32-64-12": (64, 32, 16, 8, 16, 32, 64)}


def network(hidden, activation="relu", epochs=1, **given):
    return MLPRegressor(hidden_layer_sizes=hidden, activation=activation, batch_size=32, max_iter=epochs, **given)


def score(net, chunk):
    def case():
        for start in range(0, len(x), chunk):
            rows = x[start : start + chunk]
            ((net.predict(rows) - rows) ** 2).mean(axis=1)

    return case


cases = {}
for name, hidden in NETS.items():
    for activation in ("relu", "tanh"):
        net = network(hidden, activation).fit(few, few)
        cases[f"score, {name}, {activation}"] = score(net, len(x))
        cases[f"score, {name}, {activation}, chunks of 2048"] = score(net, 2048)
    # 10 % held out and never stopped early, as on our side; n_iter_no_change beyond the epochs.
    fit = network(hidden, epochs=10, early_stopping=True, validation_fraction=0.1, n_iter_no_change=99, alpha=1e-4)
    cases[f"fit, {name}, 10 epochs of 10,000 rows"] = lambda fit=fit: fit.fit(few, few)
serve(f"scikit-learn {sklearn.__version__}", cases)
