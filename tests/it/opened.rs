//! Files that a visitor opens: which belong together, their order and their names.

use digitoscope::data::idx::header;
use digitoscope::data::opened::{File, N_PREVIEWED, Opened, Order, Preview, is_own_id, open, own_id};
use digitoscope::data::{Dataset, content_sha256, gunzip::gunzip, public, sha256_hex};
use digitoscope::error::Error;
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use std::io::Write;
use std::path::{Path, PathBuf};

fn file(name: &str, bytes: Vec<u8>) -> File {
    File { name: name.into(), bytes }
}

fn images(name: &str, n: usize, (height, width): (usize, usize), seed: u32) -> File {
    let values = (0..(n * height * width) as u32).map(|i| ((i + seed).wrapping_mul(2_654_435_761) >> 24) as u8);
    let mut bytes = header(&[n as u32, height as u32, width as u32]);
    bytes.extend(values);
    file(name, bytes)
}

fn labels(name: &str, labels: &[u8]) -> File {
    file(name, [header(&[labels.len() as u32]), labels.to_vec()].concat())
}

fn gz(file: File) -> File {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&file.bytes).unwrap();
    File { name: file.name, bytes: encoder.finish().unwrap() }
}

fn read(files: &[File]) -> Result<Opened, Error> {
    open(files.to_vec(), &mut |_, _| ())
}

fn refused(files: &[File]) -> String {
    match read(files) {
        Err(Error::Data(message)) => message,
        other => panic!("{:?}", other.map(|opened| opened.n())),
    }
}

/// Every order in which `k` files can be chosen.
fn permutations(k: usize) -> Vec<Vec<usize>> {
    if k == 0 {
        return vec![vec![]];
    }
    let shorter = permutations(k - 1);
    shorter.iter().flat_map(|p| (0..k).map(|at| [&p[..at], &[k - 1], &p[at..]].concat())).collect()
}

#[test]
fn two_or_four_files_pair_in_any_order_and_under_any_name() {
    let train = (images("train-images", 6, (2, 3), 1), labels("train-labels", &[2, 0, 1, 0, 2, 1]));
    let test = (images("t10k-images", 4, (2, 3), 99), labels("t10k-labels", &[1, 0, 1, 0]));
    let whole = |first: &(File, File), second: &(File, File)| {
        let set = |(i, l): &(File, File)| Dataset::from_idx(&i.name, &i.bytes, &l.name, &l.bytes).unwrap();
        (
            set(first).concatenate(&set(second)).unwrap(),
            set(first).sorted_by_label().concatenate(&set(second).sorted_by_label()).unwrap(),
        )
    };
    let (published, sorted) = whole(&train, &test);
    let four = [train.0.clone(), gz(train.1.clone()), gz(test.0.clone()), test.1.clone()];
    for order in permutations(4) {
        let files: Vec<File> = order.iter().map(|&i| four[i].clone()).collect();
        let opened = read(&files).unwrap();
        for (order, expected) in [(Order::AsPublished, &published), (Order::Sorted, &sorted)] {
            let ours = opened.arrange(order).unwrap();
            assert!(ours.images == expected.images && ours.labels == expected.labels);
            assert_eq!(ours.sha256, expected.sha256);
            assert_eq!(ours.id, own_id(&expected.sha256));
        }
    }
    // Names mislead, numbers do not.
    let renamed: Vec<File> = ["d", "a", "c", "b"].iter().zip(&four).map(|(n, f)| file(n, f.bytes.clone())).collect();
    assert_eq!(read(&renamed).unwrap().arrange(Order::Sorted).unwrap().sha256, sorted.sha256);
    // A smaller training part still comes first, if it is called that.
    let small = [
        images("X_train.gz", 2, (2, 3), 5),
        labels("y_train.gz", &[1, 0]),
        images("X_test.gz", 4, (2, 3), 6),
        labels("y_test.gz", &[0, 1, 2, 3]),
    ];
    assert_eq!(read(&small).unwrap().arrange(Order::AsPublished).unwrap().labels, [1, 0, 0, 1, 2, 3]);
    // Two parts of one size are told apart by their names.
    let even = [
        images("test-images", 2, (1, 1), 0),
        labels("test-labels", &[7, 7]),
        images("train-images", 2, (1, 1), 9),
        labels("train-labels", &[3, 3]),
    ];
    for order in permutations(4) {
        let files: Vec<File> = order.iter().map(|&i| even[i].clone()).collect();
        assert_eq!(read(&files).unwrap().arrange(Order::AsPublished).unwrap().labels, [3, 3, 7, 7]);
    }
}

