//! Two samples compared by their means: Student's t-test.

use std::f64::consts::PI;

/// A sample of whole numbers: how many, their sum and the sum of their squares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sample {
    /// How many.
    pub n: u64,
    /// Their sum.
    pub sum: u64,
    /// The sum of their squares.
    pub squares: u64,
}

impl Sample {
    /// Takes one more value in.
    pub fn add(&mut self, value: u8) {
        self.n += 1;
        self.sum += u64::from(value);
        self.squares += u64::from(value) * u64::from(value);
    }

    /// `n` times the sum of squared distances from the mean: a whole number, so nothing is lost.
    fn spread(&self) -> f64 {
        (self.n * self.squares - self.sum * self.sum) as f64
    }
}

/// The t-statistic of `a` less `b` and its two-sided p-value, the variances taken to be equal
/// (`scipy.stats.ttest_ind`); `None` if a sample is empty, or nothing varies.
pub fn t_test(a: Sample, b: Sample) -> Option<(f64, f64)> {
    if a.n == 0 || b.n == 0 || a.n + b.n < 3 {
        return None;
    }
    let (n, m) = (a.n as f64, b.n as f64);
    let df = n + m - 2.0;
    let variance = (a.spread() / n + b.spread() / m) / df;
    if variance <= 0.0 {
        return None;
    }
    let t = (a.sum as f64 / n - b.sum as f64 / m) / (variance * (1.0 / n + 1.0 / m)).sqrt();
    Some((t, two_sided_t(t, df)))
}

/// `P(|T| > |t|)` of Student's t with `df` degrees of freedom (`2 * scipy.stats.t.sf`).
///
/// It is the regularised incomplete beta function of `df / 2` and 1/2 at `df / (df + t^2)`, in a form whose digits
/// `df` does not use up: with many degrees of freedom the logarithms of the gamma function are huge beside their
/// difference, and the argument is so near 1 that nothing may be subtracted from it.
pub fn two_sided_t(t: f64, df: f64) -> f64 {
    let (a, square) = (0.5 * df, t * t);
    let (x, rest) = (df / (df + square), 1.0 / (1.0 + df / square));
    if rest <= 0.0 {
        return 1.0;
    }
    let front = gamma_ratio(a) * (rest / PI).sqrt() * libm::exp(-a * libm::log1p(square / df));
    // Both converge fast, each on its own side of the mean.
    if rest * (a + 2.5) > 1.5 { front * tail(a, x, rest) } else { 1.0 - front * body(a, rest) }
}

/// `gamma(a + 1/2) / gamma(a)`.
fn gamma_ratio(a: f64) -> f64 {
    /// From here on the first term that is left out of the series is below 2e-17.
    const ENOUGH: f64 = 20.0;
    let (mut a, mut factor) = (a, 1.0);
    while a < ENOUGH {
        factor *= a / (a + 0.5);
        a += 1.0;
    }
    // Stirling's series of both logarithms, subtracted term by term: what is huge in them cancels on paper.
    let inverse = 1.0 / (a * a);
    let terms = [-31.0 / 18432.0, 17.0 / 14336.0, -1.0 / 640.0, 1.0 / 192.0, -1.0 / 8.0];
    factor * a.sqrt() * libm::exp(terms.iter().fold(0.0, |sum, term| sum * inverse + term) / a)
}

