"""What every peer of bench/models shares: reading the arrays, and running the cases it is asked for, one a line."""
import sys
import time
from pathlib import Path

import numpy as np

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path('.')


def array(name, columns=None):
    """Row-major float64; with `columns` a matrix."""
    values = np.fromfile(FOLDER / f'{name}.f64')
    return values if columns is None else values.reshape(-1, columns)


def serve(name, cases):
    """cases: name -> function without arguments."""
    print(name, flush=True)
    for line in sys.stdin:
        case = cases[line.strip()]
        before = time.perf_counter()
        case()
        print(time.perf_counter() - before, flush=True)
