//! Dot products of one short row with many: the rows' words lie interleaved, four
//! rows to a vector, so that no vector is ever summed across.

use super::lanes::{Best, Lanes};

/// Vectors that are summed side by side: what fits into the registers.
const ABREAST: usize = 4;

/// Row-major `words`, shape `(n_rows, 2 * n_pairs)`, in the order that [`less_dots`]
/// reads: four rows at a time (with rows of zeros at the end), pair by pair.
pub fn interleave(words: &[i16], n_pairs: usize) -> Vec<i16> {
    let n_rows = words.len().checked_div(2 * n_pairs).unwrap_or(0);
    let mut out = vec![0; n_rows.next_multiple_of(4) * 2 * n_pairs];
    for row in 0..n_rows {
        let fours = &mut out[row / 4 * 8 * n_pairs..];
        for pair in 0..n_pairs {
            let from = (row * n_pairs + pair) * 2;
            fours[pair * 8 + row % 4 * 2..][..2].copy_from_slice(&words[from..from + 2]);
        }
    }
    out
}

/// `out[j] = offsets[j] - dot(row, words of row j)`, exact.
///
/// `words` is made by [`interleave`] of rows of as many pairs as `row` has; `offsets` and
/// `out` have an entry for each of its rows, zeros included. The caller sees to it that no
/// sum leaves 32 bits.
pub fn less_dots(row: &[i16], words: &[i16], offsets: &[i32], out: &mut [i32]) {
    less_dots_on::<Best>(row, words, offsets, out);
}

#[inline(always)]
fn less_dots_on<L: Lanes>(row: &[i16], words: &[i16], offsets: &[i32], out: &mut [i32]) {
    let row = row.as_chunks::<2>().0;
    let pair = |[low, high]: [i16; 2]| L::repeat(i32::from(low as u16) | i32::from(high) << 16);
    let n = row.len();
    let vectors = words.as_chunks::<8>().0;
    let (offsets, out) = (offsets.as_chunks::<4>().0, out.as_chunks_mut::<4>().0);
    let groups = out.len().min(offsets.len()).min(vectors.len().checked_div(n).unwrap_or(0));
    let mut group = 0;
    while group + ABREAST <= groups {
        let streams: [&[[i16; 8]]; ABREAST] = std::array::from_fn(|k| &vectors[(group + k) * n..][..n]);
        let mut sums = [L::zero(); ABREAST];
        for (i, &two) in row.iter().enumerate() {
            let pair = pair(two);
            for k in 0..ABREAST {
                sums[k] = L::dot(sums[k], pair, L::words(&streams[k][i]));
            }
        }
        for k in 0..ABREAST {
            let dots = L::lanes(sums[k]);
            out[group + k] = std::array::from_fn(|lane| offsets[group + k][lane] - dots[lane]);
        }
        group += ABREAST;
    }
    for group in group..groups {
        let mut sums = L::zero();
        for (&two, words) in row.iter().zip(&vectors[group * n..]) {
            sums = L::dot(sums, pair(two), L::words(words));
        }
        let dots = L::lanes(sums);
        out[group] = std::array::from_fn(|lane| offsets[group][lane] - dots[lane]);
    }
}

/// Dot product of two rows of one length, a multiple of eight, exact. The caller sees to it that the absolute values of
/// all products sum to less than 2^31.
#[inline(always)]
pub fn dot(a: &[i16], b: &[i16]) -> i32 {
    let both = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0);
    Best::total(both.fold(Best::zero(), |sums, (a, b)| Best::dot(sums, Best::words(a), Best::words(b)))) as i32
}

/// The least of some numbers and the second least, which is the same where it occurs twice, and `i32::MAX` where there
/// are not so many. What is left of a length that is not a multiple of four is not looked at.
#[inline(always)]
pub fn least_two(numbers: &[i32]) -> [i32; 2] {
    least_two_on::<Best>(numbers)
}

#[inline(always)]
fn least_two_on<L: Lanes>(numbers: &[i32]) -> [i32; 2] {
    // Each lane has its own two.
    let mut least = [L::fours(&[i32::MAX; 4]); 2];
    for fours in numbers.as_chunks::<4>().0 {
        let fours = L::fours(fours);
        least = [L::lesser(least[0], fours), L::lesser(least[1], L::greater(least[0], fours))];
    }
    let [first, second] = least.map(L::lanes);
    let two = first.into_iter().zip(second).reduce(|(a, b), (c, d)| (a.min(c), b.min(d).min(a.max(c))));
    two.map_or([i32::MAX; 2], |(first, second)| [first, second])
}

#[cfg(test)]
mod tests {
    use super::super::lanes::Plain;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_least_two_are_the_first_two_in_order(fours in prop::collection::vec(any::<[i8; 4]>(), 0..9), wide: bool) {
            let mut numbers: Vec<i32> = fours.concat().into_iter().map(i32::from).collect();
            if wide {
                numbers.iter_mut().for_each(|x| *x <<= 24);
            }
            let found = least_two(&numbers);
            prop_assert_eq!(found, least_two_on::<Plain>(&numbers));
            numbers.sort_unstable();
            numbers.extend([i32::MAX; 2]);
            prop_assert_eq!(&found, &numbers[..2]);
        }

        #[test]
        fn every_row_has_its_dot(
            row in prop::collection::vec(-256i16..256, 0..24),
            words in prop::collection::vec(any::<i16>(), 24 * 30),
            n_rows in 0usize..30,
            offset in -1_000_000i32..1_000_000,
        ) {
            let n_pairs = row.len() / 2;
            let row = &row[..2 * n_pairs];
            let words = &words[..n_rows * 2 * n_pairs];
            let interleaved = interleave(words, n_pairs);
            let lanes = if n_pairs == 0 { 0 } else { n_rows.next_multiple_of(4) };
            let offsets: Vec<i32> = (0..lanes as i32).map(|j| offset + j).collect();
            let (mut out, mut plain) = (vec![0; lanes], vec![1; lanes]);
            less_dots(row, &interleaved, &offsets, &mut out);
            less_dots_on::<Plain>(row, &interleaved, &offsets, &mut plain);
            prop_assert_eq!(&out, &plain);
            for j in 0..lanes {
                let words = words.get(j * 2 * n_pairs..(j + 1) * 2 * n_pairs).unwrap_or_default();
                let dot: i32 = row.iter().zip(words).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum();
                prop_assert_eq!(out[j], offsets[j] - dot);
                let eights = |row: &[i16]| [row, &vec![0; row.len().next_multiple_of(8) - row.len()]].concat();
                if words.len() == row.len() {
                    prop_assert_eq!(super::dot(&eights(row), &eights(words)), dot);
                }
            }
        }
    }
}
