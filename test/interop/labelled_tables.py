"""Tables with a yes-or-no label that the quality tests of classifiers compare on."""
import pandas as pd


def ai4i(folder):
    t = pd.read_csv(folder / "qc/ai4i2020/ai4i2020.csv", encoding="utf-8-sig")
    x = t[["Air temperature [K]", "Process temperature [K]", "Rotational speed [rpm]", "Torque [Nm]", "Tool wear [min]"]]
    return x.assign(kind=t["Type"].map({"L": 0, "M": 1, "H": 2})), t["Machine failure"]


def secom(folder):
    t = pd.read_csv(folder / "qc/secom/secom_207of590_features.csv")
    labels = pd.read_csv(folder / "qc/secom/secom_labels.data", sep=" ", header=None)[0]
    return t[[c for c in t.columns if c.startswith("f") and c[1:].isdigit()]], (labels == 1).astype(int)


def actg175(folder):
    t = pd.read_csv(folder / "clinical/actg175/ACTG175.csv")
    # What was known by week 20; the rest is outcome.
    return t.drop(columns=["pidnum", "offtrt", "cens", "days", "cd496", "r", "treat"]), t["offtrt"]


TABLES = {"AI4I": ai4i, "SECOM": secom, "ACTG175": actg175}
