//! IDX, the format of MNIST's own files, plain or gzip: two zero bytes, a type byte,
//! the number of dimensions, each dimension as a big-endian u32, then the values row-major.

use super::gunzip::{Gunzip, MAX_UNPACKED, is_gzip};
use super::{Dataset, MAX_CLASSES, digit_names};
use crate::error::{Error, Result};

/// The only element type that images and labels come in.
const UNSIGNED_BYTE: u8 = 0x08;

/// Greatest number of rows or columns of an image: a digit larger than this is another kind of picture.
pub const MAX_SIDE: usize = 1024;

/// Images of an IDX file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdxImages {
    /// Grey levels, `(n, height, width)` row by row.
    pub images: Vec<u8>,
    /// Number of images.
    pub n: usize,
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
}

/// Reads an IDX or IDX.gz file of images; `name` is for messages.
///
/// # Errors
/// [`Error::Data`] naming the file, the byte and the remedy: not IDX, labels instead of images, another
/// element type, no images, sides of 0 or above [`MAX_SIDE`], more than [`MAX_UNPACKED`] bytes,
/// fewer or more bytes than the header promises, a damaged gzip stream.
pub fn read_images(name: &str, bytes: &[u8]) -> Result<IdxImages> {
    let ([n, height, width], images) = read(name, bytes, "images")?;
    for (side, what, at) in [(height, "rows", 8), (width, "columns", 12)] {
        if !(1..=MAX_SIDE).contains(&side) {
            return Err(place(name, at, format!("images of {side} {what}. Choose images of 1 to {MAX_SIDE} {what}.")));
        }
    }
    Ok(IdxImages { images, n, height, width })
}

/// Reads an IDX or IDX.gz file of digit labels, `(n,)`; `name` is for messages.
///
/// # Errors
/// [`Error::Data`] as for [`read_images`], and for a label that is not a digit.
pub fn read_labels(name: &str, bytes: &[u8]) -> Result<Vec<u8>> {
    let ([_], labels) = read(name, bytes, "labels")?;
    if let Some(i) = labels.iter().position(|&label| usize::from(label) >= MAX_CLASSES) {
        return Err(place(
            name,
            header_len(1) + i,
            format!("label {} is not a digit from 0 to {}. Choose a file of digit labels.", labels[i], MAX_CLASSES - 1),
        ));
    }
    Ok(labels)
}

/// The header of an IDX file of unsigned bytes with these dimensions; the values follow it.
pub fn header(dims: &[u32]) -> Vec<u8> {
    let mut bytes = vec![0, 0, UNSIGNED_BYTE, dims.len() as u8];
    bytes.extend(dims.iter().flat_map(|dim| dim.to_be_bytes()));
    bytes
}

impl Dataset {
    /// A data set from an IDX file of images and one of labels, each plain or gzip, in the files' order.
    /// Its id is `file`, its title the name of the images' file; classes are the digits up to the greatest label.
    ///
    /// # Errors
    /// [`Error::Data`] as for [`read_images`] and [`read_labels`], and if their numbers differ.
    pub fn from_idx(images_name: &str, images: &[u8], labels_name: &str, labels: &[u8]) -> Result<Self> {
        // Labels first: they are small, so a wrong choice is reported before the long work.
        let labels = read_labels(labels_name, labels)?;
        let IdxImages { images, n, height, width } = read_images(images_name, images)?;
        if labels.len() != n {
            return Err(Error::Data(format!(
                "{labels_name}, bytes 4 to 7: {} labels for the {n} images of {images_name}. \
                 Choose images and labels of the same data set.",
                labels.len()
            )));
        }
        let n_classes = labels.iter().max().map_or(0, |&label| usize::from(label) + 1);
        Self::new("file", images_name, images, labels, (height, width), digit_names(n_classes))
    }
}

const fn header_len(dimensions: usize) -> usize {
    4 + 4 * dimensions
}

fn place(name: &str, at: usize, what: String) -> Error {
    Error::Data(format!("{name}, byte {at}: {what}"))
}

