//! `sklearn.utils.resample`: which rows a bootstrap or a subset takes.

use crate::error::{Error, Result};
use crate::random::RandomState;

/// The rows that `sklearn.utils.resample` picks of `n_samples_total`, shape `(n_samples,)`.
///
/// With `replace` rows are drawn independently, without they are the head of a
/// shuffle. `stratify`, shape `(n_samples_total,)`, holds a class for each row;
/// the picked rows then keep the shares of the classes.
///
/// The draws come from `random_state` as in scikit-learn, to the word.
///
/// Errors: `n_samples` is 0, or without replacement exceeds `n_samples_total`;
/// there are no rows; `stratify` has another length.
pub fn resample_indices(
    n_samples_total: usize,
    n_samples: usize,
    replace: bool,
    stratify: Option<&[u32]>,
    random_state: &mut RandomState,
) -> Result<Vec<u32>> {
    if n_samples == 0 {
        return Err(Error::invalid("n_samples", "an int in the range [1, inf)", n_samples));
    }
    if n_samples > n_samples_total && !replace {
        let must_be = format!("at most the {n_samples_total} samples there are when 'replace' is false");
        return Err(Error::invalid("n_samples", must_be, n_samples));
    }
    let Some(classes) = stratify else {
        // Without replacement this is the shuffle of all rows, cut to size.
        return random_state.choice(n_samples_total, n_samples, replace);
    };
    if classes.len() != n_samples_total {
        let must_be = format!("as long as the data ({n_samples_total} samples)");
        return Err(Error::invalid("stratify", must_be, format!("{} classes", classes.len())));
    }
    if n_samples_total == 0 {
        return Err(Error::invalid("stratify", "of at least 1 sample", "0 samples"));
    }
    let rows_by_class = rows_by_class(classes)?;
    let class_counts: Vec<usize> = rows_by_class.iter().map(|rows| rows.len()).collect();
    let draws = approximate_mode(&class_counts, n_samples, random_state)?;
    let mut indices = Vec::with_capacity(n_samples);
    for (rows, &n_draws) in rows_by_class.iter().zip(&draws) {
        // A class without draws still shuffles its rows, as in scikit-learn.
        let picked = random_state.choice(rows.len(), n_draws, replace)?;
        indices.extend(picked.iter().map(|&i| rows[i as usize]));
    }
    random_state.shuffle(&mut indices);
    Ok(indices)
}

/// The rows of each class that occurs, classes and rows ascending.
pub(super) fn rows_by_class(classes: &[u32]) -> Result<Vec<Vec<u32>>> {
    let Ok(n) = u32::try_from(classes.len()) else {
        return Err(Error::invalid("stratify", "of fewer than 2**32 samples", classes.len()));
    };
    let mut rows: Vec<u32> = (0..n).collect();
    // Stable, so that rows stay ascending within their class.
    rows.sort_by_key(|&row| classes[row as usize]);
    let same = |a: &u32, b: &u32| classes[*a as usize] == classes[*b as usize];
    Ok(rows.chunk_by(same).map(|rows| rows.to_vec()).collect())
}

/// How many of `n_draws` each class gets, shape `(n_classes,)`
/// (`sklearn.utils.extmath._approximate_mode`): its share rounded down, and what
/// is left over goes to the largest remainders, ties broken at random.
pub(super) fn approximate_mode(
    class_counts: &[usize],
    n_draws: usize,
    random_state: &mut RandomState,
) -> Result<Vec<usize>> {
    let total = class_counts.iter().sum::<usize>() as f64;
    let shares: Vec<f64> = class_counts.iter().map(|&count| count as f64 / total * n_draws as f64).collect();
    let mut draws: Vec<usize> = shares.iter().map(|share| share.floor() as usize).collect();
    let remainders: Vec<f64> = shares.iter().map(|share| share - share.floor()).collect();
    let mut left = n_draws.saturating_sub(draws.iter().sum());
    let mut values = remainders.clone();
    values.sort_by(|a, b| b.total_cmp(a));
    values.dedup();
    for value in values {
        if left == 0 {
            break;
        }
        let tied: Vec<usize> = (0..remainders.len()).filter(|&class| remainders[class] == value).collect();
        let n_chosen = left.min(tied.len());
        // Drawn even when all are chosen: scikit-learn takes these words too.
        for i in random_state.choice(tied.len(), n_chosen, false)? {
            draws[tied[i as usize]] += 1;
        }
        left -= n_chosen;
    }
    Ok(draws)
}
