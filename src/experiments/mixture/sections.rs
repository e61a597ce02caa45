//! What a mixture's report shows.

use super::company;
use super::completions;
use super::selection::Chosen;
use super::task::{Group, Look, Stored};
use super::{Init, MixtureParams};
use crate::data::Dataset;
use crate::error::Result;
use crate::experiments::pictures;
use crate::learn::mixture::{Snapshot, TraceRow, r_hat};
use crate::report::groups::{self, shrunk};
use crate::report::{Array, ColorMap, Curve, Figure, Numbers, Picture, Report, Section, Stroke, Table, Value};

/// Templates in a row of the mosaics, as in the notebook.
pub const COLUMNS: u32 = 12;

/// Probabilities in 256 levels: all that a picture shows, and a fraction of the bytes.
pub fn levels(probabilities: &[f64]) -> impl Iterator<Item = f32> + '_ {
    probabilities.iter().map(|p| (p * 255.0).round() as f32)
}

/// Counts of the images, which the notebook prints first.
pub fn counts(report: &mut Report, params_digits: &[u32], data: &Dataset, rows: &[u32]) -> Vec<i64> {
    let count = |digit: &u32| rows.iter().filter(|row| u32::from(data.labels[**row as usize]) == *digit).count() as i64;
    let counts: Vec<i64> = params_digits.iter().map(count).collect();
    for (digit, n) in params_digits.iter().zip(&counts) {
        report.metric(&format!("n_of_{digit}"), &format!("Images of {digit}"), Value::Int(*n));
    }
    report.metric("n_samples", "Images", Value::Int(rows.len() as i64));
    report.metric("n_dimensions", "Dimensions of the array of images", Value::Int(2));
    report.metric(
        "n_features",
        "Pixels of each, each with a likelihood of its own",
        Value::Int(data.n_features() as i64),
    );
    counts
}

