//! Charts as SVG, compared with drawings that somebody has looked at.

use digitoscope::learn::cluster::Truncation;
use digitoscope::plots::{self, Theme};
use digitoscope::report::{ColorMap, Curve, Figure, Part, Point, Stroke, Tree};
use std::path::Path;

/// With `DIGITOSCOPE_UPDATE=1` the drawing is written anew instead; look at it before you keep it.
fn compare(name: &str, figure: &Figure, width: f64) {
    let drawn = plots::svg(figure, width, Theme::LIGHT).unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/figures").join(format!("{name}.svg"));
    if std::env::var_os("DIGITOSCOPE_UPDATE").is_some_and(|value| value == "1") {
        return std::fs::write(&file, drawn).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let differs = drawn.lines().zip(kept.lines()).position(|(ours, theirs)| ours != theirs);
    let at = differs.unwrap_or(drawn.lines().count().min(kept.lines().count()));
    assert!(
        drawn == kept,
        "{name}.svg differs from line {}:\n  {}\ninstead of\n  {}\nIf that is meant: DIGITOSCOPE_UPDATE=1 cargo test --test it figures",
        at + 1,
        drawn.lines().nth(at).unwrap_or("(the end)"),
        kept.lines().nth(at).unwrap_or("(the end)"),
    );
}

fn curve(name: &str, stroke: Stroke, points: &[(f64, f64)]) -> Curve {
    Curve { name: name.into(), points: points.to_vec(), stroke }
}

fn confusion(n_columns: usize) -> Figure {
    Figure::Confusion {
        row_title: "Class Labels".into(),
        column_title: "cluster".into(),
        rows: ["0", "1", "2"].map(String::from).to_vec(),
        columns: (0..n_columns).map(|column| column.to_string()).collect(),
        counts: (0..3 * n_columns as u64).map(|i| i * i * 7).collect(),
        map: ColorMap::Blues,
    }
}

#[test]
fn descents_of_restarts() {
    let figure = Figure::Curves {
        x_title: "iteration".into(),
        y_title: "inertia".into(),
        curves: vec![
            curve("restart 0", Stroke::Thin, &[(1.0, 412_000.5), (2.0, 401_000.25), (3.0, 399_000.0)]),
            curve(
                "restart 1",
                Stroke::Strong,
                &[(1.0, 420_000.0), (2.0, 398_000.0), (3.0, 396_500.0), (4.0, 396_000.0)],
            ),
        ],
    };
    compare("descents", &figure, 480.0);
}

#[test]
fn scores_against_k() {
    let figure = Figure::Curves {
        x_title: "n_clusters".into(),
        y_title: "score".into(),
        curves: vec![
            curve("purity", Stroke::Class(0), &[(5.0, 0.41), (10.0, 0.5722), (20.0, 0.6957)]),
            curve("adjusted Rand index", Stroke::Class(1), &[(5.0, 0.28), (10.0, 0.37), (20.0, 0.33)]),
            curve("single restarts", Stroke::Dots, &[(10.0, 0.3), (10.0, 0.36)]),
        ],
    };
    compare("scores", &figure, 480.0);
}

#[test]
fn digits_against_clusters() {
    compare("confusion", &confusion(4), 320.0);
}

/// Eight samples: one merge above the cut, two clusters of three and four, one alone.
fn dendrogram(truncation: Truncation) -> Figure {
    Figure::Dendrogram(Tree {
        data: "small".into(),
        linkage: vec![
            (0, 3, 100.0, 2),
            (1, 5, 120.0, 2),
            (4, 8, 180.0, 3),
            (2, 6, 200.0, 2),
            (9, 11, 260.0, 4),
            (7, 12, 420.0, 5),
            (10, 13, 700.0, 8),
        ],
        images: (0..8).collect(),
        labels: vec![0, 1, 1, 0, 0, 1, 1, 2],
        classes: ["0", "1", "2"].map(String::from).to_vec(),
        x_title: "Sample index".into(),
        y_title: "Cluster distance".into(),
        color_threshold: Some(300.0),
        truncation,
        pruned: None,
    })
}

#[test]
fn trees() {
    compare("dendrogram", &dendrogram(Truncation::None), 480.0);
    compare("dendrogram-lastp", &dendrogram(Truncation::LastP(4)), 320.0);
}

fn bars(values: &[[f64; 3]]) -> Figure {
    let names = ["noise", "largest cluster", "rest"];
    let part = |p: usize| Part { name: names[p].into(), values: values.iter().map(|value| value[p]).collect() };
    Figure::Bars {
        x_title: "eps".into(),
        y_title: "images".into(),
        bars: (0..values.len()).map(|i| (2 * i + 1).to_string()).collect(),
        parts: (0..3).map(part).collect(),
    }
}

#[test]
fn stacked_bars() {
    compare("bars", &bars(&[[9910.0, 3.0, 87.0], [7477.0, 2110.0, 413.0], [42.0, 9958.0, 0.0]]), 480.0);
}

fn scatter(points: Vec<Point>) -> Figure {
    let [x_title, y_title, group_title] = ["component 1", "component 2", "digit"].map(String::from);
    let groups = ["0", "1", "2"].map(String::from).to_vec();
    Figure::Scatter { data: "small".into(), x_title, y_title, group_title, groups, points }
}

#[test]
fn images_as_points() {
    let place = |i: u32| ((i * i % 37) as f32 / 10.0 - 1.5, (i * 7 % 11) as f32 / 4.0);
    let points = (0..40).map(|i| Point { x: place(i).0, y: place(i).1, image: i, group: (i % 3) as u16 });
    let figure = scatter(points.collect());
    compare("scatter", &figure, 320.0);
    let text = serde_json::to_string(&figure).unwrap();
    assert!(text.contains("[-1.5,0.0,0,0]"), "{text}");
    assert_eq!(serde_json::from_str::<Figure>(&text).unwrap(), figure);
    assert_eq!(figure.table().rows.len(), 40);
}

#[test]
fn poor_bars_and_points_are_drawn() {
    let figures = [
        bars(&[]),
        bars(&[[0.0; 3]]),
        bars(&[[f64::NAN, f64::INFINITY, -1.0]]),
        scatter(vec![]),
        scatter(vec![Point { x: f32::NAN, y: 1.0, image: 0, group: 9 }, Point { x: 1.0, y: 1.0, image: 1, group: 0 }]),
    ];
    for figure in figures {
        let drawn = plots::svg(&figure, 100.0, Theme::DARK).unwrap();
        assert!(drawn.trim_end().ends_with("</svg>") && !drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
    }
}

/// A chart never gives up: what has no points, one, or none that are finite is an empty chart.
#[test]
fn poor_curves_are_drawn() {
    for points in [vec![], vec![(1.0, 2.0)], vec![(0.0, f64::NAN), (1.0, f64::INFINITY)], vec![(0.0, 0.0), (0.0, 0.0)]]
    {
        for stroke in [Stroke::Thin, Stroke::Strong, Stroke::Dots, Stroke::Class(9)] {
            let curves = vec![curve("a", stroke, &points), curve("b", stroke, &[])];
            let figure = Figure::Curves { x_title: "x".into(), y_title: "y".into(), curves };
            let drawn = plots::svg(&figure, 300.0, Theme::DARK).unwrap();
            assert!(drawn.starts_with("<svg") && drawn.trim_end().ends_with("</svg>"), "{points:?}");
            assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{points:?}: {drawn}");
        }
    }
}

/// A figure that needs more room than there is takes it, rather than write counts over each other.
#[test]
fn a_wide_matrix_gets_its_width() {
    let width = |figure: &Figure| {
        let drawn = plots::svg(figure, 200.0, Theme::LIGHT).unwrap();
        let text = drawn.split("width=\"").nth(1).unwrap().split('"').next().unwrap();
        text.parse::<f64>().unwrap()
    };
    assert_eq!(width(&confusion(4)), 200.0);
    assert!(width(&confusion(40)) > 1000.0);
}
