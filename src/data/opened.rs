//! Files that a visitor opens: which belong together, in which order, and under
//! which name. Pure functions of the files' bytes, so that a worker of the page
//! and the native program do the same.

use super::idx::{IdxImages, header, read_images, read_labels};
use super::kind::{Kind, recognise};
use super::public::{self, PublicSet};
use super::{Dataset, digit_names, hex};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::cmp::Reverse;

/// Most files that make one data set: images and labels, of training and of test.
pub const MAX_FILES: usize = 4;

/// Images that a preview shows.
pub const N_PREVIEWED: usize = 20;

/// A file that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Its name, for people only.
    pub name: String,
    /// All of it.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// The order of the images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// As the files have them, the training part before the test part.
    AsPublished,
    /// Each part sorted by label, images of one label in the order they had: what was "MNIST original".
    Sorted,
}

impl Order {
    /// Both, each with its word.
    pub const WORDS: [(Order, &'static str); 2] = [(Order::AsPublished, "as-published"), (Order::Sorted, "sorted")];

    /// The order of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(order, _)| *order)
    }
}

/// Files that have been read and fit together.
#[derive(Debug)]
pub struct Opened {
    parts: Vec<Part>,
    title: String,
    public: Option<&'static PublicSet>,
}

#[derive(Debug)]
struct Part {
    images: IdxImages,
    labels: Vec<u8>,
    names: (String, String),
}

/// What a visitor is shown before accepting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Name for people.
    pub title: String,
    /// Number of images.
    pub n: u32,
    /// Rows of an image.
    pub height: u32,
    /// Columns of an image.
    pub width: u32,
    /// What the classes are called, `(n_classes,)`.
    pub class_names: Vec<String>,
    /// Images of each class, `(n_classes,)`.
    pub counts: Vec<u32>,
    /// Names of the files of images and of labels, and how many images, part by part.
    pub parts: Vec<(String, String, u32)>,
    /// Whether the files, unpacked, are those of a published data set, byte for byte.
    pub published: bool,
    /// The images in the order of the files.
    pub as_published: Arranged,
    /// The images sorted by label.
    pub sorted: Arranged,
}

impl Preview {
    /// What the images are in that order.
    pub fn arranged(&self, order: Order) -> &Arranged {
        match order {
            Order::AsPublished => &self.as_published,
            Order::Sorted => &self.sorted,
        }
    }
}

/// A few images of a data set in one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arranged {
    /// Name in links.
    pub id: String,
    /// SHA-256 in hexadecimal of all labels followed by all images.
    pub sha256: String,
    /// Numbers of the images shown, spread over the whole.
    pub indices: Vec<u32>,
    /// Their classes.
    pub labels: Vec<u8>,
    /// Their grey levels, `(indices.len(), height, width)`.
    #[serde(with = "serde_bytes")]
    pub pixels: Vec<u8>,
}

/// Name in links of images that are nobody's but the visitor's.
pub fn own_id(sha256: &str) -> String {
    format!("own-{}", sha256.get(..6).unwrap_or_default())
}

/// Whether `id` is such a name.
pub fn is_own_id(id: &str) -> bool {
    id.strip_prefix("own-")
        .is_some_and(|rest| rest.len() == 6 && rest.bytes().all(|b| b"0123456789abcdef".contains(&b)))
}

/// Reads files in any order: two (images and labels) or four (those of a training and of a test part).
/// What a file holds is seen by its first bytes. `heard` is told of bytes read, and of how many.
///
/// # Errors
/// [`Error::Data`] that names the file, the place and the remedy.
pub fn open(mut files: Vec<File>, heard: &mut dyn FnMut(usize, usize)) -> Result<Opened> {
    files.iter_mut().for_each(|file| file.name = shown(&file.name));
    let mut images = Vec::new();
    let mut labels = Vec::new();
    for (i, file) in files.iter().enumerate().take(MAX_FILES + 1) {
        match recognise(&file.name, &file.bytes)? {
            Kind::Images(n) => images.push((i, n)),
            Kind::Labels(n) => labels.push((i, n)),
        }
    }
    let pairs = pairs(&files, images, labels)?;
    let mut files: Vec<Option<File>> = files.into_iter().map(Some).collect();
    let mut take = |i: usize| files[i].take().ok_or_else(|| Error::Data("a file was asked for twice".into()));
    let mut taken = Vec::with_capacity(pairs.len());
    for (i, j) in pairs {
        taken.push((take(i)?, take(j)?));
    }
    open_pairs(taken, heard)
}

