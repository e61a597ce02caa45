//! gzip files from strangers: a few kilobytes can unpack to terabytes, so
//! reading always has an end that does not depend on the file's own word.

use crate::error::{Error, Result};
use flate2::bufread::MultiGzDecoder;
use std::io::{ErrorKind, Read};

/// Most bytes that any one file may unpack to: 512 MiB, some 680,000 images of 28 × 28 pixels.
pub const MAX_UNPACKED: usize = 512 << 20;

/// Whether `bytes` begin like a gzip file; its name may say otherwise, and servers may unpack underway.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// A gzip file that is unpacked piece by piece.
pub struct Gunzip<'a> {
    name: &'a str,
    packed: usize,
    decoder: MultiGzDecoder<&'a [u8]>,
}

impl<'a> Gunzip<'a> {
    /// Begins to unpack `bytes`; `name` is for messages.
    pub fn new(name: &'a str, bytes: &'a [u8]) -> Self {
        Self { name, packed: bytes.len(), decoder: MultiGzDecoder::new(bytes) }
    }

    /// Appends to `out` until it holds `upto` bytes or the file ends, whichever comes first.
    /// At its end gzip's own checksum is verified.
    ///
    /// # Errors
    /// [`Error::Data`] if the file is damaged or ends too early, or there is no memory for it.
    pub fn read(&mut self, out: &mut Vec<u8>, upto: usize) -> Result<()> {
        let wanted = upto.saturating_sub(out.len());
        let read = self.decoder.by_ref().take(wanted as u64).read_to_end(out);
        read.map(|_| ()).map_err(|e| {
            let at = self.packed - self.decoder.get_ref().len();
            let (name, packed) = (self.name, self.packed);
            Error::Data(match e.kind() {
                ErrorKind::OutOfMemory => {
                    format!("{name}: no memory left after {} unpacked bytes. Close other tabs or choose a smaller file.", out.len())
                }
                ErrorKind::UnexpectedEof => format!(
                    "{name}: the gzip stream breaks off at byte {at} of {packed}. The file is incomplete: fetch it again."
                ),
                _ => format!("{name}: the gzip stream is damaged before byte {at} of {packed} ({e}). Fetch the file again."),
            })
        })
    }
}

/// Unpacks the whole of `bytes`, at most `cap` bytes; `name` is for messages.
///
/// # Errors
/// [`Error::Data`] if the file is damaged, ends too early or unpacks to more than `cap` bytes.
pub fn gunzip(name: &str, bytes: &[u8], cap: usize) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    Gunzip::new(name, bytes).read(&mut out, cap.saturating_add(1))?;
    if out.len() > cap {
        return Err(Error::Data(format!("{name}: unpacks to more than {cap} bytes. Choose a smaller file.")));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_bomb_stops_at_the_cap() {
        let bomb = gzip(&vec![0; 1 << 20]);
        assert!(bomb.len() < 10_000);
        let error = gunzip("bomb.gz", &bomb, 1000).unwrap_err().to_string();
        assert_eq!(error, "bomb.gz: unpacks to more than 1000 bytes. Choose a smaller file.");
        assert_eq!(gunzip("fits.gz", &bomb, 1 << 20).unwrap().len(), 1 << 20);
    }

    #[test]
    fn a_cut_file_says_where() {
        let whole = gzip(b"seven, seven, seven and four");
        let cut = &whole[..whole.len() - 9];
        let error = gunzip("cut.gz", cut, 1000).unwrap_err().to_string();
        assert!(error.starts_with("cut.gz: the gzip stream breaks off at byte "), "{error}");
    }

    #[test]
    fn a_wrong_checksum_is_noticed() {
        let mut bytes = gzip(b"seven");
        let crc = bytes.len() - 8;
        bytes[crc] ^= 1;
        let error = gunzip("crc.gz", &bytes, 1000).unwrap_err().to_string();
        assert!(error.contains("damaged"), "{error}");
    }

    #[test]
    fn members_are_joined() {
        let two = [gzip(b"seven "), gzip(b"four")].concat();
        assert_eq!(gunzip("two.gz", &two, 100).unwrap(), b"seven four");
    }
}
