//! Vectors of 128 bits under one name: what the processor offers, and the same
//! in plain arrays.

/// The vector operations that the kernels are written in.
///
/// Every operation is exact or a single IEEE rounding per lane, so all
/// implementations agree in every bit.
pub trait Lanes: Copy {
    /// Eight signed 16-bit lanes.
    type I16: Copy;
    /// Four signed 32-bit lanes.
    type I32: Copy;
    /// Two double lanes.
    type F64: Copy;

    /// Sixteen bytes, widened: the first eight, the last eight.
    fn bytes(bytes: &[u8; 16]) -> (Self::I16, Self::I16);
    /// Eight 16-bit words.
    fn words(words: &[i16; 8]) -> Self::I16;
    /// Four zeros.
    fn zero() -> Self::I32;
    /// `sums` plus the products of neighbouring lanes, added in pairs.
    fn dot(sums: Self::I32, a: Self::I16, b: Self::I16) -> Self::I32;
    /// The sum of the four lanes.
    fn total(sums: Self::I32) -> i64;
    /// For each the sum of its four lanes, which fits into 32 bits.
    fn totals(sums: [Self::I32; 4]) -> [i32; 4];
    /// Four copies of two words, the first in the low half of `pair`.
    fn repeat(pair: i32) -> Self::I16;
    /// The four lanes.
    fn lanes(sums: Self::I32) -> [i32; 4];
    /// Four 32-bit numbers.
    fn fours(fours: &[i32; 4]) -> Self::I32;
    /// The lesser of each two lanes.
    fn lesser(a: Self::I32, b: Self::I32) -> Self::I32;
    /// The greater of each two lanes.
    fn greater(a: Self::I32, b: Self::I32) -> Self::I32;

    /// Non-negative words as doubles, in order.
    fn widen(words: Self::I16) -> [Self::F64; 4];
    /// Two doubles.
    fn pair(values: &[f64; 2]) -> Self::F64;
    /// The two doubles.
    fn values(pair: Self::F64) -> [f64; 2];
    /// `a + b`.
    fn add(a: Self::F64, b: Self::F64) -> Self::F64;
    /// `a - b`.
    fn sub(a: Self::F64, b: Self::F64) -> Self::F64;
    /// `a * b`.
    fn mul(a: Self::F64, b: Self::F64) -> Self::F64;
}

/// Plain arrays: what every other implementation must equal.
#[derive(Debug, Clone, Copy)]
pub struct Plain;

impl Lanes for Plain {
    type I16 = [i16; 8];
    type I32 = [i32; 4];
    type F64 = [f64; 2];

    #[inline(always)]
    fn bytes(bytes: &[u8; 16]) -> ([i16; 8], [i16; 8]) {
        (std::array::from_fn(|i| i16::from(bytes[i])), std::array::from_fn(|i| i16::from(bytes[8 + i])))
    }

    #[inline(always)]
    fn words(words: &[i16; 8]) -> [i16; 8] {
        *words
    }

    #[inline(always)]
    fn zero() -> [i32; 4] {
        [0; 4]
    }

    #[inline(always)]
    fn dot(sums: [i32; 4], a: [i16; 8], b: [i16; 8]) -> [i32; 4] {
        let product = |i: usize| i32::from(a[i]) * i32::from(b[i]);
        std::array::from_fn(|i| sums[i] + product(2 * i) + product(2 * i + 1))
    }

    #[inline(always)]
    fn total(sums: [i32; 4]) -> i64 {
        sums.into_iter().map(i64::from).sum()
    }

    #[inline(always)]
    fn totals(sums: [[i32; 4]; 4]) -> [i32; 4] {
        sums.map(|sums| sums.into_iter().fold(0, i32::wrapping_add))
    }

    #[inline(always)]
    fn repeat(pair: i32) -> [i16; 8] {
        std::array::from_fn(|i| (pair >> (i % 2 * 16)) as i16)
    }

    #[inline(always)]
    fn lanes(sums: [i32; 4]) -> [i32; 4] {
        sums
    }

    #[inline(always)]
    fn fours(fours: &[i32; 4]) -> [i32; 4] {
        *fours
    }

    #[inline(always)]
    fn lesser(a: [i32; 4], b: [i32; 4]) -> [i32; 4] {
        std::array::from_fn(|i| a[i].min(b[i]))
    }

    #[inline(always)]
    fn greater(a: [i32; 4], b: [i32; 4]) -> [i32; 4] {
        std::array::from_fn(|i| a[i].max(b[i]))
    }

    #[inline(always)]
    fn widen(words: [i16; 8]) -> [[f64; 2]; 4] {
        std::array::from_fn(|i| [f64::from(words[2 * i]), f64::from(words[2 * i + 1])])
    }

