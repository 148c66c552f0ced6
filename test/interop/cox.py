"""Writes cox.json: lifelines' CoxPHFitter, run to the last digits, on two published studies: python cox.py FOLDER, the
folder holding rossi.csv and gbsg2.csv as lifelines ships them."""
import json
import pathlib
import sys
import warnings

import lifelines
import pandas as pd
from lifelines import CoxPHFitter

assert lifelines.__version__ == "0.30.3", lifelines.__version__
warnings.simplefilter("ignore")
folder = pathlib.Path(sys.argv[1])
rossi = pd.read_csv(folder / "rossi.csv")[["week", "arrest", "fin", "age", "race", "wexp", "mar", "paro", "prio"]]
gbsg2 = pd.get_dummies(pd.read_csv(folder / "gbsg2.csv"), drop_first=True).astype(float)


def case(frame, time, event, penalizer):
    fitter = CoxPHFitter(penalizer=penalizer)
    fitter.fit(frame, time, event, fit_options=dict(precision=1e-20, r_precision=1e-30, max_steps=12))
    times = sorted(frame[time][frame[event] > 0].unique())
    last = fitter.predict_survival_function(frame.iloc[:5], times=times[-1:]).values[0]
    return {
        "penalizer": penalizer, "coefficient": fitter.params_.to_dict(), "standardError": fitter.standard_errors_.to_dict(),
        "logLikelihood": fitter.log_likelihood_, "concordance": fitter.concordance_index_,
        "risk": fitter.predict_partial_hazard(frame.iloc[:5]).tolist(), "lastSurvival": last.tolist(),
    }


out = {
    "made": f"lifelines {lifelines.__version__}",
    "rossi": [case(rossi, "week", "arrest", p) for p in (0, 0.1)],
    "gbsg2": [case(gbsg2, "time", "cens", p) for p in (0, 0.1)],
}
(pathlib.Path(__file__).parent / "cox.json").write_text(json.dumps(out, indent=1) + "\n")
