

def clusters(bits, k, seed):
    """k-means in whole numbers: centre j is sums[j] / sizes[j], and of equally near centres the first counts."""
    x, sizes, old = bits.astype(float), np.ones(k), None
    means = sums = kmeans_plusplus(x, k, random_state=seed)[0]
    tol = 1e-4 * x.var(axis=0).mean()

    def exact(i, j):
        """The squared distance, less what does not depend on the centre."""
        square, both, size = int(sums[j] @ sums[j]), int(x[i] @ sums[j]), int(sizes[j])
        return Fraction(square, size**2) - Fraction(2 * both, size)

    def nearest():
        about = np.where(sizes > 0, (means**2).sum(axis=1) - 2 * x @ means.T, np.inf)
        z = about.argmin(axis=1)
        for i, near in enumerate(about <= about.min(axis=1, keepdims=True) + 1e-6):
            if near.sum() > 1:
                z[i] = min(np.flatnonzero(near), key=lambda j: exact(i, j))
        return z

    for _ in range(300):
        z = nearest()
        if len(np.unique(z)) < k and (x != means[z]).any():
            raise SystemExit('a cluster lost its last image: which image it gets instead is not worked out here')
        sums, sizes, before = np.zeros((k, D)), np.bincount(z, minlength=k), means
        np.add.at(sums, z, x)
        means = sums / np.maximum(sizes, 1)[:, None]
        if np.array_equal(z, old):
            return z
        if ((means - before)[sizes > 0] ** 2).sum() <= tol:
            break
        old = z
    return nearest()
