"""Networks and steps of learning as scikit-learn computes them. Writes autoencoder.json, for test/models and test/kernels.

    python test/golden/autoencoder.py

Forward: fitted MLPRegressors (identity output) behind a scaler, some rows, and their mean squared errors.
Learning: scikit-learn's own back-propagation (MLPRegressor._backprop) for the gradients, and Adam written out here as
torch.optim.Adam documents it, because scikit-learn's places its epsilon elsewhere.
"""
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import MinMaxScaler, StandardScaler

warnings.filterwarnings("ignore")
rng = np.random.default_rng(21)


def table(rows, columns):
    latent = rng.normal(size=(rows, 2))
    x = latent @ rng.normal(size=(2, columns)) + 0.2 * rng.normal(size=(rows, columns))
    return x * 10.0 ** np.arange(-2, columns - 2) + np.arange(columns)


def layers(net):
    return {"weights": [w.ravel().tolist() for w in net.coefs_], "biases": [b.tolist() for b in net.intercepts_]}


def forward(activation, hidden, columns, scaler):
    x = table(200, columns)
    scaler.fit(x)
    z = scaler.transform(x)
    net = MLPRegressor(hidden_layer_sizes=hidden, activation=activation, max_iter=30, random_state=3).fit(z, z)
    rows = np.vstack([x[:12], x[:3] * 8])
    z = scaler.transform(rows)
    minmax = isinstance(scaler, MinMaxScaler)
    return {
        "name": f"{activation}, {columns}-{'-'.join(map(str, hidden))}-{columns}, {type(scaler).__name__}",
        "activation": activation,
        "dims": [columns, *hidden, columns],
        **layers(net),
        "centre": (scaler.data_min_ if minmax else scaler.mean_).tolist(),
        "size": (scaler.data_range_ if minmax else scaler.scale_).tolist(),
        "rows": rows.tolist(),
        "risk": ((net.predict(z) - z) ** 2).mean(axis=1).tolist(),
    }


def learning(activation, steps=5, decay=0.01, rate=0.01):
    """Full batches of 10 rows, no dropout."""
    x = table(10, 5)
    x = StandardScaler().fit_transform(x)
    net = MLPRegressor(hidden_layer_sizes=(6, 3, 6), activation=activation, alpha=0, max_iter=1, random_state=4)
    net.fit(x, x)
    start = layers(net)
    parameters = [*net.coefs_, *net.intercepts_]
    first = [np.zeros_like(p) for p in parameters]
    second = [np.zeros_like(p) for p in parameters]
    losses = []
    for t in range(1, steps + 1):
        activations = net._forward_pass([x, *[np.empty((len(x), n)) for n in (6, 3, 6, 5)]])
        deltas = [None] * (net.n_layers_ - 1)
        coefs = [np.empty_like(w) for w in net.coefs_]
        intercepts = [np.empty_like(b) for b in net.intercepts_]
        losses.append(float(((activations[-1] - x) ** 2).mean()))
        net._backprop(x, x, None, activations, deltas, coefs, intercepts)
        for i, (p, g) in enumerate(zip(parameters, [*coefs, *intercepts])):
            # scikit-learn's loss is half the sum over the columns; ours is the mean over them.
            g = g * 2 / x.shape[1] + decay * p
            first[i] = 0.9 * first[i] + 0.1 * g
            second[i] = 0.999 * second[i] + 0.001 * g**2
            p -= rate * (first[i] / (1 - 0.9**t)) / (np.sqrt(second[i] / (1 - 0.999**t)) + 1e-8)
    return {
        "name": activation,
        "activation": activation,
        "dims": [5, 6, 3, 6, 5],
        "rows": x.tolist(),
        "decay": decay,
        "rate": rate,
        "start": start,
        "losses": losses,
        "end": layers(net),
    }


cases = [
    forward("relu", (6, 3, 6), 5, MinMaxScaler()),
    forward("relu", (16, 8, 16), 7, StandardScaler()),
    forward("tanh", (6, 3, 6), 5, StandardScaler()),
    forward("logistic", (5, 2, 5), 3, MinMaxScaler()),
    forward("identity", (4,), 6, StandardScaler()),
]
json_text = json.dumps(
    {
        "made": f"scikit-learn {sklearn.__version__}",
        "forward": cases,
        "learning": [learning(name) for name in ("relu", "tanh", "logistic", "identity")],
    },
    separators=(",", ":"),
)
pathlib.Path(__file__).with_suffix(".json").write_text(json_text + "\n")
