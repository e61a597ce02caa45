//! Small windows of many images (notebook 003): how many, and what they look like.

use super::drawing::{Drawing, Scaling};
use super::lab::{Job, Lab, Progress, Tick, Ticker, Workplace};
use super::{Experiment, pictures};
use crate::data::Dataset;
use crate::error::Result;
use crate::params::Domain;
use crate::report::{Figure, Report, Section, Table, Value};
use serde::{Deserialize, Serialize};

crate::params! {
    /// Taking patches.
    pub struct PatchesParams {
        /// Height and width of a patch in pixels.
        patch_size "Patch": u32 = 6, Domain::Int { min: 3, max: 12, slider: 12 };
        /// Patches are taken of every which image; the notebook takes every tenth, to save room.
        image_step "Every which image": u32 = 10, Domain::Int { min: 1, max: 10_000, slider: 0 };
        /// Share of the windows of each image, or from 2 on their number, drawn with replacement; with 1, every window once.
        max_patches "Patches of each image": f64 = 0.75, Domain::Part { most: 10_000 };
        /// What is done to each image first: standard subtracts its mean and divides by its standard deviation.
        scaling "Scaling of each image": Scaling = Scaling::Standard, Domain::Choice(Scaling::WORDS);
        /// Seed of the draw; one stream goes on from image to image.
        random_state "Seed": u32 = 0, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
        /// Every which patch is drawn below.
        show_step "Show every which patch": u32 = 4000, Domain::Int { min: 1, max: 10_000_000, slider: 0 };
    }
}

impl PatchesParams {
    fn drawing(&self) -> Drawing {
        Drawing {
            patch_size: self.patch_size,
            image_step: self.image_step,
            max_patches: self.max_patches,
            scaling: self.scaling,
            random_state: self.random_state,
            shuffle: None,
        }
    }
}

/// Most patches that are shown.
const MOST_SHOWN: usize = 300;

/// What a worker is asked for: the first and last of the patches to look at.
#[derive(Serialize, Deserialize)]
pub struct Take {
    params: PatchesParams,
}

/// What is said of all patches, and the pictures of some.
#[derive(Serialize, Deserialize)]
pub struct Taken {
    per_image: u32,
    n: u32,
    n_distinct: u32,
    n_constant: u32,
    range: (f64, f64),
    shown: Vec<f32>,
}

impl Job for Take {
    type Output = Taken;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Taken> {
        let drawing = self.params.drawing();
        let of = n_patches(&drawing, place.dataset())?;
        let patches = place.patches(&drawing, &mut |n| {
            if ticker.due() {
                let step = (n as u64 * 300 / of.max(1) as u64) as u32;
                ticker.tell(Tick { step, objective: n as f64, frame: Vec::new() });
            }
        })?;
        let n = crate::learn::cluster::Points::n_samples(&*patches);
        let shown = (0..n).step_by(self.params.show_step as usize).take(MOST_SHOWN);
        let shown: Vec<f32> = shown.flat_map(|i| patches.picture(i)).collect();
        // They are taken; which of them are alike is still to be counted.
        if ticker.due() {
            ticker.tell(Tick { step: 300, objective: n as f64, frame: shown.clone() });
        }
        Ok(Taken {
            per_image: patches.per_image() as u32,
            n: n as u32,
            n_distinct: patches.n_distinct() as u32,
            n_constant: patches.n_constant() as u32,
            range: patches.range(),
            shown,
        })
    }
}

/// The experiment.
pub struct TakePatches;

impl Experiment for TakePatches {
    const ID: &'static str = "patches";
    const TITLE: &'static str = "Patches";
    type Params = PatchesParams;
    type Job = Take;

    async fn run(params: &PatchesParams, lab: &Lab<'_>) -> Result<Report> {
        let (n_images, _) = params.drawing().numbers(lab.dataset)?;
        let of = n_patches(&params.drawing(), lab.dataset)?;
        let take = Take { params: params.clone() };
        let mut live =
            |known: &[Progress<Taken>], _: usize| Some(unfinished(params, known.first()?.tick.as_ref()?, of));
        let taken = lab.map("Patches", &[take], &mut live).await?.remove(0);
        Ok(report(params, (lab.dataset.height, lab.dataset.width), n_images, &taken))
    }

