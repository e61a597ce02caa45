//! Which images are learnt from, and which are only tried on: rows that several parameter tables share, and the split.

use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::model_selection::train_test_split;

crate::choices! {
    /// How images are set apart for the test.
    pub enum Split {
        /// Drawn, the same share of every class.
        Stratified = "stratified",
        /// The first images are learnt from, the last are the test.
        Ordered = "ordered",
        /// The training file is learnt from, the test file is the test.
        Files = "files",
    }
}

/// When the rows of a split count, and the share of L1 beside them, which every model of a split may have.
pub const NEEDS: &[super::Need] = &[
    ("n_train", "split", &["ordered"]),
    ("n_test", "split", &["ordered"]),
    ("test_size", "split", &["stratified"]),
    ("l1_ratio", "penalty", &["elasticnet"]),
];

/// As [`params!`](crate::params!), with the rows of a split between two groups of rows.
macro_rules! split_params {
    ($(#[doc = $doc:literal])+ pub struct $name:ident; { $($before:tt)* } split { $($after:tt)* }) => {
        $crate::params! {
            $(#[doc = $doc])+
            pub struct $name {
                $($before)*
                /// How images are set apart for the test: stratified draws a share of every class, ordered takes the last images, files the test file.
                split "Split": $crate::experiments::split::Split = $crate::experiments::split::Split::Stratified, $crate::params::Domain::Choice($crate::experiments::split::Split::WORDS);
                /// With the ordered split: how many images, the first, to learn from. The notebook takes 10,000.
                n_train "First images to learn from": u32 = 8_000, $crate::params::Domain::Int { min: 2, max: 10_000_000, slider: 0 };
                /// With the ordered split: how many images, the last, for the test. The notebook takes 10,000.
                n_test "Last images for the test": u32 = 2_000, $crate::params::Domain::Int { min: 1, max: 10_000_000, slider: 0 };
                $($after)*
            }
        }

        impl $name {
            /// The split that these parameters ask for.
            pub fn asked(&self) -> $crate::experiments::split::Asked {
                $crate::experiments::split::Asked {
                    split: self.split,
                    test_size: self.test_size,
                    random_state: self.random_state,
                    n_train: self.n_train,
                    n_test: self.n_test,
                }
            }
        }
    };
}
pub(crate) use split_params;

/// A split as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asked {
    /// How images are set apart.
    pub split: Split,
    /// Share of the images that is drawn for the test; 0 for none.
    pub test_size: f64,
    /// Seed of the draw.
    pub random_state: u32,
    /// How many of the first images to learn from.
    pub n_train: u32,
    /// How many of the last images for the test.
    pub n_test: u32,
}

impl Asked {
    /// Errors: more images than there are.
    pub fn check(&self, n_samples: usize) -> Result<()> {
        if self.split != Split::Ordered {
            return Ok(());
        }
        if self.n_train as usize >= n_samples {
            let must_be = format!("less than the number of images, {n_samples}");
            return Err(Error::invalid("n_train", must_be, self.n_train));
        }
        let left = n_samples - self.n_train as usize;
        if self.n_test as usize > left {
            let must_be = format!("at most {left}: the {n_samples} images less the first {}", self.n_train);
            return Err(Error::invalid("n_test", must_be, self.n_test));
        }
        Ok(())
    }

    /// Numbers of the images to learn from, and of those of the test; `classes` has the class of each image.
    ///
    /// # Errors
    /// More images than there are; images of one file where two are asked for; a class that is nowhere learnt.
    pub fn sides(&self, data: &Dataset, classes: &[u32]) -> Result<(Vec<u32>, Vec<u32>)> {
        self.check(data.n)?;
        let n = data.n as u32;
        let (train, test): (Vec<u32>, Vec<u32>) = match self.split {
            Split::Stratified if self.test_size == 0.0 => return Ok(((0..n).collect(), Vec::new())),
            Split::Stratified => {
                let split = train_test_split(data.n, self.test_size, self.random_state, Some(classes))?;
                return Ok((split.train, split.test));
            }
            Split::Ordered => ((0..self.n_train).collect(), (n - self.n_test..n).collect()),
            Split::Files => {
                let first = (data.n - data.n_test) as u32;
                if data.n_test == 0 {
                    let must_be = "stratified or ordered for images that did not come as a training file and a test file; \
                                   open the four files together on the page Data";
                    return Err(Error::invalid("split", must_be, "files"));
                }
                ((0..first).collect(), (first..n).collect())
            }
        };
        let learnt = |class: u8| train.iter().any(|i| data.labels[*i as usize] == class);
        if let Some(class) = test.iter().map(|i| data.labels[*i as usize]).find(|class| !learnt(*class)) {
            let name = &data.class_names[usize::from(class)];
            let article = if name.starts_with('8') { "an" } else { "a" };
            let got = format!("{} images without {article} {name} (the test has some)", train.len());
            let must_be = "such that every class of the test is among the images to learn from; sorted by label they \
                           are not: open the files as published, or take the stratified split";
            let parameter = if self.split == Split::Ordered { "n_train" } else { "split" };
            return Err(Error::invalid(parameter, must_be, got));
        }
        Ok((train, test))
    }

    /// The lines of Python that make `X_train`, `X_test`, `y_train` and `y_test`.
    pub fn python(&self) -> String {
        let cut = |train: &str, test: &str| {
            format!("X_train, X_test, y_train, y_test = X[{train}], X[{test}], y[{train}], y[{test}]\n")
        };
        match self.split {
            Split::Stratified if self.test_size == 0.0 => {
                "X_train, y_train, X_test, y_test = X, y, X[:0], y[:0]\n".into()
            }
            Split::Stratified => format!(
                "X_train, X_test, y_train, y_test = train_test_split(\n    X, y, test_size={}, random_state={}, stratify=y)\n",
                self.test_size, self.random_state
            ),
            Split::Ordered => cut(&format!(":{}", self.n_train), &format!("-{}:", self.n_test)),
            Split::Files => {
                "# The test file comes last; the page writes beside its images how many are of it.\n\
                 n_test = int(np.load(IMAGES)[\"n_test\"]) if os.path.exists(IMAGES) else 10_000\n"
                    .to_string()
                    + &cut(":-n_test", "-n_test:")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::digit_names;

    fn data(labels: &[u8], n_test: usize) -> Dataset {
        let images = vec![0; labels.len()];
        let mut data = Dataset::new("d", "D", images, labels.to_vec(), (1, 1), digit_names(3)).unwrap();
        data.n_test = n_test;
        data
    }

    fn asked(split: Split) -> Asked {
        Asked { split, test_size: 0.5, random_state: 0, n_train: 3, n_test: 2 }
    }

    fn sides(asked: Asked, data: &Dataset) -> Result<(Vec<u32>, Vec<u32>)> {
        let classes: Vec<u32> = data.labels.iter().map(|label| u32::from(*label)).collect();
        asked.sides(data, &classes)
    }

    #[test]
    fn the_first_are_learnt_from_and_the_last_are_the_test() {
        let data = data(&[0, 1, 2, 2, 2, 1, 0], 0);
        assert_eq!(sides(asked(Split::Ordered), &data).unwrap(), (vec![0, 1, 2], vec![5, 6]));
        let all = Asked { n_test: 4, ..asked(Split::Ordered) };
        assert_eq!(sides(all, &data).unwrap().1, [3, 4, 5, 6]);
    }

    #[test]
    fn the_test_file_is_the_test() {
        assert_eq!(sides(asked(Split::Files), &data(&[0, 1, 0, 1, 0], 2)).unwrap(), (vec![0, 1, 2], vec![3, 4]));
        let error = sides(asked(Split::Files), &data(&[0, 1, 0, 1, 0], 0)).unwrap_err().to_string();
        assert!(error.contains("split") && error.contains("four files"), "{error}");
    }

    #[test]
    fn what_cannot_be_split_is_named() {
        let told = |asked: Asked, labels: &[u8]| sides(asked, &data(labels, 2)).unwrap_err().to_string();
        let many = Asked { n_train: 7, ..asked(Split::Ordered) };
        assert!(told(many, &[0, 1, 2, 0, 1, 2, 0]).contains("n_train"));
        let overlap = Asked { n_test: 5, ..asked(Split::Ordered) };
        let error = told(overlap, &[0, 1, 2, 0, 1, 2, 0]);
        assert!(error.contains("n_test") && error.contains("at most 4"), "{error}");
        // Sorted by label the last class is in the test alone.
        let error = told(asked(Split::Ordered), &[0, 0, 1, 1, 1, 2, 2]);
        assert!(
            error.contains("n_train") && error.contains("without a 2") && error.contains("as published"),
            "{error}"
        );
        assert!(told(asked(Split::Files), &[0, 1, 1, 2]).contains("split"));
    }
}
