//! `KFold` and `StratifiedKFold`.

use crate::error::{Error, Result};
use crate::learn::metrics::ranks;
use crate::random::RandomState;

/// One division of the samples; both lists ascend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Samples to learn from.
    pub train: Vec<u32>,
    /// Samples to be tried on.
    pub test: Vec<u32>,
}

/// `KFold(n_splits, shuffle, random_state).split`: parts in order, the first ones longer
/// by one where the samples do not divide. Shuffled if there is a `random_state`.
///
/// Errors: fewer than 2 splits, or more than samples.
pub fn k_fold(n_samples: usize, n_splits: usize, random_state: Option<u32>) -> Result<Vec<Fold>> {
    check(n_samples, n_splits)?;
    let mut order: Vec<u32> = (0..n_samples as u32).collect();
    if let Some(seed) = random_state {
        RandomState::new(seed).shuffle(&mut order);
    }
    let (size, longer) = (n_samples / n_splits, n_samples % n_splits);
    let mut fold_of = vec![0; n_samples];
    let mut rest = order.as_slice();
    for fold in 0..n_splits {
        let (part, after) = rest.split_at(size + usize::from(fold < longer));
        part.iter().for_each(|sample| fold_of[*sample as usize] = fold);
        rest = after;
    }
    Ok(folds(&fold_of, n_splits))
}

/// `StratifiedKFold(n_splits, shuffle, random_state).split`: as [`k_fold`], with each class
/// spread evenly over the parts. Classes of fewer members than parts are left out of some.
///
/// Errors: fewer than 2 splits, more than samples, or more than members of every class.
pub fn stratified_k_fold<L: Copy + Into<i64>>(
    labels: &[L],
    n_splits: usize,
    random_state: Option<u32>,
) -> Result<Vec<Fold>> {
    check(labels.len(), n_splits)?;
    let (classes, of) = ranks(labels)?;
    // Classes are taken in the order in which they appear.
    let mut place = vec![usize::MAX; classes.len()];
    let mut n_seen = 0;
    let of: Vec<usize> = of
        .into_iter()
        .map(|class| {
            let place = &mut place[class as usize];
            if *place == usize::MAX {
                *place = n_seen;
                n_seen += 1;
            }
            *place
        })
        .collect();
    let mut counts = vec![0usize; classes.len()];
    of.iter().for_each(|class| counts[*class] += 1);
    if counts.iter().all(|count| n_splits > *count) {
        return Err(Error::invalid("n_splits", "no greater than the number of members in each class", n_splits));
    }
    let mut stream = random_state.map(RandomState::new);
    let mut fold_of = vec![0; labels.len()];
    let mut start = 0;
    for (class, &count) in counts.iter().enumerate() {
        // Of the samples sorted by class, fold `i` takes every `n_splits`-th from `i` on.
        let taken = |fold: usize| (start..start + count).filter(|at| at % n_splits == fold).count();
        let mut of_class: Vec<usize> = (0..n_splits).flat_map(|fold| std::iter::repeat_n(fold, taken(fold))).collect();
        if let Some(stream) = &mut stream {
            stream.shuffle(&mut of_class);
        }
        let members = fold_of.iter_mut().zip(&of).filter(|(_, other)| **other == class);
        members.zip(of_class).for_each(|((to, _), fold)| *to = fold);
        start += count;
    }
    Ok(folds(&fold_of, n_splits))
}

fn check(n_samples: usize, n_splits: usize) -> Result<()> {
    if n_splits < 2 || n_splits > n_samples {
        let must_be = format!("an int from 2 to the number of samples, {n_samples}");
        return Err(Error::invalid("n_splits", must_be, n_splits));
    }
    Ok(())
}

fn folds(fold_of: &[usize], n_splits: usize) -> Vec<Fold> {
    let list = |keep: &dyn Fn(usize) -> bool| {
        (0..).zip(fold_of).filter(|(_, fold)| keep(**fold)).map(|(sample, _)| sample).collect()
    };
    (0..n_splits).map(|i| Fold { train: list(&|fold| fold != i), test: list(&|fold| fold == i) }).collect()
}
