//! What is built in. The table is `static/data/manifest.json`, compiled in, so the
//! program knows the checksum of each file before it asks a server for it.

use super::{Dataset, opened, public};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// A file that holds every so-manieth image of a data set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ShardInfo {
    /// File name, in `data/` beside the page.
    pub name: String,
    /// Images in it.
    pub n: usize,
    /// Rows and columns of an image.
    pub shape: (usize, usize),
    /// Size of the file as it is sent.
    pub bytes: usize,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Size when unpacked: `n` labels, then `n` images as `static/data/README.md` says.
    pub raw_bytes: usize,
    /// SHA-256 of the unpacked bytes, in hexadecimal.
    pub raw_sha256: String,
}

/// A built-in data set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DatasetInfo {
    /// Name in links (`data=…`).
    pub id: String,
    /// Name for people.
    pub title: String,
    /// Images in it.
    pub n: usize,
    /// Rows and columns of an image.
    pub shape: (usize, usize),
    /// What the classes are called, `(n_classes,)`.
    pub class_names: Vec<String>,
    /// Names of its shards; image `i` is image `i / shards.len()` of shard `i % shards.len()`.
    pub shards: Vec<String>,
    /// SHA-256 in hexadecimal of all labels followed by all images.
    pub sha256: String,
    /// Under which terms it may be passed on.
    pub licence: String,
    /// Where these terms are.
    pub licence_url: String,
    /// Whom to cite.
    pub citation: String,
    /// Where the bytes come from.
    pub provenance: String,
}

impl DatasetInfo {
    /// Its shards, in the order in which they are dealt.
    pub fn shard_infos(&self) -> impl Iterator<Item = &'static ShardInfo> {
        self.shards.iter().filter_map(|name| MANIFEST.shards.iter().find(|shard| shard.name == *name))
    }

    /// Bytes to fetch for it.
    pub fn bytes(&self) -> usize {
        self.shard_infos().map(|shard| shard.bytes).sum()
    }
}

/// What has to be known of a data set to choose it and to check parameters against it,
/// whether it is built in or was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// Name in links.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// Images in it.
    pub n: usize,
    /// Rows and columns of an image.
    pub shape: (usize, usize),
    /// Bytes to get before it can be used.
    pub bytes: usize,
    /// Whether it is arranged as "MNIST original": see [`Dataset::is_like_mnist`]. What was kept before this was
    /// looked at is not said to be.
    #[serde(default)]
    pub like_mnist: bool,
    /// How many of the images, the last, came as a test file; of what was kept before this was noted, 0.
    #[serde(default)]
    pub n_test: usize,
}

impl From<&DatasetInfo> for Info {
    fn from(info: &DatasetInfo) -> Self {
        let (id, title) = (info.id.clone(), info.title.clone());
        Info { id, title, n: info.n, shape: info.shape, bytes: info.bytes(), like_mnist: false, n_test: 0 }
    }
}

impl From<&Dataset> for Info {
    fn from(data: &Dataset) -> Self {
        let shape = (data.height, data.width);
        let bytes = data.images.len() + data.labels.len();
        let like_mnist = data.is_like_mnist();
        Info {
            id: data.id.clone(),
            title: data.title.clone(),
            n: data.n,
            shape,
            bytes,
            like_mnist,
            n_test: data.n_test,
        }
    }
}

#[derive(Deserialize)]
struct Manifest {
    datasets: Vec<DatasetInfo>,
    shards: Vec<ShardInfo>,
}

static MANIFEST: LazyLock<Manifest> = LazyLock::new(|| {
    crate::json::read(include_str!("../../static/data/manifest.json"))
        .expect("the compiled-in manifest is read by a test")
});

/// The built-in data sets: `mnist10k` and, from its first shard alone, `mnist1k`.
pub fn datasets() -> &'static [DatasetInfo] {
    &MANIFEST.datasets
}

/// The files of the built-in data sets.
pub fn shards() -> &'static [ShardInfo] {
    &MANIFEST.shards
}

/// The built-in data set of that name.
///
/// # Errors
/// [`Error::UnknownDataset`] if there is none.
pub fn dataset(id: &str) -> Result<&'static DatasetInfo> {
    datasets().iter().find(|info| info.id == id).ok_or_else(|| Error::UnknownDataset(id.to_owned()))
}

/// Whether a link may name `id`: built in, published by others, or opened by somebody. Whether it is
/// here is another question.
pub fn is_name(id: &str) -> bool {
    dataset(id).is_ok() || public::find(id).is_some() || opened::is_own_id(id)
}

/// The shard of that file name.
///
/// # Errors
/// [`Error::Data`] if no built-in data set has one.
pub fn shard(name: &str) -> Result<&'static ShardInfo> {
    let found = shards().iter().find(|info| info.name == name);
    found.ok_or_else(|| Error::Data(format!("{name} is not a file of a built-in data set. Reload the page.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_agrees_with_itself() {
        assert_eq!(datasets().iter().map(|info| info.id.as_str()).collect::<Vec<_>>(), ["mnist10k", "mnist1k"]);
        for info in datasets() {
            let shards: Vec<_> = info.shard_infos().collect();
            assert_eq!(shards.len(), info.shards.len());
            assert_eq!(shards.iter().map(|shard| shard.n).sum::<usize>(), info.n);
            assert!(shards.iter().all(|shard| shard.shape == info.shape));
        }
    }

    #[test]
    fn the_first_download_stays_small() {
        assert!(dataset("mnist1k").unwrap().bytes() <= 130_000);
    }

    #[test]
    fn unknown_names_are_errors() {
        for name in ["mnist2k", "own-", "own-12345", "own-1234567", "own-12345g", "own-ABCDEF", ""] {
            assert!(!is_name(name), "{name}");
        }
        for name in ["mnist10k", "mnist70k", "own-3f9a2c"] {
            assert!(is_name(name), "{name}");
        }
        assert_eq!(dataset("mnist2k").unwrap_err(), Error::UnknownDataset("mnist2k".into()));
        assert!(shard("../secret").unwrap_err().to_string().contains("../secret"));
    }
}
