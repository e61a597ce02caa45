"""Writes tests/fixtures/reference/metrics.json: what sklearn.metrics says of labelings.

Doubles are written as the hexadecimal of their bits.
"""

import json
import pathlib
import struct

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.metrics import cluster

OUT = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "reference" / "metrics.json"


def bits(value):
    return struct.pack(">d", float(value)).hex()


def entropy(labels):
    p = np.unique(labels, return_counts=True)[1] / len(labels)
    return -(p * np.log(p)).sum()


def adjusted(true, pred, average):
    """AMI, or None where it is a quotient of two rounding errors and so no reference."""
    if len(set(true)) > 1 and len(set(pred)) > 1:
        table = cluster.contingency_matrix(true, pred, sparse=True)
        expected = cluster.expected_mutual_information(table, len(true))
        u, v = entropy(true), entropy(pred)
        mean = {"arithmetic": (u + v) / 2, "geometric": np.sqrt(u * v), "min": min(u, v), "max": max(u, v)}[average]
        if abs(mean - expected) < 1e-9:
            return None
    return bits(metrics.adjusted_mutual_info_score(true, pred, average_method=average))


def scores(true, pred):
    averages = ["arithmetic", "geometric", "min", "max"]
    out = {
        "adjusted_rand": bits(metrics.adjusted_rand_score(true, pred)),
        "rand": bits(metrics.rand_score(true, pred)),
        "v_measures": {str(b): [bits(v) for v in metrics.homogeneity_completeness_v_measure(true, pred, beta=b)]
                       for b in (0.5, 1.0, 2.0)},
        "nmi": [bits(metrics.normalized_mutual_info_score(true, pred, average_method=a)) for a in averages],
        "pairs": cluster.pair_confusion_matrix(true, pred).tolist(),
    }
    if len(true) <= 600:
        out["ami"] = [adjusted(true, pred, a) for a in averages]
    if len(true) > 0:
        table = cluster.contingency_matrix(true, pred)
        out["mutual_info"] = bits(metrics.mutual_info_score(true, pred))
        out["accuracy"] = bits(metrics.accuracy_score(true, pred))
        out["purity"] = bits(table.max(axis=0).sum() / table.sum())
        if table.size <= 400:
            out["table"] = table.tolist()
    return out


def labelings():
    rng = np.random.RandomState(2026)
    noisy = rng.randint(0, 10, size=500)
    mixed = np.where(rng.rand(500) < 0.7, noisy, rng.randint(-1, 12, size=500))
    many = rng.randint(0, 10, size=3000)
    yield [], []
    yield [3], [5]
    yield [0, 0, 1, 1], [1, 1, 0, 0]
    yield [0, 0, 1, 1], [0, 1, 0, 1]
    yield [0, 0, 1, 2], [0, 0, 1, 1]
    yield [0, 0, 0, 0], [0, 1, 2, 3]
    yield [0, 1, 2, 3], [7, 7, 7, 7]
    yield [0, 1, 2, 3], [3, 2, 1, 0]
    yield [0, 0, 0], [1, 1, 1]
    yield [-1, -1, 0, 5, 5, 5, 2], [-1, 0, 0, 0, 3, 3, -1]
    yield noisy, mixed
    yield noisy, rng.randint(0, 10, size=500)
    yield noisy, rng.randint(0, 300, size=500)
    yield noisy, np.arange(500)
    yield many, np.where(rng.rand(3000) < 0.5, many * 100003 - 400000, rng.randint(0, 4, size=3000))
    for n in [2, 3, 7, 30, 60]:
        for k, l in [(1, 2), (2, 2), (3, 5), (6, 2)]:
            yield rng.randint(0, k, size=n), rng.randint(-1, l, size=n)


def label_cases():
    for true, pred in labelings():
        true, pred = [int(t) for t in true], [int(p) for p in pred]
        yield {"true": true, "pred": pred, **scores(true, pred)}


def big_ari():
    """Pair counts whose products pass 64 bits; the labels are made by the same rule in the test."""
    i = np.arange(300_000, dtype=np.int64)
    true, pred = i * 7919 % 10, i * i % 13
    return {"n": len(i), "adjusted_rand": bits(metrics.adjusted_rand_score(true, pred)),
            "rand": bits(metrics.rand_score(true, pred)),
            "nmi": bits(metrics.normalized_mutual_info_score(true, pred))}


def silhouettes():
    rng = np.random.RandomState(7)
    for n, d, k in [(3, 1, 2), (5, 2, 2), (40, 3, 4), (61, 17, 5), (45, 30, 44), (33, 8, 2)]:
        x = rng.randint(-40, 41, size=(n, d)) / 8.0
        labels = np.concatenate([np.arange(k), rng.randint(0, k, size=n - k)]) * 2 - 1
        yield {"x": x.ravel().tolist(), "n_features": d, "labels": labels.tolist(),
               "samples": [bits(s) for s in metrics.silhouette_samples(x, labels)],
               "score": bits(metrics.silhouette_score(x, labels))}
    x = np.ones((6, 2))
    yield {"x": x.ravel().tolist(), "n_features": 2, "labels": [0, 0, 0, 1, 1, 1],
           "samples": [bits(s) for s in metrics.silhouette_samples(x, [0, 0, 0, 1, 1, 1])],
           "score": bits(metrics.silhouette_score(x, [0, 0, 0, 1, 1, 1]))}


def main():
    text = json.dumps({"sklearn": sklearn.__version__, "labelings": list(label_cases()), "big": big_ari(),
                       "silhouettes": list(silhouettes())}, separators=(",", ":"))
    OUT.write_text(text + "\n")
    print(len(text))


if __name__ == "__main__":
    main()
