"""The C-MAPSS recipe as a pandas and scikit-learn user would write it.

Usage: cmapss_peer.py TRAIN WATCHED SEED...
Prints one JSON object: the seed -> one risk a row of WATCHED (higher is riskier, as -score_samples).
"""
import json
import sys

import pandas as pd
from sklearn.ensemble import IsolationForest

SENSORS = [2, 3, 4, 7, 8, 9, 11, 12, 13, 14, 15, 17, 20, 21]
NAMES = ["unit", "cycle", "setting1", "setting2", "setting3"] + [f"s{i}" for i in range(1, 22)]


def features(path):
    rows = pd.read_csv(path, sep=r"\s+", header=None, names=NAMES)
    units = rows.groupby("unit")
    columns = {}
    for sensor in SENSORS:
        name = f"s{sensor}"
        recent = units[name].transform(lambda s: s.rolling(20, min_periods=1).mean())
        young = rows[name].where(rows["cycle"] <= 30)
        own = young.groupby(rows["unit"]).transform(lambda s: s.expanding(min_periods=1).mean())
        columns[name] = recent - own
    return pd.DataFrame(columns), rows["cycle"]


def main():
    train, watched, *seeds = sys.argv[1:]
    x, cycle = features(train)
    y, _ = features(watched)
    young = x[(cycle > 30) & (cycle <= 60)].to_numpy()
    risks = {}
    for seed in seeds:
        forest = IsolationForest(n_estimators=100, random_state=int(seed)).fit(young)
        risks[seed] = (-forest.score_samples(y.to_numpy())).tolist()
    json.dump(risks, sys.stdout)


main()
