//! The normal distribution to the last bits, far into its tails.

/// `1 / sqrt(2)` in two doubles, so that its rounding does not reach the tails.
const INV_SQRT_2: (f64, f64) = (std::f64::consts::FRAC_1_SQRT_2, -4.833_646_656_726_457e-17);
/// `1 / sqrt(2 pi)`.
const INV_SQRT_TAU: f64 = 0.398_942_280_401_432_7;
/// Beyond it the logarithm comes from the asymptotic series.
const FAR: f64 = 25.0;

/// `P(X <= z)` (`scipy.stats.norm.cdf`).
pub fn norm_cdf(z: f64) -> f64 {
    0.5 * erfc_scaled(-z)
}

/// `P(X > z)` (`scipy.stats.norm.sf`).
pub fn norm_sf(z: f64) -> f64 {
    0.5 * erfc_scaled(z)
}

/// `P(|X| > |z|)`: the two-sided p-value of a z-score. 0 beyond 38.5.
pub fn two_sided_p(z: f64) -> f64 {
    erfc_scaled(z.abs())
}

/// Natural logarithm of [`two_sided_p`]; finite for every finite `z`.
pub fn log_two_sided_p(z: f64) -> f64 {
    let z = z.abs();
    if z < FAR {
        return libm::log(erfc_scaled(z));
    }
    // 1 - 1/z^2 + 3/z^4 - 15/z^6 + …; at z = 25 the tenth term is below the last bit.
    let inverse = 1.0 / (z * z);
    let (mut term, mut series) = (1.0, 1.0);
    for k in 1..10 {
        term *= -f64::from(2 * k - 1) * inverse;
        series += term;
    }
    -0.5 * z * z + libm::log(2.0 * INV_SQRT_TAU * series / z)
}

/// The `z` with `norm_cdf(z) = p` (`scipy.stats.norm.ppf`); infinite for 0 and 1, NaN outside.
pub fn norm_ppf(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p > 0.5 {
        // 1 - p is exact for p of at least one half.
        return -norm_ppf(1.0 - p);
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    // Abramowitz and Stegun 26.2.23, to 4.5e-4; each of Halley's steps then triples the digits.
    let t = (-2.0 * libm::log(p)).sqrt();
    let top = 2.515517 + t * (0.802853 + t * 0.010328);
    let bottom = 1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308));
    let mut x = t - top / bottom;
    for _ in 0..3 {
        let density = INV_SQRT_TAU * libm::exp(-0.5 * x * x);
        if density == 0.0 {
            break;
        }
        let step = (norm_sf(x) - p) / density;
        x += step / (1.0 - 0.5 * x * step);
    }
    -x
}

/// `erfc(z / sqrt(2))`, the rounding of the quotient made good.
fn erfc_scaled(z: f64) -> f64 {
    let (high, low) = INV_SQRT_2;
    let x = z * high;
    if x.is_nan() || x.abs() >= 27.5 {
        return libm::erfc(x);
    }
    let rest = product_error(z, high, x) + z * low;
    // The first term of Taylor's series: 2 / sqrt(pi) is the slope at 0.
    libm::erfc(x) - rest * std::f64::consts::FRAC_2_SQRT_PI * libm::exp(-x * x)
}

/// `a * b - p` for the rounded product `p`, exact (Dekker).
fn product_error(a: f64, b: f64, p: f64) -> f64 {
    let split = |x: f64| {
        let wide = 134_217_729.0 * x;
        let high = wide - (wide - x);
        (high, x - high)
    };
    let ((a1, a2), (b1, b2)) = (split(a), split(b));
    ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2
}
