//! The same in Python.

use super::{BagsParams, NEAREST, Weighting};

/// The script of these settings.
pub(super) fn twin(params: &BagsParams) -> String {
    let learning = params.learning(None);
    let (seed, k) = (params.random_state, params.n_words);
    let mut script = learning.drawing.python("X");
    script += &learning.python();
    script += learning.python_bags();
    script += &format!(
        "# The same with the pixels of all images shuffled alike.\nX_shuffled = X[:, np.random.RandomState({seed})\
         .permutation(X.shape[1])]\nown = model.cluster_centers_\nrng = np.random.RandomState({seed})\nall_patches = []\n\
         for image in X_shuffled[::{}]:\n    this_image = scale(image).reshape(image_shape)\n    \
         patch = extract_patches_2d(this_image, PATCH_SIZE, max_patches=0.75, random_state=rng)\n    \
         all_patches.append(patch.reshape(len(patch), -1))\nall_patches = np.concatenate(all_patches)\n{}\n",
        params.image_step,
        learning.python()
    );
    script += &format!(
        "rows, columns = (side - size + 1 for side, size in zip(image_shape, PATCH_SIZE))\n\
         down, across = np.divmod(np.arange(rows * columns), columns)\n\
         quarter = (2 * down >= rows) * 2 + (2 * across >= columns)\n\n\n\
         def in_quarters(words, quarter):\n    return np.bincount(quarter * {k} + words, minlength=4 * {k})\n\n\n\
         quarters, scattered = [], []\nfor i, image in enumerate(X):\n    words = words_of(image, own)\n    \
         places = np.random.RandomState({seed} + i).permutation(len(words))\n    \
         quarters.append(in_quarters(words, quarter))\n    scattered.append(in_quarters(words, quarter[places]))\n\
         quarters, scattered = np.array(quarters), np.array(scattered)\n\
         bags = quarters.reshape(len(X), 4, -1).sum(axis=1)\n\
         shuffled = bagofpatches(X_shuffled, model.cluster_centers_)\n"
    );
    script +=
        "forms = {'pixels': X, 'bag': bags, 'shuffled': shuffled, 'quarters': quarters, 'scattered': scattered}\n";
    if params.weighting == Weighting::TfIdf {
        script += "from sklearn.feature_extraction.text import TfidfTransformer\n\n\
                   for name in ['bag', 'shuffled', 'quarters', 'scattered']:\n    \
                   forms[name] = TfidfTransformer().fit_transform(forms[name]).toarray()\n";
    }
    script += &format!(
        "from sklearn.linear_model import LogisticRegression\nfrom sklearn.model_selection import StratifiedKFold, \
         cross_val_score\nfrom sklearn.pipeline import make_pipeline\n\n\
         # Distances between whole numbers are often equal, as are those of blank patches to shuffled ones, and \
         rounding\n# decides what k-means does then: such scores may differ a little, and are only printed.\n\
         WEIGHTED = {weighted}\n\nfor name, form in forms.items():\n    \
         tell = show if name == 'pixels' or WEIGHTED and name != 'shuffled' else print\n    \
         clusters = KMeans(n_clusters={}, n_init={}, random_state={seed}).fit(form)\n    \
         confusion = metrics.cluster.contingency_matrix(y, clusters.labels_)\n    \
         tell(f'purity_{{name}}', confusion.max(axis=0).sum() / len(y))\n    \
         tell(f'ari_{{name}}', metrics.adjusted_rand_score(y, clusters.labels_))\n    \
         learner = make_pipeline(StandardScaler(), LogisticRegression(C={}, tol=1e-7, max_iter=10_000))\n    \
         folds = StratifiedKFold({})\n    \
         accuracy = cross_val_score(learner, form[::{step}].astype(float), y[::{step}], cv=folds)\n    \
         tell = print if name == 'shuffled' else show\n    \
         tell(f'accuracy_{{name}}', accuracy.mean())\n",
        params.n_clusters,
        params.n_init,
        params.C,
        params.cv,
        weighted = if params.weighting == Weighting::TfIdf { "True" } else { "False" },
        step = params.learn_step
    );
    script += &format!(
        "for name in ['bag', 'pixels']:\n    form = forms[name].astype(float)\n    \
         distances = ((form - form[{i}]) ** 2).sum(axis=1)\n    distances[{i}] = np.inf\n    \
         nearest = np.argsort(distances, kind='stable')[:{NEAREST}]\n    \
         show(f'near_{{name}}', (y[nearest] == y[{i}]).sum())\n",
        i = params.index
    );
    script
}
