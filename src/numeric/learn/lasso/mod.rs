//! The lasso from second moments, and the choice of its penalty by cross-validation:
//! `Lasso` and `LassoCV` of `sklearn.linear_model`.
//!
//! Two ways to the minimum: [`Solver::Exact`], to the last digits, and
//! [`Solver::Compat`], which stops where scikit-learn 1.9.1 stops.

mod active;
mod cv;
mod descent;
mod moments;
#[cfg(test)]
mod tests;

pub use active::ActiveSet;
pub use cv::{LassoCv, LassoCvOptions, alpha_grid, lasso_cv};
pub use descent::{Descent, Problem, coordinate_descent};
pub use moments::{Folds, Moments};

/// How a lasso is minimised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Solver {
    /// To the last digits: active sets.
    Exact,
    /// Coordinate descent until scikit-learn's tolerance is met or its patience ends.
    Compat,
}

/// How long and how exactly a [`Solver::Compat`] works.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stopping {
    /// Tolerance of the duality gap, relative to `y @ y` (`tol`).
    pub tol: f64,
    /// Most sweeps (`max_iter`).
    pub max_iter: u32,
}

impl Default for Stopping {
    fn default() -> Self {
        Stopping { tol: 1e-4, max_iter: 1000 }
    }
}

/// Goes from one lasso to the next on the same Gram matrix, each from where the last ended.
#[derive(Debug, Clone)]
pub struct Path {
    state: State,
    stopping: Stopping,
}

#[derive(Debug, Clone)]
enum State {
    Exact(ActiveSet),
    Compat(Vec<f64>),
}

impl Path {
    /// Starts with no weights.
    pub fn new(solver: Solver, stopping: Stopping, n_features: usize) -> Self {
        let state = match solver {
            Solver::Exact => State::Exact(ActiveSet::empty(n_features)),
            Solver::Compat => State::Compat(vec![0.0; n_features]),
        };
        Path { state, stopping }
    }

    /// Starts from an active set.
    pub fn from_set(set: ActiveSet) -> Self {
        Path { state: State::Exact(set), stopping: Stopping::default() }
    }

    /// The weights of the last lasso, `(n_features,)`.
    pub fn weights(&self) -> &[f64] {
        match &self.state {
            State::Exact(set) => set.weights(),
            State::Compat(w) => w,
        }
    }

    /// Goes on to `problem`.
    pub fn step(&mut self, problem: &Problem) -> Descent {
        match &mut self.state {
            State::Exact(set) => set.solve(problem),
            State::Compat(w) => coordinate_descent(problem, w, self.stopping.tol, self.stopping.max_iter),
        }
    }
}