/// Reads pairs of a file of images and one of labels, in this order.
///
/// # Errors
/// [`Error::Data`] that names the file, the place and the remedy.
pub fn open_pairs(pairs: Vec<(File, File)>, heard: &mut dyn FnMut(usize, usize)) -> Result<Opened> {
    let all: usize = pairs.iter().map(|(images, labels)| images.bytes.len() + labels.bytes.len()).sum();
    let mut done = 0;
    let mut parts: Vec<Part> = Vec::with_capacity(pairs.len());
    let mut sums = Vec::new();
    for (images, labels) in pairs {
        heard(done, all);
        done += images.bytes.len() + labels.bytes.len();
        // Each file is let go of as soon as it is unpacked: there may be little memory.
        let part = read_pair(images, labels)?;
        if let Some(first) = parts.first()
            && (first.images.height, first.images.width) != (part.images.height, part.images.width)
        {
            return Err(Error::Data(format!(
                "{}, byte 8: images of {} × {} pixels cannot follow {}'s of {} × {}. Choose files of one shape.",
                part.names.0,
                part.images.height,
                part.images.width,
                first.names.0,
                first.images.height,
                first.images.width
            )));
        }
        let IdxImages { images, n, height, width } = &part.images;
        let sum = |dims: &[usize], values: &[u8]| {
            let dims: Vec<u32> = dims.iter().map(|dim| *dim as u32).collect();
            let hasher = Sha256::new().chain_update(header(&dims)).chain_update(values);
            hex(&hasher.finalize())
        };
        sums.extend([sum(&[*n, *height, *width], images), sum(&[*n], &part.labels)]);
        parts.push(part);
    }
    heard(done, all);
    let public = public::recognise(&sums);
    let names = parts.iter().map(|part| plain(&part.names.0)).collect::<Vec<_>>().join(" + ");
    let title = public.map_or(names, |set| set.title.to_string());
    if parts.is_empty() {
        return Err(Error::Data(format!("No file was chosen. {TWO_OR_FOUR}")));
    }
    Ok(Opened { parts, title, public })
}

fn read_pair(images: File, labels: File) -> Result<Part> {
    // Labels first: they are small, so a wrong choice is reported before the long work.
    let classes = read_labels(&labels.name, &labels.bytes)?;
    let read = read_images(&images.name, &images.bytes)?;
    if classes.len() != read.n {
        return Err(Error::Data(format!(
            "{}, bytes 4 to 7: {} labels for the {} images of {}. Choose images and labels of the same data set.",
            labels.name,
            classes.len(),
            read.n,
            images.name
        )));
    }
    Ok(Part { images: read, labels: classes, names: (images.name, labels.name) })
}

const TWO_OR_FOUR: &str = "Choose a file of images and its file of labels together; of MNIST also all four files.";

/// Which images go with which labels, and which pair comes first.
fn pairs(files: &[File], images: Vec<(usize, u32)>, labels: Vec<(usize, u32)>) -> Result<Vec<(usize, usize)>> {
    let name = |i: usize| files[i].name.as_str();
    let (mut images, mut labels) = (images, labels);
    let problem = match (images.len(), labels.len()) {
        _ if files.len() > MAX_FILES => format!("{} files are more than make one data set.", files.len()),
        (0, 0) => "No file was chosen.".into(),
        (_, 0) => format!("{} holds images; the labels are missing.", name(images[0].0)),
        (0, _) => format!("{} holds labels; the images are missing.", name(labels[0].0)),
        (i, l) if i != l => format!("{i} files of images and {l} of labels do not make pairs."),
        _ => String::new(),
    };
    if !problem.is_empty() {
        return Err(Error::Data(format!("{problem} {TWO_OR_FOUR}")));
    }
    // Files of different numbers say by them which belong together; else their names have to.
    let distinct = images.iter().map(|(_, n)| n).collect::<std::collections::BTreeSet<_>>().len() == images.len();
    let by_number = |list: &mut Vec<(usize, u32)>| {
        list.sort_by(|a, b| match distinct {
            true => b.1.cmp(&a.1),
            false => name(a.0).cmp(name(b.0)),
        });
    };
    by_number(&mut images);
    by_number(&mut labels);
    let mut pairs: Vec<(usize, usize, u32)> = images.iter().zip(&labels).map(|(i, l)| (i.0, l.0, i.1)).collect();
    // Training before test, as everybody concatenates them.
    pairs.sort_by_key(|(i, _, n)| (!name(*i).to_lowercase().contains("train"), Reverse(*n)));
    Ok(pairs.into_iter().map(|(i, l, _)| (i, l)).collect())
}

/// A file's name as messages and titles show it: short, on one line.
fn shown(name: &str) -> String {
    let plain: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
    if plain.is_empty() { "a file without a name".into() } else { plain }
}

