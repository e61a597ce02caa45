"""Writes tests/fixtures/reference/inference.json: what hidimstat finds on small digits,
scikit-learn's regions and lassos under it, and SciPy's normal distribution.
"""

import base64
import json
import pathlib
import warnings

import numpy as np
import scipy.stats
from hidimstat import DesparsifiedLasso
from hidimstat.ensemble_clustered_inference import CluDL, EnCluDL
from sklearn.cluster import FeatureAgglomeration
from sklearn.datasets import load_digits
from sklearn.feature_extraction.image import grid_to_graph
from sklearn.linear_model import LassoCV

OUT = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "reference" / "inference.json"

warnings.simplefilter("ignore")


def images():
    """Three hundred images of 3 and 8, eight by eight pixels, in the order they come in."""
    digits = load_digits()
    both = np.isin(digits.target, (3, 8))
    return digits.data[both][:300].astype(np.uint8), digits.target[both][:300]


def listed(values):
    return [None if np.isnan(value) else float(value) for value in np.ravel(values)]


def regions(X):
    """Trees and numbers of regions on grids of several shapes, rows of the first columns."""
    for height, width, n_samples, clusters in (
        (8, 8, 300, (2, 7, 30, 64)),
        (4, 8, 40, (2, 5, 32)),
        (2, 16, 25, (3, 20)),
        (1, 32, 10, (4,)),
        (32, 1, 60, (9,)),
    ):
        x = X[:n_samples, : height * width]
        tree = FeatureAgglomeration(
            n_clusters=2, connectivity=grid_to_graph(height, width), compute_distances=True, compute_full_tree=True
        ).fit(x)
        labels = {}
        for k in clusters:
            fit = FeatureAgglomeration(n_clusters=k, connectivity=grid_to_graph(height, width)).fit(x)
            labels[k] = fit.labels_.tolist()
        yield {
            "shape": [height, width],
            "n_samples": n_samples,
            "children": tree.children_.tolist(),
            "distances": tree.distances_.tolist(),
            "labels": labels,
        }
    # A border of pixels left out, so that the rest is in two pieces.
    mask = np.ones((8, 8), dtype=bool)
    mask[:, 3] = False
    mask[0] = False
    x = X[:80][:, mask.ravel()]
    connectivity = grid_to_graph(8, 8, mask=mask.reshape(8, 8, 1))
    tree = FeatureAgglomeration(n_clusters=6, connectivity=connectivity, compute_distances=True).fit(x)
    yield {
        "shape": [8, 8],
        "mask": mask.ravel().tolist(),
        "n_samples": 80,
        "children": tree.children_.tolist(),
        "distances": tree.distances_.tolist(),
        "labels": {6: tree.labels_.tolist()},
    }


SETTINGS = (
    {"n_clusters": 20, "n_bootstraps": 5, "cluster_bootstrap_size": 0.5, "random_state": 3},
    {"n_clusters": 12, "n_bootstraps": 4, "cluster_bootstrap_size": 1.0, "random_state": 0},
    {"n_clusters": 30, "n_bootstraps": 6, "cluster_bootstrap_size": 0.25, "random_state": 7, "gamma": 0.3},
    {"n_clusters": 20, "n_bootstraps": 6, "cluster_bootstrap_size": 0.7, "random_state": 1, "adaptive": True, "gamma": 0.4},
    {"n_clusters": 15, "n_bootstraps": 1, "cluster_bootstrap_size": 0.5, "random_state": 2},
    {"n_clusters": 20, "n_bootstraps": 3, "cluster_bootstrap_size": 0.5, "random_state": 5, "share": True},
)


def ensembles(X, y):
    for setting in SETTINGS:
        more = {"preconfigure_model_x_path": None, "alpha_max_fraction": 0.01} if setting.get("share") else {}
        k = setting["n_clusters"]
        model = EnCluDL(
            clustering=FeatureAgglomeration(n_clusters=k, connectivity=grid_to_graph(8, 8)),
            desparsified_lasso=DesparsifiedLasso(estimator=LassoCV(max_iter=1000), **more),
            n_bootstraps=setting["n_bootstraps"],
            random_state=setting["random_state"],
            cluster_bootstrap_size=setting["cluster_bootstrap_size"],
            gamma=setting.get("gamma", 0.5),
            adaptive_aggregation=setting.get("adaptive", False),
        )
        model.fit_importance(X.astype(float), y)
        parts = model.clustering_desparsified_lassos_
        yield setting | {
            "rows": [np.sort(part.clustering_samples_).tolist() for part in parts],
            "labels": [part.clustering_.labels_.tolist() for part in parts],
            "sigma": [float(part.desparsified_lasso_.sigma_hat_) for part in parts],
            "alpha": [float(part.desparsified_lasso_.estimator_.alpha_) for part in parts],
            "beta": [listed(part.desparsified_lasso_.importances_) for part in parts],
            "p": [listed(part.desparsified_lasso_.pvalues_) for part in parts],
            "lower": [listed(part.desparsified_lasso_.confidence_bound_min_) for part in parts],
            "upper": [listed(part.desparsified_lasso_.confidence_bound_max_) for part in parts],
            "pixel_p": listed(model.pvalues_),
            "pixel_importance": listed(model.importances_),
            "selected": listed(model.fwer_selection(fwer=0.1, n_tests=k, two_tailed_test=True)),
            "selected_one": listed(model.fwer_selection(fwer=0.05, n_tests=k, two_tailed_test=False)),
        }


def single(X, y):
    """CluDL by itself draws from its own stream."""
    model = CluDL(
        clustering=FeatureAgglomeration(n_clusters=20, connectivity=grid_to_graph(8, 8)),
        desparsified_lasso=DesparsifiedLasso(estimator=LassoCV(max_iter=1000)),
        cluster_bootstrap_size=0.5,
        random_state=4,
    )
    model.fit_importance(X.astype(float), y)
    return {"rows": np.sort(model.clustering_samples_).tolist(), "pixel_p": listed(model.pvalues_)}


def normal():
    z = [0.0, 1e-8, 0.1, 0.5, 1.0, 1.96, 3.0, 5.5, 8.0, 12.25, 20.1, 30.3, 36.9]
    p = [1e-300, 1e-100, 1e-20, 1e-10, 1e-5, 0.001, 0.025, 0.1, 0.3, 0.5, 0.7, 0.9, 0.975, 0.999, 1 - 1e-10]
    far = [10.0, 25.0, 37.5, 40.0, 100.0, 1000.0]
    return {
        "z": z,
        "sf": scipy.stats.norm.sf(z).tolist(),
        "cdf": scipy.stats.norm.cdf(z).tolist(),
        "p": p,
        "ppf": scipy.stats.norm.ppf(p).tolist(),
        "far": far,
        "logsf": scipy.stats.norm.logsf(far).tolist(),
    }


def main():
    X, y = images()
    reference = {
        "images": base64.b64encode(X.tobytes()).decode(),
        "labels": y.tolist(),
        "regions": list(regions(X)),
        "ensembles": list(ensembles(X, y)),
        "single": single(X, y),
        "normal": normal(),
    }
    OUT.write_text(json.dumps(reference, separators=(",", ":")) + "\n")
    print(f"{OUT}: {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
