"""Writes tests/fixtures/reference/unpenalized.json: where scikit-learn's logistic regression ends without a penalty, at
the tolerances that people use.
"""

import base64
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import MinMaxScaler, StandardScaler

OUT = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "reference" / "unpenalized.json"
LEARNT = 900
SCALERS = {"none": None, "min-max": MinMaxScaler, "standard": StandardScaler}


def losses(scores, y, classes):
    """The sum of the log losses; of one score each, those of the second class."""
    if scores.ndim == 1:
        return float(np.logaddexp(0, np.where(y == classes[1], -scores, scores)).sum())
    top = scores.max(axis=1, keepdims=True)
    return float((np.log(np.exp(scores - top).sum(axis=1)) + top[:, 0] - scores[np.arange(len(y)), y]).sum())


def main():
    warnings.filterwarnings("ignore")
    digits = load_digits()
    bytes_, y = digits.data.astype(np.uint8), digits.target
    fits = []
    for scaling, scaler in SCALERS.items():
        x = bytes_.astype(float)
        if scaler:
            x = scaler().fit(x[:LEARNT]).transform(x)
        for scheme in ("multinomial", "ovr"):
            for fit_intercept in (True, False):
                for max_iter, tol in ((20, 1e-4), (100, 1e-4), (1000, 1e-6)):
                    def fitted(target):
                        model = LogisticRegression(C=np.inf, tol=tol, max_iter=max_iter, fit_intercept=fit_intercept)
                        return model.fit(x[:LEARNT], target)

                    models = [fitted(y[:LEARNT])] if scheme == "multinomial" else [fitted(y[:LEARNT] == own) for own in range(10)]
                    scores = models[0].decision_function(x) if scheme == "multinomial" else np.stack(
                        [model.decision_function(x) for model in models], axis=1)
                    objective = sum(
                        losses(model.decision_function(x[:LEARNT]), y[:LEARNT] if scheme == "multinomial" else y[:LEARNT] == own, model.classes_)
                        for own, model in enumerate(models))
                    fits.append({"scaling": scaling, "scheme": scheme, "fit_intercept": fit_intercept, "max_iter": max_iter, "tol": tol,
                                 "objective": objective, "accuracy": float((scores.argmax(axis=1) == y)[LEARNT:].mean())})
    text = json.dumps({"sklearn": sklearn.__version__, "n_learnt": LEARNT, "x": base64.b64encode(bytes_.tobytes()).decode(),
                       "y": y.tolist(), "fits": fits}, separators=(",", ":"))
    OUT.write_text(text + "\n")
    print(len(text))


if __name__ == "__main__":
    main()
