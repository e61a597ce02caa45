"""Writes tests/fixtures/reference/logistic.json: what scikit-learn's logistic regressions,
their metrics, and its splitters find.

Every fit is run to a tolerance far below its default; of several solvers of one problem
the lowest objective is kept. One-vs-rest elastic net, which liblinear lacks, is saga with a free intercept; saga stops
at once where no coefficient leaves zero, however far the intercept has to go, so SciPy goes on from there.
"""

import base64
import json
import pathlib
import warnings

import numpy as np
import sklearn
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.calibration import calibration_curve
from sklearn.datasets import load_digits, load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (classification_report, confusion_matrix, log_loss, precision_recall_fscore_support,
                             roc_auc_score)
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.utils.class_weight import compute_class_weight

OUT = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "reference" / "logistic.json"
TIGHT = {"tol": 1e-13, "max_iter": 200_000}


def datasets():
    """Bytes and labels; the labels are not 0 to 9."""
    digits, iris = load_digits(), load_iris()
    x, y = digits.data.astype(np.uint8), digits.target.astype(int)
    two = np.isin(y[:500], (3, 8))
    # Classes of very different sizes.
    uneven = np.flatnonzero((y[:900] < 4) & ((y[:900] == 0) | (np.arange(900) % (y[:900] * 3 + 1) == 0)))
    return {
        "iris": (np.round(iris.data * 10).astype(np.uint8), iris.target * 4 - 3),
        "digits": (x[:300], y[:300]),
        "two": (x[:500][two], y[:500][two]),
        "uneven": (x[uneven], y[uneven]),
    }


def scaled(x, scaling):
    x = x.astype(float)
    return {"none": lambda: x, "min-max": lambda: MinMaxScaler().fit_transform(x),
            "standard": lambda: StandardScaler().fit_transform(x)}[scaling]()


def strength(penalty, c):
    """Factors of the loss, of L1 and of half the squares."""
    if penalty == "none":
        return 1.0, 0.0, 0.0
    ratio = {"l2": 0.0, "l1": 1.0}.get(penalty, penalty)
    return c, ratio, 1.0 - ratio


def arguments(penalty, c, extra):
    if penalty == "none":
        return {"C": np.inf, **TIGHT, **extra}
    return {"C": c, "l1_ratio": {"l2": 0.0, "l1": 1.0}.get(penalty, penalty), **TIGHT, **extra}


def objective(z, y, weights, coef, penalty, c):
    """`y` counts outputs; of one output, 0 or 1."""
    loss, l1, l2 = strength(penalty, c)
    if z.shape[1] == 1:
        losses = np.logaddexp(0, np.where(y == 1, -z[:, 0], z[:, 0]))
    else:
        losses = logsumexp(z - z[np.arange(len(y)), y][:, None], axis=1)
    return float(loss * np.sum(weights * losses) + l1 * np.abs(coef).sum() + l2 / 2 * (coef ** 2).sum())


def weighting(class_weight, y):
    if class_weight is None:
        return np.ones(len(y))
    if class_weight == "balanced":
        return compute_class_weight("balanced", classes=np.unique(y), y=y)[y]
    return np.array(class_weight)[y]


def multinomial(x, y, penalty, c, class_weight, fit_intercept):
    y = np.unique(y, return_inverse=True)[1]
    weights = weighting(class_weight, y)
    smooth = penalty in ("none", "l2")
    extra = {"fit_intercept": fit_intercept}
    if class_weight is not None:
        extra["class_weight"] = class_weight if class_weight == "balanced" else dict(enumerate(class_weight))
    best = None
    for solver in ("newton-cholesky", "lbfgs") if smooth else ("saga",):
        model = LogisticRegression(solver=solver, **arguments(penalty, c, extra)).fit(x, y)
        z = x @ model.coef_.T + model.intercept_
        found = objective(z, y, weights, model.coef_, penalty, c)
        if best is None or found < best[0]:
            best = (found, model)
    found, model = best
    return [found], model.coef_, model.intercept_, model.predict_proba(x)