#[test]
fn what_does_not_belong_together_is_refused_by_name() {
    let (x, y) = (images("x", 4, (2, 2), 0), labels("y", &[0, 1, 2, 3]));
    let other = labels("z", &[0, 1]);
    for (files, words) in [
        (vec![], "No file was chosen."),
        (vec![x.clone()], "x holds images; the labels are missing."),
        (vec![y.clone()], "y holds labels; the images are missing."),
        (vec![x.clone(), x.clone()], "x holds images; the labels are missing."),
        (vec![x.clone(), y.clone(), other.clone()], "1 files of images and 2 of labels do not make pairs."),
        (vec![x.clone(), y.clone(), x.clone(), y.clone(), x.clone()], "5 files are more than make one data set."),
        (vec![x.clone(), other.clone()], "z, bytes 4 to 7: 2 labels for the 4 images of x."),
        (vec![x.clone(), labels("y", &[0, 1, 2, 10])], "y, byte 11: label 10 is not a digit"),
        (
            vec![x.clone(), y.clone(), images("v", 2, (2, 3), 0), other],
            "v, byte 8: images of 2 × 3 pixels cannot follow x's of 2 × 2.",
        ),
        (vec![x.clone(), file("y.csv", b"label\n1\n".to_vec())], "y.csv is a text file."),
        (vec![gz(file("x.gz", b"hello".to_vec())), y.clone()], "x.gz unpacks to a text file."),
        (vec![images("x", 0, (2, 2), 0), labels("y", &[])], "there are no labels in it"),
    ] {
        let message = refused(&files);
        assert!(message.contains(words), "{words:?} in {message:?}");
        assert!(message.contains("Choose"), "a remedy in {message:?}");
    }
    let message = refused(&[images(&"long\n".repeat(500), 4, (2, 2), 0)]);
    assert!(message.len() < 250 && !message.contains('\n'), "{message}");
}

#[test]
fn a_bomb_stops_and_a_lie_is_told() {
    // 300 kB that unpack to 300 MB of "images", of which the header promises four.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&header(&[4, 2, 2])).unwrap();
    let zeros = vec![0; 1 << 20];
    (0..300).for_each(|_| encoder.write_all(&zeros).unwrap());
    let bomb = file("bomb.gz", encoder.finish().unwrap());
    let y = labels("y", &[0, 1, 2, 3]);
    assert!(refused(&[bomb, y.clone()]).contains("bomb.gz, byte 32: more bytes than the header promises (16)"));
    let huge = file("huge", header(&[4, u32::MAX, u32::MAX]));
    assert!(refused(&[huge, y.clone()]).contains("huge, byte 4: "));
    let mut short = images("short", 4, (2, 2), 0);
    short.bytes.truncate(25);
    assert!(refused(&[short, y]).contains("short, byte 25: the file ends after 9 of the 16 bytes"));
}

fn original(name: &str) -> Option<File> {
    let folder = std::env::var_os("DIGITOSCOPE_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    if !folder.is_dir() {
        println!("skipped, no data");
        return None;
    }
    let path = folder.join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(file(path.file_name().unwrap().to_str().unwrap(), bytes))
}

#[test]
fn a_published_data_set_is_known_by_its_files() {
    let set = public::find("kannada10k").unwrap();
    let files: Vec<File> = set.files.iter().filter_map(|f| original(&format!("kannada_mnist/{}", f.name))).collect();
    if files.is_empty() {
        return;
    }
    for (file, listed) in files.iter().zip(set.files) {
        assert_eq!(file.bytes.len(), listed.bytes, "{}", listed.name);
    }
    let opened = read(&files).unwrap();
    let preview = opened.preview();
    assert!(preview.published);
    assert_eq!((preview.n as usize, preview.height, preview.width), (set.n, 28, 28));
    assert_eq!(preview.sorted.id, "kannada10k");
    assert!(is_own_id(&preview.as_published.id));
    assert_eq!(opened.arrange(Order::Sorted).unwrap().title, set.title);
    // Packed anew they are the same, with one bit changed they are somebody's own.
    let mut plain: Vec<File> =
        files.iter().map(|f| file(&f.name, gunzip(&f.name, &f.bytes, 1 << 24).unwrap())).collect();
    assert!(read(&plain).unwrap().preview().published);
    plain[0].bytes[1000] ^= 1;
    let preview = read(&plain).unwrap().preview();
    assert!(!preview.published && is_own_id(&preview.sorted.id));
}