/// The incomplete beta function of `a` and 1/2 at `x = 1 - rest`, less its front: the continued fraction of DiDonato
/// and Morris (1992), by Lentz's method. For large `a` it becomes that of the normal tail, where in the usual one terms
/// nearly cancel.
fn tail(a: f64, x: f64, rest: f64) -> f64 {
    /// Far more than it takes: about seventy next to the mean, whatever `a` is.
    const MOST: u32 = 500;
    let beyond = (a + 0.5) * rest + 0.5;
    let mut value = a / (a + 1.0) * beyond;
    let (mut c, mut d) = (value, 0.0);
    for step in 1..MOST {
        let n = f64::from(step);
        let odd = a + 2.0 * n - 1.0;
        let weight = n * (0.5 - n) * x;
        let above = (a + n - 1.0) / odd * ((a + n - 0.5) / odd) * weight * x;
        let below = n + weight / odd + (a + n) / (odd + 2.0) * (beyond + n * (1.0 + rest));
        c = below + above / c;
        d = 1.0 / (below + above * d);
        value *= c * d;
        if (c * d - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    1.0 / value
}

/// The incomplete beta function of 1/2 and `b` at `x`, less its front: the series, all of whose terms are positive.
fn body(b: f64, x: f64) -> f64 {
    let (mut n, mut term, mut sum) = (0.0, 1.0, 1.0);
    while term > 0.1 * f64::EPSILON * sum {
        term *= (b + 0.5 + n) / (1.5 + n) * x;
        sum += term;
        n += 1.0;
    }
    2.0 * sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::inference::two_sided_p;

    /// `2 * scipy.stats.t.sf(t, df)` of SciPy 1.17.1.
    #[test]
    fn tails_are_scipys() {
        for (t, df, expected) in T_SF {
            let found = two_sided_t(t, df);
            assert!((found / expected - 1.0).abs() < 1e-12, "{t} {df}: {found} {expected}");
        }
        assert_eq!(two_sided_t(60.0, 4998.0), 0.0, "beyond the smallest number");
        assert_eq!([two_sided_t(1e200, 10.0), two_sided_t(f64::INFINITY, 10.0)], [0.0; 2]);
    }

    /// The same over the whole range of both. SciPy's digits agree to 9e-14 with integrals worked out with sixty, and
    /// where it says 0, the integral is less than half the smallest number.
    #[test]
    fn no_digit_is_lost_to_degrees_of_freedom() {
        for (df, tails) in T_SF_BY_DF {
            for (t, expected) in T.into_iter().zip(tails) {
                let found = two_sided_t(t, df);
                assert!((found - expected).abs() <= 5e-13 * expected, "{t} {df}: {found:e} {expected:e}");
            }
        }
    }

    const T: [f64; 11] = [0.1, 0.5, 1.0, 1.7, 1.8, 2.5, 5.0, 10.0, 20.0, 37.0, 40.0];

    #[rustfmt::skip]
    const T_SF_BY_DF: [(f64, [f64; 11]); 6] = [
        (3.0, [
            0.9266523488008059, 0.651447964848151, 0.3910022189557705, 0.18769064155341003,
            0.16967992890125821, 0.08770664700806556, 0.015392438073302294, 0.0021283990584141503,
            0.0002732032502473116, 4.342348812497913e-05, 3.4380680789158506e-05,
        ]),
        (10.0, [
            0.9223207185644082, 0.627893605742973, 0.34089313230206, 0.11996934590902035,
            0.10205224313467892, 0.03144684423660882, 0.0005373336027564527, 1.5895531755964125e-06,
            2.1460623172042523e-09, 4.9498909653971114e-12, 2.2808577430857535e-12,
        ]),
        (100.0, [
            0.9205445310958512, 0.6181735658308866, 0.31972415578412333, 0.09223932700301926,
            0.0748758978670462, 0.014045789124077172, 2.450173413503802e-06, 9.90168898459413e-17,
            9.994267861337003e-37, 3.670821403538898e-60, 2.462107602140071e-63,
        ]),
        (1e4, [
            0.920346330031075, 0.6170860793232337, 0.31733470433042915, 0.08916202272770501,
            0.07189076588292886, 0.012435219550583698, 5.830326613662659e-07, 1.963280742866382e-23,
            2.7646525865406702e-87, 5.622631235279597e-281, 0.0,
        ]),
        (1e8, [
            0.9203443256464031, 0.6170750785521784, 0.3173105102826212, 0.08913092862681876,
            0.0718606412385896, 0.01241933224005455, 5.733041101267264e-07, 1.5240094630247956e-23,
            5.509462576657769e-89, 1.150499977682215e-299, 0.0,
        ]),
        (1e12, [
            0.9203443254459621, 0.617075077452084, 0.3173105078631561, 0.08913092551739712,
            0.0718606382261529, 0.012419330651711118, 5.73303143855025e-07, 1.5239706087178874e-23,
            5.50724845860248e-89, 1.1451147818206058e-299, 0.0,
        ]),
    ];

    /// One and two degrees of freedom have closed forms.
    #[test]
    fn few_degrees_of_freedom_are_their_closed_forms() {
        for step in 1..2000 {
            let t = f64::from(step) * 0.01;
            let cauchy = libm::atan(1.0 / t) / std::f64::consts::FRAC_PI_2;
            assert!((two_sided_t(t, 1.0) / cauchy - 1.0).abs() < 1e-14, "{t}");
            let root = (2.0 + t * t).sqrt();
            let two = 2.0 / (root * (root + t));
            assert!((two_sided_t(t, 2.0) / two - 1.0).abs() < 1e-14, "{t}");
        }
    }

    const T_SF: [(f64, f64, f64); 11] = [
        (0.0, 3.0, 1.0),
        (0.5, 1.0, 0.7048327646991335),
        (2.0, 4.0, 0.11611652351681556),
        (1.9, 1974.0, 0.057578713525964484),
        (-3.3, 1974.0, 0.000984058789831893),
        (8.0, 2000.0, 2.0864365381608377e-15),
        (40.0, 1974.0, 9.387596021415135e-257),
        (0.001, 10.0, 0.999221783374741),
        (1e-09, 10.0, 0.9999999992217833),
        (100.0, 2.0, 9.998500249956258e-05),
        (37.5, 9998.0, 4.419124302944108e-288),
    ];

    #[test]
    fn many_degrees_of_freedom_are_the_normal_distribution() {
        for z in [0.0, 0.3, 1.0, 2.0, 5.0, 10.0, 20.0, 37.0f64] {
            // They differ by z^4 / (4 df) of themselves.
            let bound = (1.0 + z.powi(4)) / 1e12;
            assert!((two_sided_t(z, 1e12) / two_sided_p(z) - 1.0).abs() < bound, "{z}");
        }
        assert_eq!(two_sided_t(-3.0, 7.0), two_sided_t(3.0, 7.0));
    }

    #[test]
    fn means_are_compared() {
        let of = |values: &[u8]| {
            let mut sample = Sample::default();
            values.iter().for_each(|value| sample.add(*value));
            sample
        };
        // scipy.stats.ttest_ind([1, 2, 3, 4, 255], [0, 0, 7])
        let (t, p) = t_test(of(&[1, 2, 3, 4, 255]), of(&[0, 0, 7])).unwrap();
        assert!((t - T_TEST.0).abs() < 1e-14 && (p - T_TEST.1).abs() < 1e-14, "{t} {p}");
        assert_eq!(t_test(of(&[]), of(&[1, 2])), None);
        assert_eq!(t_test(of(&[3, 3]), of(&[3, 3])), None, "nothing varies");
        assert_eq!(t_test(of(&[3]), of(&[4])), None);
    }

    const T_TEST: (f64, f64) = (0.7521975537144558, 0.480389612007145);
}