def further(x, y, weights, model, ratio, c):
    """Coefficients and intercept of an elastic net where SciPy ends, coefficients in two parts that are not negative."""
    m, sign = x.shape[1], np.where(y == 1, 1.0, -1.0)

    def value(v):
        coef = v[:m] - v[m:-1]
        margins = sign * (x @ coef + v[-1])
        slope = -c * weights * sign / (1 + np.exp(margins))
        by_coef = x.T @ slope + (1 - ratio) * coef
        value = c * np.sum(weights * np.logaddexp(0, -margins)) + ratio * v[:-1].sum() + (1 - ratio) / 2 * coef @ coef
        return value, np.concatenate([by_coef + ratio, ratio - by_coef, [slope.sum()]])

    coef = model.coef_[0]
    start = np.concatenate([np.maximum(coef, 0), np.maximum(-coef, 0), model.intercept_])
    best = minimize(value, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * 2 * m + [(None, None)],
                    options={"maxiter": 100_000, "maxfun": 1_000_000, "ftol": 1e-16, "gtol": 1e-11, "maxcor": 50})
    return best.x[:m] - best.x[m:-1], best.x[-1:]


def one_vs_rest(x, y, penalty, c, class_weight, fit_intercept):
    y = np.unique(y, return_inverse=True)[1]
    k = y.max() + 1
    objectives, coefs, intercepts, probabilities = [], [], [], []
    for own in [1] if k == 2 else range(k):
        of = (y == own).astype(int)
        given = class_weight
        if isinstance(class_weight, list):
            given = class_weight if k == 2 else [1.0, class_weight[own]]
        weights = weighting(given, of)
        solver = "liblinear" if penalty in ("l2", "l1", "none") else "saga"
        penalized = fit_intercept and solver == "liblinear"
        ones = np.hstack([x, np.ones((len(x), 1))]) if penalized else x
        extra = {"fit_intercept": fit_intercept and not penalized}
        if given is not None:
            extra["class_weight"] = given if given == "balanced" else dict(enumerate(given))
        model = LogisticRegression(solver="saga" if penalty == "none" else solver, **arguments(penalty, c, extra)).fit(ones, of)
        model_coef = model.coef_[0]
        if solver == "liblinear" and penalty == "l2":
            # liblinear stops early of what doubles allow; a second solver of the same problem.
            other = LogisticRegression(solver="newton-cholesky", **arguments(penalty, c, extra)).fit(ones, of)
            values = [objective(ones @ m.coef_.T, of, weights, m.coef_, penalty, c) for m in (model, other)]
            model_coef = (model, other)[int(np.argmin(values))].coef_[0]
        intercept = model.intercept_
        if solver == "saga" and fit_intercept:
            coef, free = further(ones, of, weights, model, penalty, c)
            both = [(model_coef, intercept), (coef, free)]
            values = [objective(ones @ a[:, None] + b, of, weights, a, penalty, c) for a, b in both]
            model_coef, intercept = both[int(np.argmin(values))]
        z = ones @ model_coef[:, None] + intercept
        objectives.append(objective(z, of, weights, model_coef, penalty, c))
        coefs.append(model_coef[:x.shape[1]])
        intercepts.append(model_coef[-1] if penalized else float(np.ravel(intercept)[0]))
        probabilities.append(1 / (1 + np.exp(-z[:, 0])))
    p = np.array(probabilities).T
    p = np.hstack([1 - p, p]) if k == 2 else p / p.sum(axis=1)[:, None]
    return objectives, np.array(coefs), np.array(intercepts), p


def numbers(values, digits=13):
    return [float(f"{value:.{digits}g}") for value in np.ravel(values)]


def requests():
    for name in ("iris", "digits", "two", "uneven"):
        for scheme in ("multinomial", "ovr"):
            for c in (0.01, 1.0, 100.0):
                yield name, scheme, "none", "l2", c, None, True
            yield name, scheme, "min-max", "l2", 1.0, "balanced", True
            yield name, scheme, "standard", "l2", 0.1, None, True
            yield name, scheme, "standard", "l2", 0.1, None, False
            for penalty in ("l1", 0.5):
                for c in (0.2, 1.0):
                    if c < 1 or name in ("iris", "two"):
                        yield name, scheme, "min-max", penalty, c, None, True
        yield name, "multinomial", "standard", "l1", 0.2, "balanced", False
    yield "uneven", "multinomial", "standard", "l2", 1.0, [1.0, 2.5, 0.5, 4.0], True
    yield "uneven", "ovr", "min-max", "l2", 1.0, [1.0, 2.5, 0.5, 4.0], True
    yield "iris", "multinomial", "standard", "none", 1.0, None, True


