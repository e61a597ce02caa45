//! `#[serde(with = "crate::bytes")]`: a vector of `f32` as one base64 string, so
//! that no bit and no kilobyte is lost in JSON. Grey levels take a byte each
//! (prefix `8`), and so do signs and other small whole numbers, and gaps among them (prefix `i`); other
//! values their little-endian bytes (prefix `f`). In messages, which nobody reads, the bytes stand as they are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serializer, de};

/// What stands for NaN among small whole numbers.
const GAP: i8 = i8::MIN;

fn signed(byte: i8) -> f32 {
    if byte == GAP { f32::NAN } else { f32::from(byte) }
}

/// Writes the values' bytes.
pub fn serialize<S: Serializer>(values: &[f32], serializer: S) -> Result<S::Ok, S::Error> {
    // Comparing bits keeps -0.0 apart from 0.
    let level = |value: &f32| (*value as u8, f32::from(*value as u8).to_bits() == value.to_bits());
    let whole = |value: &f32| match value.to_bits() {
        bits if bits == f32::NAN.to_bits() => (GAP, true),
        bits => (*value as i8, f32::from(*value as i8).to_bits() == bits && *value as i8 != GAP),
    };
    if !serializer.is_human_readable() {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        return serializer.serialize_bytes(&bytes);
    }
    let (kind, bytes): (_, Vec<u8>) = if values.iter().all(|value| level(value).1) {
        ('8', values.iter().map(|value| level(value).0).collect())
    } else if values.iter().all(|value| whole(value).1) {
        ('i', values.iter().map(|value| whole(value).0.cast_unsigned()).collect())
    } else {
        ('f', values.iter().flat_map(|value| value.to_le_bytes()).collect())
    };
    serializer.serialize_str(&format!("{kind}{}", STANDARD.encode(bytes)))
}

/// Reads them back.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f32>, D::Error> {
    if !deserializer.is_human_readable() {
        return words::<D::Error>(&serde_bytes::ByteBuf::deserialize(deserializer)?);
    }
    let text = String::deserialize(deserializer)?;
    let decode = |text: &str| STANDARD.decode(text).map_err(de::Error::custom);
    if let Some(text) = text.strip_prefix('8') {
        return Ok(decode(text)?.into_iter().map(f32::from).collect());
    }
    if let Some(text) = text.strip_prefix('i') {
        return Ok(decode(text)?.into_iter().map(|byte| signed(byte.cast_signed())).collect());
    }
    let text = text.strip_prefix('f').ok_or_else(|| de::Error::custom("values must begin with '8', 'i' or 'f'"))?;
    words(&decode(text)?)
}

fn words<E: de::Error>(bytes: &[u8]) -> Result<Vec<f32>, E> {
    let (words, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(E::custom("a vector of f32 needs a multiple of four bytes"));
    }
    Ok(words.iter().map(|word| f32::from_le_bytes(*word)).collect())
}

/// `#[serde(with = "crate::bytes::doubles")]`: the same for `f64`, all eight bytes of each.
pub mod doubles {
    use super::*;

    /// Writes the values' little-endian bytes.
    pub fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    /// Reads them back.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        let bytes = STANDARD.decode(String::deserialize(deserializer)?).map_err(de::Error::custom)?;
        let (words, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(de::Error::custom("a vector of f64 needs a multiple of eight bytes"));
        }
        Ok(words.iter().map(|word| f64::from_le_bytes(*word)).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::report::Picture;

    #[test]
    fn every_bit_comes_back() {
        for pixels in [
            vec![],
            vec![0.0, 255.0, 7.0],
            vec![-0.0],
            vec![0.5, f32::MAX, f32::NAN],
            vec![256.0, -1.0],
            vec![-1.0, 0.0, 127.0],
            vec![-129.0],
        ] {
            let bits = |pixels: &[f32]| pixels.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            let expected = bits(&pixels);
            let text = serde_json::to_string(&Picture { caption: String::new(), pixels, scale: None }).unwrap();
            let back: Picture = serde_json::from_str(&text).unwrap();
            assert_eq!(bits(&back.pixels), expected, "{text}");
        }
    }

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Wide(#[serde(with = "crate::bytes::doubles")] Vec<f64>);

    #[test]
    fn every_bit_of_a_double_comes_back() {
        let values = vec![0.1 + 0.2, -0.0, f64::MIN_POSITIVE, f64::INFINITY];
        let text = serde_json::to_string(&Wide(values.clone())).unwrap();
        let back: Wide = serde_json::from_str(&text).unwrap();
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back.0), bits(&values));
        for bad in ["\"AAAA\"", "\"?\"", "1"] {
            assert!(serde_json::from_str::<Wide>(bad).is_err(), "{bad}");
        }
    }
}
