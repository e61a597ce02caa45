"""References for patches: what scikit-learn, SciPy and NumPy make of the images that
`images` draws, for tests/it/patches.rs.

Run with the versions of requirements.txt; writes ../fixtures/reference/patches.json.
"""

import json
import warnings
from pathlib import Path

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans
from sklearn.feature_extraction.image import extract_patches_2d
from sklearn.feature_extraction.text import TfidfTransformer

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"


def words(seed):
    """A small generator that the Rust side repeats."""
    state = seed
    while True:
        state = (state * 1664525 + 1013904223) % 2**32
        yield state >> 16


def images(n, height, width, seed):
    """Rectangles of ink on paper, with shades within; the last image is constant."""
    word = words(seed)
    drawn = np.zeros((n, height, width), dtype=np.uint8)
    for image in drawn[:-1]:
        for _ in range(5):
            top, left = next(word) % height, next(word) % width
            bottom, right = top + 1 + next(word) % 9, left + 1 + next(word) % 6
            level = 40 + next(word) % 200
            for r in range(top, min(bottom, height)):
                for c in range(left, min(right, width)):
                    image[r, c] = level + next(word) % 16
    drawn[-1] = 9
    return drawn


def scaled(image, scaling):
    """As the notebook scales, but for constant images."""
    image = image.astype(np.float64)
    if scaling == "standard":
        image -= np.mean(image)
        image /= np.std(image) or 1.0
    return image


def positions(height, width, patch_size, max_patches, seed, n_images):
    """Number of the upper left pixel of each patch of a loop over images."""
    numbers = np.arange(height * width).reshape(height, width)
    rng = np.random.RandomState(seed)
    taken = [
        extract_patches_2d(numbers, patch_size, max_patches=max_patches, random_state=rng)[:, 0, 0]
        for _ in range(n_images)
    ]
    return {
        "image_size": [height, width],
        "patch_size": list(patch_size),
        "max_patches": max_patches,
        "seed": seed,
        "n_images": n_images,
        "positions": np.concatenate(taken).tolist(),
        "next": int(rng.randint(1_000_000)),
    }


def refused(height, width, patch_size, max_patches):
    """Whether scikit-learn raises, and what it says."""
    try:
        extract_patches_2d(np.zeros((height, width)), patch_size, max_patches=max_patches)
    except ValueError as error:
        return {
            "image_size": [height, width],
            "patch_size": list(patch_size),
            "max_patches": max_patches,
            "says": str(error),
        }
    raise AssertionError("scikit-learn takes it")


def fit(drawn, patch_size, max_patches, scaling, seed, n_clusters, n_init, init):
    rng = np.random.RandomState(seed)
    rows = []
    for image in drawn:
        patches = extract_patches_2d(scaled(image, scaling), patch_size, max_patches=max_patches, random_state=rng)
        rows.append(patches.reshape(len(patches), -1))
    rows = np.concatenate(rows)
    model = KMeans(n_clusters=n_clusters, n_init=n_init, init=init, random_state=seed).fit(rows)
    bags = []
    for image in drawn:
        patches = extract_patches_2d(scaled(image, scaling), patch_size)
        nearest = np.argsort(cdist(patches.reshape(len(patches), -1), model.cluster_centers_), axis=1)[:, 0]
        bags.append(np.bincount(nearest, minlength=n_clusters))
    bags = np.array(bags)
    transformer = TfidfTransformer()
    tfidf = transformer.fit_transform(bags).toarray()
    return {
        "patch_size": list(patch_size),
        "max_patches": max_patches,
        "scaling": scaling,
        "seed": seed,
        "n_clusters": n_clusters,
        "n_init": n_init,
        "init": init,
        "row_sums": [float(rows.sum()), float((rows**2).sum()), float(rows[len(rows) // 3] @ np.arange(rows.shape[1]))],
        "labels": "".join(ALPHABET[label] for label in model.labels_),
        "inertia": model.inertia_,
        "n_iter": model.n_iter_,
        "cluster_centers": model.cluster_centers_.ravel().tolist(),
        "bags": bags.ravel().tolist(),
        "idf": transformer.idf_.tolist(),
        "tfidf": tfidf[1].tolist(),
    }


def main():
    warnings.simplefilter("error")
    drawn = images(13, 20, 17, 1)
    reference = {
        "checksum": int((drawn.astype(np.int64).ravel() * (1 + np.arange(drawn.size) % 1009)).sum()),
        "positions": [
            positions(28, 28, (6, 6), 0.75, 0, 3),
            positions(28, 28, (6, 6), 100, 7, 2),
            positions(10, 15, (3, 12), 0.5, 4294967295, 4),
            positions(9, 5, (4, 2), 1000, 3, 2),
            positions(6, 6, (6, 6), 1, 3, 2),
            positions(7, 8, (3, 3), None, 3, 1),
        ],
        "refused": [
            refused(28, 28, (29, 6), None),
            refused(28, 28, (6, 29), 0.75),
            refused(28, 28, (6, 6), 1.0),
            refused(28, 28, (6, 6), 0.0),
            refused(28, 28, (6, 6), -0.25),
            refused(28, 28, (6, 6), 1.5),
            refused(28, 28, (6, 6), 0),
        ],
        "fits": [
            fit(drawn, (6, 6), 0.75, "standard", 0, 20, 3, "k-means++"),
            fit(drawn, (6, 6), 0.75, "none", 1, 20, 3, "k-means++"),
            fit(drawn, (3, 4), 50, "standard", 2, 12, 4, "k-means++"),
            fit(drawn, (12, 3), None, "standard", 3, 7, 2, "random"),
            fit(drawn, (5, 5), 0.3, "none", 4, 9, 2, "random"),
        ],
    }
    path = Path(__file__).parent.parent / "fixtures" / "reference" / "patches.json"
    path.write_text(json.dumps(reference, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
