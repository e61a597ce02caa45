//! Shards of the built-in data sets: checked against the catalogue, unpacked, dealt together.

use super::catalog::{DatasetInfo, ShardInfo, shard};
use super::gunzip::gunzip;
use super::inked::laid_out;
use super::{Dataset, sha256_hex};
use crate::error::{Error, Result};

/// A shard that is what the catalogue says.
#[derive(Debug, Clone)]
pub struct Shard {
    info: &'static ShardInfo,
    labels: Vec<u8>,
    images: Vec<u8>,
}

impl Shard {
    /// File name.
    pub fn name(&self) -> &'static str {
        &self.info.name
    }

    /// Label of each image, `(n,)`.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// Grey levels, `(n, height * width)` row by row.
    pub fn images(&self) -> &[u8] {
        &self.images
    }
}

/// A file that is what the catalogue says, packed or not.
pub enum Checked {
    /// It was unpacked on its way.
    Unpacked(Shard),
    /// It is still packed, see [`unpacked`].
    Packed(&'static ShardInfo),
}

/// Checks the shard that came as file `name`.
///
/// Hosts that take `.gz` for a content encoding let the browser unpack the file underway, so the
/// unpacked bytes are welcome too, against their own checksum.
///
/// # Errors
/// [`Error::Data`] if `name` is not in the catalogue or `bytes` are not that file.
pub fn check(name: &str, bytes: &[u8]) -> Result<Checked> {
    let info = shard(name)?;
    let got = sha256_hex(bytes);
    if bytes.len() == info.raw_bytes && got == info.raw_sha256 {
        return Ok(Checked::Unpacked(unpacked(info, bytes)?));
    }
    if got != info.sha256 {
        return Err(Error::Data(format!(
            "{name}: {} bytes with SHA-256 {got}; expected {} bytes with SHA-256 {}. \
             Reload the page; if it happens again, the file on the server is damaged.",
            bytes.len(),
            info.bytes,
            info.sha256
        )));
    }
    Ok(Checked::Packed(info))
}

/// The shard whose packed file passed [`check`] and was unpacked to `raw`.
///
/// # Errors
/// [`Error::Data`] if that is not as long as the catalogue and its own bits of ink say.
pub fn unpacked(info: &'static ShardInfo, raw: &[u8]) -> Result<Shard> {
    let parts = if raw.len() == info.raw_bytes { raw.split_at_checked(info.n) } else { None };
    let images = parts.and_then(|(_, held)| laid_out(held, info.n, info.shape));
    let (Some((labels, _)), Some(images)) = (parts, images) else {
        return Err(Error::Data(format!(
            "{}: unpacks to {} bytes, which are not the {} expected, or not {} images. \
             Reload the page; if it happens again, the file on the server is damaged.",
            info.name,
            raw.len(),
            info.raw_bytes,
            info.n
        )));
    };
    Ok(Shard { info, labels: labels.to_vec(), images })
}

/// [`check`] and [`unpacked`] with an unpacker of our own. The page has its browser's.
///
/// # Errors
/// As theirs, and [`Error::Data`] if the gzip stream is damaged.
pub fn decode_shard(name: &str, bytes: &[u8]) -> Result<Shard> {
    match check(name, bytes)? {
        Checked::Unpacked(shard) => Ok(shard),
        Checked::Packed(info) => unpacked(info, &gunzip(name, bytes, info.raw_bytes)?),
    }
}

/// Deals the shards of `info` together: image `i` is image `i / k` of shard `i % k`.
/// The order in which `shards` came does not matter.
///
/// # Errors
/// [`Error::Data`] if one of its shards is missing.
pub fn assemble(info: &DatasetInfo, shards: &[Shard]) -> Result<Dataset> {
    let mut dealt = Vec::with_capacity(info.shards.len());
    for name in &info.shards {
        let shard = shards.iter().find(|shard| shard.name() == name);
        dealt.push(shard.ok_or_else(|| {
            Error::Data(format!("{}: {name} is missing. Reload the page while connected.", info.title))
        })?);
    }
    let pixels = info.shape.0 * info.shape.1;
    let mut images = Vec::with_capacity(info.n * pixels);
    let mut labels = Vec::with_capacity(info.n);
    for i in 0..info.n {
        let (shard, k) = (dealt[i % dealt.len()], i / dealt.len());
        let image = shard.images().get(k * pixels..(k + 1) * pixels);
        let (Some(image), Some(&label)) = (image, shard.labels().get(k)) else {
            return Err(Error::Data(format!("{}: {} has no image {k}. Reload the page.", info.title, shard.name())));
        };
        images.extend_from_slice(image);
        labels.push(label);
    }
    // The shards were checked one by one, so the checksum of the whole is the catalogue's.
    let (class_names, sha256) = (info.class_names.clone(), info.sha256.clone());
    Dataset::with_checksum(&info.id, &info.title, images, labels, info.shape, class_names, sha256)
}
