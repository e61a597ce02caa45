//! Linear models (`sklearn.linear_model`): logistic regression of any number of classes.

mod bent;
mod coordinate;
mod design;
mod fit;
mod lbfgs;
mod loss;
mod model;
mod newton;
mod options;
mod rebuilt;
mod shift;
mod solve;
mod sparse;
mod strips;
mod target;

pub use design::Design;
pub use fit::{Part, Sign, fit_part, n_parts};
pub use model::LogisticRegression;
pub use options::{ClassWeight, LogisticOptions, Penalty, Scheme};
pub use rebuilt::Rebuilt;
