//! Seconds of k-means on the first 10,000 MNIST training images, on one thread.
//!
//! `cargo bench --bench kmeans` reads `mnist/train-*.gz` in the folder named by
//! `DIGITOSCOPE_DATA` (default `../shared/data`).

use digitoscope::learn::cluster::{Init, KMeansOptions, Pixels, Samples, kmeans};
use digitoscope::learn::preprocessing::Scaling;
use flate2::read::GzDecoder;
use std::io::Read;
use std::time::Instant;

const N_SAMPLES: usize = 10_000;
const N_FEATURES: usize = 784;

/// The first `size` bytes behind the header of a gzipped IDX file.
fn read_idx(name: &str, header: usize, size: usize) -> Option<Vec<u8>> {
    let folder = std::env::var("DIGITOSCOPE_DATA").unwrap_or_else(|_| "../shared/data".into());
    let file = std::fs::File::open(format!("{folder}/mnist/{name}")).ok()?;
    let mut bytes = vec![0; header + size];
    GzDecoder::new(file).read_exact(&mut bytes).ok()?;
    Some(bytes.split_off(header))
}

/// Images sorted by label, stable.
fn images() -> Option<Vec<u8>> {
    let images = read_idx("train-images-idx3-ubyte.gz", 16, N_SAMPLES * N_FEATURES)?;
    let labels = read_idx("train-labels-idx1-ubyte.gz", 8, N_SAMPLES)?;
    let mut order: Vec<usize> = (0..N_SAMPLES).collect();
    order.sort_by_key(|&i| labels[i]);
    Some(order.into_iter().flat_map(|i| images[i * N_FEATURES..(i + 1) * N_FEATURES].to_vec()).collect())
}

fn main() {
    let Some(images) = images() else {
        println!("skipped, no data");
        return;
    };
    println!("{:24} {:>4} {:>8} {:>16} {:>6} {:>10}", "", "k", "seconds", "inertia", "n_iter", "labels");
    for scaling in [Scaling::None, Scaling::MinMax, Scaling::Standard] {
        for n_clusters in [10, 20, 64] {
            let begin = Instant::now();
            let points = Pixels::new(&images, N_SAMPLES, N_FEATURES, scaling).expect("MNIST has this shape");
            let options = KMeansOptions { n_clusters, max_iter: 300, tol: 1e-4 };
            let (fit, _) = kmeans(&points, &Init::KMeansPlusPlus, 10, 0, &options).expect("k is below n");
            report(&format!("{scaling:?}, 10 restarts"), n_clusters, begin, &fit);
        }
    }
    let rows = Pixels::new(&images, N_SAMPLES, N_FEATURES, Scaling::MinMax).expect("MNIST has this shape").to_matrix();
    let begin = Instant::now();
    let options = KMeansOptions { n_clusters: 10, max_iter: 300, tol: 1e-4 };
    let points = Samples::new(&rows).expect("pixels are finite");
    let (fit, _) = kmeans(&points, &Init::KMeansPlusPlus, 1, 0, &options).expect("k is below n");
    report("doubles, 1 restart", 10, begin, &fit);
}

fn report(what: &str, n_clusters: usize, begin: Instant, fit: &digitoscope::learn::cluster::KMeansFit) {
    let seconds = begin.elapsed().as_secs_f64();
    // A checksum of the labels, to compare with another program's.
    let mix = |sum: u64, &label: &u32| (sum * 31 + u64::from(label)) % 1_000_000_007;
    let labels = fit.labels.iter().fold(0, mix);
    println!("{what:24} {n_clusters:4} {seconds:8.2} {:16.4} {:6} {labels:10}", fit.inertia, fit.n_iter);
}