/// The report of chains that are done.
pub fn finished(
    params: &MixtureParams,
    data: &Dataset,
    chosen: &Chosen,
    chains: &[Snapshot],
    look: &Look,
) -> Result<Report> {
    let mut report = Report::default();
    counts(&mut report, &params.digits, data, &chosen.rows);
    let n_on = look.stored[0].on.iter().map(|n| u64::from(*n)).sum();
    report.warnings.extend(params.selection().uniform(n_on, (chosen.rows.len() * data.n_features()) as u64));
    let last: Vec<&TraceRow> = chains.iter().filter_map(|chain| chain.trace.last()).collect();
    let listed = |value: &dyn Fn(&TraceRow) -> u32| {
        let values: Vec<String> = last.iter().map(|row| value(row).to_string()).collect();
        Value::Text(values.join(" "))
    };
    report.metric("n_chains", "Chains", Value::Int(i64::from(params.n_chains)));
    report.metric("n_iter", "Sweeps of each", Value::Int(i64::from(params.n_iter)));
    if params.init == Init::KMeans {
        let clusters = chosen.rows.len().min(params.n_groups as usize) as i64;
        report.metric("start_n_clusters", "Clusters of the k-means that each chain starts from", Value::Int(clusters));
        let seeds: Vec<String> = (0..params.n_chains).map(|chain| params.clustered_by(chain).to_string()).collect();
        let label = "Seed (random_state) of that k-means, chain by chain";
        report.metric("start_random_state", label, Value::Text(seeds.join(" ")));
    }
    report.metric("n_groups", "Groups in use, chain by chain", listed(&|row| row.n_groups));
    report.metric("groups_0", "Groups in use, chain 0", Value::Int(i64::from(last[0].n_groups)));
    for (at, digit) in params.digits.iter().enumerate() {
        // Of a tie no digit is the most frequent.
        let of_digit = |group: &&Group| {
            let own = group.digits[at];
            own > 0 && group.digits.iter().enumerate().all(|(other, n)| other == at || *n < own)
        };
        let n = look.groups.iter().filter(of_digit).count() as i64;
        report.metric(
            &format!("groups_of_{digit}"),
            &format!("Groups of chain 0 that are mostly {digit}"),
            Value::Int(n),
        );
    }
    let changes = |chain: &&Snapshot| matches!(&chain.trace[..], [.., a, b] if a.n_groups != b.n_groups);
    let changing = chains.iter().filter(changes).count() as i64;
    report.metric("changing", "Chains whose number of groups changed in the last sweep", Value::Int(changing));
    report.metric("moved", "Images that moved in the last sweep", listed(&|row| row.moved));
    report.metric("largest", "Images of the largest group", listed(&|row| row.largest));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let joints: Vec<f64> = last.iter().map(|row| row.log_joint()).collect();
    let groups: Vec<f64> = last.iter().map(|row| f64::from(row.n_groups)).collect();
    report.metric("log_joint", "Log joint, mean of the chains", Value::Float(mean(&joints)));
    report.metric("log_joint_0", "Log joint of chain 0", Value::Float(joints[0]));
    report.metric("score_assignment_0", "of which the partition", Value::Float(last[0].score_assignment));
    report.metric("score_data_0", "and the images given it", Value::Float(last[0].score_data));
    report.metric("mean_groups", "Groups in use, mean of the chains", Value::Float(mean(&groups)));
    report.metric("effective_groups_0", "Groups in effect, chain 0", Value::Float(last[0].effective_groups));
    report.metric("concentration_0", "Concentration, chain 0", Value::Float(last[0].concentration));
    let of_chains = |value: fn(&TraceRow) -> f64| -> Vec<Vec<f64>> {
        chains.iter().map(|chain| chain.trace.iter().skip(1).map(value).collect()).collect()
    };
    for (id, label, value) in [
        ("r_hat_groups", "R-hat of the groups in use", (|row| f64::from(row.n_groups)) as fn(&TraceRow) -> f64),
        ("r_hat_log_joint", "R-hat of the log joint", |row| row.log_joint()),
    ] {
        let value = r_hat(&of_chains(value)).map_or(Value::Text("not defined".into()), Value::Float);
        report.metric(id, label, value);
    }
    let [purity, rand, _, _, v_measure] = look.against_digits[0];
    report.metric("purity_0", "Purity of chain 0", Value::Float(purity));
    report.metric("adjusted_rand_score_0", "Adjusted Rand index of chain 0 against the digits", Value::Float(rand));
    report.metric("v_measure_score_0", "V-measure of chain 0", Value::Float(v_measure));
    let k = chains.len();
    let pairs: Vec<f64> =
        (0..k).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| look.between[i * k + j]).collect();
    let agreement = (!pairs.is_empty()).then(|| mean(&pairs));
    let shown = agreement.map_or(Value::Text("one chain only".into()), Value::Float);
    report.metric("ari_between", "Adjusted Rand index between chains, mean", shown);
    let [by_information, by_pairs] = look.representative;
    report.metric("representative", "Chain nearest to all", Value::Int(i64::from(by_information)));
    report.metric("representative_binder", "Chain nearest to all by pairs", Value::Int(i64::from(by_pairs)));
    report.metric("mean_absolute_error", "Mean error of a hidden pixel", Value::Float(look.errors[0]));
    report.metric("log_loss", "Mean log loss of a hidden pixel", Value::Float(look.errors[1]));
    completions::scores(&mut report, params, data, look);
    company::scores(&mut report, chains, look);

    report.sections.push(mosaic(data, &look.groups, false));
    report.sections.push(mosaic(data, &look.groups, true));
    report.sections.push(trace("groups", "Groups in use", "groups in use", &of_chains(|row| f64::from(row.n_groups))));
    report.sections.push(trace("log_joint", "Log joint", "log joint", &of_chains(|row| row.log_joint())));
    report.sections.push(table(chains, look));
    report.sections.push(between(k, look, agreement));
    report.sections.push(together(params, data, look));
    report.sections.push(company::section(chains, look));
    report.sections.push(completions::completion(params, data, look));
    report.sections.push(completions::brush(params, data, look));
    report.sections.push(completions::answers(params, data, look));
    report.sections.push(composition(params, data, &look.groups));
    report.arrays = arrays(data, chosen, chains, look);
    Ok(report)
}

/// The groups of chain 0 as the notebook draws them, plain or shrunk by their share of the largest.
fn mosaic(data: &Dataset, all: &[Group], scaled: bool) -> Section {
    let largest = all.first().map_or(1, |group| group.size);
    let values: Vec<f32> = all
        .iter()
        .flat_map(|group| {
            let pixels: Vec<f32> = levels(&group.template).collect();
            if scaled { shrunk(&pixels, (data.height as u32, data.width as u32), group.size, largest) } else { pixels }
        })
        .collect();
    let captions = all.iter().map(|group| group.size.to_string());
    let (id, title, words) = match scaled {
        true => ("mosaic_scaled", "All groups, by size", groups::BY_SIZE),
        false => ("mosaic", "All groups", groups::PLAIN),
    };
    let sizes: Vec<u32> = all.iter().map(|group| group.size).collect();
    let summary = groups::summary(0, &sizes, words);
    pictures::grid(id, title, &summary, data, captions, &values, (0.0, 255.0), COLUMNS)
}

