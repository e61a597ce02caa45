//! Scores and weights against exact values; driven runs of another implementation.

use super::*;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Scored {
    states: Vec<ScoredState>,
}

#[derive(Deserialize)]
struct ScoredState {
    case: String,
    z: Vec<u32>,
    score_assignment: f64,
    score_data: f64,
    log_joint: f64,
    group_sizes: Vec<u32>,
    heads: Vec<Vec<i32>>,
    tails: Vec<Vec<i32>>,
    leave_one_out: Vec<LeaveOneOut>,
}

#[derive(Deserialize)]
struct LeaveOneOut {
    item: usize,
    labels: Vec<Value>,
    logw: Vec<f64>,
}

#[test]
fn every_partition_has_its_scores() {
    for case in cases() {
        let images = case.images();
        for (i, partition) in case.partitions.iter().enumerate() {
            let counts = Counts::of(&images, &labels_of(partition));
            close(score_assignment(&counts, case.crp_alpha), case.score_assignment[i], 1e-9);
            close(score_data(&counts, &case.hyper()), case.score_data[i], 1e-9);
        }
    }
}

#[test]
fn states_have_their_counts_and_weights() {
    let cases = cases();
    for scored in fixture::<Scored>("scores.json").states {
        let case = cases.iter().find(|case| case.name == scored.case).unwrap();
        let images = case.images();
        let mut state = case.state(scored.z.clone());
        let counts = state.counts();
        close(score_assignment(counts, case.crp_alpha), scored.score_assignment, 1e-9);
        close(score_data(counts, &case.hyper()), scored.score_data, 1e-9);
        close(state.log_joint(), scored.log_joint, 1e-9);
        for (slot, size) in scored.group_sizes.iter().enumerate() {
            assert_eq!(counts.size(slot), *size);
            assert_eq!(counts.on(slot), scored.heads[slot]);
            assert_eq!(counts.off(slot), scored.tails[slot]);
        }
        for out in &scored.leave_one_out {
            let (groups, new) = state.log_weights(&images, out.item);
            let ours: Vec<(Value, f64)> =
                groups.iter().map(|(slot, w)| (Value::from(*slot), *w)).chain([(Value::from("new"), new)]).collect();
            assert_eq!(ours.iter().map(|(label, _)| label.clone()).collect::<Vec<_>>(), out.labels);
            // Weights of other groups come from tables in single precision.
            for ((_, ours), theirs) in ours.iter().zip(&out.logw) {
                close(*ours, *theirs, if images.has_missing() { 1e-9 } else { 1e-6 });
            }
        }
    }
}

#[derive(Deserialize)]
struct Driven {
    mnist120: Packed,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Packed {
    hex: Vec<String>,
}

#[derive(Deserialize)]
struct Run {
    name: String,
    crp_alpha: f64,
    a: Vec<f64>,
    b: Vec<f64>,
    z0: Vec<u32>,
    perms: Vec<Vec<usize>>,
    uniforms: Vec<Vec<f64>>,
    z_after_sweep: Vec<Vec<u32>>,
    log_joint_after_sweep: Vec<f64>,
    #[serde(rename = "K_after_sweep")]
    k_after_sweep: Vec<usize>,
    log_joint_initial: f64,
    #[serde(rename = "X", default)]
    x: Vec<Vec<u8>>,
}

fn unpack(hex: &str) -> Vec<u8> {
    let nibbles = hex.chars().map(|c| c.to_digit(16).unwrap());
    nibbles.flat_map(|nibble| (0..4).rev().map(move |bit| (nibble >> bit & 1) as u8)).collect()
}

#[test]
fn driven_runs_have_the_very_labels() {
    let data = std::env::var("DIGITOSCOPE_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").into());
    let path = Path::new(&data).join("../spec/dpmm/fixtures_driven.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped, no data: {}", path.display());
        return;
    };
    let driven: Driven = serde_json::from_str(&text).unwrap();
    assert_eq!(driven.runs.len(), 3);
    for run in driven.runs {
        let bits: Vec<u8> = match run.x.is_empty() {
            true => driven.mnist120.hex.iter().flat_map(|hex| unpack(hex)).collect(),
            false => run.x.concat(),
        };
        let d = bits.len() / run.z0.len();
        let images = BinaryImages::from_bits(&bits, &[], d).unwrap();
        let each = |values: &[f64]| if values.len() == 1 { vec![values[0]; d] } else { values.to_vec() };
        let hyper = Hyper { alpha: run.crp_alpha, a: each(&run.a), b: each(&run.b) };
        let mut state = State::new(&images, run.z0, hyper).unwrap();
        // The fixture has six decimals.
        assert!((state.log_joint() - run.log_joint_initial).abs() < 1e-6);
        for (s, (perm, uniforms)) in run.perms.iter().zip(&run.uniforms).enumerate() {
            for (i, u) in perm.iter().zip(uniforms) {
                state.visit(&images, *i, *u).unwrap();
            }
            assert_eq!(state.labels(), run.z_after_sweep[s], "{} after sweep {}", run.name, s + 1);
            assert_eq!(state.counts().n_groups(), run.k_after_sweep[s]);
            let anew = log_joint(state.counts(), state.hyper());
            assert!((anew - run.log_joint_after_sweep[s]).abs() < 1e-6, "{anew}");
            close(state.log_joint(), run.log_joint_after_sweep[s], 1e-6);
        }
    }
}
