"""Prints one-class machines from files that several versions of scikit-learn wrote, with the decisions they had there.

    python test/interop/one-class-svm.py FOLDER     FOLDER/<version>/{ocsvm*.joblib, expected.json}
"""
import json
import pathlib
import sys
import warnings

import joblib
import numpy as np
from sklearn.exceptions import InconsistentVersionWarning

# Only the fitted arrays are read, and they are what they were.
warnings.simplefilter("ignore", InconsistentVersionWarning)


def dense(matrix):
    return matrix.toarray() if hasattr(matrix, "toarray") else np.asarray(matrix)


found = []
for folder in sorted(path for path in pathlib.Path(sys.argv[1]).iterdir() if path.is_dir()):
    made = json.loads((folder / "expected.json").read_text())
    for file in sorted(folder.glob("ocsvm*.joblib")):
        model = joblib.load(file)
        found.append(
            {
                "name": f"{file.stem} of scikit-learn {made['versions']['sklearn']}",
                "params": {"kernel": model.kernel, "degree": model.degree, "coef0": model.coef0},
                "gamma": float(model._gamma),
                "intercept": float(model.intercept_[0]),
                "dualCoef": dense(model.dual_coef_)[0].tolist(),
                "supportVectors": dense(model.support_vectors_).tolist(),
                "rows": made["inputs"]["X"],
                "decision": np.ravel(made["expected"][file.stem]["decision_function(X)"]).tolist(),
            }
        )
print(json.dumps(found))
