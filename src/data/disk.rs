//! The built-in data sets from a folder, for the native program and tests.

use super::Dataset;
use super::catalog::dataset;
use super::shard::{assemble, decode_shard};
use crate::error::{Error, Result};
use std::path::Path;

/// Reads the built-in data set `id` from `folder` (the project's `static/data`).
///
/// # Errors
/// [`Error::UnknownDataset`] for other names; [`Error::Data`] if a file cannot be read or is not as catalogued.
pub fn builtin(folder: &Path, id: &str) -> Result<Dataset> {
    let info = dataset(id)?;
    let mut shards = Vec::with_capacity(info.shards.len());
    for name in &info.shards {
        let path = folder.join(name);
        let bytes = std::fs::read(&path).map_err(|e| {
            Error::Data(format!(
                "{}: {e}. Run scripts/pack-data, or name the folder of the data files.",
                path.display()
            ))
        })?;
        shards.push(decode_shard(name, &bytes)?);
    }
    assemble(info, &shards)
}
