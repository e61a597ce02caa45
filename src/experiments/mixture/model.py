
# The same model, sampler and streams of random numbers in NumPy. datamicroscopes, which the
# notebook ran, does not install on any Python of today.
a_lo, a_hi = 1e-4, 1e4
D = X.shape[1]


def stream(*key):
    return np.random.default_rng(np.random.SeedSequence(params['random_state'], spawn_key=key))


def scores(z, bits, a, b, alpha):
    assignment, data = gammaln(alpha) - gammaln(alpha + len(z)), 0.0
    for k in np.unique(z):
        members = bits[z == k]
        n, on = len(members), members.sum(axis=0)
        assignment += np.log(alpha) + gammaln(n)
        new = gammaln(a + on) + gammaln(b + n - on) - gammaln(a + b + n)
        data += (new - gammaln(a) - gammaln(b) + gammaln(a + b)).sum()
    return assignment, data


def start(bits, chain):
    rng, n = stream(chain, 0, 0), len(bits)
    groups = min(params['n_groups'], n)
    if params['init'] == 'random':
        return rng.integers(0, groups, n)
    if params['init'] == 'nearest':
        seeds = bits[rng.choice(n, groups, replace=False)].astype(int)
        return np.argmin(seeds.sum(axis=1) - 2 * bits.astype(int) @ seeds.T, axis=1)
    if params['init'] == 'kmeans':
        return clusters(bits, groups, (params['random_state'] + chain) % 2**32)
    return np.zeros(n, int)


def sweep(z, bits, a, b, alpha, rng):
    """Every image once, in random order; slots ascending, a new group last, in the lowest free slot."""
    n = len(bits)
    capacity = max(int(z.max()) + 1, 1)
    size = np.bincount(z, minlength=capacity)
    on = np.array([bits[z == k].sum(axis=0) for k in range(capacity)], float)
    delta = np.zeros((D, capacity), np.float32)
    base = np.zeros(capacity)

    def column(k):
        delta[:, k] = np.log((a + on[k]) / (b + size[k] - on[k]))
        base[k] = np.log(size[k]) + np.log(b + size[k] - on[k]).sum() - np.log(a + b + size[k]).sum()

    for k in np.flatnonzero(size):
        column(k)
    new_off, new_delta = np.log(alpha) + np.log(b).sum() - np.log(a + b).sum(), np.log(a / b)
    order, moved = rng.permutation(n), 0
    for i in order:
        x, own = bits[i], z[i]
        pixels = np.flatnonzero(x)
        w = base + delta[pixels].sum(axis=0, dtype=np.float32)
        w[size == 0] = -np.inf
        new = new_off + new_delta[pixels].sum()
        if size[own] == 1:
            w[own] = -np.inf
        else:
            left = np.where(x, a + on[own], b + size[own] - on[own]) - 1
            w[own] = np.log(size[own] - 1) + np.log(left).sum() - np.log(a + b + size[own] - 1).sum()
        w = np.append(w, new)
        w -= w.max()
        cumulative = np.cumsum(np.where(w < -60, 0, np.exp(w)))
        to = int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side='right'))
        if to >= len(size):
            free = np.flatnonzero(size == 0)
            if size[own] == 1:
                to = own
            elif len(free):
                to = free[0]
            else:
                to = len(size)
                size, base = np.append(size, 0), np.append(base, 0.0)
                on = np.vstack([on, np.zeros(D)])
                delta = np.hstack([delta, np.zeros((D, 1), np.float32)])
        if to != own:
            moved += 1
            for k, by in ((own, -1), (to, 1)):
                size[k] += by
                on[k] += by * x
                if size[k]:
                    column(k)
            z[i] = to
    return moved
