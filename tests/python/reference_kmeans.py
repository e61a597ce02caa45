"""References for k-means: what scikit-learn finds, for tests/it/kmeans.rs.

Run with the versions of requirements.txt; writes ../fixtures/reference/kmeans.json.

Several empty clusters at once take the order of numpy.argpartition, which is
unspecified: the distances here differ, and the order is the descending one that
NumPy's vectorised selection gives.
"""

import base64
import json
import struct
import warnings
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.preprocessing import MinMaxScaler, StandardScaler

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"


def words(seed):
    """A small generator that the Rust side repeats."""
    state = seed
    while True:
        state = (state * 1664525 + 1013904223) % 2**32
        yield state >> 16


def blobs(n_samples, n_features, n_blobs, spread, seed):
    """Bytes around `n_blobs` centres; blob 0 is the largest. Every seventh column is constant."""
    word = words(seed)
    centers = [[next(word) % (256 - spread) for _ in range(n_features)] for _ in range(n_blobs)]
    rows = []
    for _ in range(n_samples):
        blob = min(next(word) % n_blobs, next(word) % n_blobs)
        rows.append([7 if j % 7 == 6 else centers[blob][j] + next(word) % spread for j in range(n_features)])
    return np.array(rows, dtype=np.uint8)


def repeats(n_features, seed):
    """64 rows of five kinds, 32, 16, 8, 4 and 4 of each: all sums are exact in float64."""
    word = words(seed)
    kinds = [[next(word) % 256 for _ in range(n_features)] for _ in range(5)]
    order = [0] * 32 + [1] * 16 + [2] * 8 + [3] * 4 + [4] * 4
    return np.array([kinds[order[i * 37 % 64]] for i in range(64)], dtype=np.uint8)


DIGITS = load_digits().data[:400].astype(np.uint8)
DATA = {
    "digits": DIGITS,
    "blobs": blobs(300, 20, 7, 90, 1),
    "wide": blobs(700, 33, 12, 200, 2),
    "distinct": blobs(64, 5, 6, 250, 3),
    "repeats": repeats(6, 4),
}


def given(kind, data):
    """Starts that are asked for by name."""
    far = lambda j: np.full(data.shape[1], 1000.0 + 100.0 * j)
    rows = {
        "first": lambda: [data[i] for i in range(5)],
        "one empty": lambda: [data[0], data[1], far(0)],
        "two empty": lambda: [far(0), data[0], far(1), data[1]],
        "five empty": lambda: [data[0], far(0), far(1), data[1], far(2), far(3), data[2], far(4)],
        "all in one": lambda: [data[0] + 0.25, far(0), far(1), far(2)],
        "same": lambda: [data[0]] * 4,
    }[kind]()
    return np.array(rows, dtype=float)


def cases():
    options = dict(scaling="none", n_clusters=10, init="k-means++", n_init=1, random_state=0, max_iter=300, tol=1e-4)

    def case(data, **changes):
        return {"data": data, **options, **changes}

    for scaling in ("none", "minmax", "standard", "doubles"):
        for data in ("digits", "blobs", "wide"):
            for n_clusters, random_state in ((2, 1), (10, 0), (20, 7), (64, 123456789)):
                yield case(data, scaling=scaling, n_clusters=n_clusters, random_state=random_state)
        yield case("digits", scaling=scaling, n_init=6, random_state=3)
        yield case("wide", scaling=scaling, n_init=4, n_clusters=5, random_state=4294967295)
        for random_state in (0, 1, 2):
            yield case("blobs", scaling=scaling, init="random", random_state=random_state, n_init=1 + random_state)
        # Not the digits: between rows of so small integers equal distances are
        # common, and scikit-learn leaves those to the rounding of its products.
        yield case("wide", scaling=scaling, init="random", n_clusters=64, n_init=3)
        for max_iter in (1, 2, 3):
            yield case("digits", scaling=scaling, max_iter=max_iter)
        for tol in (0.0, 1e-2, 0.5, 10.0):
            yield case("wide", scaling=scaling, tol=tol, random_state=5)
        yield case("blobs", scaling=scaling, n_clusters=1)
    for kind, n_clusters in (("first", 5), ("one empty", 3), ("two empty", 4), ("five empty", 8), ("all in one", 4)):
        for data in ("digits", "blobs"):
            for max_iter in (1, 300):
                yield case(data, init=kind, n_clusters=n_clusters, max_iter=max_iter)
    # As many clusters as rows, and more clusters than distinct rows, where no
    # rounding can decide: a power of two of rows, so that centring them is exact.
    yield case("distinct", n_clusters=64)
    yield case("distinct", n_clusters=64, init="random", random_state=3)
    yield case("distinct", n_clusters=63, init="random", random_state=4)
    for n_clusters in (5, 6, 8, 12):
        for random_state in (0, 1, 2):
            yield case("repeats", n_clusters=n_clusters, random_state=random_state)
            yield case("repeats", n_clusters=n_clusters, random_state=random_state, init="random", n_init=2)
    yield case("repeats", n_clusters=4, init="same")


def scaled(case):
    data = DATA[case["data"]].astype(float)
    return {
        "none": lambda: data,
        "minmax": lambda: MinMaxScaler().fit_transform(data),
        "standard": lambda: StandardScaler().fit_transform(data),
        "doubles": lambda: data / 7.0 - 3.25,
    }[case["scaling"]]()


def fit(case):
    data = scaled(case)
    init = case["init"]
    if init not in ("k-means++", "random"):
        init = given(init, data)
    names = ("n_clusters", "n_init", "random_state", "max_iter", "tol")
    model = KMeans(init=init, algorithm="lloyd", **{name: case[name] for name in names}).fit(data)
    centers = model.cluster_centers_
    case["labels"] = "".join(ALPHABET[label] for label in model.labels_)
    case["inertia"] = model.inertia_
    case["n_iter"] = model.n_iter_
    # Two sums of each centre stand for it where there are many.
    case["center_sums"] = centers.sum(axis=1).tolist()
    case["center_moments"] = (centers @ np.arange(1.0, centers.shape[1] + 1)).tolist()
    if case["data"] == "blobs" and len(centers) <= 4:
        case["cluster_centers"] = centers.ravel().tolist()
    return case


def rounded(value):
    """Twelve digits are enough and keep the file small."""
    if isinstance(value, float):
        return float(f"{value:.13g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, dict):
        return {name: rounded(item) for name, item in value.items()}
    return value


def bits(values):
    """Doubles as the hexadecimal of their bits: equal to the last one."""
    return [struct.pack(">d", value).hex() for value in values]


def scalers():
    for name in ("digits", "wide"):
        data = DATA[name].astype(float)
        minmax, standard = MinMaxScaler().fit(data), StandardScaler().fit(data)
        yield {
            "data": name,
            "minmax_scale": bits(minmax.scale_),
            "minmax_min": bits(minmax.min_),
            "standard_mean": standard.mean_.tolist(),
            "standard_scale": standard.scale_.tolist(),
            "minmax_row": bits(minmax.transform(data)[3]),
            "standard_row": standard.transform(data)[3].tolist(),
        }


def main():
    warnings.simplefilter("ignore")
    reference = {
        "digits": base64.b64encode(DIGITS.tobytes()).decode(),
        "checksums": {name: int(data.astype(int).sum()) for name, data in DATA.items()},
        "scalers": list(scalers()),
        "cases": [rounded(fit(case)) for case in cases()],
    }
    path = Path(__file__).parent.parent / "fixtures" / "reference" / "kmeans.json"
    path.write_text(json.dumps(reference, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
