//! What page and worker say to each other. Jobs, outputs and ticks travel as the
//! bytes of [`encode`](crate::experiments::encode): one byte array each, whatever is in them.

use crate::data::Dataset;
use crate::data::opened::{File, Order, Preview};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// From the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToWorker {
    /// The data set of all jobs that follow.
    Load(Parcel),
    /// A job of an experiment.
    Run {
        /// The name under which the worker speaks of it.
        ticket: u32,
        /// The experiment's name.
        experiment: String,
        /// The job.
        #[serde(with = "serde_bytes")]
        job: Vec<u8>,
    },
    /// Files to read.
    Open {
        /// In any order.
        files: Vec<File>,
    },
    /// The images of the files that were opened are wanted, in that order.
    Take(Order),
}

/// From a worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromWorker {
    /// It has loaded its code and listens.
    Ready,
    /// A job goes on.
    Ticked {
        /// Which one.
        ticket: u32,
        /// The tick.
        #[serde(with = "serde_bytes")]
        tick: Vec<u8>,
    },
    /// A job is done.
    Done {
        /// Which one.
        ticket: u32,
        /// Its output.
        #[serde(with = "serde_bytes")]
        output: Vec<u8>,
        /// Bytes of the worker's memory, which only ever grows.
        memory: u32,
    },
    /// A job returned an error.
    Failed {
        /// Which one.
        ticket: u32,
        /// The error.
        error: Error,
    },
    /// Files are being read.
    Opening {
        /// Bytes read.
        done: u32,
        /// Of how many.
        of: u32,
    },
    /// The files that were opened have been read.
    Opened(Preview),
    /// The files that were opened cannot be used.
    Refused(Error),
    /// The images of the files that were opened.
    Taken(Parcel),
    /// The worker broke and can no longer be used.
    Panicked {
        /// What the panic said.
        message: String,
    },
}

/// A data set on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    /// Name in links.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// Grey levels, `(n, height, width)`.
    #[serde(with = "serde_bytes")]
    pub images: Vec<u8>,
    /// Classes, `(n,)`.
    #[serde(with = "serde_bytes")]
    pub labels: Vec<u8>,
    /// Rows of an image.
    pub height: u32,
    /// Columns of an image.
    pub width: u32,
    /// What the classes are called.
    pub class_names: Vec<String>,
    /// Checksum of the content; the page has verified it.
    pub sha256: String,
}

impl Parcel {
    /// Everything but the images, which whoever sends it puts in without a detour.
    pub fn label(data: &Dataset) -> Self {
        Parcel {
            id: data.id.clone(),
            title: data.title.clone(),
            images: Vec::new(),
            labels: data.labels.clone(),
            height: data.height as u32,
            width: data.width as u32,
            class_names: data.class_names.clone(),
            sha256: data.sha256.clone(),
        }
    }

    /// Unpacks it; lengths are checked anew.
    pub fn unpack(self) -> Result<Dataset> {
        let shape = (self.height as usize, self.width as usize);
        let Parcel { id, title, images, labels, class_names, sha256, .. } = self;
        Dataset::with_checksum(&id, &title, images, labels, shape, class_names, sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_their_way() {
        let data = Dataset::new("d", "D", vec![1, 2, 3, 4], vec![0], (2, 2), crate::data::digit_names(10)).unwrap();
        let message = ToWorker::Load(Parcel { images: data.images.clone(), ..Parcel::label(&data) });
        let bytes = postcard::to_allocvec(&message).unwrap();
        let back: ToWorker = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(back, message);
        let ToWorker::Load(parcel) = back else { unreachable!() };
        assert_eq!(parcel.unpack().unwrap(), data);
    }
}
