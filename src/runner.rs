//! The native runner: carries out any link without a browser, on all cores, and
//! prints the report as JSON.

use crate::data::opened::{self, File, Order};
use crate::data::{Dataset, catalog, disk};
use crate::error::{Error, Result};
use crate::experiments::{Entry, Threads, poll_once};
use crate::link::{self, Place, Setup};
use crate::report::{ENGINE, Outcome, sealed};
use crate::{export, labs, python};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

const USAGE: &str = "\
Usage: digitoscope '<link>' [options]

Carries out a link such as '#/clusters/2-kmeans?n_clusters=12' and prints the report as JSON.

  --images FILE --labels FILE   images from IDX or IDX.gz files instead of the built-in ones; twice
                                for a training and a test part, which are joined
  --order ORDER                 of these images: as-published, or sorted by label, each part for
                                itself (as-published)
  --npz FILE                    write the result's arrays, as numpy.load reads them
  --images-npz FILE             write the images themselves, for the Python script
  --python                      print the scikit-learn script of the link instead of running it
  --threads N                   threads (all cores)
  --data DIR                    folder of the built-in images (static/data)
  --save-presets DIR            write the saved result of every scene whose link begins with LINK (static/saved)
";

#[derive(Default)]
struct Arguments {
    link: Option<String>,
    images: Vec<PathBuf>,
    labels: Vec<PathBuf>,
    order: Option<Order>,
    npz: Option<PathBuf>,
    images_npz: Option<PathBuf>,
    python: bool,
    threads: Option<usize>,
    data: Option<PathBuf>,
    save_presets: Option<PathBuf>,
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    let done = arguments().map_err(|e| format!("{e}\n\n{USAGE}")).and_then(|arguments| {
        let Some(arguments) = arguments else {
            print!("{USAGE}");
            return Ok(());
        };
        run(&arguments).map_err(|e| e.to_string())
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> std::result::Result<Option<Arguments>, lexopt::Error> {
    use lexopt::prelude::*;
    let mut found = Arguments::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("images") => found.images.push(parser.value()?.into()),
            Long("labels") => found.labels.push(parser.value()?.into()),
            Long("order") => {
                let word = parser.value()?.string()?;
                let order = Order::parse(&word);
                let bad = || format!("--order must be as-published or sorted. Got '{word}' instead.");
                found.order = Some(order.ok_or_else(bad)?);
            }
            Long("npz") => found.npz = Some(parser.value()?.into()),
            Long("images-npz") => found.images_npz = Some(parser.value()?.into()),
            Long("data") => found.data = Some(parser.value()?.into()),
            Long("save-presets") => found.save_presets = Some(parser.value()?.into()),
            Long("threads") => found.threads = Some(parser.value()?.parse()?),
            Long("python") => found.python = true,
            Long("help") | Short('h') => return Ok(None),
            Value(link) if found.link.is_none() => found.link = Some(link.string()?),
            other => return Err(other.unexpected()),
        }
    }
    if found.images.len() != found.labels.len() {
        return Err("--images and --labels go together".into());
    }
    if found.order.is_some() && found.images.is_empty() {
        return Err("--order is for --images and --labels; the built-in images are sorted by label".into());
    }
    if found.link.is_none() && found.save_presets.is_none() {
        return Err("a link is needed".into());
    }
    Ok(Some(found))
}

fn run(arguments: &Arguments) -> Result<()> {
    let threads = arguments.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let folder = arguments.data.clone().unwrap_or_else(builtin_folder);
    if let Some(target) = &arguments.save_presets {
        return save_presets(&folder, target, threads, arguments.link.as_deref().unwrap_or("#/"));
    }
    let opened = link::open(arguments.link.as_deref().unwrap_or_default());
    for note in &opened.notes {
        eprintln!("note: {note}");
    }
    let mut setup = opened.setup;
    let Some(entry) = setup.entry() else {
        return Err(Error::UnknownExperiment(arguments.link.clone().unwrap_or_default()));
    };
    if arguments.python && arguments.images.is_empty() && arguments.images_npz.is_none() {
        return say(&python::script(entry, &setup.values, &setup.data, &setup.fragment())?);
    }
    let dataset = if arguments.images.is_empty() {
        if catalog::dataset(&setup.data).is_err() {
            return Err(Error::Data(format!(
                "The data set {} is not built in. Name its files with --images and --labels.",
                setup.data
            )));
        }
        disk::builtin(&folder, &setup.data)?
    } else {
        let data = own(arguments)?;
        if catalog::dataset(&setup.data).is_err() && setup.data != data.id {
            eprintln!("note: the link asks for the data set {}; these files are {}", setup.data, data.id);
        }
        setup.data = data.id.clone();
        data
    };
    if let Some(file) = &arguments.images_npz {
        write(file, &export::images(&dataset)?)?;
    }
    if arguments.python {
        return say(&python::script(entry, &setup.values, &setup.data, &setup.fragment())?);
    }
    let mut outcome = outcome(&setup, &Arc::new(dataset), threads)?;
    if let Some(file) = &arguments.npz {
        write(file, &export::arrays(&outcome.report.arrays)?)?;
    }
    outcome.report.arrays.clear();
    let text = serde_json::to_string_pretty(&outcome).map_err(|e| Error::Data(e.to_string()))?;
    say(&format!("{text}\n"))
}

/// The images of the files that were named.
fn own(arguments: &Arguments) -> Result<Dataset> {
    let file = |path: &PathBuf| Ok(File { name: name(path), bytes: read(path)? });
    let pairs = arguments.images.iter().zip(&arguments.labels);
    let pairs = pairs.map(|(images, labels)| Ok((file(images)?, file(labels)?))).collect::<Result<Vec<_>>>()?;
    let opened = opened::open_pairs(pairs, &mut |_, _| ())?;
    opened.arrange(arguments.order.unwrap_or(Order::AsPublished))
}

/// Prints `text`. A reader that has seen enough, such as `head`, is no error.
fn say(text: &str) -> Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::Data(format!("standard output: {e}"))),
        _ => Ok(()),
    }
}

