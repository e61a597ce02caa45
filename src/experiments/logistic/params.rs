//! What a logistic regression on images is asked for.

// `C` is scikit-learn's name, and a name in links for ever.
#![allow(non_snake_case)]

use crate::error::{Error, Result};
use crate::experiments::kmeans::Scaling;
use crate::experiments::split::{Split, split_params};
use crate::learn::linear_model::{self, ClassWeight, LogisticOptions, Penalty as Added};
use crate::params::Domain;

crate::choices! {
    /// How several classes are told apart.
    pub enum Scheme {
        /// One model for each class against all others.
        Ovr = "ovr",
        /// One model of all probabilities.
        Multinomial = "multinomial",
    }
}

crate::choices! {
    /// What is added for large coefficients.
    pub enum Penalty {
        /// Half the sum of their squares.
        L2 = "l2",
        /// The sum of their sizes.
        L1 = "l1",
        /// A mixture of both.
        ElasticNet = "elasticnet",
        /// Nothing.
        None = "none",
    }
}

crate::choices! {
    /// How much the images of each class count.
    pub enum Weight {
        /// All the same.
        None = "none",
        /// In inverse proportion to the size of the class.
        Balanced = "balanced",
    }
}

impl From<Scheme> for linear_model::Scheme {
    fn from(scheme: Scheme) -> Self {
        match scheme {
            Scheme::Ovr => linear_model::Scheme::OneVsRest,
            Scheme::Multinomial => linear_model::Scheme::Multinomial,
        }
    }
}

split_params! {
    /// Logistic regression on whole images.
    pub struct LogisticParams;
    {
        /// One model for each class against the rest, or one model of all probabilities.
        scheme "Scheme": Scheme = Scheme::Ovr, Domain::Choice(Scheme::WORDS);
        /// What is added to the loss for large coefficients.
        penalty "Penalty": Penalty = Penalty::L2, Domain::Choice(Penalty::WORDS);
        /// How much the loss counts against the penalty: the smaller, the simpler the model.
        C "C": f64 = 1.0, Domain::Float { min: 1e-12, max: 1e12 };
        /// Share of L1 in the elastic net.
        l1_ratio "Share of L1": f64 = 0.5, Domain::Float { min: 0.0, max: 1.0 };
        /// What is done to each pixel first. The notebook leaves grey levels from 0 to 255 as they are.
        scaling "Scaling": Scaling = Scaling::None, Domain::Choice(Scaling::WORDS);
        /// How much the images of each class count.
        class_weight "Class weights": Weight = Weight::None, Domain::Choice(Weight::WORDS);
        /// Whether there are intercepts.
        fit_intercept "Intercepts": bool = true, Domain::Flag;
        /// Most iterations of a model.
        max_iter "Iterations at most": u32 = 100, Domain::Int { min: 1, max: 10_000, slider: 200 };
        /// When a model has converged, as in scikit-learn's solvers of the scheme.
        tol "Tolerance": f64 = 1e-4, Domain::Float { min: 1e-14, max: 1.0 };
    }
    split
    {
        /// With the stratified split: share of the images, the same of every class, that is set apart for the test; 0 for none.
        test_size "Share for the test": f64 = 0.2, Domain::Float { min: 0.0, max: 0.9 };
        /// Seed of the split and of the choice of mis-classified images.
        random_state "Seed": u32 = 42, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
        /// Mis-classified images to show.
        n_shown "Mis-classified shown": u32 = 9, Domain::Int { min: 1, max: 100, slider: 50 };
        /// The class whose coefficients are shown alone, from 0.
        label "Label": u32 = 0, Domain::Int { min: 0, max: 255, slider: 9 };
    }
}

impl LogisticParams {
    /// The settings as the algorithm takes them.
    pub fn options(&self) -> LogisticOptions {
        LogisticOptions {
            scheme: self.scheme.into(),
            penalty: match self.penalty {
                Penalty::L2 => Added::L2,
                Penalty::L1 => Added::L1,
                Penalty::ElasticNet => Added::ElasticNet(self.l1_ratio),
                Penalty::None => Added::None,
            },
            c: self.C,
            tol: self.tol,
            max_iter: self.max_iter,
            fit_intercept: self.fit_intercept,
            class_weight: match self.class_weight {
                Weight::None => ClassWeight::None,
                Weight::Balanced => ClassWeight::Balanced,
            },
        }
    }

    /// Errors: values that do not go together.
    pub fn check(&self, n_samples: usize) -> Result<()> {
        self.asked().check(n_samples)?;
        if self.split == Split::Stratified && self.test_size > 0.0 && self.test_size < 1e-6 {
            return Err(Error::invalid("test_size", "0, or at least 1e-6", self.test_size));
        }
        Ok(())
    }

    /// Errors: a label that none of so many classes has.
    pub fn check_label(&self, n_classes: usize) -> Result<()> {
        if self.label as usize >= n_classes {
            let last = n_classes.saturating_sub(1);
            let must_be =
                format!("an int in the range [0, {last}]: these images have {n_classes} classes, counted from 0");
            return Err(Error::invalid("label", must_be, self.label));
        }
        Ok(())
    }

    /// The line that makes the model.
    pub fn python_model(&self, name: &str) -> String {
        let (c, ratio) = match self.penalty {
            Penalty::L2 => (self.C.to_string(), "0.0".to_string()),
            Penalty::L1 => (self.C.to_string(), "1.0".to_string()),
            Penalty::ElasticNet => (self.C.to_string(), self.l1_ratio.to_string()),
            Penalty::None => ("np.inf".to_string(), "0.0".to_string()),
        };
        let smooth = matches!(self.penalty, Penalty::L2 | Penalty::None);
        let solver = match (self.scheme, self.penalty) {
            (Scheme::Ovr, Penalty::L1 | Penalty::L2) => "liblinear",
            _ if smooth => "lbfgs",
            _ => "saga",
        };
        let weight = if self.class_weight == Weight::Balanced { "'balanced'" } else { "None" };
        let intercept = if self.fit_intercept { "True" } else { "False" };
        let one = format!(
            "LogisticRegression(\n    solver='{solver}', C={c}, l1_ratio={ratio}, tol={}, max_iter={}, \
             class_weight={weight},\n    fit_intercept={intercept}, random_state={})",
            self.tol, self.max_iter, self.random_state
        );
        match self.scheme {
            Scheme::Ovr => format!("{name} = OneVsRestClassifier({one})\n"),
            Scheme::Multinomial => format!("{name} = {one}\n"),
        }
    }
}
