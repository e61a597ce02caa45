//! Data sets that others have published. The page holds none of them: it fetches
//! one when a visitor asks for it, or recognises its files when they are opened.

/// A published file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicFile {
    /// Its name, also the last part of its address.
    pub name: &'static str,
    /// Its size as it is sent.
    pub bytes: usize,
    /// SHA-256 of the file when unpacked, in hexadecimal: some servers and browsers unpack underway,
    /// and people pack anew.
    pub sha256: &'static str,
}

/// A published data set. Its id names the images **sorted by label**, each of its parts for
/// itself (as "MNIST original" has them), whatever order its files have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicSet {
    /// Name in links (`data=…`).
    pub id: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// Images in all of its files.
    pub n: usize,
    /// Rows and columns of an image.
    pub shape: (usize, usize),
    /// What the classes are called; the digits if empty.
    pub class_names: &'static [&'static str],
    /// Images, labels, and again images and labels if there is a test part.
    pub files: &'static [PublicFile],
    /// Addresses of folders that hold the files, tried in this order.
    pub folders: &'static [&'static str],
    /// Under which terms it may be passed on.
    pub licence: &'static str,
    /// Where these terms are.
    pub licence_url: &'static str,
    /// Whom to cite.
    pub citation: &'static str,
}

impl PublicSet {
    /// Bytes to fetch for it.
    pub fn bytes(&self) -> usize {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// Name in links of all 70,000 images of MNIST, which the notebooks used.
pub const ALL_OF_MNIST: &str = "mnist70k";

/// All of them. Sizes and checksums are those that the projects which fetch these files pin, and of
/// Kannada-MNIST those of the files themselves.
pub static PUBLIC: &[PublicSet] = &[
    PublicSet {
        id: ALL_OF_MNIST,
        title: "MNIST, all 70,000",
        n: 70_000,
        shape: (28, 28),
        class_names: &[],
        files: &[
            PublicFile {
                name: "train-images-idx3-ubyte.gz",
                bytes: 9_912_422,
                sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            },
            PublicFile {
                name: "train-labels-idx1-ubyte.gz",
                bytes: 28_881,
                sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            },
            PublicFile {
                name: "t10k-images-idx3-ubyte.gz",
                bytes: 1_648_877,
                sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            },
            PublicFile {
                name: "t10k-labels-idx1-ubyte.gz",
                bytes: 4_542,
                sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            },
        ],
        folders: &[
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ],
        licence: "CC BY-SA 3.0",
        licence_url: "https://creativecommons.org/licenses/by-sa/3.0/",
        citation: "Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits",
    },
    PublicSet {
        id: "kannada10k",
        title: "Kannada-MNIST, test",
        n: 10_000,
        shape: (28, 28),
        class_names: &[],
        files: &[
            PublicFile {
                name: "X_kannada_MNIST_test-idx3-ubyte.gz",
                bytes: 1_120_203,
                sha256: "be3a7f7fd24b3eb62f28ab1e3f9e5a380738e87000f99417c14f94ca89616cf4",
            },
            PublicFile {
                name: "y_kannada_MNIST_test-idx1-ubyte.gz",
                bytes: 103,
                sha256: "2a4fb3eec0877aa3d4ab80d8f59374733af9b2b2966e8be0e50efe715f443a4d",
            },
        ],
        folders: &[
            "https://raw.githubusercontent.com/vinayprabhu/Kannada_MNIST/master/data/output_tensors/MNIST_format/",
        ],
        licence: "CC BY-SA 4.0",
        licence_url: "https://creativecommons.org/licenses/by-sa/4.0/",
        citation: "V. U. Prabhu: Kannada-MNIST: a new handwritten digits dataset for the Kannada language. arXiv:1908.01242 (2019)",
    },
    PublicSet {
        id: "fashion70k",
        title: "Fashion-MNIST, all 70,000",
        n: 70_000,
        shape: (28, 28),
        class_names: &[
            "T-shirt",
            "trouser",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        ],
        files: &[
            PublicFile {
                name: "train-images-idx3-ubyte.gz",
                bytes: 26_421_880,
                sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            },
            PublicFile {
                name: "train-labels-idx1-ubyte.gz",
                bytes: 29_515,
                sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            },
            PublicFile {
                name: "t10k-images-idx3-ubyte.gz",
                bytes: 4_422_102,
                sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            },
            PublicFile {
                name: "t10k-labels-idx1-ubyte.gz",
                bytes: 5_148,
                sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            },
        ],
        folders: &["https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"],
        licence: "MIT",
        licence_url: "https://github.com/zalandoresearch/fashion-mnist/blob/master/LICENSE",
        citation: "H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms. arXiv:1708.07747 (2017)",
    },
];

/// The published data set of that name.
pub fn find(id: &str) -> Option<&'static PublicSet> {
    PUBLIC.iter().find(|set| set.id == id)
}

/// The published data set whose files have exactly these checksums when unpacked, in this order.
pub fn recognise(sums: &[String]) -> Option<&'static PublicSet> {
    PUBLIC.iter().find(|set| set.files.iter().map(|file| file.sha256).eq(sums.iter().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{MAX_CLASSES, catalog};

    #[test]
    fn the_table_agrees_with_itself() {
        let mut sums = Vec::new();
        for set in PUBLIC {
            assert!(catalog::dataset(set.id).is_err(), "{}: a built-in data set has this name", set.id);
            assert!(catalog::is_name(set.id));
            assert!(matches!(set.files.len(), 2 | 4), "{}: images and labels, once or twice", set.id);
            assert!(set.class_names.is_empty() || set.class_names.len() <= MAX_CLASSES);
            for folder in set.folders {
                // Anything else is blocked on a page that came by https.
                assert!(folder.starts_with("https://") && folder.ends_with('/'), "{folder}");
            }
            for file in set.files {
                assert!(file.sha256.len() == 64 && file.sha256.bytes().all(|b| b"0123456789abcdef".contains(&b)));
                assert!(!sums.contains(&file.sha256), "{} twice", file.sha256);
                sums.push(file.sha256);
            }
            let own: Vec<String> = set.files.iter().map(|file| file.sha256.to_string()).collect();
            assert_eq!(recognise(&own), Some(set));
            assert_eq!(recognise(&own[1..]), None);
            assert_eq!(find(set.id), Some(set));
        }
        assert_eq!(recognise(&[]), None);
    }
}
