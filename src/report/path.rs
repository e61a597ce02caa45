//! A path of models, one for each C, as data: their maps, and how well each of them does.

use super::signed::Ends;
use super::{ColorMap, Curve, Figure, Picture, Stroke, Table, Value};
use serde::{Deserialize, Serialize};

/// Steps of colour on either side of zero.
pub const STEPS: f32 = 127.0;

/// One C of a path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    /// The C.
    pub c: f64,
    /// Accuracy on the images learnt from.
    pub learnt: f64,
    /// Mean accuracy on the images left out of each fold.
    pub validated: f64,
    /// Accuracy on the test images.
    pub test: f64,
    /// Coefficients that are not zero.
    pub n_nonzero: u64,
    /// The greatest size of a coefficient in each map, `(n_maps,)`.
    pub ends: Vec<f32>,
}

/// The maps along a path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// Height and width of a map.
    pub size: (u32, u32),
    /// What each map is of.
    pub names: Vec<String>,
    /// Ascending in C.
    pub stops: Vec<Stop>,
    /// Coefficients in 127ths of their map's end, rounded, which is as fine as colours are:
    /// `(n_stops, n_maps, height * width)`. The report's arrays have every digit.
    #[serde(with = "crate::bytes")]
    pub maps: Vec<f32>,
}

impl Path {
    /// The rounded maps of coefficients, `(n_maps, n_pixels)`, and their ends.
    pub fn rounded(coef: &[f32], n_pixels: usize) -> (Vec<f32>, Vec<f32>) {
        let end = |map: &[f32]| map.iter().fold(0.0f32, |most, value| most.max(value.abs()));
        let ends: Vec<f32> = coef.chunks_exact(n_pixels).map(end).collect();
        let round = |(map, end): (&[f32], &f32)| {
            let unit = if *end > 0.0 { STEPS / end } else { 0.0 };
            // Adding zero takes the sign from a negative one.
            map.iter().map(|value| (value * unit).round() + 0.0).collect::<Vec<_>>()
        };
        (coef.chunks_exact(n_pixels).zip(&ends).flat_map(round).collect(), ends)
    }

    /// The last place on the path; the first is 0.
    pub fn last(&self) -> f64 {
        self.stops.len().saturating_sub(1) as f64
    }

    /// The stops beside a place, and how far it is from the first to the second.
    fn beside(&self, place: f64) -> (usize, usize, f64) {
        let place = place.clamp(0.0, self.last());
        let first = place.floor() as usize;
        (first, place.ceil() as usize, place - first as f64)
    }

    /// C at a place between stops, evenly by its logarithm.
    pub fn c(&self, place: f64) -> f64 {
        let (a, b, part) = self.beside(place);
        let log = |at: usize| self.stops.get(at).map_or(0.0, |stop| libm::log10(stop.c));
        libm::pow(10.0, log(a) + part * (log(b) - log(a)))
    }

    /// The maps at a place between stops: those of both, mixed. [`Ends::Shared`] ends all colours where those of the
    /// greatest coefficient of the whole path do.
    pub fn pictures(&self, place: f64, map: ColorMap, ends: Ends) -> Vec<Picture> {
        let (a, b, part) = self.beside(place);
        let m = (self.size.0 * self.size.1) as usize;
        let (n, part) = (self.names.len(), part as f32);
        let end =
            |stop: usize, k: usize| self.stops.get(stop).and_then(|stop| stop.ends.get(k)).copied().unwrap_or(0.0);
        let most = self.stops.iter().flat_map(|stop| &stop.ends).copied().fold(0.0, f32::max);
        let values =
            |stop: usize, k: usize| self.maps.get((stop * n + k) * m..(stop * n + k + 1) * m).unwrap_or_default();
        let picture = |(k, name): (usize, &String)| {
            let (first, second) = (end(a, k) / STEPS, end(b, k) / STEPS);
            let mixed = values(a, k).iter().zip(values(b, k)).map(|(x, y)| x * first + (y * second - x * first) * part);
            let pixels: Vec<f32> = mixed.collect();
            let own = end(a, k) + (end(b, k) - end(a, k)) * part;
            let end = match ends {
                // Between stops the ends move as evenly as the maps do.
                Ends::Size if own > 0.0 => own,
                ends => ends.of(&pixels, most),
            };
            Picture { caption: name.clone(), pixels, scale: Some((map, -end, end)) }
        };
        self.names.iter().enumerate().map(picture).collect()
    }