/// One line for each chain over its sweeps.
fn trace(id: &str, title: &str, y_title: &str, chains: &[Vec<f64>]) -> Section {
    let curves: Vec<Curve> = chains
        .iter()
        .enumerate()
        .map(|(chain, values)| Curve {
            name: format!("chain {chain}"),
            points: values.iter().enumerate().map(|(i, value)| (i as f64 + 1.0, *value)).collect(),
            stroke: if chain == 0 { Stroke::Strong } else { Stroke::Thin },
        })
        .collect();
    let ends = || chains.iter().filter_map(|values| values.last().copied());
    let (low, high) = (ends().fold(f64::INFINITY, f64::min), ends().fold(f64::NEG_INFINITY, f64::max));
    let agree = match r_hat(chains) {
        Some(value) if value <= 1.01 => format!("R-hat is {value:.3}: they agree."),
        Some(value) => format!("R-hat is {value:.2}; above 1.01 the chains have not come together."),
        None if chains.iter().any(|values| values.len() < 4) => "There are too few sweeps for R-hat.".into(),
        None => "No chain moves while they differ, so that there is no R-hat: they have not come together.".into(),
    };
    let whole = ends().all(|value| value.fract() == 0.0);
    let digits = if whole || high.abs() >= 1e4 { 0 } else { 1 };
    let summary = match chains.len() {
        1 => format!("After each sweep of the chain; it ends at {high:.digits$}. One chain has nobody to agree with."),
        n => format!(
            "After each sweep, one line for each of {n} chains. They end {}. {agree}",
            match low == high {
                true => format!("at {high:.digits$}"),
                false => format!("between {low:.digits$} and {high:.digits$}"),
            }
        ),
    };
    Section {
        id: id.into(),
        title: title.into(),
        summary,
        figure: Figure::Curves { x_title: "sweep".into(), y_title: y_title.into(), curves },
    }
}

/// The last sweep of each chain in numbers.
fn table(chains: &[Snapshot], look: &Look) -> Section {
    let columns = [
        "chain",
        "groups",
        "log joint",
        "moved",
        "births",
        "deaths",
        "of one image",
        "largest",
        "in effect",
        "concentration",
        "purity",
        "adjusted Rand index",
        "V-measure",
        "splits",
        "merges",
    ];
    let rows = chains.iter().zip(&look.against_digits).enumerate().map(|(chain, (saved, against))| {
        let row = saved.trace.last().copied().unwrap_or_default();
        let int = |value: u32| Value::Int(i64::from(value));
        let sum = |value: fn(&TraceRow) -> u32| Value::Int(saved.trace.iter().map(|row| i64::from(value(row))).sum());
        vec![
            Value::Int(chain as i64),
            int(row.n_groups),
            Value::Float(row.log_joint()),
            int(row.moved),
            sum(|row| row.births),
            sum(|row| row.deaths),
            int(row.singletons),
            int(row.largest),
            Value::Float(row.effective_groups),
            Value::Float(row.concentration),
            Value::Float(against[0]),
            Value::Float(against[1]),
            Value::Float(against[4]),
            sum(|row| row.splits),
            sum(|row| row.merges),
        ]
    });
    let purities: Vec<f64> = look.against_digits.iter().map(|against| against[0]).collect();
    let least = purities.iter().copied().fold(f64::INFINITY, f64::min);
    Section {
        id: "chains".into(),
        title: "The chains in numbers".into(),
        summary: match chains.len() {
            1 => format!(
                "The chain after its last sweep; births, deaths, splits and merges over all sweeps. {:.1} % of the images \
                 are of the digit that is most frequent in their group, though the chain never saw a label.",
                100.0 * least
            ),
            n => format!(
                "{n} chains after their last sweep; births, deaths, splits and merges over all sweeps. In each of them at \
                 least {:.1} % of the images are of the digit that is most frequent in their group, though no chain ever saw a label.",
                100.0 * least
            ),
        },
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows: rows.collect() }),
    }
}

/// How far the chains found the same groups.
fn between(k: usize, look: &Look, agreement: Option<f64>) -> Section {
    let names: Vec<String> = (0..k).map(|chain| chain.to_string()).collect();
    let summary = match agreement {
        Some(mean) => format!(
            "The adjusted Rand index of each chain with each: 1 is the same groups, 0 is chance. Two chains have {mean:.2} \
             on average. Chain {} is the nearest to all by the variation of information, chain {} by the pairs of images \
             that one has together and the other apart.",
            look.representative[0], look.representative[1]
        ),
        None => "One chain has nobody to agree with.".into(),
    };
    Section {
        id: "between".into(),
        title: "Chain against chain".into(),
        summary,
        figure: Figure::Heatmap {
            row_title: "chain".into(),
            column_title: "chain".into(),
            rows: names.clone(),
            columns: names,
            values: look.between.iter().map(|value| value.clamp(0.0, 1.0)).collect(),
            texts: look.between.iter().map(|value| format!("{value:.2}")).collect(),
            high: 1.0,
            map: ColorMap::Blues,
        },
    }
}

