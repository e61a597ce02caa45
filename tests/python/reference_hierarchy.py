"""References for trees: what SciPy and scikit-learn find, for tests/it/hierarchy.rs.

Run with the versions of requirements.txt; writes ../fixtures/reference/hierarchy.json.
Heights are written as the hexadecimal digits of their 64 bits, 16 each.
"""

import base64
import json
import struct
from pathlib import Path

import numpy as np
from scipy.cluster.hierarchy import cut_tree, dendrogram, fcluster, leaves_list, linkage
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import AgglomerativeClustering
from sklearn.datasets import load_digits


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
    return np.array([[i * step, j * step] for i in range(rows) for j in range(cols)])


def repeats():
    """48 rows of five kinds."""
    word = words(4)
    kinds = [[next(word) % 9 for _ in range(6)] for _ in range(5)]
    return np.array([kinds[i * i % 7 % 5] for i in range(48)], dtype=float)


DIGITS = load_digits().data[:100]
DATA = {
    "digits": DIGITS,
    "reals": reals(70, 9, 1),
    "line": reals(40, 1, 2),
    "lattice": lattice(6, 7, 1.0),
    "tenths": lattice(7, 5, 0.1),
    "repeats": repeats(),
    "two": reals(2, 3, 3),
    "three": reals(3, 3, 5),
}


def bits(values):
    return "".join(struct.pack(">d", value).hex() for value in np.ravel(values))


def colors(names):
    # A leaf alone has no link and so no colour.
    return [int(name[1:]) if name else 0 for name in names]


def picture(tree, mode, p, threshold):
    r = dendrogram(tree, p=p, truncate_mode=mode, color_threshold=threshold, no_plot=True)
    return {
        "mode": mode or "none",
        "p": p,
        "threshold": None if threshold is None else bits([threshold]),
        # Of four corners the first two share their position, and the last two.
        "icoord": bits([corners[::2] for corners in r["icoord"]]),
        "dcoord": bits(r["dcoord"]),
        "colors": colors(r["color_list"]),
        "leaves": [int(leaf) for leaf in r["leaves"]],
        "ivl": r["ivl"],
        # SciPy's colours of leaves are only meaningful without links of height 0.
        "leaf_colors": colors(r["leaves_color_list"]) if tree[0, 2] > 0 else [],
    }


def case(name, method):
    data = DATA[name]
    n = len(data)
    tree = linkage(data, method)
    heights = tree[:, 2]
    counts = sorted({k for k in (1, 2, 3, 10, n) if k <= n})
    cuts = [0.0, -1.0, float(heights[-1] * 0.7), float(heights[n // 2 - 1]), float(heights[-1])]
    modes = [("lastp", 5, None), ("level", 2, None), ("level", 7, float(heights[-1] * 0.4))]
    if name in ("line", "lattice", "repeats") and method in ("ward", "single"):
        modes += [(None, 30, None)]
    if n == 3:
        modes += [(None, 30, 0.0), ("lastp", 0, float(heights[-1] * 2)), ("lastp", 1, None), ("level", 0, None)]
    distinct = len(set(heights)) == n - 1
    return {
        "data": name,
        "method": method,
        "clusters": tree[:, :2].astype(int).ravel().tolist(),
        "heights": bits(heights),
        "sizes": tree[:, 3].astype(int).tolist(),
        "leaves": leaves_list(tree).tolist(),
        "by_distance": [[bits([t]), fcluster(tree, t, "distance").tolist()] for t in cuts],
        "by_count": [[k, fcluster(tree, k, "maxclust").tolist()] for k in counts],
        # Where heights are equal SciPy's order of cuts is its own.
        "cut_tree": [[k, cut_tree(tree, k).ravel().tolist()] for k in counts if distinct],
        "labels": [[k, AgglomerativeClustering(k, linkage=method).fit(data).labels_.tolist()] for k in counts],
        "pictures": [picture(tree, *mode) for mode in modes],
    }


def assignments():
    word = words(11)
    result = []
    for rows, cols in [(1, 1), (5, 5), (4, 9), (9, 4), (30, 30)]:
        cost = np.array([next(word) % 100 for _ in range(rows * cols)]).reshape(rows, cols)
        totals = [int(cost[linear_sum_assignment(cost, maximize)].sum()) for maximize in (False, True)]
        result.append({"rows": rows, "cols": cols, "cost": cost.ravel().tolist(), "totals": totals})
    return result


reference = {
    "digits": base64.b64encode(DIGITS.astype(np.uint8).tobytes()).decode(),
    "checksums": {name: bits([sum(np.ravel(data).tolist())]) for name, data in DATA.items()},
    "cases": [case(name, method) for name in DATA for method in ("ward", "single", "average", "complete")],
    "assignments": assignments(),
}
path = Path(__file__).parent.parent / "fixtures" / "reference" / "hierarchy.json"
path.write_text(json.dumps(reference, separators=(",", ":")) + "\n")
print(path.stat().st_size)