    /// Accuracies against C, with a line at a place.
    pub fn curves(&self, place: Option<f64>) -> Figure {
        let curve = |name: &str, class: u8, pick: fn(&Stop) -> f64| Curve {
            name: name.into(),
            points: self.stops.iter().map(|stop| (libm::log10(stop.c), pick(stop))).collect(),
            stroke: Stroke::Class(class),
        };
        let mut curves = vec![
            curve("learnt from", 0, |stop| stop.learnt),
            curve("cross-validated", 1, |stop| stop.validated),
            curve("test", 2, |stop| stop.test),
        ];
        if let Some(place) = place {
            let all = curves.iter().flat_map(|curve| &curve.points).map(|point| point.1);
            let (low, high) = all.fold((1.0f64, 0.0f64), |(low, high), y| (low.min(y), high.max(y)));
            let x = libm::log10(self.c(place));
            curves.push(Curve { name: "here".into(), points: vec![(x, low), (x, high)], stroke: Stroke::Strong });
        }
        Figure::Curves { x_title: "logarithm of C to base 10".into(), y_title: "accuracy".into(), curves }
    }

    /// What is known at each C.
    pub fn table(&self) -> Table {
        let columns = ["C", "learnt from", "cross-validated", "test", "not zero", "greatest size"];
        let rows = self.stops.iter().map(|stop| {
            vec![
                Value::Text(format!("{:.3e}", stop.c)),
                Value::Float(stop.learnt),
                Value::Float(stop.validated),
                Value::Float(stop.test),
                Value::Int(stop.n_nonzero as i64),
                Value::Float(f64::from(stop.ends.iter().copied().fold(0.0, f32::max))),
            ]
        });
        Table { columns: columns.map(String::from).to_vec(), rows: rows.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> Path {
        let (first, ends) = Path::rounded(&[0.5, -1.0, 0.0, 0.0], 2);
        let (second, after) = Path::rounded(&[4.0, 2.0, -3.0, 0.0], 2);
        let stop = |c: f64, ends: Vec<f32>| Stop { c, learnt: 0.9, validated: 0.8, test: 0.7, n_nonzero: 3, ends };
        Path {
            size: (1, 2),
            names: vec!["a".into(), "b".into()],
            stops: vec![stop(0.01, ends), stop(1.0, after)],
            maps: [first, second].concat(),
        }
    }

    #[test]
    fn maps_come_back_to_a_127th_and_mix_between_stops() {
        let path = path();
        let pixels = |place: f64| -> Vec<f32> {
            path.pictures(place, ColorMap::PuOr, Ends::Size).into_iter().flat_map(|picture| picture.pixels).collect()
        };
        let close = |found: Vec<f32>, expected: [f32; 4], end: f32| {
            found
                .iter()
                .zip(expected)
                .for_each(|(a, b)| assert!((a - b).abs() <= 0.5 * end / STEPS + 1e-6, "{found:?}"));
        };
        close(pixels(0.0), [0.5, -1.0, 0.0, 0.0], 1.0);
        close(pixels(1.0), [4.0, 2.0, -3.0, 0.0], 4.0);
        close(pixels(0.5), [2.25, 0.5, -1.5, 0.0], 4.0);
        close(pixels(7.0), [4.0, 2.0, -3.0, 0.0], 4.0);
        let scale = |ends| path.pictures(0.0, ColorMap::PuOr, ends)[0].scale.unwrap().2;
        assert_eq!((scale(Ends::Size), scale(Ends::Shared)), (1.0, 4.0));
        // The greatest value is one of those that came back.
        assert_eq!(scale(Ends::Greatest), 64.0 / STEPS);
        assert!((path.c(0.5) - 0.1).abs() < 1e-12 && path.last() == 1.0);
        // A map of zeros has its middle colour.
        assert_eq!(path.pictures(0.0, ColorMap::PuOr, Ends::Size)[1].scale, Some((ColorMap::PuOr, -1.0, 1.0)));
    }

    #[test]
    fn the_line_is_at_its_place() {
        let Figure::Curves { curves, .. } = path().curves(Some(0.5)) else { panic!("curves") };
        assert_eq!(curves.len(), 4);
        assert!((curves[3].points[0].0 + 1.0).abs() < 1e-12);
        assert_eq!(curves[3].points.iter().map(|point| point.1).collect::<Vec<_>>(), [0.7, 0.9]);
    }
}
