//! A worker of its own for files: unpacking 50 MB would block a page for a second. It lives from the files until they
//! are accepted or discarded, and its memory goes with it. Not one of the pool's, which have data and jobs.

use super::companion::{Companion, unexpected};
use super::protocol::{FromWorker, Parcel, ToWorker};
use crate::data::Dataset;
use crate::data::opened::{Order, Preview};
use crate::error::Result;
use crate::report::{Array, Outcome};
use js_sys::Uint8Array;

/// Bytes that are copied before the page may draw and listen again.
const PIECE: usize = 4 << 20;

/// A worker that reads files, and writes them. Dropping it ends it at once.
pub struct Reader(Companion);

impl Reader {
    /// Starts one, and waits until it listens.
    pub async fn start() -> Result<Self> {
        Companion::start("files").await.map(Reader)
    }

    /// Reads files, given as names and contents, which are gone from the page afterwards;
    /// `heard` is told of bytes read, and of how many.
    pub async fn open(&mut self, files: &[(String, Uint8Array)], mut heard: impl FnMut(u32, u32)) -> Result<Preview> {
        let names = files.iter().map(|(name, _)| name.clone()).collect();
        let bodies: Vec<Uint8Array> = files.iter().map(|(_, bytes)| bytes.clone()).collect();
        self.0.say(&ToWorker::Open { names }, &bodies)?;
        loop {
            match self.0.next().await?.head {
                FromWorker::Opening { done, of } => heard(done, of),
                FromWorker::Opened(preview) => return Ok(*preview),
                other => return Err(unexpected(&other)),
            }
        }
    }

    /// The images in that order. Ends the worker.
    pub async fn take(mut self, order: Order) -> Result<Dataset> {
        self.0.say(&ToWorker::Take(order), &[])?;
        let answer = self.0.next().await?;
        match (answer.head, answer.bodies.first()) {
            (FromWorker::Taken(parcel), Some(images)) => parcel.unpack(copied(images).await),
            (other, _) => Err(unexpected(&other)),
        }
    }

    /// An NPZ of a report's arrays.
    pub async fn pack_arrays(arrays: &[Array]) -> Result<Uint8Array> {
        let mut reader = Reader::start().await?;
        let encoded = crate::experiments::encode(&arrays)?;
        reader.0.say(&ToWorker::PackArrays, &[Uint8Array::from(encoded.as_slice())])?;
        reader.packed().await
    }

    /// An NPZ of a data set's images.
    pub async fn pack_images(data: &Dataset) -> Result<Uint8Array> {
        let mut reader = Reader::start().await?;
        reader.0.say(&ToWorker::PackImages(Parcel::from(data)), &[Uint8Array::from(data.images.as_slice())])?;
        reader.packed().await
    }

    /// A run as JSON.
    pub async fn pack_report(outcome: &Outcome) -> Result<Uint8Array> {
        let mut reader = Reader::start().await?;
        let Outcome { configuration, engine, digest, seconds, memory_bytes, workers, parts, raw, .. } = outcome.clone();
        let head = ToWorker::PackReport { configuration, engine, digest, seconds, memory_bytes, workers, parts };
        reader.0.say(&head, &[Uint8Array::from(raw.as_slice())])?;
        reader.packed().await
    }

    async fn packed(&mut self) -> Result<Uint8Array> {
        let answer = self.0.next().await?;
        match (answer.head, answer.bodies.into_iter().next()) {
            (FromWorker::Packed, Some(file)) => Ok(file),
            (other, _) => Err(unexpected(&other)),
        }
    }
}

/// Copies bytes into the page's memory, piece by piece.
async fn copied(bytes: &Uint8Array) -> Vec<u8> {
    let length = bytes.length() as usize;
    let mut all = Vec::with_capacity(length);
    while all.len() < length {
        let end = length.min(all.len() + PIECE);
        let from = all.len();
        all.resize(end, 0);
        bytes.subarray(from as u32, end as u32).copy_to(&mut all[from..]);
        super::breathe().await;
    }
    all
}
