//! Charts as SVG, compared with drawings that somebody has looked at.

use digitoscope::learn::cluster::Truncation;
use digitoscope::plots::{self, Theme};
use digitoscope::report::{Curve, Figure, Stroke, Tree};
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
    })
}

#[test]
fn trees() {
    compare("dendrogram", &dendrogram(Truncation::None), 480.0);
    compare("dendrogram-lastp", &dendrogram(Truncation::LastP(4)), 320.0);
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
