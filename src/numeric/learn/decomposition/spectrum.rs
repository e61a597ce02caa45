//! All of the spectrum: by singular values, or by the covariance.

use super::data::Data;
use super::options::{NComponents, PcaOptions};
use super::pca::{Found, Scores};
use crate::error::Result;
use crate::learn::Matrix;
use crate::learn::linalg::{eigh, is_quick, svd};

/// `svd_solver="full"`.
pub(super) fn full(x: Data, options: &PcaOptions) -> Result<Found> {
    let (n, m) = (x.n_samples(), x.n_features());
    if n >= m && !is_quick(n, m) {
        return by_covariance(x, options);
    }
    let mean = x.mean();
    let found = svd(&x.centered(&mean))?;
    let variances: Vec<f64> = found.s.iter().map(|s| s * s / (n - 1) as f64).collect();
    let (k, total_variance, noise_variance) = shares(&variances, n.min(m), options);
    Ok(Found {
        mean,
        components: first_rows(&found.vt, k),
        explained_variance: variances[..k].to_vec(),
        singular_values: found.s[..k].to_vec(),
        total_variance,
        noise_variance,
        rank: found.rank,
        scores: Scores::Given(found.ut),
    })
}

/// `svd_solver="covariance_eigh"`.
pub(super) fn by_covariance(x: Data, options: &PcaOptions) -> Result<Found> {
    let (n, m) = (x.n_samples(), x.n_features());
    let (mean, mut covariance) = x.scatter();
    for i in 0..m {
        covariance.row_mut(i).iter_mut().for_each(|value| *value /= (n - 1) as f64);
    }
    // A share is known only with the values; then its vectors are found, too.
    let wanted = match options.n_components {
        NComponents::Share(_) => n.min(m),
        _ => options.count(n.min(m), std::iter::empty()),
    };
    let found = eigh(covariance, wanted)?;
    let variances: Vec<f64> = found.values.iter().map(|value| value.max(0.0)).collect();
    let (k, total_variance, noise_variance) = shares(&variances, n.min(m), options);
    let noise = n.max(m) as f64 * f64::EPSILON * variances[0];
    Ok(Found {
        mean,
        components: first_rows(&found.vectors, k),
        explained_variance: variances[..k].to_vec(),
        singular_values: variances[..k].iter().map(|variance| (variance * (n - 1) as f64).sqrt()).collect(),
        total_variance,
        noise_variance,
        rank: variances.iter().take_while(|&&variance| variance > noise).count(),
        scores: Scores::Project,
    })
}

/// Components to keep, the variance of all, and the mean of those left out.
fn shares(variances: &[f64], least: usize, options: &PcaOptions) -> (usize, f64, f64) {
    let total: f64 = variances.iter().sum();
    let k = options.count(least, variances.iter().map(|variance| variance / total));
    let rest = &variances[k..];
    let noise = if k < least { rest.iter().sum::<f64>() / rest.len() as f64 } else { 0.0 };
    (k, total, noise)
}

fn first_rows(matrix: &Matrix, k: usize) -> Matrix {
    let values = matrix.as_slice()[..k * matrix.n_cols()].to_vec();
    Matrix::from_vec(values, k, matrix.n_cols()).expect("whole rows")
}