    #[inline(always)]
    fn pair(values: &[f64; 2]) -> [f64; 2] {
        *values
    }

    #[inline(always)]
    fn values(pair: [f64; 2]) -> [f64; 2] {
        pair
    }

    #[inline(always)]
    fn add(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
        [a[0] + b[0], a[1] + b[1]]
    }

    #[inline(always)]
    fn sub(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
        [a[0] - b[0], a[1] - b[1]]
    }

    #[inline(always)]
    fn mul(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
        [a[0] * b[0], a[1] * b[1]]
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128 {
    use super::Lanes;
    use std::arch::wasm32::*;

    /// WebAssembly's simd128.
    #[derive(Debug, Clone, Copy)]
    pub struct Simd128;

    impl Lanes for Simd128 {
        type I16 = v128;
        type I32 = v128;
        type F64 = v128;

        #[inline(always)]
        fn bytes(bytes: &[u8; 16]) -> (v128, v128) {
            // SAFETY: the array is 16 readable bytes; v128_load needs no alignment.
            let v = unsafe { v128_load(bytes.as_ptr().cast()) };
            (u16x8_extend_low_u8x16(v), u16x8_extend_high_u8x16(v))
        }

        #[inline(always)]
        fn words(words: &[i16; 8]) -> v128 {
            // SAFETY: the array is 16 readable bytes; v128_load needs no alignment.
            unsafe { v128_load(words.as_ptr().cast()) }
        }

        #[inline(always)]
        fn zero() -> v128 {
            i32x4_splat(0)
        }

        #[inline(always)]
        fn dot(sums: v128, a: v128, b: v128) -> v128 {
            i32x4_add(sums, i32x4_dot_i16x8(a, b))
        }

        #[inline(always)]
        fn total(sums: v128) -> i64 {
            let pairs = i64x2_add(i64x2_extend_low_i32x4(sums), i64x2_extend_high_i32x4(sums));
            i64x2_extract_lane::<0>(pairs) + i64x2_extract_lane::<1>(pairs)
        }

        #[inline(always)]
        fn totals([a, b, c, d]: [v128; 4]) -> [i32; 4] {
            let halves = |a, b| {
                let (low, high) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
                i32x4_add(low, high)
            };
            let (ab, cd) = (halves(a, b), halves(c, d));
            Self::lanes(i32x4_add(i32x4_shuffle::<0, 1, 4, 5>(ab, cd), i32x4_shuffle::<2, 3, 6, 7>(ab, cd)))
        }

        #[inline(always)]
        fn repeat(pair: i32) -> v128 {
            i32x4_splat(pair)
        }

        #[inline(always)]
        fn lanes(sums: v128) -> [i32; 4] {
            let mut lanes = [0i32; 4];
            // SAFETY: the array is 16 writable bytes; v128_store needs no alignment.
            unsafe { v128_store(lanes.as_mut_ptr().cast(), sums) };
            lanes
        }

        #[inline(always)]
        fn fours(fours: &[i32; 4]) -> v128 {
            // SAFETY: the array is 16 readable bytes; v128_load needs no alignment.
            unsafe { v128_load(fours.as_ptr().cast()) }
        }

        #[inline(always)]
        fn lesser(a: v128, b: v128) -> v128 {
            i32x4_min(a, b)
        }

        #[inline(always)]
        fn greater(a: v128, b: v128) -> v128 {
            i32x4_max(a, b)
        }

        #[inline(always)]
        fn widen(words: v128) -> [v128; 4] {
            let (low, high) = (u32x4_extend_low_u16x8(words), u32x4_extend_high_u16x8(words));
            let upper = |v| i32x4_shuffle::<2, 3, 2, 3>(v, v);
            [low, upper(low), high, upper(high)].map(|half| f64x2_convert_low_i32x4(half))
        }

        #[inline(always)]
        fn pair(values: &[f64; 2]) -> v128 {
            // SAFETY: the array is 16 readable bytes; v128_load needs no alignment.
            unsafe { v128_load(values.as_ptr().cast()) }
        }

        #[inline(always)]
        fn values(pair: v128) -> [f64; 2] {
            [f64x2_extract_lane::<0>(pair), f64x2_extract_lane::<1>(pair)]
        }

        #[inline(always)]
        fn add(a: v128, b: v128) -> v128 {
            f64x2_add(a, b)
        }

        #[inline(always)]
        fn sub(a: v128, b: v128) -> v128 {
            f64x2_sub(a, b)
        }

        #[inline(always)]
        fn mul(a: v128, b: v128) -> v128 {
            f64x2_mul(a, b)
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use super::Lanes;
    use std::arch::x86_64::*;

    /// SSE2, which every x86-64 has.
    #[derive(Debug, Clone, Copy)]
    pub struct Sse2;

    // SAFETY of every block: SSE2 is part of x86-64 itself, and the unaligned
    // loads and stores stay within arrays of 16 bytes.
    #[allow(unused_unsafe)]
    impl Lanes for Sse2 {
        type I16 = __m128i;
        type I32 = __m128i;
        type F64 = __m128d;

        #[inline(always)]
        fn bytes(bytes: &[u8; 16]) -> (__m128i, __m128i) {
            unsafe {
                let (v, zero) = (_mm_loadu_si128(bytes.as_ptr().cast()), _mm_setzero_si128());
                (_mm_unpacklo_epi8(v, zero), _mm_unpackhi_epi8(v, zero))
            }
        }

        #[inline(always)]
        fn words(words: &[i16; 8]) -> __m128i {
            unsafe { _mm_loadu_si128(words.as_ptr().cast()) }
        }

        #[inline(always)]
        fn zero() -> __m128i {
            unsafe { _mm_setzero_si128() }
        }

        #[inline(always)]
        fn dot(sums: __m128i, a: __m128i, b: __m128i) -> __m128i {
            unsafe { _mm_add_epi32(sums, _mm_madd_epi16(a, b)) }
        }

        #[inline(always)]
        fn total(sums: __m128i) -> i64 {
            Self::lanes(sums).into_iter().map(i64::from).sum()
        }

        #[inline(always)]
        fn totals([a, b, c, d]: [__m128i; 4]) -> [i32; 4] {
            unsafe {
                let ab = _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
                let cd = _mm_add_epi32(_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));
                Self::lanes(_mm_add_epi32(_mm_unpacklo_epi64(ab, cd), _mm_unpackhi_epi64(ab, cd)))
            }
        }

        #[inline(always)]
        fn repeat(pair: i32) -> __m128i {
            unsafe { _mm_set1_epi32(pair) }
        }

        #[inline(always)]
        fn lanes(sums: __m128i) -> [i32; 4] {
            let mut lanes = [0i32; 4];
            unsafe { _mm_storeu_si128(lanes.as_mut_ptr().cast(), sums) };
            lanes
        }

        #[inline(always)]
        fn fours(fours: &[i32; 4]) -> __m128i {
            unsafe { _mm_loadu_si128(fours.as_ptr().cast()) }
        }

        #[inline(always)]
        fn lesser(a: __m128i, b: __m128i) -> __m128i {
            unsafe {
                let b_is = _mm_cmpgt_epi32(a, b);
                _mm_or_si128(_mm_and_si128(b_is, b), _mm_andnot_si128(b_is, a))
            }
        }

        #[inline(always)]
        fn greater(a: __m128i, b: __m128i) -> __m128i {
            unsafe {
                let a_is = _mm_cmpgt_epi32(a, b);
                _mm_or_si128(_mm_and_si128(a_is, a), _mm_andnot_si128(a_is, b))
            }
        }

        #[inline(always)]
        fn widen(words: __m128i) -> [__m128d; 4] {
            unsafe {
                let zero = _mm_setzero_si128();
                let (low, high) = (_mm_unpacklo_epi16(words, zero), _mm_unpackhi_epi16(words, zero));
                [
                    _mm_cvtepi32_pd(low),
                    _mm_cvtepi32_pd(_mm_unpackhi_epi64(low, low)),
                    _mm_cvtepi32_pd(high),
                    _mm_cvtepi32_pd(_mm_unpackhi_epi64(high, high)),
                ]
            }
        }

        #[inline(always)]
        fn pair(values: &[f64; 2]) -> __m128d {
            unsafe { _mm_loadu_pd(values.as_ptr()) }
        }

        #[inline(always)]
        fn values(pair: __m128d) -> [f64; 2] {
            let mut values = [0.0; 2];
            unsafe { _mm_storeu_pd(values.as_mut_ptr(), pair) };
            values
        }

        #[inline(always)]
        fn add(a: __m128d, b: __m128d) -> __m128d {
            unsafe { _mm_add_pd(a, b) }
        }

        #[inline(always)]
        fn sub(a: __m128d, b: __m128d) -> __m128d {
            unsafe { _mm_sub_pd(a, b) }
        }

        #[inline(always)]
        fn mul(a: __m128d, b: __m128d) -> __m128d {
            unsafe { _mm_mul_pd(a, b) }
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use simd128::Simd128 as Best;
#[cfg(target_arch = "x86_64")]
pub use sse2::Sse2 as Best;
/// The fastest implementation that this target surely has.
#[cfg(not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128"))))]
pub type Best = Plain;
