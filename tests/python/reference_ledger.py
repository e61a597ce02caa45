"""Prints scikit-learn's own numbers for part g of notebook 002 on full MNIST, which tests/it/ledger.rs
holds where they are not the notebook's.

    DIGITOSCOPE_DATA=... .tools/venv/bin/python tests/python/reference_ledger.py

In the copy that the tests use, the grey level 1 of training images from 10,000 on reads 0. The second
part puts as many ones back as the other images have, beside ink but at random: Ward's sizes then change
with every seed, so without the true ones the notebook's cannot be expected.
"""

import gzip
import os
from pathlib import Path

import numpy as np
from sklearn.cluster import DBSCAN, AgglomerativeClustering, KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score
from sklearn.utils import resample

FOLDER = Path(os.environ.get("DIGITOSCOPE_DATA", "../shared/data")) / "mnist"
EXACT = 10_000


def read(part):
    images = gzip.open(FOLDER / f"{part}-images-idx3-ubyte.gz").read()
    labels = gzip.open(FOLDER / f"{part}-labels-idx1-ubyte.gz").read()
    return np.frombuffer(images, np.uint8, offset=16).reshape(-1, 784), np.frombuffer(labels, np.uint8, offset=8)


def features(parts):
    ordered = [images[np.argsort(labels, kind="stable")] for images, labels in parts]
    sample = resample(np.concatenate(ordered), n_samples=10_000, replace=True, random_state=69)
    pca = PCA(n_components=100, whiten=True, svd_solver="randomized", random_state=69)
    return pca.fit_transform(sample.astype(np.float64))


def inked(images):
    """Pixels above, below or beside one with ink."""
    ink = np.pad(images.reshape(-1, 28, 28) > 1, ((0, 0), (1, 1), (1, 1)))
    return (ink[:, :-2, 1:-1] | ink[:, 2:, 1:-1] | ink[:, 1:-1, :-2] | ink[:, 1:-1, 2:]).reshape(images.shape)


def main():
    train, test = read("train"), read("t10k")
    scores = features([train, test])
    km = KMeans(n_clusters=10, n_init=10, random_state=0).fit(scores)
    print("k-means:", *np.bincount(km.labels_), "inertia", repr(float(km.inertia_)))
    for n_clusters in (10, 40):
        labels = AgglomerativeClustering(n_clusters=n_clusters).fit_predict(scores)
        print(f"ward, {n_clusters}:", *np.bincount(labels), f"ARI {adjusted_rand_score(labels, km.labels_):.2f}")
    print("eps = 9:", *np.bincount(DBSCAN(eps=9, min_samples=3).fit_predict(scores) + 1)[:2])

    exact = train[0][:EXACT]
    share = (exact == 1).sum() / ((exact <= 1) & inked(exact)).sum()
    for seed in range(3):
        images = train[0].copy()
        rest = images[EXACT:]
        rest[(rest == 0) & inked(rest) & (np.random.default_rng(seed).random(rest.shape) < share)] = 1
        labels = AgglomerativeClustering(n_clusters=10).fit_predict(features([(images, train[1]), test]))
        print(f"ward, 10, ones put back with seed {seed}:", *np.bincount(labels))


if __name__ == "__main__":
    main()
