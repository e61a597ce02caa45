"""References for what is at the edge: what scikit-learn and SciPy do with the fewest images,
with copies, with pixels that never change, and what they refuse; for tests/it/edges.rs.

Run with the versions of requirements.txt; writes ../fixtures/reference/edges.json.
"""

import json
import warnings
from pathlib import Path

import numpy as np
from scipy.cluster import hierarchy
from sklearn.cluster import DBSCAN, AgglomerativeClustering, KMeans
from sklearn.decomposition import PCA
from sklearn.feature_extraction.image import extract_patches_2d
from sklearn.preprocessing import MinMaxScaler, StandardScaler

warnings.simplefilter("ignore")

# Pixels 1 and 3 never change.
CONSTANT = np.array([[9, 7, 0, 200, 3], [8, 7, 1, 200, 0], [9, 7, 2, 200, 1], [90, 7, 60, 200, 40], [91, 7, 61, 200, 47]])
CONSTANT = CONSTANT.astype(float)
# Three kinds of images, each several times.
COPIES = np.array([[0, 0], [9, 0], [0, 0], [0, 7], [9, 0], [0, 0], [9, 0], [0, 7]], dtype=float)
ONE = np.array([[3, 1, 4, 1]], dtype=float)
ALIKE = np.full((4, 3), 5.0)


def fit(x, **settings):
    model = KMeans(**settings).fit(x)
    return {"labels": model.labels_.tolist(), "inertia": model.inertia_, "n_iter": int(model.n_iter_)}


def merges(x, method):
    return hierarchy.linkage(x, method)[:, 2].tolist()


def refusal(call):
    try:
        call()
    except ValueError as error:
        return str(error)
    raise AssertionError("scikit-learn takes it")


def pca(x, **settings):
    model = PCA(**settings)
    scores = model.fit_transform(x)
    clean = lambda values: [None if np.isnan(value) else float(value) for value in values]  # noqa: E731
    return {"explained_variance": clean(model.explained_variance_), "scores": clean(scores.ravel())}


SCALED = {"min-max": MinMaxScaler().fit_transform(CONSTANT), "standard": StandardScaler().fit_transform(CONSTANT)}
reference = {
    "constant": CONSTANT.tolist(),
    "copies": COPIES.tolist(),
    "one": ONE.tolist(),
    "alike": ALIKE.tolist(),
    "scaled": {name: x.ravel().tolist() for name, x in SCALED.items()},
    "kmeans_scaled": {name: fit(x, n_clusters=2, n_init=2, random_state=3) for name, x in SCALED.items()},
    "kmeans_copies": fit(COPIES, n_clusters=5, n_init=2, random_state=3),
    "kmeans_kinds": fit(COPIES, n_clusters=3, n_init=2, random_state=3),
    "kmeans_one": fit(ONE, n_clusters=1, n_init=1, random_state=3),
    "dbscan_copies": {str(k): DBSCAN(eps=1e-9, min_samples=k).fit_predict(COPIES).tolist() for k in [1, 2, 3, 4]},
    "dbscan_one": {str(k): DBSCAN(eps=1.0, min_samples=k).fit_predict(ONE).tolist() for k in [1, 2]},
    "linkage_copies": {method: merges(COPIES, method) for method in ["ward", "single", "average", "complete"]},
    "agglomerative_copies": AgglomerativeClustering(n_clusters=3).fit_predict(COPIES).tolist(),
    "pca_alike": pca(ALIKE, n_components=2, svd_solver="full"),
    "refused": {
        "n_clusters": refusal(lambda: KMeans(n_clusters=9).fit(COPIES)),
        "eps": refusal(lambda: DBSCAN(eps=0).fit(COPIES)),
        "min_samples": refusal(lambda: DBSCAN(min_samples=0).fit(COPIES)),
        "n_components": refusal(lambda: PCA(n_components=3, svd_solver="full").fit(COPIES)),
        "tree_of_one": refusal(lambda: AgglomerativeClustering(n_clusters=1).fit(ONE)),
        "window": refusal(lambda: extract_patches_2d(np.zeros((4, 5)), (6, 2))),
        "share_above": refusal(lambda: extract_patches_2d(np.zeros((4, 5)), (2, 2), max_patches=1.5)),
        "share_of_none": refusal(lambda: extract_patches_2d(np.zeros((4, 5)), (2, 2), max_patches=0.0)),
        "no_images": refusal(lambda: KMeans(n_clusters=1).fit(np.zeros((0, 4)))),
    },
}

out = Path(__file__).resolve().parents[1] / "fixtures" / "reference" / "edges.json"
out.write_text(json.dumps(reference, indent=1) + "\n")
print(json.dumps(reference["refused"], indent=1), reference["pca_alike"], reference["kmeans_copies"], reference["dbscan_copies"])
