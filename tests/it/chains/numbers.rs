//! Numbers of a report are those of its labels.

use super::{run, small};
use digitoscope::learn::mixture::{co_assignment, representative};
use digitoscope::report::groups::{real, whole};

#[test]
fn groups_are_counted_by_digit_and_chains_by_whether_they_stand_still() {
    let data = small(90);
    let report = run(&[("n_chains", "3"), ("n_iter", "2")], &data);
    let int = |name: &str| report.find(name).unwrap().value.full().parse::<u32>().unwrap();
    let n_groups = whole(&report.arrays, "n_groups").unwrap();
    assert_eq!(int("groups_0"), n_groups[0]);
    let labels = &whole(&report.arrays, "labels_").unwrap()[..90];
    let rows = whole(&report.arrays, "rows").unwrap();
    let slots: std::collections::BTreeSet<u32> = labels.iter().copied().collect();
    let of = |slot: u32, digit: u8| {
        labels.iter().zip(rows).filter(|(label, row)| **label == slot && data.labels[**row as usize] == digit).count()
    };
    let mostly = |digit: u8, other: u8| {
        slots.iter().filter(|slot| of(**slot, digit) > 0 && of(**slot, digit) >= of(**slot, other)).count() as u32
    };
    assert_eq!((int("groups_of_2"), int("groups_of_3")), (mostly(2, 3), mostly(3, 2)));
    let trace = report.arrays.iter().find(|array| array.name == "trace").unwrap();
    let (rows, columns) = (trace.shape[1] as usize, trace.shape[2] as usize);
    let values = real(&report.arrays, "trace").unwrap();
    let used = |chain: usize, row: usize| values[(chain * rows + row) * columns + 1];
    let changing = (0..3).filter(|chain| used(*chain, rows - 1) != used(*chain, rows - 2)).count() as u32;
    assert_eq!(int("changing"), changing);
}

#[test]
fn pairs_and_representatives_are_those_of_the_labels() {
    let data = small(40);
    let report = run(&[("n_chains", "4"), ("n_iter", "2")], &data);
    let labels: Vec<Vec<u32>> = whole(&report.arrays, "labels_").unwrap().chunks(40).map(<[u32]>::to_vec).collect();
    use digitoscope::learn::mixture::Loss;
    for (metric, loss) in [("representative", Loss::VariationOfInformation), ("representative_binder", Loss::Binder)] {
        let ours = report.find(metric).unwrap().value.full();
        assert_eq!(ours, representative(&labels, loss).unwrap().0.to_string(), "{metric}");
    }
    let all: Vec<u32> = (0..40).collect();
    let shares = co_assignment(&labels, &all).unwrap();
    let section = report.sections.iter().find(|section| section.id == "together").unwrap();
    let digitoscope::report::Figure::Images { height, images, .. } = &section.figure else { panic!() };
    assert_eq!((*height, images[0].pixels.len()), (40, 1600));
    // In another order, but the same cells: as many of each share, and 1 on the diagonal.
    assert!((0..40).all(|i| images[0].pixels[i * 41] == 255.0));
    let mut ours: Vec<i64> = images[0].pixels.iter().map(|level| *level as i64).collect();
    let mut theirs: Vec<i64> =
        (0..40).flat_map(|i| shares.row(i).iter().map(|share| (255.0 * share).round() as i64)).collect();
    ours.sort_unstable();
    theirs.sort_unstable();
    assert_eq!(ours, theirs);
}
