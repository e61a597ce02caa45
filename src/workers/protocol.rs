//! What page and worker say to each other: the heads of their messages. What is large travels beside them as bytes,
//! as [`wire`](super) carries it: images, and jobs, outputs, ticks and reports as
//! [`encode`](crate::experiments::encode) writes them.

use crate::data::Dataset;
use crate::data::opened::{Order, Preview};
use crate::error::{Error, Result};
use crate::experiments::Values;
use crate::report::Took;
use serde::{Deserialize, Serialize};

/// From the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToWorker {
    /// The data set of all that follows; with its images.
    Load(Parcel),
    /// A job of an experiment; with the job.
    Run {
        /// The name under which the worker speaks of it.
        ticket: u32,
        /// The experiment's name.
        experiment: String,
        /// Whether others wait, so that it should rest after a while.
        by_turns: bool,
    },
    /// An experiment to conduct.
    Conduct {
        /// The experiment's name.
        experiment: String,
        /// Its parameters.
        values: Values,
    },
    /// Do the parameters of an experiment fit images of that number and size?
    Check {
        /// The experiment's name.
        experiment: String,
        /// Its parameters.
        values: Values,
        /// Number of images.
        n_samples: u32,
        /// Pixels of each.
        n_features: u32,
    },
    /// The Python script of an experiment is wanted.
    Script {
        /// The experiment's name.
        experiment: String,
        /// Its parameters.
        values: Values,
        /// Name of the data set.
        data: String,
        /// The link that shows it.
        link: String,
    },
    /// To a conductor: a job goes on; with its tick.
    Ticked {
        /// Its position.
        job: u32,
    },
    /// To a conductor: a job is done; with its output.
    Answered {
        /// Its position.
        job: u32,
    },
    /// To a conductor: its unfinished report is drawn.
    Drawn,
    /// To a conductor: all jobs are done, or there will be no result.
    Finished(Option<Error>),
    /// Files to read; with their contents.
    Open {
        /// What they are called.
        names: Vec<String>,
    },
    /// The images of the files that were opened are wanted, in that order.
    Take(Order),
    /// An NPZ is wanted; with a report's arrays.
    PackArrays,
    /// An NPZ is wanted; with the images.
    PackImages(Parcel),
    /// A run as JSON is wanted; with its report.
    PackReport {
        /// [`Outcome`](crate::report::Outcome)'s fields, but the report.
        configuration: String,
        /// Version of the engine.
        engine: String,
        /// Digest of the report.
        digest: String,
        /// Wall seconds.
        seconds: f64,
        /// Bytes of all workers.
        memory_bytes: u64,
        /// Workers.
        workers: u32,
        /// How long parts of it took.
        parts: Vec<Took>,
    },
}

/// From a worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromWorker {
    /// It has loaded its code and listens.
    Ready,
    /// A job goes on; with its tick.
    Ticked {
        /// Which one.
        ticket: u32,
    },
    /// A job is done; with its output.
    Done {
        /// Which one.
        ticket: u32,
        /// Bytes of the worker's memory, which only ever grows.
        memory: u32,
    },
    /// A job has had its turn; with what is left of it.
    Rested {
        /// Which one.
        ticket: u32,
        /// Bytes of the worker's memory, which only ever grows.
        memory: u32,
    },
    /// A job, or the experiment, returned an error.
    Failed {
        /// Which one.
        ticket: u32,
        /// The error.
        error: Error,
    },
    /// From a conductor: jobs to do; with each of them.
    Jobs {
        /// Seconds of silence after which a worker counts as stuck.
        patience: f64,
    },
    /// From a conductor: how far the run is.
    Progress {
        /// Name of the stage.
        stage: String,
        /// Jobs done.
        done: u32,
        /// Of how many.
        of: u32,
        /// Share of the run, 0 to 1.
        share: f64,
    },
    /// From a conductor: what is known so far; with the report.
    Unfinished,
    /// From a conductor: the result; with the report.
    Concluded {
        /// The report's digest.
        digest: String,
        /// Bytes of the conductor's memory.
        memory: u32,
        /// How long parts of it took.
        parts: Vec<Took>,
    },
    /// What does not fit, if something does not.
    Checked(Option<Error>),
    /// The Python script.
    Script(String),
    /// Files are being read.
    Opening {
        /// Bytes read.
        done: u32,
        /// Of how many.
        of: u32,
    },
    /// The files that were opened have been read.
    Opened(Box<Preview>),
    /// What was asked for cannot be done.
    Refused(Error),
    /// The images of the files that were opened.
    Taken(Parcel),
    /// A file was written; with it.
    Packed,
    /// The worker broke and can no longer be used.
    Panicked {
        /// What the panic said.
        message: String,
    },
}

/// A data set without its images, which travel beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    /// Name in links.
    pub id: String,
    /// Name for people.
    pub title: String,
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
    /// How many of the images, the last, came as a test file.
    pub n_test: u32,
}

impl From<&Dataset> for Parcel {
    fn from(data: &Dataset) -> Self {
        Parcel {
            id: data.id.clone(),
            title: data.title.clone(),
            labels: data.labels.clone(),
            height: data.height as u32,
            width: data.width as u32,
            class_names: data.class_names.clone(),
            sha256: data.sha256.clone(),
            n_test: data.n_test as u32,
        }
    }
}

impl Parcel {
    /// Unpacks it with its images, grey levels `(n, height, width)`; lengths are checked anew.
    pub fn unpack(self, images: Vec<u8>) -> Result<Dataset> {
        let shape = (self.height as usize, self.width as usize);
        let Parcel { id, title, labels, class_names, sha256, n_test, .. } = self;
        let mut data = Dataset::with_checksum(&id, &title, images, labels, shape, class_names, sha256)?;
        data.n_test = (n_test as usize).min(data.n);
        Ok(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_their_way() {
        let one = Dataset::new("d", "D", vec![1, 2, 3, 4], vec![0], (2, 2), crate::data::digit_names(10)).unwrap();
        let data = one.concatenate(&one).unwrap();
        assert_eq!(data.n_test, 1);
        let message = ToWorker::Load(Parcel::from(&data));
        let bytes = postcard::to_allocvec(&message).unwrap();
        let back: ToWorker = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(back, message);
        let ToWorker::Load(parcel) = back else { unreachable!() };
        assert_eq!(parcel.unpack(vec![1, 2, 3, 4, 1, 2, 3, 4]).unwrap(), data);
    }
}
