"""References for DBSCAN: what scikit-learn finds, for tests/it/dbscan.rs.

Run with the versions of requirements.txt; writes ../fixtures/reference/dbscan.json.
"""

import base64
import json
from pathlib import Path

import numpy as np
from sklearn.cluster import DBSCAN
from sklearn.datasets import load_digits
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import MinMaxScaler, StandardScaler


def words(seed):
    """A small generator that the Rust side repeats."""
    state = seed
    while True:
        state = (state * 1664525 + 1013904223) % 2**32
        yield state >> 16


def reals(n_samples, n_features, seed):
    word = words(seed)
    return np.array([next(word) / 65536 for _ in range(n_samples * n_features)]).reshape(n_samples, n_features)


def lattice(rows, cols, step):
    """Every fifth point is left out, so that clusters, borders and noise appear."""
    return np.array([[i * step, j * step] for i in range(rows) for j in range(cols) if (i * cols + j) % 5 % 4])


def repeats():
    """48 rows of five kinds."""
    word = words(4)
    kinds = [[next(word) % 9 for _ in range(6)] for _ in range(5)]
    return np.array([kinds[i * i % 7 % 5] for i in range(48)], dtype=float)


DIGITS = load_digits().data[:400]
DATA = {
    "digits": DIGITS,
    "digits_minmax": MinMaxScaler().fit_transform(DIGITS),
    "digits_standard": StandardScaler().fit_transform(DIGITS),
    "reals": reals(300, 3, 1),
    "line": reals(120, 1, 2),
    "lattice": lattice(12, 15, 1.0),
    "tenths": lattice(9, 11, 0.1),
    "repeats": repeats(),
    "one": reals(1, 3, 3),
    "two": reals(2, 3, 5),
    "three": reals(3, 20, 6),
}
# The squared distances of digits are whole: eps on their roots makes ties.
SETTINGS = {
    "digits": ([16.0, 20.0, 21.0, 22.5, 25.0, 30.0, 20.0], [1, 2, 3, 5, 10]),
    "digits_minmax": ([1.0, 1.3, 1.5, 1.7, 2.0], [2, 3, 5, 9]),
    "digits_standard": ([3.0, 4.0, 4.5, 5.0, 6.0], [2, 4, 7]),
    "reals": ([0.05, 0.07, 0.1, 0.12, 0.2], [1, 2, 4, 6]),
    "line": ([0.001, 0.004, 0.01], [2, 3, 5]),
    "lattice": ([1.0, 2.0**0.5, 2.0, 5.0**0.5, 3.0], [2, 3, 4, 5, 9, 14]),
    "tenths": ([0.1, 0.15, 0.2, 0.3], [2, 3, 4, 5, 8]),
    "repeats": ([0.5, 1e-9, 20.0], [1, 3, 9, 20]),
    "one": ([0.5], [1, 2]),
    "two": ([1e-3, 2.0], [1, 2, 3]),
    "three": ([1e-3, 1.5, 9.0], [1, 2, 3, 4]),
}


def case(name):
    data = DATA[name]
    found = []
    for eps in SETTINGS[name][0]:
        for min_samples in SETTINGS[name][1]:
            fit = DBSCAN(eps=eps, min_samples=min_samples).fit(data)
            core = np.zeros(len(data), dtype=int)
            core[fit.core_sample_indices_] = 1
            found.append({"labels": fit.labels_.tolist(), "core": "".join(map(str, core))})
    curves = []
    for k in (1, 2, 7):
        if k <= len(data):
            # The tree's distances are not rounded by the expansion of the square.
            nearest = NearestNeighbors(n_neighbors=k, algorithm="kd_tree").fit(data)
            curve = np.sort(nearest.kneighbors(data)[0][:, -1])
            curves.append([k, [float(f"{value:.15g}") for value in curve]])
    eps, min_samples = SETTINGS[name]
    return {"data": name, "eps": eps, "min_samples": min_samples, "found": found, "curves": curves}


reference = {
    "digits": base64.b64encode(DIGITS.astype(np.uint8).tobytes()).decode(),
    "checksums": {name: sum(np.ravel(data).tolist()) for name, data in DATA.items()},
    "cases": [case(name) for name in DATA],
}
path = Path(__file__).parent.parent / "fixtures" / "reference" / "dbscan.json"
path.write_text(json.dumps(reference, separators=(",", ":")) + "\n")
print(path.stat().st_size)
