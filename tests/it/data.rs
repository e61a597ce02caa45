//! The built-in images against the original files, and parsers against hostile bytes.

use digitoscope::data::idx::{read_images, read_labels};
use digitoscope::data::shard::{assemble, decode_shard};
use digitoscope::data::{Dataset, catalog, content_sha256, disk::builtin, gunzip::gunzip};
use digitoscope::error::Error;
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use std::io::Write;
use std::path::{Path, PathBuf};

fn built_in() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("static/data")
}

/// A file of the folder named by `DIGITOSCOPE_DATA` (default `../shared/data`), if that folder is there.
fn original(name: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("DIGITOSCOPE_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    if !folder.is_dir() {
        println!("skipped, no data");
        return None;
    }
    let path = folder.join(name);
    Some(std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An IDX file whatever its dimensions say.
fn idx(kind: u8, dims: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, kind, dims.len() as u8];
    bytes.extend(dims.iter().flat_map(|dim| dim.to_be_bytes()));
    bytes.extend_from_slice(values);
    bytes
}

fn message<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result.unwrap_err() {
        Error::Data(message) => message,
        other => panic!("not a data error: {other:?}"),
    }
}

#[test]
fn built_in_images_are_mnist_in_its_order() {
    let (Some(images), Some(labels)) =
        (original("mnist/train-images-idx3-ubyte.gz"), original("mnist/train-labels-idx1-ubyte.gz"))
    else {
        return;
    };
    let train = Dataset::from_idx("train-images", &images, "train-labels", &labels).unwrap();
    assert_eq!((train.n, train.height, train.width, train.n_classes()), (60_000, 28, 28, 10));
    let first: Vec<usize> = (0..10_000).collect();
    let expected = train.select(&first).unwrap().sorted_by_label();
    let ours = builtin(&built_in(), "mnist10k").unwrap();
    assert_eq!(ours.labels, expected.labels);
    assert!(ours.images == expected.images, "pixels or order differ");
    assert_eq!(ours.sha256, expected.sha256);
}

