//! What a file is, by its first bytes: names may say anything.

use super::gunzip::{Gunzip, is_gzip};
use crate::error::{Error, Result};

/// What an IDX file holds, by its header alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// That many images.
    Images(u32),
    /// That many labels.
    Labels(u32),
}

/// Looks at the first bytes of an IDX or IDX.gz file; `name` is for messages.
///
/// # Errors
/// [`Error::Data`] that says what the file is instead; for a damaged gzip stream, where.
pub fn recognise(name: &str, bytes: &[u8]) -> Result<Kind> {
    let packed = is_gzip(bytes);
    let mut head = Vec::new();
    if packed {
        Gunzip::new(name, bytes).read(&mut head, HEAD)?;
    } else {
        head.extend_from_slice(&bytes[..bytes.len().min(HEAD)]);
    }
    let refuse = |what: String| {
        let inside = if packed { "unpacks to" } else { "is" };
        Err(Error::Data(format!(
            "{name} {inside} {what}. Choose IDX files of images and of labels, as MNIST's, plain or gzip."
        )))
    };
    let number = head.get(4..8).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    match (head.as_slice(), number) {
        ([0, 0, 8, 1, ..], Some(n)) => Ok(Kind::Labels(n)),
        ([0, 0, 8, 3, ..], Some(n)) => Ok(Kind::Images(n)),
        ([0, 0, 8, 1 | 3, ..], None) => {
            refuse(format!("an IDX file that ends at byte {}, within its header", head.len()))
        }
        ([0, 0, 8, dimensions, ..], _) => {
            refuse(format!("an IDX file of {dimensions} dimensions (byte 3); images have 3 and labels 1"))
        }
        ([0, 0, kind @ (9 | 11..=14), _, ..], _) => {
            refuse(format!("an IDX file of values of type {kind:02x} (byte 2), not of unsigned bytes (08)"))
        }
        _ => refuse(described(&head)),
    }
}

/// Bytes that are looked at.
const HEAD: usize = 64;

/// Beginnings of files that people might try.
const KNOWN: &[(&[u8], &str)] = &[
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"\x93NUMPY", "a NumPy array (NPY)"),
    (b"PK\x03\x04", "a ZIP archive (also NPZ and office files are)"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF document"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"\x1f\x8b", "a gzip file, packed twice"),
    (b"<", "a web page or XML, perhaps a server's error page"),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself"),
];

fn described(head: &[u8]) -> String {
    if head.is_empty() {
        return "empty".into();
    }
    if let Some((_, what)) = KNOWN.iter().find(|(beginning, _)| head.starts_with(beginning)) {
        return (*what).into();
    }
    if head.iter().all(|b| matches!(b, 9 | 10 | 13 | 32..=126)) {
        return "a text file".into();
    }
    let first = head.iter().take(4).map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" ");
    format!("of no known kind (its first bytes are {first}; an IDX file begins with 00 00 08)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_is_told_what_it_is() {
        let said = |bytes: &[u8]| recognise("x.idx", bytes).unwrap_err().to_string();
        for (bytes, words) in [
            (b"".as_slice(), "x.idx is empty."),
            (b"\x89PNG\r\n\x1a\n", "x.idx is a PNG picture."),
            (b"<!doctype html>", "x.idx is a web page"),
            (b"5,0,0,0,0\n", "x.idx is a text file."),
            (b"\x12\x34\x56\x78\x9a", "first bytes are 12 34 56 78;"),
            (b"\0\0\x08\x02\0\0\0\x01", "an IDX file of 2 dimensions (byte 3)"),
            (b"\0\0\x0d\x03\0\0\0\x01", "values of type 0d (byte 2)"),
            (b"\0\0\x08\x01\0\0", "ends at byte 6, within its header"),
            (b"\x1f\x8b\x08", "breaks off at byte"),
        ] {
            assert!(said(bytes).contains(words), "{words:?} in {}", said(bytes));
        }
        assert_eq!(recognise("x", b"\0\0\x08\x01\0\0\x27\x10").unwrap(), Kind::Labels(10_000));
        assert_eq!(recognise("x", b"\0\0\x08\x03\0\0\xea\x60").unwrap(), Kind::Images(60_000));
    }
}
