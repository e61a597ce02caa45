//! Files to take away: arrays as NPZ, as `numpy.load` reads them.

use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::report::{Array, Numbers};
use std::io::{Cursor, Write};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// An NPZ of a report's arrays, by scikit-learn's attribute names.
pub fn arrays(arrays: &[Array]) -> Result<Vec<u8>> {
    archive(arrays.iter().map(|array| {
        let (kind, bytes): (_, Vec<u8>) = match &array.numbers {
            Numbers::U32(values) => ("<u4", values.iter().flat_map(|value| value.to_le_bytes()).collect()),
            Numbers::F64(values) => ("<f8", values.iter().flat_map(|value| value.to_le_bytes()).collect()),
        };
        (array.name.as_str(), npy(kind, &array.shape, &bytes))
    }))
}

/// An NPZ of exactly the page's images: `images` of shape `(n, height, width)` and `labels` of shape `(n,)`, both u8; `n_test`,
/// how many of them, the last, are of a test file, where there is one.
pub fn images(data: &Dataset) -> Result<Vec<u8>> {
    let n = data.n as u32;
    let n_test = (data.n_test > 0).then(|| ("n_test", npy("<u4", &[], &(data.n_test as u32).to_le_bytes())));
    archive(
        [
            ("images", npy("|u1", &[n, data.height as u32, data.width as u32], &data.images)),
            ("labels", npy("|u1", &[n], &data.labels)),
        ]
        .into_iter()
        .chain(n_test),
    )
}

/// An array in NumPy's format 1.0: magic, version, header length, header, values.
fn npy(kind: &str, shape: &[u32], values: &[u8]) -> Vec<u8> {
    let sizes: String = shape.iter().map(|size| format!("{size},")).collect();
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({sizes}), }}");
    // The values begin at a multiple of 64 bytes, after ten bytes and the header's newline.
    let padding = (64 - (10 + header.len() + 1) % 64) % 64;
    header.extend(std::iter::repeat_n(' ', padding));
    header.push('\n');
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(values);
    file
}

fn archive<'a>(files: impl Iterator<Item = (&'a str, Vec<u8>)>) -> Result<Vec<u8>> {
    let failed = |e: zip::result::ZipError| Error::Data(format!("the NPZ could not be written: {e}"));
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    // The same bytes whenever it is written: no time of day.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (name, bytes) in files {
        zip.start_file(format!("{name}.npy"), options).map_err(failed)?;
        zip.write_all(&bytes).map_err(|e| failed(e.into()))?;
    }
    Ok(zip.finish().map_err(failed)?.into_inner())
}