    fn python(params: &PatchesParams) -> String {
        params.drawing().python("X")
            + "windows = (image_shape[0] - PATCH_SIZE[0] + 1) * (image_shape[1] - PATCH_SIZE[1] + 1)\n\
               per_image = len(all_patches) // n_images\n\
               print(len(all_patches), 'patches extracted')\n\
               show('n_patches', len(all_patches))\n\
               show('n_images', n_images)\n\
               show('per_image', per_image)\n\
               show('windows', windows)\n\
               images = all_patches.reshape(n_images, per_image, -1)\n\
               show('n_distinct', sum(len(np.unique(patches, axis=0)) for patches in images))\n\
               show('possible_digits', len(str(256 ** (PATCH_SIZE[0] * PATCH_SIZE[1]))))\n\
               show('n_constant', (np.ptp(all_patches, axis=1) == 0).sum())\n\
               show('least', all_patches.min())\n\
               show('greatest', all_patches.max())\n"
    }
}

/// Decimal digits of 256 to the power of `n_pixels`.
fn digits_of_possible(n_pixels: usize) -> i64 {
    (8.0 * n_pixels as f64 * std::f64::consts::LOG10_2) as i64 + 1
}

/// Patches that there will be.
fn n_patches(drawing: &Drawing, data: &Dataset) -> Result<usize> {
    drawing.numbers(data).map(|(n_images, per_image)| n_images * per_image)
}

/// What can be drawn before the patches are compared: how many there are of so many, and some once all are taken.
fn unfinished(params: &PatchesParams, tick: &Tick, of: usize) -> Report {
    let mut report = Report::default();
    let n = tick.objective as i64;
    report.metric("n_patches", "Patches extracted", Value::Int(n));
    if !tick.frame.is_empty() {
        report.sections.push(sample(params, &tick.frame, "All patches are taken; what is alike is being counted."));
    }
    let row = |what: &str, n: i64| vec![Value::Text(what.into()), Value::Int(n)];
    report.sections.push(Section {
        id: "counts".into(),
        title: "How many".into(),
        summary: format!("{n} of {of} patches so far."),
        figure: Figure::Numbers(Table {
            columns: vec!["what".into(), "how many".into()],
            rows: vec![row("patches so far", n), row("patches to take", of as i64)],
        }),
    });
    report
}

/// Some patches as pictures, as the notebook draws them.
fn sample(params: &PatchesParams, shown: &[f32], summary: &str) -> Section {
    let (p, step) = (params.patch_size as usize, params.show_step as usize);
    let captions = (0..shown.len() / (p * p)).map(|i| (i * step).to_string());
    let shades = params.drawing().shades();
    // 99 of them fill a square, as in the notebook.
    pictures::white_on_black(pictures::tiles("sample", "Some patches", summary, (p, p), captions, shown, shades, 10))
}

