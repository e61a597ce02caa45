//! Clusterings as a browser keeps them. What it kept is input too.

use super::{MOST, Pinned};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// Images of a data set at most.
const MOST_IMAGES: u32 = 10_000_000;

/// As a browser keeps them: numbers in few letters.
#[derive(Serialize, Deserialize)]
struct Packed {
    link: String,
    title: String,
    data: String,
    changes: Vec<(String, String)>,
    n: usize,
    /// Base64 of four bytes each; none if they are the first `n` of the data set.
    images: Option<String>,
    /// Base64 of four bytes each, or of one where the greatest is below 255.
    labels: String,
    /// Base64 of one byte each.
    digits: String,
}

impl From<&Pinned> for Packed {
    fn from(pin: &Pinned) -> Self {
        let Pinned { link, title, data, changes, images, labels, digits } = pin.clone();
        let n = images.len();
        let all = images.iter().copied().eq(0..n as u32);
        let wide = labels.iter().any(|label| *label >= 255);
        let bytes: Vec<u8> = match wide {
            true => labels.iter().flat_map(|label| label.to_le_bytes()).collect(),
            false => labels.iter().map(|label| *label as u8).collect(),
        };
        let images: Vec<u8> = images.iter().flat_map(|image| image.to_le_bytes()).collect();
        let images = (!all).then(|| STANDARD.encode(images));
        let (labels, digits) = (STANDARD.encode(bytes), STANDARD.encode(digits));
        Packed { link, title, data, changes, n, images, labels, digits }
    }
}

impl Packed {
    fn open(self) -> Option<Pinned> {
        let Packed { link, title, data, changes, n, images, labels, digits } = self;
        let images = match images {
            None => (0..u32::try_from(n).ok().filter(|n| *n <= MOST_IMAGES)?).collect(),
            Some(text) => {
                STANDARD.decode(text).ok()?.as_chunks().0.iter().map(|four| u32::from_le_bytes(*four)).collect()
            }
        };
        let bytes = STANDARD.decode(labels).ok()?;
        let labels = match bytes.len() == n {
            true => bytes.into_iter().map(|byte| if byte == 255 { -1 } else { i32::from(byte) }).collect(),
            false => bytes.as_chunks().0.iter().map(|four| i32::from_le_bytes(*four)).collect(),
        };
        let pin = Pinned { link, title, data, changes, images, labels, digits: STANDARD.decode(digits).ok()? };
        Some(pin).filter(Pinned::is_whole)
    }
}

/// The text that a browser keeps.
pub fn pack(pins: &[Pinned]) -> Option<String> {
    serde_json::to_string(&pins.iter().map(Packed::from).collect::<Vec<_>>()).ok()
}

/// What a text stands for that a browser kept. It may be anything: what is not whole is left out.
pub fn unpack(text: &str) -> Vec<Pinned> {
    let all: Vec<Packed> = serde_json::from_str(text).unwrap_or_default();
    all.into_iter().filter_map(Packed::open).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::pin;
    use super::*;

    #[test]
    fn what_does_not_fit_is_not_read_back() {
        let good = pin("one", &[0, 2], &[0, -1], &[3, 3]);
        assert!(good.is_whole());
        let all = pin("all", &[0, 1, 2], &[300, -1, 0], &[3, 4, 5]);
        let text = pack(&[good.clone(), all.clone()]).unwrap();
        assert_eq!(unpack(&text), [good.clone(), all]);
        for bad in ["", "[]", "{}", "[1]", &text[1..], &text.replace("\"n\":2", "\"n\":4000000000")] {
            assert!(unpack(bad).len() < 2, "{bad}");
        }
        for link in ["javascript:void(0)", "https://elsewhere", "", " #/clusters"] {
            let elsewhere = Pinned { link: link.into(), ..good.clone() };
            assert!(unpack(&pack(&[elsewhere]).unwrap()).is_empty(), "{link}");
        }
        for bad in [
            pin("none", &[], &[], &[]),
            pin("short", &[0, 2], &[0], &[3, 3]),
            pin("turned", &[2, 0], &[0, 1], &[3, 3]),
            pin("twice", &[2, 2], &[0, 1], &[3, 3]),
            pin("low", &[0, 2], &[0, -2], &[3, 3]),
            pin("without digits", &[0, 2], &[0, 1], &[3]),
        ] {
            assert!(!bad.is_whole(), "{}", bad.title);
        }
    }
}