def fits(data):
    out = []
    for name, scheme, scaling, penalty, c, class_weight, fit_intercept in requests():
        x, y = data[name]
        fit = multinomial if scheme == "multinomial" else one_vs_rest
        found, coef, intercept, p = fit(scaled(x, scaling), y, penalty, c, class_weight, fit_intercept)
        print(name, scheme, scaling, penalty, c, class_weight, fit_intercept, sum(found), flush=True)
        out.append({
            "data": name, "scheme": scheme, "scaling": scaling, "penalty": penalty, "C": c,
            "class_weight": class_weight, "fit_intercept": fit_intercept,
            "objectives": found, "coef": numbers(coef[:, ::5], 9), "intercept": numbers(intercept, 9),
            "probabilities": numbers(p[::29], 9),
        })
    return out


def real_one_vs_rest(data):
    """The estimator itself, against which the pieces above are checked as well."""
    x, y = data["digits"]
    model = OneVsRestClassifier(LogisticRegression(solver="liblinear", tol=1e-10, max_iter=10_000))
    model.fit(x.astype(float), y)
    return {"predicted": model.predict(x).tolist(), "probabilities": numbers(model.predict_proba(x)[::17], 9)}


def splits(data):
    out = []
    y = data["uneven"][1][::-1]
    for n_splits in (2, 3, 5):
        for seed in (None, 0, 7, 4_000_000_000):
            extra = {} if seed is None else {"shuffle": True, "random_state": seed}
            for name, splitter in (("kfold", KFold), ("stratified", StratifiedKFold)):
                fold_of = np.empty(len(y), dtype=int)
                for i, (train, test) in enumerate(splitter(n_splits, **extra).split(y, y)):
                    fold_of[test] = i
                    assert len(train) + len(test) == len(y)
                out.append({"kind": name, "n_splits": n_splits, "random_state": seed,
                            "fold_of": "".join(map(str, fold_of))})
    sides = []
    for seed in (0, 42, 123456):
        for size in (0.2, 0.33, 0.5):
            for stratify in (None, y):
                train, test = train_test_split(np.arange(len(y)), test_size=size, random_state=seed, stratify=stratify)
                sides.append({"random_state": seed, "test_size": size, "stratify": stratify is not None,
                              "train": train.tolist(), "test": test.tolist()})
    return {"labels": y.tolist(), "folds": out, "sides": sides}


def judged():
    """Metrics of made-up predictions: of a class that is never predicted, of one that is missing, of ties."""
    rng = np.random.default_rng(5)
    out = []
    for classes, n, spoil in (([-3, 1, 5], 60, 0.3), ([3, 8], 41, 0.4), (list(range(10)), 500, 0.2), ([0, 1, 12345], 30, 1)):
        true = rng.choice(classes, n)
        predicted = np.where(rng.random(n) < spoil, rng.choice(classes, n), true)
        if len(classes) == 3:
            predicted[predicted == classes[1]] = classes[0]
        # Coarse, so that there are ties, and some probabilities are 0.
        p = np.round(rng.dirichlet(np.ones(len(classes)), n) * 8) + 1e-300
        p[np.arange(n), np.searchsorted(classes, predicted)] += 4
        p = np.where(p < 1e-200, 0, p)
        p /= p.sum(axis=1)[:, None]
        own = (true[:, None] == np.array(classes)).astype(int)
        curve = calibration_curve(own[:, 0], p[:, 0], n_bins=7)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            report = {str(d): classification_report(true, predicted, digits=d) for d in (2, 4)}
            scores = precision_recall_fscore_support(true, predicted)
        out.append({
            "classes": classes, "true": true.tolist(), "predicted": predicted.tolist(), "p": p.ravel().tolist(),
            "confusion": confusion_matrix(true, predicted).ravel().tolist(), "report": report,
            "precision": scores[0].tolist(), "recall": scores[1].tolist(), "f1": scores[2].tolist(),
            "log_loss": log_loss(true, p, labels=classes),
            "auc": [roc_auc_score(own[:, k], p[:, k]) for k in range(len(classes))],
            "calibration": {"true": curve[0].tolist(), "predicted": curve[1].tolist()},
        })
    return out


def main():
    warnings.simplefilter("ignore")
    data = datasets()
    text = json.dumps({
        "sklearn": sklearn.__version__,
        "data": {name: {"x": base64.b64encode(x.tobytes()).decode(), "y": y.tolist()} for name, (x, y) in data.items()},
        "splits": splits(data), "judged": judged(), "one_vs_rest": real_one_vs_rest(data), "fits": fits(data),
    }, separators=(",", ":"))
    OUT.write_text(text + "\n")
    print(len(text))


if __name__ == "__main__":
    main()