#[test]
fn the_four_files_of_mnist_open() {
    let set = public::find("mnist70k").unwrap();
    let files: Vec<File> = set.files.iter().filter_map(|f| original(&format!("mnist/{}", f.name))).collect();
    if files.is_empty() {
        return;
    }
    let opened = read(&files).unwrap();
    let preview = opened.preview();
    assert_eq!(preview.n, 70_000);
    // As published with the data: training and test together.
    assert_eq!(preview.counts, [6903, 7877, 6990, 7141, 6824, 6313, 6876, 7293, 6825, 6958]);
    let sorted = opened.arrange(Order::Sorted).unwrap();
    assert!(sorted.labels[..60_000].is_sorted() && sorted.labels[60_000..].is_sorted());
    assert_eq!(sorted.sha256, preview.sorted.sha256);
    // All but the training images are the published ones to the bit; these may be a near copy, which must not pass.
    let sums: Vec<String> = files.iter().map(|f| sha256_hex(&gunzip(&f.name, &f.bytes, 1 << 26).unwrap())).collect();
    assert!(sums[1..].iter().zip(&set.files[1..]).all(|(sum, listed)| sum == listed.sha256));
    assert_eq!(preview.published, sums[0] == set.files[0].sha256);
    assert_eq!(is_own_id(&preview.sorted.id), !preview.published);
}

/// The rows of a preview against the data set it promises.
fn check_preview(preview: &Preview, opened: &Opened) -> Result<(), TestCaseError> {
    for (order, _) in Order::WORDS {
        let data = opened.arrange(order).unwrap();
        let arranged = preview.arranged(order);
        prop_assert_eq!(&arranged.id, &data.id);
        prop_assert_eq!(&arranged.sha256, &content_sha256(&data.labels, &data.images));
        prop_assert_eq!(arranged.indices.len(), N_PREVIEWED.min(data.n));
        let pixels: Vec<u8> = arranged.indices.iter().flat_map(|&i| data.image(i as usize)).copied().collect();
        prop_assert!(arranged.pixels == pixels);
        let labels: Vec<u8> = arranged.indices.iter().map(|&i| data.labels[i as usize]).collect();
        prop_assert_eq!(&arranged.labels, &labels);
        prop_assert_eq!(preview.counts.iter().sum::<u32>() as usize, data.n);
        prop_assert_eq!(preview.n as usize, data.n);
    }
    Ok(())
}

proptest! {
    /// Sorting is NumPy's stable argsort of each part, and the preview shows what comes.
    #[test]
    fn arrangements_are_what_they_say(
        first in prop::collection::vec(0..10u8, 1..60),
        second in prop::collection::vec(0..10u8, 0..40),
        shape in (1..4usize, 1..4usize),
    ) {
        let mut files = vec![images("train-i", first.len(), shape, 3), labels("train-l", &first)];
        if !second.is_empty() && second.len() != first.len() {
            files.extend([images("i", second.len(), shape, 77), labels("l", &second)]);
        }
        let opened = read(&files).unwrap();
        check_preview(&opened.preview(), &opened)?;
        let published = opened.arrange(Order::AsPublished).unwrap();
        let sorted = opened.arrange(Order::Sorted).unwrap();
        let mut order: Vec<usize> = Vec::new();
        for range in [0..first.len(), first.len()..published.n] {
            for label in 0..10 {
                order.extend(range.clone().filter(|&i| published.labels[i] == label));
            }
        }
        let expected = published.select(&order).unwrap();
        prop_assert_eq!(&sorted.labels, &expected.labels);
        prop_assert!(sorted.images == expected.images);
    }

    /// Hostile bytes: always an answer, never a panic, and a refusal says what to do.
    #[test]
    fn whatever_is_opened_is_answered(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        keep in 0..3u8,
        packed in any::<[bool; 2]>(),
        which in any::<[bool; 2]>(),
    ) {
        let mut files = [images("x", 7, (3, 2), 5), labels("y", &[0, 1, 2, 3, 4, 5, 6])];
        for (file, (packed, hurt)) in files.iter_mut().zip(packed.into_iter().zip(which)) {
            if packed {
                *file = gz(file.clone());
            }
            if hurt {
                for (at, value) in &flips {
                    let at = at.index(file.bytes.len());
                    file.bytes[at] = *value;
                }
                if keep == 0 {
                    file.bytes.truncate(cut.index(file.bytes.len()));
                }
            }
        }
        match read(&files) {
            Ok(opened) => check_preview(&opened.preview(), &opened)?,
            Err(Error::Data(message)) => {
                prop_assert!(message.starts_with('x') || message.starts_with('y'), "{}", message);
                prop_assert!(message.contains("Choose") || message.contains("etch"), "{}", message);
            }
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }

    /// Bytes from nowhere.
    #[test]
    fn noise_is_refused(noise in prop::collection::vec(any::<u8>(), 0..80), more in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(opened) = read(&[file("x", noise), file("y", more)]) {
            check_preview(&opened.preview(), &opened)?;
        }
    }
}
