//! Seconds of patches on the first 10,000 MNIST training images, on one thread: taking
//! 396,000 of them, each restart of fifty words, and the bags of all images.
//!
//! `cargo bench --bench patches` reads the built-in images. `tests/bench/native.py` has the same jobs in Python.

use digitoscope::data::disk;
use digitoscope::learn::cluster::{Init, KMeansOptions, lloyd, start};
use digitoscope::learn::feature_extraction::{MaxPatches, PatchOptions, PatchScaling, Patches, Vocabulary};
use digitoscope::random::RandomState;
use std::path::Path;
use std::time::Instant;

fn main() {
    let data = disk::builtin(&Path::new(env!("CARGO_MANIFEST_DIR")).join("static/data"), "mnist10k");
    let data = data.expect("the images are in the repository");
    let chosen: Vec<&[u8]> = (0..data.n).step_by(10).map(|i| data.image(i)).collect();
    let scaling = PatchScaling::Standard;
    let options = PatchOptions { patch_size: (6, 6), max_patches: MaxPatches::Share(0.75), scaling };
    let begin = Instant::now();
    let patches = Patches::extract(&chosen, (28, 28), &options, &mut RandomState::new(0)).expect("windows fit");
    println!("{:8.3} s  {} distinct patches of 1,000 images", begin.elapsed().as_secs_f64(), patches.n_distinct());
    let options = KMeansOptions { n_clusters: 50, max_iter: 300, tol: 1e-4 };
    let mut words = None;
    for restart in 0..3 {
        let begin = Instant::now();
        let first = start(&patches, &Init::KMeansPlusPlus, 50, 0, restart).expect("there are more patches than words");
        let started = begin.elapsed().as_secs_f64();
        let fit = lloyd(&patches, first, &options, &mut |_| ()).expect("the start fits");
        let seconds = begin.elapsed().as_secs_f64();
        println!("{seconds:8.3} s  restart {restart} ({started:.3} s its start): {} in {}", fit.inertia, fit.n_iter);
        words.get_or_insert(fit.cluster_centers);
    }
    let begin = Instant::now();
    let vocabulary = Vocabulary::new(words.expect("there were restarts"), (28, 28), (6, 6), scaling);
    let bags = vocabulary.and_then(|vocabulary| vocabulary.bags((0..data.n).map(|i| data.image(i))));
    let sum: u32 = bags.expect("the images fit").iter().sum();
    println!("{:8.3} s  {sum} windows of 10,000 images", begin.elapsed().as_secs_f64());
}
