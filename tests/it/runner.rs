//! The native program, as somebody at a terminal uses it.

use digitoscope::data::{Dataset, opened::own_id};
use digitoscope::report::Outcome;
use flate2::{Compression, write::GzEncoder};
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of its own for one test, gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("runner-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.0.join(name), bytes).unwrap();
        name.into()
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap()
    }

    /// Runs the program in this folder.
    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_digitoscope")).current_dir(&self.0).args(arguments).output().unwrap()
    }

    /// Standard output of a run that must succeed, with nothing to complain of.
    fn good(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
        text(&output.stdout)
    }

    /// Standard error of a run that must fail, with nothing on standard output.
    fn bad(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", text(&output.stdout));
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
        text(&output.stderr)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn outcome(json: &str) -> Outcome {
    serde_json::from_str(json).unwrap()
}

/// Forty images of 3 by 5 pixels, with labels 0 to 4.
fn pixels() -> (Vec<u8>, Vec<u8>) {
    let images = (0..40 * 15_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    (images, (0..40).map(|i| i % 5).collect())
}

fn idx(dims: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, dims.len() as u8];
    bytes.extend(dims.iter().flat_map(|dim| dim.to_be_bytes()));
    bytes.extend(values);
    bytes
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn idx_files() -> (Vec<u8>, Vec<u8>) {
    let (images, labels) = pixels();
    (idx(&[40, 3, 5], &images), idx(&[40], &labels))
}

/// A `.npy` file of an archive: `(descr, shape, values)`.
fn npy(npz: &[u8], name: &str) -> (String, Vec<usize>, Vec<u8>) {
    let mut archive = zip::ZipArchive::new(Cursor::new(npz)).unwrap();
    let mut bytes = Vec::new();
    archive.by_name(&format!("{name}.npy")).unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes[..8], *b"\x93NUMPY\x01\x00");
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    assert_eq!((10 + length) % 64, 0, "NumPy aligns the values");
    let header = text(&bytes[10..10 + length]);
    assert!(header.ends_with('\n') && header.contains("'fortran_order': False"), "{header}");
    let between = |from: &str, to: &str| header.split_once(from).unwrap().1.split_once(to).unwrap().0.to_string();
    let shape = between("'shape': (", ")").split(',').filter_map(|size| size.trim().parse().ok()).collect();
    (between("'descr': '", "'"), shape, bytes[10 + length..].to_vec())
}

fn names(npz: &[u8]) -> Vec<String> {
    zip::ZipArchive::new(Cursor::new(npz)).unwrap().file_names().map(String::from).collect()
}

#[test]
fn a_link_gives_a_report_and_its_arrays() {
    let folder = Folder::new("npz");
    let link = "#/patches/3-kmeans10?data=mnist1k&n_clusters=7&n_init=2";
    let ours = outcome(&folder.good(&[link, "--npz", "out.npz", "--images-npz", "images.npz", "--threads", "2"]));
    assert_eq!(
        ours.configuration,
        "#/bench/kmeans?data=mnist1k&n_clusters=7&n_init=2&random_state=0&init=k-means-plus-plus&scaling=none&max_iter=300&tol=1e-4&cmap=gray"
    );
    assert!(ours.report.arrays.is_empty(), "arrays belong into the NPZ");
    assert_eq!(ours.workers, 2);
    let again = outcome(&folder.good(&[&ours.configuration, "--threads", "1"]));
    assert_eq!((&again.digest, &again.report), (&ours.digest, &ours.report));

    let npz = folder.read("out.npz");
    assert_eq!(
        names(&npz),
        [
            "labels_.npy",
            "cluster_centers_.npy",
            "inertias.npy",
            "distances.npy",
            "second_labels.npy",
            "second_distances.npy",
            "pixel_factor.npy",
            "pixel_offset.npy",
        ]
    );
    let (kind, shape, labels) = npy(&npz, "labels_");
    assert_eq!((kind.as_str(), shape), ("<u4", vec![1000]));
    let labels: Vec<u32> = labels.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
    let sizes: Vec<String> = (0..7).map(|k| labels.iter().filter(|label| **label == k).count().to_string()).collect();
    assert_eq!(ours.report.find("sizes").unwrap().value.full(), sizes.join(" "));
    let (kind, shape, centers) = npy(&npz, "cluster_centers_");
    assert_eq!((kind.as_str(), shape, centers.len()), ("<f8", vec![7, 784], 7 * 784 * 8));
    let (kind, shape, inertias) = npy(&npz, "inertias");
    assert_eq!((kind.as_str(), shape), ("<f8", vec![2]));
    let lowest = inertias.as_chunks::<8>().0.iter().map(|word| f64::from_le_bytes(*word)).fold(f64::INFINITY, f64::min);
    assert_eq!(ours.report.find("inertia").unwrap().value.full().parse::<f64>().unwrap(), lowest);

    let images = folder.read("images.npz");
    assert_eq!(names(&images), ["images.npy", "labels.npy"]);
    let (kind, shape, values) = npy(&images, "images");
    assert_eq!((kind.as_str(), shape, values.len()), ("|u1", vec![1000, 28, 28], 784_000));
    let (kind, shape, classes) = npy(&images, "labels");
    assert_eq!((kind.as_str(), shape), ("|u1", vec![1000]));
    assert!(classes.is_sorted() && classes[0] == 0 && classes[999] == 9);
}

#[test]
fn own_images_plain_and_gzip() {
    let folder = Folder::new("idx");
    let (images, labels) = idx_files();
    folder.file("images", &images);
    folder.file("labels", &labels);
    folder.file("images.gz", &gz(&images));
    folder.file("labels.gz", &gz(&labels));
    let link = "#/bench/kmeans?n_clusters=4&n_init=3";
    let plain = folder.good(&[link, "--images", "images", "--labels", "labels", "--images-npz", "a.npz"]);
    let packed = folder.good(&[link, "--images", "images.gz", "--labels", "labels.gz", "--images-npz", "b.npz"]);
    let (plain, packed) = (outcome(&plain), outcome(&packed));
    assert_eq!(plain.digest, packed.digest);
    let id = own_id(&Dataset::from_idx("images", &images, "labels", &labels).unwrap().sha256);
    assert!(
        plain.configuration.starts_with(&format!("#/bench/kmeans?data={id}&n_clusters=4&")),
        "{}",
        plain.configuration
    );
    assert_eq!(plain.report.find("n_samples").unwrap().value.full(), "40");
    assert_eq!(folder.read("a.npz"), folder.read("b.npz"), "an NPZ has no time of day in it");
    let npz = folder.read("a.npz");
    let (images, labels) = pixels();
    assert_eq!(npy(&npz, "images"), ("|u1".into(), vec![40, 3, 5], images));
    assert_eq!(npy(&npz, "labels"), ("|u1".into(), vec![40], labels));
}

#[test]
fn two_parts_are_joined_in_either_order() {
    let folder = Folder::new("parts");
    let (images, labels) = idx_files();
    folder.file("images", &images);
    folder.file("labels", &gz(&labels));
    folder.file("few-images", &gz(&idx(&[3, 3, 5], &pixels().0[..45])));
    folder.file("few-labels", &idx(&[3], &[2, 1, 2]));
    let parts = ["--images", "images", "--labels", "labels", "--images", "few-images", "--labels", "few-labels"];
    let run = |more: &[&str]| {
        folder.good(&[&["#/bench/digits?index=42", "--images-npz", "x.npz"], &parts[..], more].concat())
    };
    let published = outcome(&run(&[])).configuration;
    assert_eq!(outcome(&run(&["--order", "as-published"])).configuration, published);
    let (all, classes) = pixels();
    let given = [classes.as_slice(), &[2, 1, 2]].concat();
    assert_eq!(npy(&folder.read("x.npz"), "labels"), ("|u1".into(), vec![43], given));
    assert_eq!(npy(&folder.read("x.npz"), "images").2, [all.as_slice(), &all[..45]].concat());

    let sorted = outcome(&run(&["--order", "sorted"])).configuration;
    assert_ne!(sorted, published, "another order is another data set");
    let expected: Vec<u8> = (0..40).map(|i| i / 8).chain([1, 2, 2]).collect();
    assert_eq!(npy(&folder.read("x.npz"), "labels"), ("|u1".into(), vec![43], expected));
    let image = |values: &[u8], i: usize| values[i * 15..(i + 1) * 15].to_vec();
    let values = npy(&folder.read("x.npz"), "images").2;
    assert_eq!(image(&values, 8), image(&all, 1), "the first image of label 1");
    assert_eq!([40, 41, 42].map(|i| image(&values, i)), [1, 0, 2].map(|i| image(&all, i)), "sorted within the part");

    let id = sorted.split("data=").nth(1).unwrap().split('&').next().unwrap().to_string();
    let link = format!("#/bench/digits?data={id}");
    assert!(folder.bad(&[&link]).contains(&format!("The data set {id} is not built in.")));
    folder.good(&[&[link.as_str(), "--order", "sorted"], &parts[..]].concat());
    let other = folder.run(&[&[link.as_str()], &parts[..]].concat());
    assert!(other.status.success() && text(&other.stderr).contains(&format!("asks for the data set {id}")));
}

#[test]
fn what_a_link_does_not_say_clearly_is_noted() {
    let folder = Folder::new("notes");
    let output = folder.run(&["#/clusters/2-data?index=x&nothing=1&index=7"]);
    assert!(output.status.success());
    let notes = text(&output.stderr);
    assert_eq!(notes.lines().count(), 2, "{notes}");
    assert!(notes.contains("note: The 'index' parameter must be an int") && notes.contains("'nothing'"), "{notes}");
    assert_eq!(outcome(&text(&output.stdout)).configuration, "#/bench/digits?data=mnist1k&index=7");
}

#[test]
fn a_link_to_nothing_fails() {
    let folder = Folder::new("nothing");
    for link in ["#/", "", "#/nowhere", "#/bench/nothing"] {
        let message = folder.bad(&[link]);
        assert!(message.contains("There is no lab, scene or experiment"), "{link}: {message}");
    }
}

#[test]
fn parameters_that_do_not_fit_the_images_fail() {
    let folder = Folder::new("fit");
    let (images, labels) = idx_files();
    folder.file("images", &images);
    folder.file("labels", &labels);
    let message = folder.bad(&["#/bench/kmeans?n_clusters=41", "--images", "images", "--labels", "labels"]);
    assert!(message.contains("'n_clusters' parameter must be at most the number of images, 40. Got 41"), "{message}");
    let message = folder.bad(&["#/bench/digits?index=1000&data=mnist1k"]);
    assert!(message.contains("'index' parameter must be an image number from 0 to 999"), "{message}");
    let message = folder.bad(&["#/bench/selftest?behaviour=fail&data=mnist1k", "--threads", "3"]);
    assert!(message.contains("fail job 0"), "{message}");
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let folder = Folder::new("files");
    let (images, labels) = idx_files();
    folder.file("images", &images);
    folder.file("labels", &labels);
    folder.file("short", &images[..100]);
    folder.file("text.gz", b"not gzip at all, but long enough to hold a header");
    folder.file("torn.gz", &gz(&images)[..60]);
    folder.file("few", &idx(&[3], &[1, 2, 3]));
    let with = |images: &str, labels: &str| folder.bad(&["#/bench/digits", "--images", images, "--labels", labels]);
    for (message, words) in [
        (with("absent", "labels"), "absent: "),
        (with("short", "labels"), "short, byte 100: the file ends after 84 of the 600 bytes"),
        (with("text.gz", "labels"), "text.gz, byte 0: "),
        (with("torn.gz", "labels"), "torn.gz: the gzip stream breaks off"),
        (with("labels", "images"), "were the two files exchanged?"),
        (with("images", "few"), "few, bytes 4 to 7: 3 labels for the 40 images of images."),
    ] {
        assert!(message.contains(words), "{message}");
        assert!(!message.contains("panicked"), "{message}");
    }
    let message = folder.bad(&["#/clusters/2-data", "--data", "no-such-folder"]);
    assert!(message.contains("no-such-folder") && message.contains("name the folder"), "{message}");
    let message = folder.bad(&["#/clusters/2-data", "--npz", "no-such-folder/out.npz"]);
    assert!(message.contains("no-such-folder/out.npz: "), "{message}");
}

#[test]
fn the_command_line_explains_itself() {
    let folder = Folder::new("usage");
    let help = folder.good(&["--help"]);
    assert!(help.starts_with("Usage: digitoscope '<link>'"), "{help}");
    for arguments in [
        &[][..],
        &["--nothing"],
        &["#/clusters/2-data", "--threads", "many"],
        &["#/clusters/2-data", "--images", "x"],
        &["#/clusters/2-data", "--images", "x", "--labels", "y", "--images", "z"],
        &["#/clusters/2-data", "--images", "x", "--labels", "y", "--order", "random"],
        &["#/clusters/2-data", "--order", "sorted"],
        &["#/clusters/2-data", "#/clusters/2-data"],
        &["#/clusters/2-data", "--npz"],
    ] {
        let message = folder.bad(arguments);
        assert!(message.trim_end().ends_with(help.trim_end()), "{arguments:?}: {message}");
        assert!(message.len() > help.len() + 10, "{arguments:?} only gives the usage");
    }
}

#[test]
fn the_python_script_is_printed_and_not_run() {
    let folder = Folder::new("python");
    let link = "#/bench/kmeans?data=mnist1k&n_clusters=7&init=random&scaling=standard";
    let script = folder.good(&[link, "--python"]);
    for words in [
        link,
        "IMAGES = \"digitoscope-mnist1k.npz\"",
        "X_scaled = StandardScaler().fit_transform(X)",
        "model = KMeans(n_clusters=7, n_init=10, random_state=0, init=\"random\", max_iter=300, tol=1e-4)",
        "show('inertia', model.inertia_)",
    ] {
        assert!(script.contains(words), "no '{words}' in:\n{script}");
    }
}

/// Ward's tree of ten thousand images needs no matrix of all pairs, which would be 400 MB and more.
#[test]
#[cfg(target_os = "linux")]
fn a_tree_of_ten_thousand_images_is_lean() {
    let folder = Folder::new("lean");
    let found = outcome(&folder.good(&["#/clusters/2-agg10"]));
    let memory = found.memory_bytes as f64 / 1e6;
    assert!((20.0..=200.0).contains(&memory), "{memory:.0} MB");
}
