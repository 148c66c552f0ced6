"""Writes test/golden/onnx/: classifiers as skl2onnx converts them, and what scikit-learn says of some rows.

    pip install skl2onnx==1.20.0 onnx==1.23.2 scikit-learn==1.6.1 && python test/golden/onnx_classifiers.py
"""

import json
import warnings
from pathlib import Path

import numpy as np
import onnx
import skl2onnx
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier, GradientBoostingClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression, Perceptron, RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPRegressor
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

warnings.simplefilter("ignore")
HERE = Path(__file__).parent / "onnx"
HERE.mkdir(exist_ok=True)
rng = np.random.default_rng(0)
X = rng.normal(size=(80, 3)).astype(np.float32)
TEST = rng.normal(size=(20, 3)).astype(np.float32)
amount = X @ [1, -1, 0.5] + rng.normal(size=80) * 0.3
TWO, THREE = np.where(amount > 0, "ok", "bad"), np.digitize(amount, [-1, 1]) + 1
cases = {}


def add(name, model, label, chosen, options=None, decides=False):
    model.fit(X, label)
    options = {id(model): options} if options else None
    graph = skl2onnx.to_onnx(model, X[:1], options=options, target_opset={"": 17, "ai.onnx.ml": 3})
    (HERE / f"{name}.onnx").write_bytes(graph.SerializeToString())
    at = list(model.classes_).index(chosen)
    if decides:
        found = model.decision_function(TEST)
        found = found[:, at] if found.ndim == 2 else found * (1 if at == 1 else -1)
    else:
        found = model.predict_proba(TEST)[:, at]
    cases[name] = {"risk": str(chosen), "classes": [str(c) for c in model.classes_], "decides": decides, "expected": found.tolist()}


PLAIN = {"zipmap": False}
add("bayes", GaussianNB(), THREE, 2, PLAIN)
add("bayes_names", GaussianNB(), TWO, "bad", PLAIN)
add("bayes_zipped", GaussianNB(), THREE, 2)
add("stacked", StackingClassifier([("a", LogisticRegression()), ("b", GaussianNB())], cv=2), THREE, 3, PLAIN)
add("bagged", BaggingClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=2, random_state=0), THREE, 1, PLAIN)
add("calibrated", CalibratedClassifierCV(LogisticRegression(), cv=2), TWO, "bad", PLAIN)
add("svc", SVC(), TWO, "ok", decides=True)
add("svc_first", SVC(), TWO, "bad", decides=True)
add("svc_three", SVC(), THREE, 3, decides=True)
add("linear_svc", LinearSVC(), TWO, "bad", decides=True)
add("ridge", RidgeClassifier(), TWO, "ok", decides=True)
add("perceptron", Perceptron(), TWO, "bad", decides=True)
add("boosted_raw", GradientBoostingClassifier(n_estimators=3, max_depth=2), TWO, "ok", {"raw_scores": True, **PLAIN}, decides=True)
back = MLPRegressor((2,), max_iter=50, random_state=0).fit(X, X)
(HERE / "two_numbers.onnx").write_bytes(skl2onnx.to_onnx(back, X[:1], target_opset=17).SerializeToString())
# As torch.onnx.export writes it: for a table of one row.
total = onnx.helper.make_node("ReduceSum", ["x", "axes"], ["y"], keepdims=1)
port, number = onnx.helper.make_tensor_value_info, onnx.TensorProto
graph = onnx.helper.make_graph(
    [total], "sum", [port("x", number.FLOAT, [1, 3])], [port("y", number.FLOAT, [1, 1])], [onnx.helper.make_tensor("axes", number.INT64, [1], [1])]
)
one = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
(HERE / "one_row.onnx").write_bytes(one.SerializeToString())
made = f"skl2onnx {skl2onnx.__version__}, scikit-learn {sklearn.__version__}"
expected = {"made": made, "rows": TEST.astype(float).tolist(), "cases": cases}
(HERE / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
