//! A hidden part that somebody has painted, beside the true one and the one that the chains find most probable pixel by
//! pixel.

use super::groups::Groups;

/// One way in which an image may go on.
#[derive(Debug, Clone, PartialEq)]
pub struct Continued {
    /// The whole image, `(n_features,)`, not 0 where on; seen pixels as they are seen.
    pub pixels: Vec<u8>,
    /// Hidden pixels with ink.
    pub n_ink: usize,
    /// Share of the hidden pixels that are as in the image.
    pub as_image: f64,
    /// Share of the hidden pixels that are as the chains would have them.
    pub as_chains: f64,
    /// Log probability of the hidden pixels together, given the seen ones.
    pub log_p: f64,
}

/// What was painted, what the chains would have (each hidden pixel on if that is more probable than not), and the image
/// itself. `painted` and `bits` are not 0 where a pixel is on, all of shape `(n_features,)`.
pub fn compare(groups: &Groups, bits: &[u8], observed: &[bool], painted: &[u8]) -> [Continued; 3] {
    let chains: Vec<u8> =
        groups.complete(bits, observed).mean().into_iter().map(|chance| u8::from(chance > 0.5)).collect();
    let hidden: Vec<usize> = (0..observed.len()).filter(|pixel| !observed[*pixel]).collect();
    let share = |one: &[u8], other: &[u8]| {
        let alike = hidden.iter().filter(|pixel| (one[**pixel] != 0) == (other[**pixel] != 0)).count();
        alike as f64 / hidden.len().max(1) as f64
    };
    [painted, &chains, bits].map(|part| {
        let pixels: Vec<u8> =
            observed.iter().enumerate().map(|(pixel, seen)| if *seen { bits[pixel] } else { part[pixel] }).collect();
        Continued {
            n_ink: hidden.iter().filter(|pixel| pixels[**pixel] != 0).count(),
            as_image: share(&pixels, bits),
            as_chains: share(&pixels, &chains),
            log_p: groups.log_p_hidden(&pixels, observed),
            pixels,
        }
    })
}
