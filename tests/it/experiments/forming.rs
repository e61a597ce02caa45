//! Runs while they form: jobs that rest, and reports that are drawn before the end.

use super::*;

/// Tired at every chance.
struct Weary;

impl Ticker for Weary {
    fn due(&mut self) -> bool {
        false
    }
    fn tell(&mut self, _: Tick) {}
    fn tired(&mut self) -> bool {
        true
    }
}

/// A job that rests after every iteration and is taken up by a worker who knows nothing, answers
/// what it would have answered at once.
#[test]
fn rests_change_no_bit() {
    let mut n_rests = 0;
    for (id, n, values) in [
        ("kmeans", 200, [("n_clusters", "7"), ("scaling", "standard")]),
        ("vocabulary", 200, [("n_clusters", "9"), ("image_step", "4")]),
        // More than it visits between two looks at the clock: it rests within sweeps too.
        ("mixture", 600, [("digits", "0~1~2~3~4~5~6~7~8~9"), ("n_groups", "9")]),
    ] {
        let data = small(n);
        let entry = Entry::find(id).unwrap();
        let setup = values.into_iter().fold(bench(entry), |setup, (name, value)| setup.with(name, value));
        let whole = Serial::new(entry, Arc::clone(&data));
        let weary = Resting { entry, data: Arc::clone(&data), n_rests: Cell::new(0) };
        let digest = |bench: &dyn Bench| run(entry, &setup.values, &data, bench).unwrap().digest();
        assert_eq!(digest(&whole), digest(&weary), "{id}");
        n_rests += weary.n_rests.get();
    }
    assert!(n_rests > 20, "{n_rests}");
}

struct Resting {
    entry: &'static Entry,
    data: Arc<Dataset>,
    n_rests: Cell<u32>,
}

impl Bench for Resting {
    fn carry_out<'a>(
        &'a self,
        jobs: Vec<Vec<u8>>,
        _: f64,
        heard: &'a mut dyn FnMut(Heard),
    ) -> LocalFuture<'a, Result<()>> {
        Box::pin(async move {
            let finish = |(at, mut job): (usize, Vec<u8>)| loop {
                let mut place = Workplace::new(Arc::clone(&self.data));
                match self.entry.work(&job, &mut place, &mut Weary)? {
                    Turn::Rest(rest) => {
                        self.n_rests.set(self.n_rests.get() + 1);
                        job = rest;
                    }
                    Turn::Done(output) => return Ok((at, output)),
                }
            };
            let outputs = jobs.into_iter().enumerate().map(finish).collect::<Result<Vec<_>>>()?;
            outputs.iter().for_each(|(at, output)| heard(Heard::Done(*at, output)));
            Ok(())
        })
    }
}

/// Hears every tick and draws every unfinished report.
struct Watching {
    entry: &'static Entry,
    data: Arc<Dataset>,
    shown: RefCell<Vec<Report>>,
}

#[derive(Default)]
struct Keen(Vec<Tick>);

impl Ticker for Keen {
    fn due(&mut self) -> bool {
        true
    }
    fn tell(&mut self, tick: Tick) {
        self.0.push(tick);
    }
}

impl Bench for Watching {
    fn carry_out<'a>(
        &'a self,
        jobs: Vec<Vec<u8>>,
        _: f64,
        heard: &'a mut dyn FnMut(Heard),
    ) -> LocalFuture<'a, Result<()>> {
        Box::pin(async move {
            let mut place = Workplace::new(Arc::clone(&self.data));
            for (at, mut job) in jobs.into_iter().enumerate() {
                loop {
                    let mut keen = Keen::default();
                    let worked = self.entry.work(&job, &mut place, &mut keen)?;
                    keen.0.into_iter().for_each(|tick| heard(Heard::Tick(at, tick)));
                    match worked {
                        Turn::Rest(rest) => job = rest,
                        Turn::Done(output) => {
                            heard(Heard::Done(at, &output));
                            break;
                        }
                    }
                }
            }
            Ok(())
        })
    }

    fn wants_report(&self) -> bool {
        true
    }

    fn show(&self, unfinished: Report) {
        self.shown.borrow_mut().push(unfinished);
    }
}

/// A scene that names sections for the time of the run has them then, and being looked at changes no bit.
#[test]
fn scenes_show_while_they_run_what_they_say() {
    let data = small(60);
    let mut n_live = 0;
    for (id, setup) in runner::presets() {
        let scene = setup.scene().unwrap();
        if scene.live.is_empty() && id != "3-patches" {
            continue;
        }
        let setup = fitting(scaled(setup.clone()));
        let entry = setup.entry().unwrap();
        let watching = Watching { entry, data: Arc::clone(&data), shown: RefCell::default() };
        let watched = run(entry, &setup.values, &data, &watching).unwrap();
        let alone = run(entry, &setup.values, &data, &Serial::new(entry, Arc::clone(&data))).unwrap();
        assert_eq!(watched.digest(), alone.digest(), "{id}");
        let shown = watching.shown.into_inner();
        for live in &scene.live {
            assert!(
                shown.iter().any(|report| report.sections.iter().any(|section| section.id == *live)),
                "{id} shows '{live}' while it runs, which never comes"
            );
            n_live += 1;
        }
        // How many there are grows, and ends with all of them.
        let counted = |section: &str| -> Vec<(i64, i64)> {
            let tables = shown.iter().filter_map(|report| report.sections.iter().find(|known| known.id == section));
            let int = |value: &Value| if let Value::Int(n) = value { *n } else { panic!("{value:?}") };
            tables
                .map(|section| section.figure.table())
                .map(|table| (int(&table.rows[0][1]), int(&table.rows[1][1])))
                .collect()
        };
        let counts = match id.as_str() {
            "3-patches" => counted("counts"),
            "3-bag" | "3-bags" => counted("reading"),
            _ => continue,
        };
        assert!(counts.len() > 3, "{id}: {counts:?}");
        assert!(counts.windows(2).all(|two| two[0].0 <= two[1].0 && two[0].1 == two[1].1), "{id}: {counts:?}");
        assert!(counts[0].0 < counts[0].1, "{id}: {counts:?}");
        assert_eq!(counts.last().unwrap().0, counts[0].1, "{id}");
    }
    assert!(n_live > 8, "{n_live}");
}