#[test]
fn mnist_original_is_train_then_test() {
    let names = ["mnist/t10k-images-idx3-ubyte.gz", "mnist/t10k-labels-idx1-ubyte.gz"].map(original);
    let [Some(images), Some(labels)] = names else { return };
    let test = Dataset::from_idx("t10k-images", &images, "t10k-labels", &labels).unwrap().sorted_by_label();
    let train = builtin(&built_in(), "mnist1k").unwrap();
    let both = train.concatenate(&test).unwrap();
    assert_eq!(both.n, 11_000);
    assert_eq!(both.image(999), train.image(999));
    assert_eq!(both.image(1000), test.image(0));
    // The test set's class counts, as published with it.
    let counts = (0..10).map(|digit| test.labels.iter().filter(|&&label| label == digit).count());
    assert_eq!(counts.collect::<Vec<_>>(), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
}

#[test]
fn kannada_mnist_opens() {
    let names = ["X_kannada_MNIST_test-idx3-ubyte.gz", "y_kannada_MNIST_test-idx1-ubyte.gz"];
    let [Some(images), Some(labels)] = names.map(|name| original(&format!("kannada_mnist/{name}"))) else { return };
    let data = Dataset::from_idx(names[0], &images, names[1], &labels).unwrap();
    assert_eq!((data.n, data.height, data.width, data.n_classes()), (10_000, 28, 28, 10));
}

#[test]
fn built_in_checksums_hold() {
    for info in catalog::datasets() {
        let data = builtin(&built_in(), &info.id).unwrap();
        assert_eq!((data.n, (data.height, data.width)), (info.n, info.shape));
        assert_eq!(content_sha256(&data.labels, &data.images), info.sha256);
        assert!(data.labels.is_sorted());
        assert_eq!(data.sorted_by_label(), data);
    }
}

#[test]
fn mnist1k_is_every_tenth_image() {
    let all = builtin(&built_in(), "mnist10k").unwrap();
    let tenth: Vec<usize> = (0..10_000).step_by(10).collect();
    let few = builtin(&built_in(), "mnist1k").unwrap();
    let expected = all.select(&tenth).unwrap();
    assert_eq!(few.labels, expected.labels);
    assert!(few.images == expected.images);
    assert!((0..10).all(|digit| few.labels.iter().filter(|&&label| label == digit).count() >= 80));
}

#[test]
fn shards_are_dealt_whatever_order_they_came_in() {
    let info = catalog::dataset("mnist10k").unwrap();
    let read = |name: &String| decode_shard(name, &std::fs::read(built_in().join(name)).unwrap()).unwrap();
    let mut shards: Vec<_> = info.shards.iter().map(read).collect();
    shards.rotate_left(3);
    assert_eq!(assemble(info, &shards).unwrap(), builtin(&built_in(), "mnist10k").unwrap());
    let lost = shards.pop().unwrap();
    let error = message(assemble(info, &shards));
    assert!(error.contains(lost.name()) && error.contains("missing"), "{error}");
}

#[test]
fn a_damaged_shard_names_file_checksums_and_remedy() {
    let info = &catalog::shards()[0];
    let good = std::fs::read(built_in().join(&info.name)).unwrap();
    let mut bad = good.clone();
    bad[5000] ^= 0x10;
    let error = message(decode_shard(&info.name, &bad));
    let got = digitoscope::data::sha256_hex(&bad);
    for part in [info.name.as_str(), &info.sha256, &got, "Reload the page; if it happens again"] {
        assert!(error.contains(part), "{error} lacks {part}");
    }
    message(decode_shard(&info.name, &[]));
    message(decode_shard(&info.name, &good[..good.len() / 2]));
    message(decode_shard(&catalog::shards()[1].name, &good));
    message(decode_shard("mnist-v0-0.bin.gz", &good));
}

#[test]
fn a_shard_unpacked_underway_is_accepted_if_it_is_whole() {
    let info = &catalog::shards()[0];
    let packed = std::fs::read(built_in().join(&info.name)).unwrap();
    let mut raw = gunzip(&info.name, &packed, info.raw_bytes).unwrap();
    let shard = decode_shard(&info.name, &raw).unwrap();
    assert_eq!(shard.images(), decode_shard(&info.name, &packed).unwrap().images());
    raw[0] ^= 1;
    message(decode_shard(&info.name, &raw));
}

#[test]
fn idx_reads_what_it_says_plain_or_gzip() {
    let images = idx(8, &[2, 2, 3], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    let labels = idx(8, &[2], &[7, 4]);
    let plain = Dataset::from_idx("i", &images, "l", &labels).unwrap();
    assert_eq!((plain.n, plain.height, plain.width, plain.n_classes()), (2, 2, 3, 8));
    assert_eq!(plain.image(1), [7, 8, 9, 10, 11, 12]);
    assert_eq!(plain.labels, [7, 4]);
    assert_eq!(plain, Dataset::from_idx("i", &gz(&images), "l", &gz(&labels)).unwrap());
    let sorted = plain.sorted_by_label();
    assert_eq!((sorted.labels.as_slice(), sorted.image(0)), ([4, 7].as_slice(), plain.image(1)));
    assert_eq!(sorted.sha256, content_sha256(&sorted.labels, &sorted.images));
}

#[test]
fn idx_refusals_name_file_place_and_remedy() {
    let good = idx(8, &[2, 1, 1], &[5, 6]);
    let refusals: &[(&str, Vec<u8>, &str)] = &[
        ("empty", vec![], "byte 0: the file ends before an IDX header"),
        ("magic", b"PK\x03\x04aaaaaaaaaaaa".to_vec(), "byte 0: 50 4b is not the beginning of an IDX file"),
        ("float", idx(0x0d, &[2, 1, 1], &[0; 8]), "byte 2: values of type 0d"),
        ("labels", idx(8, &[2], &[5, 6]), "byte 3: 1 dimensions, not 3. This is a file of labels"),
        ("colour", idx(8, &[2, 1, 1, 3], &[0; 6]), "byte 3: 4 dimensions, not 3. Choose"),
        ("header", good[..14].to_vec(), "byte 14: the file ends within its header of 16 bytes"),
        ("none", idx(8, &[0, 28, 28], &[]), "byte 4: there are no images in it"),
        ("flat", idx(8, &[1, 0, 28], &[]), "byte 8: images of 0 rows"),
        ("thin", idx(8, &[1, 28, 0], &[]), "byte 12: images of 0 columns"),
        ("wide", idx(8, &[1, 1, 1025], &[0; 1025]), "byte 12: images of 1025 columns"),
        ("huge", idx(8, &[u32::MAX; 3], &[]), "more than the 536870912 that fit here"),
        ("wrap", idx(8, &[1 << 31, 2, 1], &[]), "more than the 536870912 that fit here"),
        ("cut", idx(8, &[2, 2, 2], &[0; 7]), "byte 23: the file ends after 7 of the 8 bytes"),
        ("long", idx(8, &[2, 2, 2], &[0; 9]), "byte 24: "),
    ];
    for (name, bytes, expected) in refusals {
        for bytes in [bytes.clone(), gz(bytes)] {
            let error = message(read_images(name, &bytes));
            assert!(error.starts_with(name) && error.contains(expected), "{error} lacks {expected}");
            assert!(error.contains("Choose") || error.contains("fetch it again"), "no remedy: {error}");
        }
    }
    assert!(message(read_labels("y", &good)).contains("This is a file of images"));
    assert!(message(read_labels("y", &idx(8, &[3], &[9, 0, 10]))).contains("y, byte 10: label 10 is not a digit"));
    let three = idx(8, &[3], &[0, 1, 2]);
    assert!(message(Dataset::from_idx("x", &good, "y", &three)).contains("3 labels for the 2 images of x"));
}

#[test]
fn a_bomb_with_a_lying_header_stops_early() {
    // 64 MiB of zeros behind a header that promises four images: read must stop at the fifth byte.
    let mut bomb = idx(8, &[4, 1, 1], &[]);
    bomb.resize(64 << 20, 0);
    let bomb = gz(&bomb);
    let error = message(read_images("bomb.gz", &bomb));
    assert!(error.contains("byte 20: more bytes than the header promises (4)"), "{error}");
}

#[test]
fn new_checks_what_it_is_told() {
    let names = || digitoscope::data::digit_names(2);
    let make =
        |images: &[u8], labels: &[u8], shape| Dataset::new("x", "X", images.to_vec(), labels.to_vec(), shape, names());
    assert!(make(&[0; 4], &[0, 1], (1, 2)).is_ok());
    assert!(message(make(&[0; 4], &[0, 2], (1, 2))).contains("label 2 of image 1"));
    message(make(&[0; 5], &[0, 1], (1, 2)));
    message(make(&[], &[], (1, 2)));
    message(make(&[], &[0], (0, 2)));
    message(make(&[0; 4], &[0, 1], (usize::MAX, 3)));
    let data = make(&[1, 2, 3, 4], &[0, 1], (1, 2)).unwrap();
    assert_eq!(data.select(&[1, 1, 0]).unwrap().images, [3, 4, 3, 4, 1, 2]);
    assert!(matches!(data.select(&[2]), Err(Error::InvalidParameter { .. })));
    assert!(matches!(data.select(&[]), Err(Error::InvalidParameter { .. })));
    let other = make(&[0; 4], &[0, 1], (2, 1)).unwrap();
    message(data.concatenate(&other));
}

/// Small valid files, plain or gzip, then damaged in a few places.
/// The form of "MNIST original" is seen whatever the bytes are, and nothing else is taken for it.
#[test]
fn what_has_the_form_of_mnist_is_known_by_it() {
    let set = |labels: Vec<u8>, (height, width): (usize, usize)| {
        let images = vec![0; labels.len() * height * width];
        Dataset::new("own-000000", "Mine", images, labels, (height, width), digitoscope::data::digit_names(10)).unwrap()
    };
    let sorted: Vec<u8> = (0..70_000_u32).map(|i| (i / 7_000) as u8).collect();
    let two_parts: Vec<u8> =
        (0..60_000_u32).map(|i| (i / 6_000) as u8).chain((0..10_000).map(|i| (i / 1_000) as u8)).collect();
    assert!(set(sorted.clone(), (28, 28)).is_like_mnist());
    assert!(set(two_parts, (28, 28)).is_like_mnist());
    let mut other = sorted.clone();
    other.reverse();
    for labels in [other, sorted.iter().map(|label| label % 9).collect(), sorted[1..].to_vec()] {
        assert!(!set(labels, (28, 28)).is_like_mnist());
    }
    assert!(!set(sorted, (2, 2)).is_like_mnist());
}

fn damaged(dims: usize) -> impl Strategy<Value = Vec<u8>> {
    let sizes = prop::collection::vec(0_u32..6, dims);
    let hits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    (sizes, any::<bool>(), hits, any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(sizes, packed, hits, cut, cuts)| {
            let n = sizes.iter().product::<u32>();
            let values: Vec<u8> = (0..n).map(|i| (i % 10) as u8).collect();
            let mut bytes = idx(8, &sizes, &values);
            if packed {
                bytes = gz(&bytes);
            }
            for (at, value) in hits {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            if cuts {
                bytes.truncate(cut.index(bytes.len()));
            }
            bytes
        },
    )
}

fn holds_together(images: &[u8], labels: &[u8]) -> Result<(), TestCaseError> {
    match read_images("images.idx", images) {
        Ok(read) => prop_assert_eq!(read.images.len(), read.n * read.height * read.width),
        Err(error) => prop_assert!(error.to_string().contains("images.idx"), "{}", error),
    }
    match read_labels("labels.idx", labels) {
        Ok(read) => prop_assert!(!read.is_empty() && read.iter().all(|&label| label < 10)),
        Err(error) => prop_assert!(error.to_string().contains("labels.idx"), "{}", error),
    }
    match Dataset::from_idx("images.idx", images, "labels.idx", labels) {
        Ok(data) => prop_assert_eq!(data.images.len(), data.labels.len() * data.n_features()),
        Err(Error::Data(text)) => prop_assert!(text.contains(".idx"), "{}", text),
        Err(other) => prop_assert!(false, "{:?}", other),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn noise_never_panics(images: Vec<u8>, labels: Vec<u8>) {
        holds_together(&images, &labels)?;
        holds_together(&gz(&images), &gz(&labels))?;
        prop_assert!(decode_shard("mnist-v1-0.bin.gz", &images).is_err());
    }

    #[test]
    fn damage_never_panics(images in damaged(3), labels in damaged(1)) {
        holds_together(&images, &labels)?;
    }

    #[test]
    fn a_plausible_header_never_panics(dims: [u32; 3], kind in 7_u8..9, values: Vec<u8>) {
        let images = idx(kind, &dims, &values);
        holds_together(&images, &idx(kind, &dims[..1], &values))?;
        holds_together(&gz(&images), &values)?;
    }

    #[test]
    fn valid_files_round_trip(n in 1_usize..20, height in 1_usize..6, width in 1_usize..6, seed: u8) {
        let value = |i: usize| (i as u8).wrapping_mul(31).wrapping_add(seed);
        let pixels: Vec<u8> = (0..n * height * width).map(value).collect();
        let labels: Vec<u8> = (0..n).map(|i| value(i) % 10).collect();
        let images = idx(8, &[n as u32, height as u32, width as u32], &pixels);
        let data = Dataset::from_idx("i", &gz(&images), "l", &idx(8, &[n as u32], &labels)).unwrap();
        prop_assert_eq!(&data.images, &pixels);
        prop_assert_eq!(&data.labels, &labels);
        // Slow and obvious: class by class, in order.
        let mut order = vec![];
        for digit in 0..10 {
            order.extend((0..n).filter(|&i| labels[i] == digit));
        }
        prop_assert_eq!(data.sorted_by_label(), data.select(&order).unwrap());
    }
}