fn report(params: &PatchesParams, image: (usize, usize), n_images: usize, taken: &Taken) -> Report {
    let p = params.patch_size as usize;
    let windows = (image.0 - p + 1) * (image.1 - p + 1);
    let share = |n: u32| 100.0 * f64::from(n) / f64::from(taken.n);
    let int = |n: u32| Value::Int(i64::from(n));
    let mut report = Report::default();
    report.metric("n_patches", "Patches extracted", int(taken.n));
    report.metric("n_images", "Images they come from", Value::Int(n_images as i64));
    report.metric("per_image", "Patches of each image", int(taken.per_image));
    report.metric("windows", "Windows in an image", Value::Int(windows as i64));
    report.metric("n_distinct", "Distinct patches, image by image", int(taken.n_distinct));
    report.metric("n_constant", "Patches of one grey", int(taken.n_constant));
    report.metric("possible_digits", "Digits of the number of possible patches", Value::Int(digits_of_possible(p * p)));
    report.metric("least", "Least value", Value::Float(taken.range.0));
    report.metric("greatest", "Greatest value", Value::Float(taken.range.1));

    let step = params.show_step as usize;
    let n_shown = taken.shown.len() / (p * p);
    let rest = match (taken.n as usize).div_ceil(step) - n_shown {
        0 => String::new(),
        rest => format!(" {rest} more would follow."),
    };
    let every = match step {
        1 => "Each".to_string(),
        2 => "Every second".into(),
        3 => "Every third".into(),
        step => format!("Every {step}th"),
    };
    let summary = format!(
        "{every} of {} patches of {p} by {p} pixels: {n_shown} of them.{rest} All are drawn with the same \
         shades; {:.0} % of all patches are one grey.",
        taken.n,
        share(taken.n_constant)
    );
    report.sections.push(sample(params, &taken.shown, &summary));

    let row = |what: &str, n: i64| vec![Value::Text(what.into()), Value::Int(n)];
    let rows = vec![
        row("images", n_images as i64),
        row("windows in an image", windows as i64),
        row("patches of each image", i64::from(taken.per_image)),
        row("patches", i64::from(taken.n)),
        row("distinct patches, image by image", i64::from(taken.n_distinct)),
        row("patches of one grey", i64::from(taken.n_constant)),
    ];
    report.sections.push(Section {
        id: "counts".into(),
        title: "How many".into(),
        summary: format!(
            "{} patches; if those that are equal within an image count once, {:.0} % of them are left. {} pixels of 256 grey levels \
             could show 256 to the power of {} different patches.",
            taken.n,
            share(taken.n_distinct),
            p * p,
            p * p
        ),
        figure: Figure::Numbers(Table { columns: vec!["what".into(), "how many".into()], rows }),
    });
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::disk;
    use std::sync::Arc;

    /// Always wants to hear.
    #[derive(Default)]
    struct Listening(Vec<Tick>);

    impl Ticker for Listening {
        fn due(&mut self) -> bool {
            true
        }
        fn tell(&mut self, tick: Tick) {
            self.0.push(tick);
        }
    }

    #[test]
    fn possible_patches_have_as_many_digits_as_their_number_written_out() {
        for n_pixels in 9..=144 {
            // 2^(8 n), written out by doubling.
            let mut digits = vec![1u8];
            for _ in 0..8 * n_pixels {
                let mut carry = 0;
                for digit in &mut digits {
                    let doubled = *digit * 2 + carry;
                    (*digit, carry) = (doubled % 10, doubled / 10);
                }
                if carry > 0 {
                    digits.push(carry);
                }
            }
            assert_eq!(digits_of_possible(n_pixels), digits.len() as i64, "{n_pixels} pixels");
        }
    }

    #[test]
    fn the_number_of_patches_grows_image_by_image_to_the_number_that_was_announced() {
        let data = Arc::new(disk::builtin(&crate::runner::builtin_folder(), "mnist1k").unwrap());
        let params = PatchesParams::default();
        let (n_images, per_image) = params.drawing().numbers(&data).unwrap();
        let of = n_patches(&params.drawing(), &data).unwrap();
        let mut heard = Listening::default();
        let take = Take { params: params.clone() };
        let taken = take.run(&mut Workplace::new(Arc::clone(&data)), &mut heard).unwrap();
        assert_eq!((n_images, per_image, of), (100, 396, 39_600));
        let so_far: Vec<f64> = heard.0.iter().map(|tick| tick.objective).collect();
        let expected: Vec<f64> = (1..=n_images).map(|i| (i * per_image) as f64).chain([of as f64]).collect();
        assert_eq!(so_far, expected, "after each image, and once all are there");
        assert_eq!(taken.n as usize, of);
        let report = unfinished(&params, &heard.0[41], of);
        let counts = report.sections.iter().find(|section| section.id == "counts").unwrap();
        assert_eq!(counts.summary, "16632 of 39600 patches so far.");
        assert_eq!(report.find("n_patches").unwrap().value, Value::Int(16_632));
        assert!(report.sections.iter().all(|section| section.id != "sample"), "no pictures yet");
        let last = unfinished(&params, heard.0.last().unwrap(), of);
        assert!(last.sections.iter().any(|section| section.id == "sample"), "all are there");
    }
}