/// Dimensions and values of an IDX file that should hold `what`, with `D` dimensions.
fn read<const D: usize>(name: &str, bytes: &[u8], what: &str) -> Result<([usize; D], Vec<u8>)> {
    if is_gzip(bytes) {
        let mut gunzip = Gunzip::new(name, bytes);
        let mut header = Vec::new();
        gunzip.read(&mut header, header_len(D))?;
        let (dims, expected) = read_header::<D>(name, &header, what)?;
        // One byte more than expected: enough to see that there are too many, and no bomb can do more.
        let mut values = Vec::new();
        gunzip.read(&mut values, expected + 1)?;
        check_length(name, D, expected, values.len(), false)?;
        return Ok((dims, values));
    }
    let header = &bytes[..bytes.len().min(header_len(D))];
    let (dims, expected) = read_header::<D>(name, header, what)?;
    let values = &bytes[header_len(D)..];
    check_length(name, D, expected, values.len(), true)?;
    Ok((dims, values.to_vec()))
}

/// Dimensions, and the number of values they promise.
fn read_header<const D: usize>(name: &str, header: &[u8], what: &str) -> Result<([usize; D], usize)> {
    let remedy = format!("Choose an IDX file of {what}, as MNIST's, plain or gzip.");
    let &[zero0, zero1, kind, dimensions, ref sizes @ ..] = header else {
        return Err(place(name, header.len(), format!("the file ends before an IDX header. {remedy}")));
    };
    if (zero0, zero1) != (0, 0) {
        return Err(place(
            name,
            0,
            format!("{zero0:02x} {zero1:02x} is not the beginning of an IDX file (00 00). {remedy}"),
        ));
    }
    if kind != UNSIGNED_BYTE {
        return Err(place(
            name,
            2,
            format!("values of type {kind:02x}, not unsigned bytes ({UNSIGNED_BYTE:02x}). {remedy}"),
        ));
    }
    if usize::from(dimensions) != D {
        let hint = match (D, dimensions) {
            (3, 1) => " This is a file of labels: were the two files exchanged?",
            (1, 3) => " This is a file of images: were the two files exchanged?",
            _ => "",
        };
        return Err(place(name, 3, format!("{dimensions} dimensions, not {D}.{hint} {remedy}")));
    }
    let mut dims = [0; D];
    let (sizes, _) = sizes.as_chunks::<4>();
    if sizes.len() != D {
        return Err(place(
            name,
            header.len(),
            format!("the file ends within its header of {} bytes. {remedy}", header_len(D)),
        ));
    }
    for (dim, &size) in dims.iter_mut().zip(sizes) {
        // Saturation cannot be mistaken for a true size: it is far above the limit below.
        *dim = usize::try_from(u32::from_be_bytes(size)).unwrap_or(usize::MAX);
    }
    if dims.first() == Some(&0) {
        return Err(place(name, 4, format!("there are no {what} in it. {remedy}")));
    }
    let expected = dims.iter().try_fold(1_usize, |product, &dim| product.checked_mul(dim));
    match expected.filter(|&expected| expected <= MAX_UNPACKED) {
        Some(expected) => Ok((dims, expected)),
        None => {
            let dims = dims.map(|dim| dim.to_string()).join(" × ");
            Err(place(
                name,
                4,
                format!(
                    "{dims} bytes are more than the {MAX_UNPACKED} that fit here. Choose a smaller file of {what}."
                ),
            ))
        }
    }
}

/// `got` is exact only if the whole file is at hand; otherwise it stops at `expected` + 1.
fn check_length(name: &str, dimensions: usize, expected: usize, got: usize, exact: bool) -> Result<()> {
    if got < expected {
        return Err(place(
            name,
            header_len(dimensions) + got,
            format!(
                "the file ends after {got} of the {expected} bytes that its header promises. It is incomplete: fetch it again."
            ),
        ));
    }
    if got > expected {
        let extra = if exact { format!("{} more bytes", got - expected) } else { "more bytes".to_owned() };
        return Err(place(
            name,
            header_len(dimensions) + expected,
            format!(
                "{extra} than the header promises ({expected}). The header does not belong to this file: fetch it again."
            ),
        ));
    }
    Ok(())
}
