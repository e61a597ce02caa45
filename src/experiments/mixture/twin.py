

def shrink(density, level, at, left, right, attempts, rng):
    for _ in range(attempts):
        drawn = left + (right - left) * rng.random()
        if density(drawn) > level:
            return drawn
        left, right = (drawn, right) if drawn < at else (left, drawn)
    return at


def log_slice(density, value, rng):
    lo, hi, at = np.log(a_lo), np.log(a_hi), np.log(value)
    target = lambda u: u + density(np.exp(u))
    level = target(at) + np.log1p(-rng.random())
    left = at - rng.random()
    right = left + 1.0
    while left > lo and target(left) > level:
        left -= 1.0
    while right < hi and target(right) > level:
        right += 1.0
    drawn = shrink(target, level, at, max(left, lo), min(right, hi), 200, rng)
    return value if drawn == at else min(max(np.exp(drawn), a_lo), a_hi)


def linear_slice(density, value, rng):
    level = density(value) + np.log1p(-rng.random())
    left = value - 0.1 * rng.random()
    right = left + 0.1
    steps_left = np.floor(10_000 * rng.random())
    steps_right = 9_999 - steps_left
    while steps_left > 0 and left > a_lo and density(left) > level:
        left, steps_left = left - 0.1, steps_left - 1
    while steps_right > 0 and right < a_hi and density(right) > level:
        right, steps_right = right + 0.1, steps_right - 1
    return shrink(density, level, value, max(left, a_lo), min(right, a_hi), 100, rng)


def learn_pixels(z, bits, a, b, rng):
    draw = {'log-slice': log_slice, 'linear-slice': linear_slice}[params['learn']]
    slots = np.unique(z)
    size = np.array([(z == k).sum() for k in slots], float)
    on = np.array([bits[z == k].sum(axis=0) for k in slots], float)
    a, b = a.copy(), b.copy()

    def density(counts, other):
        counts = counts[counts > 0]

        def log_density(value):
            both = value + other
            ups = gammaln(value + counts).sum() - len(counts) * gammaln(value)
            return -2.5 * np.log(both) + ups - gammaln(both + size).sum() + len(size) * gammaln(both)

        return log_density

    for d in range(D):
        a[d] = draw(density(on[:, d], b[d]), a[d], rng)
        b[d] = draw(density(size - on[:, d], a[d]), b[d], rng)
    return a, b


def gamma(shape, rng):
    if shape > 1:
        return rng.standard_gamma(shape)
    more = gamma(shape + 1, rng)
    return more * (1 - rng.random()) ** (1 / shape)


def learn_alpha(alpha, k, n, rng):
    """Escobar and West (1995), with an exponential prior."""
    first, second = gamma(alpha + 1, rng), gamma(n, rng)
    rate = 1 - np.log(first / (first + second))
    odds = k / (n * rate)
    return gamma(k + 1 if rng.random() < odds / (1 + odds) else k, rng) / rate