/// `train-images` of `train-images-idx3-ubyte.gz`.
fn plain(name: &str) -> &str {
    let stem = name.strip_suffix(".gz").unwrap_or(name);
    let stem = stem.strip_suffix("-idx3-ubyte").or(stem.strip_suffix(".idx3-ubyte")).unwrap_or(stem);
    if stem.is_empty() { name } else { stem }
}

impl Opened {
    /// Number of images.
    pub fn n(&self) -> usize {
        self.parts.iter().map(|part| part.images.n).sum()
    }

    fn shape(&self) -> (usize, usize) {
        self.parts.first().map_or((0, 0), |part| (part.images.height, part.images.width))
    }

    fn class_names(&self) -> Vec<String> {
        match self.public {
            Some(set) if !set.class_names.is_empty() => set.class_names.iter().map(|name| (*name).into()).collect(),
            _ => {
                let greatest = self.parts.iter().flat_map(|part| &part.labels).max();
                digit_names(greatest.map_or(0, |label| usize::from(*label) + 1))
            }
        }
    }

    /// Part and number within the part of each image, in that order.
    fn indices(&self, order: Order) -> Vec<(usize, usize)> {
        let mut all = Vec::with_capacity(self.n());
        for (p, part) in self.parts.iter().enumerate() {
            let mut own: Vec<usize> = (0..part.images.n).collect();
            if order == Order::Sorted {
                own.sort_by_key(|&i| part.labels[i]);
            }
            all.extend(own.into_iter().map(|i| (p, i)));
        }
        all
    }

    fn label(&self, (p, i): (usize, usize)) -> u8 {
        self.parts[p].labels[i]
    }

    fn pixels(&self, (p, i): (usize, usize)) -> &[u8] {
        let images = &self.parts[p].images;
        let size = images.height * images.width;
        &images.images[i * size..(i + 1) * size]
    }

    fn id(&self, order: Order, sha256: &str) -> String {
        match self.public {
            Some(set) if order == Order::Sorted => set.id.into(),
            _ => own_id(sha256),
        }
    }

    fn arranged(&self, order: Order) -> Arranged {
        let all = self.indices(order);
        let labels: Vec<u8> = all.iter().map(|&at| self.label(at)).collect();
        let mut hasher = Sha256::new();
        hasher.update(&labels);
        all.iter().for_each(|&at| hasher.update(self.pixels(at)));
        let sha256 = hex(&hasher.finalize());
        let shown = N_PREVIEWED.min(all.len());
        let chosen: Vec<usize> = (0..shown).map(|k| k * all.len() / shown).collect();
        Arranged {
            id: self.id(order, &sha256),
            sha256,
            indices: chosen.iter().map(|&i| i as u32).collect(),
            labels: chosen.iter().map(|&i| labels[i]).collect(),
            pixels: chosen.iter().flat_map(|&i| self.pixels(all[i])).copied().collect(),
        }
    }

    /// What a visitor is shown before accepting.
    pub fn preview(&self) -> Preview {
        let class_names = self.class_names();
        let mut counts = vec![0; class_names.len()];
        for label in self.parts.iter().flat_map(|part| &part.labels) {
            counts[usize::from(*label)] += 1;
        }
        let (height, width) = self.shape();
        let part = |part: &Part| (part.names.0.clone(), part.names.1.clone(), part.images.n as u32);
        Preview {
            title: self.title.clone(),
            n: self.n() as u32,
            height: height as u32,
            width: width as u32,
            class_names,
            counts,
            parts: self.parts.iter().map(part).collect(),
            published: self.public.is_some(),
            as_published: self.arranged(Order::AsPublished),
            sorted: self.arranged(Order::Sorted),
        }
    }

    /// The data set in that order, under the name that its content or its publisher gives it.
    ///
    /// # Errors
    /// [`Error::Data`] if a label has no class, which [`open`] rules out.
    pub fn arrange(&self, order: Order) -> Result<Dataset> {
        let all = self.indices(order);
        let labels: Vec<u8> = all.iter().map(|&at| self.label(at)).collect();
        let (height, width) = self.shape();
        let mut images = Vec::with_capacity(all.len() * height * width);
        all.iter().for_each(|&at| images.extend_from_slice(self.pixels(at)));
        let title = match (self.public, order) {
            (Some(_), Order::AsPublished) => format!("{}, as published", self.title),
            (None, Order::Sorted) => format!("{}, sorted", self.title),
            _ => self.title.clone(),
        };
        let mut data = Dataset::new("", &title, images, labels, (height, width), self.class_names())?;
        data.id = self.id(order, &data.sha256);
        if let [_, test] = self.parts.as_slice() {
            data.n_test = test.images.n;
        }
        Ok(data)
    }
}