/// The digits in each group of chain 0.
fn composition(params: &MixtureParams, data: &Dataset, groups: &[Group]) -> Section {
    let mut columns = vec!["group".to_string(), "images".into()];
    let name = |digit: &u32| data.class_names.get(*digit as usize).cloned().unwrap_or_else(|| digit.to_string());
    columns.extend(params.digits.iter().map(name));
    columns.push("purity".into());
    let rows = groups.iter().enumerate().map(|(i, group)| {
        let mut row = vec![Value::Int(i as i64), Value::Int(i64::from(group.size))];
        row.extend(group.digits.iter().map(|n| Value::Int(i64::from(*n))));
        let most = group.digits.iter().max().copied().unwrap_or(0);
        row.push(Value::Float(f64::from(most) / f64::from(group.size.max(1))));
        row
    });
    let pure = groups.iter().filter(|group| group.digits.iter().max() == Some(&group.size)).count();
    Section {
        id: "composition".into(),
        title: "Digits of each group".into(),
        summary: match (pure, groups.len()) {
            (1, 1) => "The one group of chain 0 holds images of one digit only.".into(),
            (_, 1) => "The one group of chain 0 holds images of several digits.".into(),
            (pure, n) => format!("{pure} of {n} groups of chain 0 hold images of one digit only."),
        },
        figure: Figure::Numbers(Table { columns, rows: rows.collect() }),
    }
}

/// How often two images are in one group, for some images.
fn together(params: &MixtureParams, data: &Dataset, look: &Look) -> Section {
    let m = look.paired.len();
    let pixels: Vec<f32> = levels(&look.together).collect();
    let mean = |alike: bool| {
        let class = |i: usize| data.labels[look.paired[i] as usize];
        let pairs = (0..m).flat_map(|i| (0..i).map(move |j| (i, j)));
        let shares: Vec<f64> =
            pairs.filter(|(i, j)| (class(*i) == class(*j)) == alike).map(|(i, j)| look.together[i * m + j]).collect();
        match shares.len() {
            0 => "none".into(),
            n => format!("{:.1} %", 100.0 * shares.iter().sum::<f64>() / n as f64),
        }
    };
    let images = if m == 1 { "1 image against itself" } else { &format!("{m} images against themselves") };
    let summary = format!(
        "{images}, so ordered that those often together stand together: the darker a cell, the \
         more of {} chains have the two in one group. Two images of one digit share a group in {} of the chains, two of \
         different digits in {}.",
        params.n_chains,
        mean(true),
        mean(false)
    );
    let caption = if m == 1 { "1 image".into() } else { format!("{m} images") };
    let picture = Picture { caption, pixels, scale: None };
    let (height, width) = (m as u32, m as u32);
    let map = ColorMap::GrayR;
    let figure = Figure::Images { height, width, columns: 1, map, low: 0.0, high: 255.0, images: vec![picture] };
    Section { id: "together".into(), title: "Who is with whom".into(), summary, figure }
}

fn arrays(data: &Dataset, chosen: &Chosen, chains: &[Snapshot], look: &Look) -> Vec<Array> {
    let d = data.n_features() as u32;
    let array = |name: &str, shape: Vec<u32>, numbers| Array { name: name.into(), shape, numbers };
    let queries = look.queries.len() as u32;
    let mut arrays = super::kept::arrays(&chosen.rows, chains);
    let groups: u32 = look.stored.iter().map(|chain| chain.sizes.len() as u32).sum();
    let all = |values: fn(&Stored) -> &Vec<u32>| {
        Numbers::U32(look.stored.iter().flat_map(|chain| values(chain).iter().copied()).collect())
    };
    arrays.extend([
        array("group_labels", vec![groups], all(|chain| &chain.labels)),
        array("group_sizes", vec![groups], all(|chain| &chain.sizes)),
        array("group_counts", vec![groups, d], all(|chain| &chain.on)),
        array("queries", vec![queries], Numbers::U32(look.queries.clone())),
        array("completions", vec![queries, d], Numbers::F64(look.completions.concat())),
    ]);
    arrays
}