def run(bits, chain):
    z, moved, trace, followed = start(bits, chain), 0, [], []
    some = min(len(z), 200)
    a, b, alpha = np.full(D, float(params['alpha'])), np.full(D, float(params['beta'])), float(params['concentration'])
    for s in range(1, params['n_iter'] + 1):
        moved = sweep(z, bits, a, b, alpha, stream(chain, s, 1))
        if params['learn'] != 'fixed':
            a, b = learn_pixels(z, bits, a, b, stream(chain, s, 2))
        if params['learn_concentration']:
            alpha = learn_alpha(alpha, len(np.unique(z)), len(z), stream(chain, s, 3))
        trace.append((len(np.unique(z)), scores(z, bits, a, b, alpha), alpha))
        followed.append(z[np.arange(some) * len(z) // some].copy())
    return dict(z=z, a=a, b=b, alpha=alpha, moved=moved, trace=trace, followed=followed)


def kept_company(followed):
    """The share of its companions in the last sweep that an image has with it in those of the second half before it."""
    kept = np.array(followed[-min((len(followed) + 1) // 2, 50):])
    together = (kept[:, :, None] == kept[:, None, :]) & ~np.eye(kept.shape[1], dtype=bool)
    together, now = together[:-1], together[-1]
    if not len(together):
        return 0, None
    share = (together & now).sum(axis=(0, 2)) / (len(together) * np.maximum(now.sum(axis=1), 1))
    return len(together), np.where(now.any(axis=1), share, (~together.any(axis=2)).mean(axis=0)).mean()


def r_hat(chains):
    chains = np.array(chains, float)
    half = chains.shape[1] // 2
    if half < 2:
        return 'not defined'
    halves = np.vstack([chains[:, -2 * half:-half], chains[:, -half:]])
    within, between = halves.var(axis=1, ddof=1).mean(), halves.mean(axis=1).var(ddof=1)
    if within == 0:
        return 'not defined' if between > 0 else 1.0
    return np.sqrt(((half - 1) / half * within + between) / within)


def groups_of(chain, bits):
    """Log weights, and the probability that each pixel is on, of every group and of a new one."""
    z, a, b = chain['z'], chain['a'], chain['b']
    slots = np.unique(z)
    size = np.array([(z == k).sum() for k in slots] + [0])
    on = np.array([bits[z == k].sum(axis=0) for k in slots] + [np.zeros(D)])
    weight = np.log(np.where(size > 0, size, chain['alpha'])) - np.log(len(z) + chain['alpha'])
    return weight, (a + on) / (a + b + size[:, None])


def completed(groups, query, seen, rng):
    total = np.zeros(D)
    for weight, p in groups:
        w = weight + np.where(query, np.log(p), np.log(1 - p))[:, seen].sum(axis=1)
        r = np.exp(w - w.max())
        r /= r.sum()
        if params['merge'] == 'expected':
            total += r @ p
            continue
        for _ in range(params['samples_per_chain']):
            k = min(np.searchsorted(np.cumsum(r), rng.random(), side='right'), len(r) - 1)
            total[~seen] += rng.random((~seen).sum()) < p[k][~seen]
    total /= len(groups) * (1 if params['merge'] == 'expected' else params['samples_per_chain'])
    if params['merge'] == 'mode':
        total = (total >= 0.5).astype(float)
    return np.where(seen, query, total)


def digit_shares(chain, truth):
    """The share of each digit in every group, and of a new one in all."""
    slots, digits = np.unique(chain['z']), np.array(params['digits'])
    counts = np.array([(truth[chain['z'] == k, None] == digits).sum(axis=0) for k in slots])
    counts = np.vstack([counts, counts.sum(axis=0)])
    return counts / counts.sum(axis=1, keepdims=True)


def judged(groups, shares, query, seen):
    """The probability of each digit, and the log probability of the hidden part, all chains together."""
    digits, scores = 0, []
    for (weight, p), share in zip(groups, shares):
        logs = np.where(query, np.log(p), np.log(1 - p))
        w = weight + logs[:, seen].sum(axis=1)
        digits = digits + np.exp(w - logsumexp(w)) @ share
        scores.append(logsumexp(weight + logs.sum(axis=1)) - logsumexp(w))
    return digits, logsumexp(scores) - np.log(len(scores))


if params['n_proposals']:
    raise SystemExit('Splits and merges are not in this script; set n_proposals to 0.')
rows = np.flatnonzero(np.isin(y, params['digits']))
kept = min(len(rows), params['n_images'])
rows = rows[np.arange(kept) * len(rows) // kept]
rng, queries = stream(2**32 - 1, 0), []
for digit in params['digits']:
    members = rows[y[rows] == digit]
    if len(members):
        queries.extend(members[rng.choice(len(members), min(len(members), params['n_queries']), replace=False)])
if params['held_out']:
    rows = rows[~np.isin(rows, queries)]
bits = X[rows] > params['threshold']
for digit in params['digits']:
    show(f'n_of_{digit}', (y[rows] == digit).sum())
show('n_samples', len(rows))
show('n_dimensions', bits.ndim)
show('n_features', D)

chains = [run(bits, chain) for chain in range(params['n_chains'])]
labels = [chain['z'] for chain in chains]
joint = [[sum(score) for _, score, _ in chain['trace']] for chain in chains]
show('n_chains', len(chains))
show('n_iter', params['n_iter'])
if params['init'] == 'kmeans':
    show('start_n_clusters', min(params['n_groups'], len(rows)))
    show('start_random_state', ' '.join(str((params['random_state'] + chain) % 2**32) for chain in range(len(chains))))
show('n_groups', ' '.join(str(len(np.unique(z))) for z in labels))
show('moved', ' '.join(str(chain['moved']) for chain in chains))
show('largest', ' '.join(str(np.bincount(z).max()) for z in labels))
show('log_joint', np.mean([values[-1] for values in joint]))
show('log_joint_0', joint[0][-1])
show('score_assignment_0', chains[0]['trace'][-1][1][0])
show('score_data_0', chains[0]['trace'][-1][1][1])
show('mean_groups', np.mean([len(np.unique(z)) for z in labels]))
shares = np.unique(labels[0], return_counts=True)[1] / len(rows)
show('effective_groups_0', np.exp(-(shares * np.log(shares)).sum()))
show('concentration_0', chains[0]['alpha'])
show('r_hat_groups', r_hat([[k for k, _, _ in chain['trace']] for chain in chains]))
show('r_hat_log_joint', r_hat(joint))
confusion = metrics.cluster.contingency_matrix(y[rows], labels[0])
show('purity_0', confusion.max(axis=0).sum() / len(rows))
show('adjusted_rand_score_0', metrics.adjusted_rand_score(y[rows], labels[0]))
show('v_measure_score_0', metrics.v_measure_score(y[rows], labels[0]))
pairs = [metrics.adjusted_rand_score(labels[i], labels[j]) for i in range(len(labels)) for j in range(i)]
show('ari_between', np.mean(pairs) if pairs else 'one chain only')

height, width = image_shape
pixel = np.arange(D)
seen = {
    'bottom': pixel < D // 2,
    'top': pixel >= D // 2,
    'left': pixel % width >= width // 2,
    'right': pixel % width < width // 2,
    'dots': (pixel // width + pixel % width) % 2 == 0,
    'all': pixel < 0,
}[params['hidden']]
groups, rng = [groups_of(chain, bits) for chain in chains], stream(2**32 - 1, 1)
shares = [digit_shares(chain, y[rows]) for chain in chains]
errors, losses, right_digit, hidden_scores = [], [], [], []
for query in queries:
    truth = X[query] > params['threshold']
    p = completed(groups, truth, seen, rng)
    right = np.where(truth, p, 1 - p)[~seen]
    errors.extend(1 - right)
    least = 0 if params['merge'] == 'expected' else 0.5 / (len(chains) * params['samples_per_chain'])
    losses.extend(-np.log(np.maximum(right, least)))
    digits, score = judged(groups, shares, truth, seen)
    right_digit.append(params['digits'][np.argmax(digits)] == y[query])
    hidden_scores.append(score)
show('mean_absolute_error', np.mean(errors))
show('log_loss', np.mean(losses))
show('class_accuracy', np.mean(right_digit))
show('hidden_score', np.mean(hidden_scores))
company = [kept_company(chain['followed']) for chain in chains]
show('kept_sweeps', company[0][0])
if company[0][0]:
    show('company_0', company[0][1])
    show('company', np.mean([share for _, share in company]))
