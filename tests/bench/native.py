"""One job of the benchmark in scikit-learn or SciPy, timed.

    native.py JOB REPEATS IMAGES.npz

Prints {"seconds": […], "check": number}. Only the computation is timed: the images are there before, and so are
the features where a job begins with them. Both sides draw the same samples with the same seeds.
"""

import json
import sys
import time
import warnings

import numpy as np
from hidimstat import DesparsifiedLasso
from hidimstat.ensemble_clustered_inference import EnCluDL
from scipy.cluster import hierarchy
from scipy.spatial.distance import cdist
from sklearn.cluster import DBSCAN, FeatureAgglomeration, KMeans
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.image import extract_patches_2d, grid_to_graph
from sklearn.linear_model import LassoCV, LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils import resample


def kmeans(X, n_clusters, n_init=10, random_state=0):
    return lambda: KMeans(n_clusters=n_clusters, n_init=n_init, random_state=random_state).fit(X).inertia_


def dbscan_grid(X):
    sample = MinMaxScaler().fit_transform(resample(X, n_samples=1000, replace=True, random_state=69))

    def run():
        listed = 0
        for eps in range(1, 10):
            for min_samples in range(2, 10):
                labels = DBSCAN(eps=eps, min_samples=min_samples).fit_predict(sample)
                listed += int((labels >= 0).mean() > 0.9)
        return listed

    return run


def drawn(X):
    return resample(X, n_samples=10_000, replace=True, random_state=69)


def features(sample):
    pca = PCA(n_components=100, whiten=True, svd_solver="randomized", random_state=69)
    return pca.fit_transform(sample), pca


def pca(X):
    sample = drawn(X)
    return lambda: float(features(sample)[1].explained_variance_ratio_.sum())


def dbscan_sweep(X):
    points, _ = features(drawn(X))

    def run():
        labels = [DBSCAN(eps=eps, min_samples=3).fit_predict(points) for eps in range(1, 14, 2)]
        return int(sum((found < 0).sum() for found in labels))

    return run


def ward(X):
    points, _ = features(drawn(X))
    return lambda: float(hierarchy.linkage(points, "ward")[-1, 2])


def scaled(image):
    image = image - image.mean()
    return (image / image.std()).reshape(28, 28)


def vocabulary(X):
    rng = np.random.RandomState(0)
    taken = [extract_patches_2d(scaled(image), (6, 6), max_patches=0.75, random_state=rng) for image in X[::10]]
    patches = np.concatenate(taken).reshape(-1, 36)
    return lambda: KMeans(n_clusters=50, n_init=3, max_iter=300, random_state=0).fit(patches).inertia_


def bags(X):
    # Any fifty words do for the time; these need no fit.
    words = np.random.RandomState(0).normal(size=(50, 36))
    # The page reads all images twice: as they are, and with their pixels shuffled alike.
    both = [X, X[:, np.random.RandomState(0).permutation(X.shape[1])]]

    def run():
        counts = np.zeros(50)
        for images in both:
            for image in images:
                patches = extract_patches_2d(scaled(image), (6, 6)).reshape(-1, 36)
                nearest = np.argsort(cdist(patches, words), axis=1)[:, 0]
                counts += np.bincount(nearest, minlength=50)
        return counts.sum()

    return run


def logistic(X, y, solver):
    # As scikit-learn is used in the notebook: no more iterations than its default, or a warning.
    warnings.simplefilter("ignore", ConvergenceWarning)
    one = LogisticRegression(solver=solver, random_state=42)
    model = OneVsRestClassifier(one, n_jobs=2) if solver == "liblinear" else one

    def run():
        model.fit(X, y)
        if solver == "liblinear":
            return 0.0
        scores = model.decision_function(X)
        own = scores[np.arange(len(y)), y]
        return float((np.logaddexp.reduce(scores, axis=1) - own).sum() + 0.5 * (model.coef_**2).sum())

    return run


def encludl(X, y):
    warnings.simplefilter("ignore")
    tasks = []
    for pair in [(4, 7), (0, 1), (0, 9)]:
        both = np.isin(y, pair)
        n_samples = min(5000, both.sum())
        tasks.append(resample(X[both], y[both], n_samples=n_samples, replace=False, random_state=0, stratify=y[both]))
    connectivity = grid_to_graph(n_x=28, n_y=28)

    def run():
        selected = 0
        for pixels, digits in tasks:
            found = EnCluDL(
                clustering=FeatureAgglomeration(n_clusters=100, connectivity=connectivity),
                desparsified_lasso=DesparsifiedLasso(estimator=LassoCV(max_iter=1000)),
                n_bootstraps=10,
                n_jobs=2,
                random_state=0,
                cluster_bootstrap_size=0.5,
            )
            found.fit_importance(pixels, digits)
            selected += int(np.count_nonzero(found.fwer_selection(fwer=0.1, n_tests=100, two_tailed_test=True)))
        return selected

    return run


JOBS = {
    "kmeans10": lambda X: kmeans(X, 10),
    "kmeans20": lambda X: kmeans(X, 20),
    "kmeans70k": lambda X: kmeans(MinMaxScaler().fit_transform(X), 10, 15, 69),
    "dbscan_grid": dbscan_grid,
    "dbscan_sweep": dbscan_sweep,
    "ward": ward,
    "pca": pca,
    "vocabulary": vocabulary,
    "bags": bags,
}

# These need the labels too.
LABELLED = {
    "ovr": lambda X, y: logistic(X, y, "liblinear"),
    "multinomial_sag": lambda X, y: logistic(X, y, "sag"),
    "multinomial_lbfgs": lambda X, y: logistic(X, y, "lbfgs"),
    "encludl": encludl,
}


def main():
    job, repeats, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    saved = np.load(path)
    X = saved["images"].reshape(len(saved["images"]), -1).astype(float)
    run = JOBS[job](X) if job in JOBS else LABELLED[job](X, saved["labels"])
    seconds, check = [], None
    for _ in range(repeats):
        began = time.perf_counter()
        check = run()
        seconds.append(time.perf_counter() - began)
    print(json.dumps({"seconds": seconds, "check": check}))


if __name__ == "__main__":
    main()
