"""Writes tests/fixtures/reference/overlapping.json: scikit-learn's logistic regression of classes that overlap, so that
there is one minimum, near which gradients are small: where it ends at the usual tolerance. The minimum itself is
SciPy's, of coefficients split into two parts that are not negative: saga stops at once where no coefficient leaves zero.
"""

import base64
import json
import pathlib
import warnings

import numpy as np
import sklearn
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import MinMaxScaler, StandardScaler

OUT = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "reference" / "overlapping.json"
SCALERS = {"min-max": MinMaxScaler, "standard": StandardScaler}
RATIO = 0.3
N, FEATURES, CLASSES = 240, 9, 3


def parts(penalty):
    return {"l1": (1, 0), "elasticnet": (RATIO, 1 - RATIO), "none": (0, 0)}[penalty]


def loss(x, y, coef, intercept, c):
    """C times the losses of a model of one or several outputs, and their derivatives by the scores."""
    z = x @ coef.T + intercept
    if z.shape[1] == 1:
        sign = np.where(y == 1, 1.0, -1.0)
        return c * np.logaddexp(0, -sign * z[:, 0]).sum(), (-c * sign / (1 + np.exp(sign * z[:, 0])))[:, None]
    p = np.exp(z - logsumexp(z, axis=1)[:, None])
    value = c * (logsumexp(z, axis=1) - z[np.arange(len(y)), y]).sum()
    p[np.arange(len(y)), y] -= 1
    return value, c * p


def minimum(x, y, outputs, penalty, c, intercept_too):
    """Objective and coefficients where they are least; `intercept_too`: the intercept is penalised."""
    l1, l2 = parts(penalty)
    m = outputs * x.shape[1]

    def value(v):
        coef, intercept = (v[:m] - v[m : 2 * m]).reshape(outputs, -1), v[2 * m : 2 * m + outputs] - v[2 * m + outputs :]
        objective, slope = loss(x, y, coef, intercept, c)
        by_coef, by_intercept = (slope.T @ x).ravel() + l2 * coef.ravel(), slope.sum(axis=0)
        objective += l1 * v[: 2 * m].sum() + l2 * (coef**2).sum() / 2
        also = l1 if intercept_too else 0.0
        objective += also * v[2 * m :].sum()
        return objective, np.concatenate([by_coef + l1, l1 - by_coef, by_intercept + also, also - by_intercept])

    start, found = np.zeros(2 * (m + outputs)), np.inf
    while True:
        best = minimize(value, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * 2 * (m + outputs),
                        options={"maxiter": 100_000, "maxfun": 1_000_000, "ftol": 1e-16, "gtol": 1e-11, "maxcor": 50})
        # Rounding may end a line search too early: begun anew, until nothing is won by it.
        if best.fun >= found * (1 - 1e-15):
            break
        start, found = best.x, best.fun
    coef = (best.x[:m] - best.x[m : 2 * m]).reshape(outputs, -1)
    if penalty == "none" and outputs > 1:
        # The same number more for every class changes nothing: the least are those around zero.
        coef -= coef.mean(axis=0)
    return best.fun, coef.ravel().tolist()


def objective(x, y, model, scheme, penalty, c):
    """C times the losses, and the penalty, summed over the models."""
    l1, l2 = parts(penalty)
    size = lambda v: l1 * np.abs(v).sum() + l2 * (v**2).sum() / 2
    if scheme == "multinomial":
        return loss(x, y, model.coef_, model.intercept_, c)[0] + size(model.coef_)
    total = 0.0
    for own, each in enumerate(model.estimators_):
        total += loss(x, (y == own).astype(int), each.coef_, each.intercept_, c)[0] + size(each.coef_)
        # liblinear's intercept is penalised.
        total += size(each.intercept_) if penalty == "l1" else 0.0
    return total


def main():
    warnings.filterwarnings("ignore")
    random = np.random.default_rng(7)
    bytes_ = random.integers(0, 256, (N, FEATURES), dtype=np.uint8)
    y = random.integers(0, CLASSES, N)
    fits = []
    for scaling, scaler in SCALERS.items():
        x = scaler().fit_transform(bytes_.astype(float))
        for scheme in ("multinomial", "ovr"):
            for penalty in ("l1", "elasticnet", "none"):
                for c in (0.1, 1.0, 100.0) if penalty != "none" else (1.0,):
                    solver = {"l1": "liblinear" if scheme == "ovr" else "saga", "elasticnet": "saga", "none": "newton-cg"}[penalty]

                    model = LogisticRegression(C=c if penalty != "none" else np.inf, tol=1e-4, max_iter=1000, solver=solver,
                                               random_state=0, l1_ratio={"l1": 1.0, "elasticnet": RATIO, "none": 0.0}[penalty])
                    model = (model if scheme == "multinomial" else OneVsRestClassifier(model)).fit(x, y)
                    if scheme == "multinomial":
                        ends = [minimum(x, y, CLASSES, penalty, c, False)]
                    else:
                        ends = [minimum(x, (y == own).astype(int), 1, penalty, c, penalty == "l1") for own in range(CLASSES)]
                    fits.append({
                        "scaling": scaling, "scheme": scheme, "penalty": penalty, "C": c,
                        "usual": objective(x, y, model, scheme, penalty, c), "objective": sum(end[0] for end in ends),
                        "coef": [value for end in ends for value in end[1]],
                    })
    text = json.dumps({"sklearn": sklearn.__version__, "l1_ratio": RATIO, "x": base64.b64encode(bytes_.tobytes()).decode(),
                       "y": y.tolist(), "fits": fits}, separators=(",", ":"))
    OUT.write_text(text + "\n")
    print(len(fits), len(text))


if __name__ == "__main__":
    main()
