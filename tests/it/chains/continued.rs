//! A hidden part that somebody has painted is weighed as the numeric core weighs it.

use super::{bits, close, predictors, run, small};
use digitoscope::report::continued::compare;
use digitoscope::report::groups::Groups;

#[test]
fn painted_pixels_are_as_probable_as_the_chains_find_them() {
    let data = small(80);
    let report = run(&[("n_chains", "3"), ("n_iter", "3")], &data);
    let (groups, cores) = (Groups::of(&report.arrays).unwrap(), predictors(&report, &data));
    let image = bits(&data, 5);
    let observed: Vec<bool> = (0..64).map(|d| d < 40).collect();
    let painted: Vec<u8> = (0..64).map(|d| u8::from(d % 3 == 0)).collect();
    let all = compare(&groups, &image, &observed, &painted);
    let mean = groups.complete(&image, &observed).mean();
    for (which, one) in all.iter().enumerate() {
        let theirs =
            cores.iter().map(|core| core.log_p_hidden(&one.pixels, &observed).unwrap().exp()).sum::<f64>() / 3.0;
        close(one.log_p, theirs.ln(), 1e-9);
        assert_eq!(one.pixels[..40], image[..40], "what is seen stays");
        let wanted = |d: usize| match which {
            0 => painted[d],
            1 => u8::from(mean[d] > 0.5),
            _ => image[d],
        };
        assert!((40..64).all(|d| one.pixels[d] == wanted(d)));
        let ink = (40..64).filter(|d| one.pixels[*d] == 1).count();
        assert_eq!(one.n_ink, ink);
        let alike = (40..64).filter(|d| one.pixels[*d] == image[*d]).count();
        assert_eq!(one.as_image, alike as f64 / 24.0);
        let alike = (40..64).filter(|d| one.pixels[*d] == all[1].pixels[*d]).count();
        assert_eq!(one.as_chains, alike as f64 / 24.0);
    }
    assert_eq!((all[2].as_image, all[1].as_chains), (1.0, 1.0));
    // Ink beside the hidden part is none.
    let beside: Vec<u8> = painted.iter().enumerate().map(|(d, ink)| if d < 40 { 1 - ink } else { *ink }).collect();
    assert_eq!(compare(&groups, &image, &observed, &beside), all);
    // Who paints the image itself has its probability.
    assert_eq!(compare(&groups, &image, &observed, &image)[0], all[2]);
}

#[test]
fn the_ways_in_which_an_image_may_go_on_are_certain_together() {
    let data = small(40);
    let report = run(&[("n_chains", "2"), ("n_iter", "2")], &data);
    let groups = Groups::of(&report.arrays).unwrap();
    let mut image = bits(&data, 1);
    let hidden = [3, 20, 41, 63];
    let observed: Vec<bool> = (0..64).map(|d| !hidden.contains(&d)).collect();
    let mut total = 0.0;
    for ways in 0..16_u8 {
        hidden.iter().enumerate().for_each(|(i, d)| image[*d] = ways >> i & 1);
        total += groups.log_p_hidden(&image, &observed).exp();
    }
    assert!((total - 1.0).abs() < 1e-12, "{total}");
    assert_eq!(groups.log_p_hidden(&image, &[true; 64]), 0.0, "nothing hidden is certain");
}

#[test]
fn draws_differ_by_what_is_left_within_chains_and_by_what_is_between_them() {
    let data = small(60);
    let report = run(&[("n_chains", "4"), ("n_iter", "2")], &data);
    let groups = Groups::of(&report.arrays).unwrap();
    let found = groups.complete(&bits(&data, 2), &(0..64).map(|d| d % 2 == 0).collect::<Vec<_>>());
    let (mean, spread, doubt) = (found.mean(), found.spread(), found.doubt());
    for d in 0..64 {
        assert!((mean[d] * (1.0 - mean[d]) - spread[d] * spread[d] - doubt[d] * doubt[d]).abs() < 1e-12);
        assert!(d % 2 == 1 || doubt[d] == 0.0, "what is seen is certain");
        assert!(doubt[d] <= 0.5);
    }
}
