//! Two samples compared by their means: Student's t-test.

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
pub fn two_sided_t(t: f64, df: f64) -> f64 {
    let square = t * t;
    // The incomplete beta function at x = df / (df + t^2); both x and 1 - x without cancellation.
    let (x, rest) = (df / (df + square), square / (df + square));
    incomplete_beta((0.5 * df, 0.5), (x, rest), (-libm::log1p(square / df), libm::log(rest)))
}

/// The regularised incomplete beta function at `x`, with `1 - x` and the logarithms of both given.
fn incomplete_beta((a, b): (f64, f64), (x, rest): (f64, f64), (log_x, log_rest): (f64, f64)) -> f64 {
    if rest <= 0.0 {
        return 1.0;
    }
    let front = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * log_x + b * log_rest;
    let front = libm::exp(front);
    // The fraction converges fast on its own side of the mean.
    if x < (a + 1.0) / (a + b + 2.0) { front * fraction(a, b, x) / a } else { 1.0 - front * fraction(b, a, rest) / b }
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    /// In place of a zero that would be divided by.
    const TINY: f64 = 1e-300;
    let safe = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / safe(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for step in 1..500 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut factor = 1.0;
        for term in [even, odd] {
            d = 1.0 / safe(1.0 + term * d);
            c = safe(1.0 + term / c);
            factor = d * c;
            value *= factor;
        }
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
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
            assert!((found / expected - 1.0).abs() < 1e-10, "{t} {df}: {found} {expected}");
        }
        assert_eq!(two_sided_t(60.0, 4998.0), 0.0, "beyond the smallest number");
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
        for z in [0.0, 0.3, 1.0, 2.0, 5.0] {
            // They differ by z^4 / (4 df) of themselves.
            assert!((two_sided_t(z, 1e8) / two_sided_p(z) - 1.0).abs() < 1e-5, "{z}");
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
