

def follow(z, concentration):
    """The start's log joint, then five numbers of the chain that goes on from it."""
    a, b, z = np.ones(D), np.ones(D), z.copy()
    before = sum(scores(z, bits, a, b, concentration))
    for s in range(1, params['n_iter'] + 1):
        sweep(z, bits, a, b, concentration, stream(0, s, 1))
    confusion = metrics.cluster.contingency_matrix(y[rows], z)
    return before, len(np.unique(z)), sum(scores(z, bits, a, b, concentration)), confusion.max(axis=0).sum() / len(z), z


rows = np.flatnonzero(np.isin(y, params['digits']))
kept = min(len(rows), params['n_images'])
rows = rows[np.arange(kept) * len(rows) // kept]
if max(params['n_groups']) > len(rows):
    # More groups than images are as many as images.
    params['n_groups'] = sorted({min(groups, len(rows)) for groups in params['n_groups']})
bits = X[rows] > params['threshold']
show('n_samples', len(rows))
found = {}
for kind in ('random', 'nearest', 'kmeans'):
    for groups in params['n_groups']:
        params_now = dict(params, n_groups=groups, init=kind)
        if kind == 'kmeans':
            # The first centres are images, and many an image is exactly as far from one of them as from another. KMeans
            # first takes the mean off all images, so that its rounding chooses; the page takes the first of the two.
            z = clusters(bits, min(groups, len(rows)), params['random_state'])
        else:
            kept_params, params = params, params_now
            z = start(bits, 0)
            params = kept_params
        found[kind, groups] = follow(z, 1.0)
for kind in ('random', 'nearest', 'kmeans'):
    show(f'groups_{kind}', ' '.join(str(found[kind, groups][1]) for groups in params['n_groups']))
ends = [found['random', groups][1] for groups in params['n_groups']]
if len(ends) > 1:
    show('least_groups', min(ends))
    show('most_groups', max(ends))
show('best_chain', max(found[kind, groups][2] for kind in ('random', 'nearest') for groups in params['n_groups']))
show('best_kmeans', max(found['kmeans', groups][0] for groups in params['n_groups']))
params.update(init='random', n_groups=100)
levels = [follow(start(bits, 0), float(alpha)) for alpha in params['concentrations']]
show('groups_concentration', ' '.join(str(level[1]) for level in levels))
if len(levels) > 1:
    show('ari_concentration', metrics.adjusted_rand_score(levels[0][4], levels[-1][4]))
expected = [sum(alpha / (alpha + i) for i in range(len(rows))) for alpha in params['concentrations']]
show('expected_least', min(expected))
show('expected_most', max(expected))