/// Carries out `setup` on `dataset` with that many threads.
pub fn outcome(setup: &Setup, dataset: &Arc<Dataset>, threads: usize) -> Result<Outcome> {
    let entry: &'static Entry = setup.entry().ok_or_else(|| Error::UnknownExperiment(setup.fragment()))?;
    let began = Instant::now();
    let bench = Threads::new(entry, Arc::clone(dataset), threads);
    let report = poll_once(entry.run(&setup.values, dataset, &bench))
        .ok_or_else(|| Error::Worker("a native run waited for something".into()))??;
    Ok(Outcome {
        configuration: setup.key(),
        engine: ENGINE.into(),
        digest: report.digest(),
        seconds: began.elapsed().as_secs_f64(),
        memory_bytes: peak_memory(),
        workers: threads as u32,
        parts: bench.parts(),
        report,
        raw: Vec::new(),
    })
}

/// Every scene's setup, with the file name of its saved result.
pub fn presets() -> Vec<(String, Setup)> {
    labs::all()
        .iter()
        .flat_map(|lab| lab.scenes.iter().map(move |scene| (lab, scene)))
        .filter(|(_, scene)| scene.experiment.is_some())
        .map(|(lab, scene)| {
            let place = Place::Scene { lab: lab.id.clone(), scene: scene.id.clone() };
            (scene.id.clone(), Setup::preset(place))
        })
        .collect()
}

fn save_presets(folder: &Path, target: &Path, threads: usize, link: &str) -> Result<()> {
    std::fs::create_dir_all(target).map_err(|e| Error::Data(format!("{}: {e}", target.display())))?;
    for (scene, setup) in presets().into_iter().filter(|(_, setup)| setup.fragment().starts_with(link)) {
        let dataset = Arc::new(disk::builtin(folder, &setup.data)?);
        let outcome = outcome(&setup, &dataset, threads)?;
        eprintln!("{scene}: {:.2} s, digest {}", outcome.seconds, outcome.digest);
        write(&target.join(format!("{scene}.gz")), &sealed::seal(&outcome)?)?;
    }
    Ok(())
}

/// Where the built-in images are: in the working folder, or where this was built.
pub fn builtin_folder() -> PathBuf {
    let here = PathBuf::from("static/data");
    if here.is_dir() { here } else { Path::new(env!("CARGO_MANIFEST_DIR")).join("static/data") }
}

fn name(file: &Path) -> String {
    file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn read(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).map_err(|e| Error::Data(format!("{}: {e}", file.display())))
}

fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(file, bytes).map_err(|e| Error::Data(format!("{}: {e}", file.display())))
}

/// Peak bytes of this process where the system says so, else 0.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()).map_or(0, |kb| kb * 1024)
}
