//! `train_test_split`.

use crate::error::{Error, Result};
use crate::learn::resample::{approximate_mode, rows_by_class};
use crate::random::RandomState;

/// The two sides of a division, each in the order in which it was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Samples to learn from.
    pub train: Vec<u32>,
    /// Samples to be tried on.
    pub test: Vec<u32>,
}

/// `train_test_split(test_size=…, random_state=…, stratify=…)`: a share `test_size` of the samples,
/// rounded up, is set apart. `classes`, if given, holds the class of each sample; both sides then
/// have the shares of the whole.
///
/// Errors: `test_size` outside (0, 1); a side that would be empty, or, stratified, have
/// fewer samples than there are classes; `classes` of another length, or one with a single sample.
pub fn train_test_split(n_samples: usize, test_size: f64, random_state: u32, classes: Option<&[u32]>) -> Result<Split> {
    if !(test_size > 0.0 && test_size < 1.0) {
        return Err(Error::invalid("test_size", "a float in the range (0, 1)", test_size));
    }
    let n_test = (test_size * n_samples as f64).ceil() as usize;
    let n_train = n_samples.saturating_sub(n_test);
    if n_train == 0 {
        return Err(Error::invalid("test_size", format!("such that some of {n_samples} samples stay"), test_size));
    }
    let mut stream = RandomState::new(random_state);
    let Some(classes) = classes else {
        let order = stream.permutation(n_samples);
        return Ok(Split { train: order[n_test..].to_vec(), test: order[..n_test].to_vec() });
    };
    if classes.len() != n_samples {
        let must_be = format!("as long as the data ({n_samples} samples)");
        return Err(Error::invalid("stratify", must_be, format!("{} classes", classes.len())));
    }
    let members = rows_by_class(classes)?;
    if members.iter().any(|rows| rows.len() < 2) {
        let must_be = "of images with at least 2 of each class, since a single one cannot be on both sides; open others, or \
                       choose a split in order";
        return Err(Error::invalid("test_size", must_be, test_size));
    }
    if n_train.min(n_test) < members.len() {
        let n = members.len();
        let must_be = format!(
            "such that the images to learn from and the test each have at least one of each of {n} classes; {} it, or open \
             more images",
            if n_test < n_train { "raise" } else { "lower" }
        );
        return Err(Error::invalid(
            "test_size",
            must_be,
            format!("{test_size}, which makes {n_train} and {n_test} images"),
        ));
    }
    let counts: Vec<usize> = members.iter().map(Vec::len).collect();
    let to_train = approximate_mode(&counts, n_train, &mut stream)?;
    let left: Vec<usize> = counts.iter().zip(&to_train).map(|(count, taken)| count - taken).collect();
    let to_test = approximate_mode(&left, n_test, &mut stream)?;
    let (mut train, mut test) = (Vec::with_capacity(n_train), Vec::with_capacity(n_test));
    for (rows, (&n_train, &n_test)) in members.iter().zip(to_train.iter().zip(&to_test)) {
        let order: Vec<u32> = stream.permutation(rows.len()).into_iter().map(|i| rows[i as usize]).collect();
        train.extend(&order[..n_train]);
        test.extend(&order[n_train..n_train + n_test]);
    }
    stream.shuffle(&mut train);
    stream.shuffle(&mut test);
    Ok(Split { train, test })
}
