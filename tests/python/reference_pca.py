"""Writes tests/fixtures/reference/pca.json: what sklearn.decomposition.PCA finds.

Of each fit it keeps the first seven components and the last that is more than
rounding; the test makes the synthetic data by the same rule.
"""

import base64
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

OUT = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "reference" / "pca.json"


def words(seed):
    while True:
        seed = (seed * 1664525 + 1013904223) % 2**32
        yield seed >> 16


def factors(n_samples, n_features, rank, seed):
    """Bytes that mostly follow `rank` patterns of falling strength, and noise."""
    draw = words(seed)
    patterns = [[next(draw) % 61 for _ in range(n_features)] for _ in range(rank)]
    rows = []
    for _ in range(n_samples):
        weights = [next(draw) % (64 >> r) for r in range(rank)]
        rows.append([(sum(w * p[j] for w, p in zip(weights, patterns)) // 64 + next(draw) % 9) % 256
                     for j in range(n_features)])
    return np.array(rows, dtype=np.uint8)


def datasets():
    digits = load_digits().data.astype(np.uint8)
    return {
        "digits": digits[:300],
        "digits_wide": digits[300:340],
        "tall": factors(600, 12, 3, 1),
        "wide": factors(30, 90, 4, 2),
        "big": factors(620, 70, 5, 3),
        "square": factors(40, 40, 3, 4),
    }


def requests():
    for whiten in (False, True):
        for n in (1, 5, None):
            for solver in ("full", "covariance_eigh", "auto"):
                yield {"svd_solver": solver, "n_components": n, "whiten": whiten}
        for n in (1, 7):
            for seed in (0, 69):
                yield {"svd_solver": "randomized", "n_components": n, "whiten": whiten, "random_state": seed}
        yield {"svd_solver": "randomized", "n_components": 3, "whiten": whiten, "random_state": 5, "iterated_power": 0,
               "n_oversamples": 2}
        yield {"svd_solver": "randomized", "n_components": 4, "whiten": whiten, "random_state": 6, "iterated_power": 2,
               "n_oversamples": 1}
    for share in (0.3, 0.85):
        for solver in ("full", "covariance_eigh", "auto"):
            yield {"svd_solver": solver, "n_components": share, "whiten": True}
    yield {"svd_solver": "randomized", "n_components": None, "whiten": False, "random_state": 0}
    yield {"svd_solver": "full", "n_components": 0, "whiten": False}


def numbers(values):
    return [float(f"{value:.12g}") for value in np.ravel(values)]


def case(name, x, request):
    request = {"random_state": 0, **request}
    pca = PCA(**request)
    scores = pca.fit_transform(x)
    k, s = int(pca.n_components_), pca.singular_values_
    # Beyond the rank, directions and their variances are what rounding makes them.
    rank = min(k, int(np.linalg.matrix_rank(x - x.mean(axis=0))))
    kept = sorted(set(range(min(rank, 7))) | ({rank - 1} if rank else set()))
    new = x[::-1][:2] / 2 + 0.5
    moments = pca.components_ @ np.arange(1.0, x.shape[1] + 1)
    trial = np.zeros((1, k))
    trial[0, :rank] = 1 + np.arange(rank) % 3
    return {
        "data": name, **request, "k": k, "solver": pca._fit_svd_solver, "kept": kept,
        "explained_variance": numbers(pca.explained_variance_[kept]),
        "explained_variance_ratio": numbers(pca.explained_variance_ratio_[kept]),
        "singular_values": numbers(s[kept]),
        "noise_variance": float(pca.noise_variance_),
        "mean": numbers(pca.mean_[:5]),
        "moments": numbers(moments[kept]),
        "first": numbers(pca.components_[0][:20]) if k else [],
        "scores": numbers(scores[[0, -1]][:, kept]),
        "transformed": numbers(pca.transform(new)[:, kept]),
        "inverse": numbers(pca.inverse_transform(trial)[0, :5]) if k else [],
    }


def main():
    warnings.simplefilter("ignore")
    data = datasets()
    cases = []
    for name, images in data.items():
        x = images.astype(float)
        for request in requests():
            n = request["n_components"] or 0
            if n > min(x.shape) or (name in ("tall", "square") and request["whiten"] is False and n == 5):
                continue
            cases.append(case(name, x, request))
    text = json.dumps({
        "sklearn": sklearn.__version__,
        "digits": base64.b64encode(load_digits().data.astype(np.uint8)[:340].tobytes()).decode(),
        "checksums": {name: int(x.astype(np.int64).sum()) for name, x in data.items()},
        "cases": cases,
    }, separators=(",", ":"))
    OUT.write_text(text + "\n")
    print(len(text), len(cases))


if __name__ == "__main__":
    main()
