//! What solvers share: when to stop, what is told while they run, how they end.

/// When a solver stops.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// How gradients are measured.
    pub measure: Measure,
    /// Tolerance, in the sense of `measure`.
    pub tol: f64,
    /// Most iterations.
    pub max_iter: u32,
    /// The measure of the gradient where all coefficients are zero.
    pub first: f64,
}

/// How gradients are measured.
#[derive(Debug, Clone, Copy)]
pub(super) enum Measure {
    /// The greatest entry over this number, against the tolerance.
    Greatest(f64),
    /// The length, against the tolerance times that at zero.
    Length,
    /// The sum of sizes, against the tolerance times that at zero.
    Sum,
}

impl Rule {
    /// The measure of a gradient.
    pub fn norm(&self, gradient: &[f64]) -> f64 {
        match self.measure {
            Measure::Greatest(unit) => gradient.iter().fold(0.0, |most: f64, value| most.max(value.abs())) / unit,
            Measure::Length => gradient.iter().map(|value| value * value).sum::<f64>().sqrt(),
            Measure::Sum => gradient.iter().map(|value| value.abs()).sum(),
        }
    }

    /// The measure that is small enough.
    pub fn bound(&self) -> f64 {
        match self.measure {
            Measure::Greatest(_) => self.tol,
            Measure::Length | Measure::Sum => self.tol * self.first,
        }
    }
}

/// Share of the objective that is no gain: a step which promises less starts from the minimum, however large a gradient
/// that is all rounding is beside that at zero, which may be all rounding too.
pub(super) const WON_BY_ROUNDING: f64 = 1e-17;

/// A sign of life of a solver.
pub(super) struct Step<'a> {
    /// Iterations done.
    pub iteration: u32,
    /// The value that is minimised.
    pub objective: f64,
    /// As the rule measures it.
    pub gradient_norm: f64,
    /// Coefficients.
    pub theta: &'a [f64],
}

/// Where a solver ended.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    /// Coefficients.
    pub theta: Vec<f64>,
    /// The value reached.
    pub objective: f64,
    /// As the rule measures it.
    pub gradient_norm: f64,
    /// Iterations made.
    pub n_iter: u32,
    /// Whether the rule was met.
    pub converged: bool,
    /// Whether there is no penalty and every sample is on its class's side.
    pub separated: bool,
}
