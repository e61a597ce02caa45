"""Writes tests/fixtures/reference/denoise.json: what scikit-learn's logistic regression finds on digits
rebuilt from their first principal components.
"""

import base64
import json
import pathlib

import numpy as np
import sklearn
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

OUT = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "reference" / "denoise.json"


def numbers(values, digits=9):
    return [float(f"{value:.{digits}g}") for value in np.ravel(values)]


def main():
    digits = load_digits()
    bytes_, y = digits.data[:400].astype(np.uint8), digits.target[:400]
    x = bytes_ / 16
    fits = []
    for n in (1, 4, 12):
        pca = PCA(n, svd_solver="full").fit(x)
        rebuilt = pca.inverse_transform(pca.transform(x))
        for scheme in ("multinomial", "ovr"):
            # One-vs-rest as liblinear has it: the intercept is the coefficient of a column of ones, and penalised.
            coefs, intercepts = [], []
            if scheme == "multinomial":
                model = LogisticRegression(C=2.0, tol=1e-12, max_iter=10_000, solver="newton-cholesky").fit(rebuilt, y)
                coefs, intercepts = model.coef_, model.intercept_ - model.intercept_[0]
            else:
                ones = np.hstack([rebuilt, np.ones((len(x), 1))])
                for own in range(10):
                    model = LogisticRegression(C=2.0, tol=1e-12, max_iter=10_000, solver="newton-cholesky",
                                               fit_intercept=False).fit(ones, y == own)
                    coefs.append(model.coef_[0, :-1])
                    intercepts.append(model.coef_[0, -1])
            coefs, intercepts = np.array(coefs), np.array(intercepts)
            scores = rebuilt @ coefs.T + intercepts
            fits.append({"n_components": n, "scheme": scheme, "coef": numbers(coefs[:, ::3]), "intercept": numbers(intercepts),
                         "n_right": int((scores.argmax(axis=1) == y).sum()),
                         "explained": float(pca.explained_variance_ratio_.sum()), "row": numbers(rebuilt[7])})
    text = json.dumps({"sklearn": sklearn.__version__, "x": base64.b64encode(bytes_.tobytes()).decode(), "y": y.tolist(),
                       "fits": fits}, separators=(",", ":"))
    OUT.write_text(text + "\n")
    print(len(text))


if __name__ == "__main__":
    main()
