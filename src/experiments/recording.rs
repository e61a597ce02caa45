//! What jobs showed of their state while they ran, kept to be looked at again; in
//! bounded memory, however long the run.

use super::lab::Tick;

/// Most bytes of a recording.
const MOST_BYTES: usize = 8 << 20;

/// One state of one job.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The job's position; of k-means the restart.
    pub job: usize,
    /// Iterations done.
    pub step: u32,
    /// The value being minimised.
    pub objective: f64,
    /// The least value, and the distance of two levels.
    scale: (f32, f32),
    levels: Vec<u8>,
}

impl Frame {
    /// What was drawn, in 256 levels between its least and its largest value.
    pub fn values(&self) -> impl Iterator<Item = f32> {
        self.levels.iter().map(|level| self.scale.0 + f32::from(*level) * self.scale.1)
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.levels.len()
    }

    /// Whether nothing was drawn.
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }
}

/// The states that were heard of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recording {
    frames: Vec<Frame>,
    /// Every so many frames one is kept.
    stride: usize,
    heard: usize,
}

impl Recording {
    /// Keeps what a tick shows, if it shows something. If there is no more room, every
    /// second frame goes, and from then on only every second one is kept.
    pub fn hear(&mut self, job: usize, tick: &Tick) {
        self.hear_within(job, tick, MOST_BYTES);
    }

    fn hear_within(&mut self, job: usize, tick: &Tick, most_bytes: usize) {
        let one = tick.frame.len();
        if one == 0 || one > most_bytes {
            return;
        }
        self.stride = self.stride.max(1);
        self.heard += 1;
        if !(self.heard - 1).is_multiple_of(self.stride) {
            return;
        }
        if (self.frames.len() + 1) * one > most_bytes {
            let mut at = 0;
            self.frames.retain(|_| {
                at += 1;
                at % 2 == 1
            });
            self.stride *= 2;
        }
        if (self.frames.len() + 1) * one > most_bytes || !(self.heard - 1).is_multiple_of(self.stride) {
            return;
        }
        let low = tick.frame.iter().copied().fold(f32::INFINITY, f32::min);
        let high = tick.frame.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let unit = (high - low) / 255.0;
        let level = |value: &f32| if unit > 0.0 { ((value - low) / unit).round() as u8 } else { 0 };
        self.frames.push(Frame {
            job,
            step: tick.step,
            objective: tick.objective,
            scale: (low, unit),
            levels: tick.frame.iter().map(level).collect(),
        });
    }

    /// The frames, one job after another.
    pub fn finish(mut self) -> Vec<Frame> {
        self.frames.sort_by_key(|frame| (frame.job, frame.step));
        self.frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tick(step: u32, frame: Vec<f32>) -> Tick {
        Tick { step, objective: f64::from(step), frame }
    }

    #[test]
    fn frames_come_job_after_job_and_nearly_as_they_were() {
        let mut recording = Recording::default();
        recording.hear(1, &tick(1, vec![0.0, 0.5, 1.0]));
        recording.hear(0, &tick(2, vec![7.0, 7.0]));
        recording.hear(0, &tick(1, vec![-1.0, 1.0]));
        recording.hear(0, &tick(3, Vec::new()));
        let frames = recording.finish();
        assert_eq!(frames.iter().map(|frame| (frame.job, frame.step)).collect::<Vec<_>>(), [(0, 1), (0, 2), (1, 1)]);
        assert_eq!(frames[1].values().collect::<Vec<_>>(), [7.0, 7.0]);
        for (kept, true_value) in frames[2].values().zip([0.0, 0.5, 1.0]) {
            assert!((kept - true_value).abs() <= 0.5 / 255.0 + 1e-6, "{kept}");
        }
    }

    #[test]
    fn memory_is_bounded_and_the_whole_run_stays_covered() {
        let mut recording = Recording::default();
        for step in 0..1000 {
            recording.hear_within(0, &tick(step, vec![0.0; 10]), 205);
            assert!(recording.frames.len() <= 20);
        }
        let frames = recording.finish();
        assert!(frames.len() >= 10, "{}", frames.len());
        assert_eq!(frames[0].step, 0);
        assert!(frames.last().unwrap().step > 900);
        let gaps: Vec<u32> = frames.windows(2).map(|pair| pair[1].step - pair[0].step).collect();
        assert!(gaps.iter().all(|gap| *gap == gaps[0]), "{gaps:?}");
        let mut large = Recording::default();
        large.hear_within(0, &tick(0, vec![0.0; 300]), 205);
        assert!(large.finish().is_empty());
    }
}
