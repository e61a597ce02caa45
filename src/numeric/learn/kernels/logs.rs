//! Natural logarithms that vectorise: the bits of `libm::log` without its branches.

/// `sqrt(1/2)`'s upper word: the mantissa is taken from there to `sqrt(2)`.
const SQRT_HALF: u64 = 0x3fe6_a09e << 32;
const ONE: u64 = 0x3ff0_0000 << 32;
const MANTISSA: u64 = (1 << 52) - 1;
/// `2^52`: or-ed with a small integer it is that integer plus `2^52`.
const SHIFT: u64 = 0x4330_0000_0000_0000;

/// The natural logarithm of a positive normal number: the same operations in the
/// same order as `libm::log` takes for it, so the same bits, but branchless, so
/// that a loop over a row becomes vector code. Zero, subnormal, negative and
/// infinite numbers give nonsense.
#[inline(always)]
// Digits as they are published, more than a double holds.
#[allow(clippy::excessive_precision)]
pub fn ln(x: f64) -> f64 {
    let shifted = x.to_bits().wrapping_add(ONE - SQRT_HALF);
    // The exponent by way of 2^52: integers of 64 bits have no conversion in 128-bit vectors.
    let exponent = f64::from_bits(SHIFT | (shifted >> 52)) - (f64::from_bits(SHIFT) + 1023.0);
    let mantissa = f64::from_bits((shifted & MANTISSA) + SQRT_HALF);
    let f = mantissa - 1.0;
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let odd = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
    let even = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
    let rest = even + odd;
    s * (half_square + rest) + exponent * 1.9082149292705877e-10 - half_square + f + exponent * 0.6931471803691238
}

/// Factors of one partial product: the product of this many numbers between
/// `1e-8` and `1e8` is far from the ends of a double's range.
const FACTORS: usize = 32;

/// The sum of `ln` of all `values`, each between `1e-8` and `1e8`: products of 32
/// of them, one logarithm for each product, added in order.
#[inline(always)]
pub fn sum_of_logs(values: impl Fn(usize) -> f64, n: usize) -> f64 {
    let mut sum = 0.0;
    let mut start = 0;
    while start + FACTORS <= n {
        // Four products side by side, for the processor to keep busy.
        let mut products = [1.0f64; 4];
        for i in (start..start + FACTORS).step_by(4) {
            for (lane, product) in products.iter_mut().enumerate() {
                *product *= values(i + lane);
            }
        }
        sum += ln((products[0] * products[1]) * (products[2] * products[3]));
        start += FACTORS;
    }
    let rest = (start..n).fold(1.0, |product, i| product * values(i));
    sum + ln(rest)
}

/// Gamma functions side by side.
const LANES: usize = 4;

/// `ln Gamma(x)` is the logarithm of Stirling's series at `x + 8` less that of `x (x + 1) .. (x + 7)`: the two parts.
#[inline(always)]
fn stirling(x: f64) -> (f64, f64) {
    let pairs = [x * (x + 1.0), (x + 2.0) * (x + 3.0), (x + 4.0) * (x + 5.0), (x + 6.0) * (x + 7.0)];
    let y = x + 8.0;
    let z = 1.0 / y;
    let w = z * z;
    let series = 0.4189385332046727
        + z * (0.08333333333333297
            + w * (-0.0027777777772877554
                + w * (0.0007936505586430196
                    + w * (-0.00059518755745034 + w * (0.0008363399189962821 + w * -0.0016309293409657527)))));
    ((y - 0.5) * (ln(y) - 1.0) + series, (pairs[0] * pairs[1]) * (pairs[2] * pairs[3]))
}

/// The sum of `ln Gamma(add + value)` over all `values`, each sum between `1e-4` and `1e5`: vector code without
/// branches, an order of magnitude faster than one function after the other.
pub fn sum_of_log_gammas(add: f64, values: &[f64]) -> f64 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    let mut logs = 0.0;
    for chunk in chunks {
        let mut products = [0.0; LANES];
        for ((sum, product), value) in sums.iter_mut().zip(&mut products).zip(chunk) {
            let (series, shift) = stirling(add + value);
            *sum += series;
            *product = shift;
        }
        // At most (1e5)^32: far from the end of a double's range.
        logs += ln((products[0] * products[1]) * (products[2] * products[3]));
    }
    for value in rest {
        let (series, shift) = stirling(add + value);
        sums[0] += series;
        logs += ln(shift);
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) - logs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sums_of_log_gammas_are_close(
            add in -4.0..4.0f64,
            values in prop::collection::vec(0..70_000u32, 0..50),
        ) {
            let add = libm::exp10(add);
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let slow: f64 = values.iter().map(|value| libm::lgamma(add + value)).sum();
            let fast = sum_of_log_gammas(add, &values);
            let size: f64 = values.iter().map(|value| libm::lgamma(add + value).abs() + 20.0).sum();
            prop_assert!((fast - slow).abs() <= 4e-15 * size, "{fast} {slow}");
        }

        #[test]
        fn logarithms_have_the_bits_of_libm(exponent in -300.0..300.0f64, mantissa in 1.0..2.0f64) {
            let x = mantissa * libm::exp2(exponent);
            prop_assert_eq!(ln(x).to_bits(), libm::log(x).to_bits(), "{}", x);
            prop_assert_eq!(ln(mantissa).to_bits(), libm::log(mantissa).to_bits());
        }

        #[test]
        fn sums_of_logarithms_are_close(values in prop::collection::vec(-8.0..8.0f64, 0..200)) {
            let values: Vec<f64> = values.into_iter().map(libm::exp10).collect();
            let slow: f64 = values.iter().map(|v| libm::log(*v)).sum();
            let fast = sum_of_logs(|i| values[i], values.len());
            prop_assert!((fast - slow).abs() <= 1e-11 * (1.0 + slow.abs()), "{fast} {slow}");
        }
    }

    #[test]
    fn the_logarithm_of_one_is_zero() {
        assert_eq!(ln(1.0).to_bits(), 0.0f64.to_bits());
        assert_eq!(sum_of_logs(|_| unreachable!(), 0), 0.0);
    }
}
