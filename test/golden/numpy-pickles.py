"""Arrays and scalars as numpy and scipy pickle them, with what numpy says is in them.

Written by numpy 2.4.6 and scipy 1.17.1 under Python 3.11.7:
    python test/golden/numpy-pickles.py > test/golden/numpy-pickles.json
"""
import base64
import json
import pickle

import numpy as np
import scipy.sparse as sp

steps = np.arange(24)
aligned = np.dtype([("flag", "u1"), ("value", "f8"), ("place", "i4")], align=True)
packed = np.dtype([("flag", "u1"), ("value", ">f4"), ("inner", [("x", "i2"), ("y", "i2")])])
records = np.zeros(3, dtype=aligned)
records["flag"], records["value"], records["place"] = [1, 0, 1], [0.5, -1, 1e300], [-1, 2, 3]
tight = np.zeros(2, dtype=packed)
tight["flag"], tight["value"] = [1, 2], [0.5, -2.25]
dense = np.array([[0, 1.5, 0, 0], [0, 0, 0, 0], [-2, 0, 0, 4]])

ARRAYS = {
    **{
        f"{code}": np.array([0, 1, 2, 100], dtype=code)
        for code in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", ">i2", ">i4", ">i8", ">u8", ">f2", ">f4", ">f8"]
    },
    "bool": np.array([True, False, True]),
    "i1, negative": np.array([-1, -128, 127], dtype="i1"),
    "i8, up to 2^53": np.array([2**53 - 1, -(2**53) + 1], dtype="i8"),
    "f2, all kinds": np.array([6e-8, -6.1e-5, 100, -1 / 3, 0], dtype="f2"),
    "f4, digits": np.array([0.1, 1e-7, 3.4e38, 65536, 1e16], dtype="f4"),
    "f8, digits": np.array([0.1, 1e-5, 1e16, 123456789012345680.0, 5e-324, 1 / 3, 1e15, -0.0001]),
    "C order": steps.reshape(2, 3, 4).astype("i4"),
    "Fortran order": np.asfortranarray(steps.reshape(2, 3, 4).astype("f8")),
    "Fortran order, 2 × 3": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "a view with gaps": steps.reshape(4, 6)[::2, ::3].astype("f8"),
    "no dimensions": np.array(2.5),
    "no items": np.zeros((0, 3)),
    "S": np.array([b"ab", b"", b"abc"]),
    "U": np.array(["a", "", "née", "\U0001f600b"]),
    ">U": np.array(["a", "née"], dtype=">U3"),
    "objects": np.array(["x", 3, None, True, 0.25], dtype=object),
    "objects, Fortran order": np.asfortranarray(np.array([["a", "b", "c"], ["d", "e", "f"]], dtype=object)),
    "matrix": np.matrix([[1.0, 2.0], [3.0, 4.0]]),
    "scalar f8": np.float64(0.1),
    "scalar f4": np.float32(0.1),
    "scalar i8": np.int64(-7),
    "scalar bool": np.bool_(True),
    "scalar U": np.str_("née"),
}
STRUCTS = {"aligned": records, "packed": tight}
SPARSE = {
    **{kind: getattr(sp, kind)(dense) for kind in ["csr_matrix", "csc_matrix", "coo_matrix", "csr_array", "csc_array", "coo_array"]},
    "csr_matrix of integers": sp.csr_matrix(dense.astype("i4")),
    "coo_matrix, entries that add up": sp.coo_matrix(([1.0, 2.0, 4.0], ([0, 0, 1], [1, 1, 0])), shape=(2, 2)),
}


def written(value):
    return {str(p): base64.b64encode(pickle.dumps(value, protocol=p)).decode() for p in (0, 2, 4, 5)}


def numbers(array):
    return [float(x) for x in np.asarray(array).ravel()] if array.dtype.kind in "biuf" else None


def texts(array):
    if array.dtype.kind == "S":
        return [x.decode("latin1") for x in array.ravel()]
    return [str(x) for x in np.asarray(array).ravel()]


print(
    json.dumps(
        {
            "numpy": np.__version__,
            "arrays": {
                name: {"shape": list(a.shape), "numbers": numbers(a), "texts": texts(a), "pickles": written(a)}
                for name, a in ARRAYS.items()
            },
            "structs": {
                name: {
                    "itemsize": a.dtype.itemsize,
                    "offsets": {f: a.dtype.fields[f][1] for f in a.dtype.names},
                    "numbers": {f: numbers(a[f]) for f in a.dtype.names},
                    "pickles": written(a),
                }
                for name, a in STRUCTS.items()
            },
            "sparse": {
                name: {"shape": list(a.shape), "numbers": [float(x) for x in np.asarray(a.todense()).ravel()], "pickles": written(a)}
                for name, a in SPARSE.items()
            },
        },
        ensure_ascii=True,
        indent=1,
    )
)
