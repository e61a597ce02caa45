//! The fixtures beside the original data: JSON and NumPy's files.

use serde_json::Value;
use std::path::PathBuf;

/// The folder of the fixtures, if it is there.
pub fn folder() -> Option<PathBuf> {
    let data = std::env::var_os("DIGITOSCOPE_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let folder = data.join("../spec/encludl/fixtures");
    if !folder.is_dir() {
        println!("skipped, no data: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

/// A JSON file.
pub fn json(name: &str) -> Option<Value> {
    let text = std::fs::read_to_string(folder()?.join(name)).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// An array of numbers; `null` is NaN.
pub fn numbers(value: &Value) -> Vec<f64> {
    let array = value.as_array().unwrap_or_else(|| panic!("no array: {value}"));
    array.iter().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect()
}

/// Compares entry by entry; `allowed` tells how far each may be from what is expected.
#[track_caller]
pub fn near(found: &[f64], expected: &[f64], allowed: impl Fn(f64) -> f64) {
    assert_eq!(found.len(), expected.len());
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let off = (found - expected).abs();
        let fine = off <= allowed(expected.abs()) || expected.is_nan() && found.is_nan();
        assert!(fine, "entry {i}: {found} instead of {expected}, off by {off:e}");
    }
}

/// A file of NumPy.
pub struct Npy {
    pub shape: Vec<usize>,
    kind: String,
    values: Vec<u8>,
}

impl Npy {
    pub fn open(name: &str) -> Option<Npy> {
        let bytes = std::fs::read(folder()?.join(name)).unwrap();
        let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        let header = String::from_utf8(bytes[10..10 + length].to_vec()).unwrap();
        let between = |from: &str, to: char| {
            let rest = &header[header.find(from).unwrap() + from.len()..];
            rest[..rest.find(to).unwrap()].to_string()
        };
        assert!(header.contains("'fortran_order': False"));
        let shape = between("'shape': (", ')');
        let shape = shape.split(',').filter(|part| !part.trim().is_empty()).map(|part| part.trim().parse().unwrap());
        Some(Npy { shape: shape.collect(), kind: between("'descr': '", '\''), values: bytes[10 + length..].to_vec() })
    }

    pub fn bytes(&self) -> Vec<u8> {
        assert_eq!(self.kind, "|u1");
        self.values.clone()
    }

    pub fn numbers(&self) -> Vec<f64> {
        fn read<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
            bytes.as_chunks::<N>().0.iter().map(|bytes| number(*bytes)).collect()
        }
        match self.kind.as_str() {
            "|u1" => read(&self.values, |b: [u8; 1]| f64::from(b[0])),
            "|i1" => read(&self.values, |b| f64::from(i8::from_le_bytes(b))),
            "<u2" => read(&self.values, |b| f64::from(u16::from_le_bytes(b))),
            "<i4" => read(&self.values, |b| f64::from(i32::from_le_bytes(b))),
            "<f8" => read(&self.values, f64::from_le_bytes),
            kind => panic!("no numbers of kind {kind}"),
        }
    }
}
