//! Which windows of an image are taken: `extract_patches_2d`, draw for draw.

use crate::error::{Error, Result};
use crate::random::RandomState;

/// How many windows of an image are taken (`max_patches`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxPatches {
    /// Every window once, in reading order (`None`).
    All,
    /// As many, drawn with replacement, or as many as there are windows if that is fewer (an int).
    Count(usize),
    /// This share of the windows, rounded down, drawn with replacement (a float).
    Share(f64),
}

/// An error if a window of `patch_size` (height, width) does not fit into `image_size`.
pub fn check_patch_size(image_size: (usize, usize), patch_size: (usize, usize)) -> Result<()> {
    let sides = [("height", image_size.0, patch_size.0), ("width", image_size.1, patch_size.1)];
    for (side, image, patch) in sides {
        if patch == 0 {
            return Err(Error::invalid("patch_size", "at least 1 pixel high and wide", patch));
        }
        if patch > image {
            return Err(Error::invalid("patch_size", format!("at most the {side} of the image, {image}"), patch));
        }
    }
    Ok(())
}

/// Number of windows that [`extract_positions`] takes of one image.
///
/// Errors: the window does not fit, a count of 0, or a share that is outside (0, 1) or
/// too small for a single window.
pub fn n_patches(image_size: (usize, usize), patch_size: (usize, usize), max_patches: MaxPatches) -> Result<usize> {
    check_patch_size(image_size, patch_size)?;
    let all = (image_size.0 - patch_size.0 + 1) * (image_size.1 - patch_size.1 + 1);
    let must_be = "a float in the range (0.0, 1.0), an int in the range [1, inf) or None";
    let n = match max_patches {
        MaxPatches::All => all,
        MaxPatches::Count(0) => return Err(Error::invalid("max_patches", must_be, 0)),
        MaxPatches::Count(count) => count.min(all),
        MaxPatches::Share(share) if share > 0.0 && share < 1.0 => (share * all as f64) as usize,
        MaxPatches::Share(share) => return Err(Error::invalid("max_patches", must_be, share)),
    };
    match (n, max_patches) {
        (0, MaxPatches::Share(share)) => {
            Err(Error::invalid("max_patches", format!("large enough for one of {all} windows"), share))
        }
        _ => Ok(n),
    }
}

/// Row and column of the upper left corner of each window that
/// `extract_patches_2d(image, patch_size, max_patches=…, random_state=random)` takes.
///
/// A stream that goes on from image to image gives the patches of a loop over images.
/// Errors: those of [`n_patches`].
pub fn extract_positions(
    image_size: (usize, usize),
    patch_size: (usize, usize),
    max_patches: MaxPatches,
    random: &mut RandomState,
) -> Result<Vec<(u32, u32)>> {
    let n = n_patches(image_size, patch_size, max_patches)?;
    let (rows, columns) = (image_size.0 - patch_size.0 + 1, image_size.1 - patch_size.1 + 1);
    if max_patches == MaxPatches::All {
        return Ok((0..n).map(|i| ((i / columns) as u32, (i % columns) as u32)).collect());
    }
    // Rows first, then columns: the order of scikit-learn's draws.
    let down = random.randint_many(0, rows as i64, n);
    let across = random.randint_many(0, columns as i64, n);
    Ok(down.into_iter().zip(across).map(|(row, column)| (row as u32, column as u32)).collect())
}

/// Copies the window at `(row, column)` of an image `width` pixels wide, row by row, to
/// the front of `out`; what follows there stays.
pub(super) fn copy_window(
    image: &[u8],
    width: usize,
    (row, column): (u32, u32),
    patch_size: (usize, usize),
    out: &mut [u8],
) {
    let first = row as usize * width + column as usize;
    for (line, to) in out.chunks_exact_mut(patch_size.1).take(patch_size.0).enumerate() {
        to.copy_from_slice(&image[first + line * width..][..patch_size.1]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_counted_as_scikit_learn_counts_them() {
        let count = |max_patches| n_patches((28, 28), (6, 6), max_patches);
        assert_eq!(count(MaxPatches::All), Ok(529));
        assert_eq!(count(MaxPatches::Share(0.75)), Ok(396));
        assert_eq!(count(MaxPatches::Count(7)), Ok(7));
        assert_eq!(count(MaxPatches::Count(10_000)), Ok(529));
        assert_eq!(n_patches((6, 8), (6, 8), MaxPatches::Share(0.999)).unwrap_err().to_string(), {
            "The 'max_patches' parameter must be large enough for one of 1 windows. Got 0.999 instead."
        });
    }

    #[test]
    fn what_scikit_learn_refuses_is_refused() {
        for bad in [MaxPatches::Count(0), MaxPatches::Share(0.0), MaxPatches::Share(1.0), MaxPatches::Share(-0.5)] {
            let error = n_patches((28, 28), (6, 6), bad).unwrap_err().to_string();
            assert!(error.contains("a float in the range (0.0, 1.0), an int in the range [1, inf) or None"), "{error}");
        }
        assert!(n_patches((28, 28), (6, 6), MaxPatches::Share(f64::NAN)).is_err());
        let error = |patch| check_patch_size((28, 20), patch).unwrap_err().to_string();
        assert!(error((29, 3)).contains("at most the height of the image, 28"));
        assert!(error((3, 21)).contains("at most the width of the image, 20"));
        assert!(error((0, 3)).contains("at least 1 pixel"));
    }

    #[test]
    fn all_windows_come_in_reading_order_without_a_draw() {
        let mut random = RandomState::new(5);
        let positions = extract_positions((3, 4), (2, 3), MaxPatches::All, &mut random).unwrap();
        assert_eq!(positions, [(0, 0), (0, 1), (1, 0), (1, 1)]);
        assert_eq!(random, RandomState::new(5));
        let mut out = [9u8; 7];
        copy_window(&(0..12).collect::<Vec<u8>>(), 4, positions[3], (2, 3), &mut out);
        assert_eq!(out, [5, 6, 7, 9, 10, 11, 9]);
    }
}
