//! Figures and tables as data.

use super::{Bag, Inferred, Linear, Path, Tree, Value};
use serde::{Deserialize, Serialize};

/// A table: what stands behind a figure, and what its CSV holds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Table {
    /// Column heads.
    pub columns: Vec<String>,
    /// Rows, each as long as `columns`.
    pub rows: Vec<Vec<Value>>,
}

impl Table {
    /// RFC 4180 text with every digit.
    pub fn csv(&self) -> String {
        let quote = |text: String| {
            if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
        };
        let mut lines = vec![self.columns.iter().cloned().map(quote).collect::<Vec<_>>().join(",")];
        lines.extend(self.rows.iter().map(|row| row.iter().map(|v| quote(v.full())).collect::<Vec<_>>().join(",")));
        lines.join("\r\n") + "\r\n"
    }
}

/// Colour maps by matplotlib's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColorMap {
    /// Black to white.
    Gray,
    /// White to black: more ink is darker.
    GrayR,
    /// White to dark blue, for counts.
    Blues,
    /// Dark blue over green to yellow, as matplotlib draws by default.
    Viridis,
    /// Blue over near white to red: what is below and above the middle.
    RdBuR,
    /// White to dark red, for counts.
    Reds,
    /// Dark violet over blue to white.
    BuPuR,
    /// Red over yellow to green: signs, as notebook 004 draws them.
    RdYlGn,
    /// Brown over white to violet: signs that the colour-blind can tell too.
    PuOr,
    /// Red over near white to blue.
    RdBu,
    /// Eight colours for regions, by equal parts of the range.
    Set2,
    /// Red, white and blue for -1, 0 and 1 (`tab:red`, `white`, `tab:blue`).
    Signs,
}

impl ColorMap {
    fn of_counts() -> Self {
        ColorMap::Blues
    }
}

/// One image of a grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// The line under it, as the notebook titles it.
    pub caption: String,
    /// Row-major values, `height * width` of them.
    #[serde(with = "crate::bytes")]
    pub pixels: Vec<f32>,
    /// Its own colours and ends of their scale, where they are not the figure's.
    #[serde(default)]
    pub scale: Option<(ColorMap, f32, f32)>,
}

/// One line of a chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Its name in the legend and the table.
    pub name: String,
    /// `(x, y)` in the order they are joined.
    pub points: Vec<(f64, f64)>,
    /// How it is drawn.
    pub stroke: Stroke,
}

/// How a curve is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stroke {
    /// A thin line: one of many.
    Thin,
    /// A strong line in the accent: the one to look at.
    Strong,
    /// Points only.
    Dots,
    /// A line with its points, in the colour of its number, named in the legend.
    Class(u8),
}

/// One part of every bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Its name in the legend and the table.
    pub name: String,
    /// Its length in each bar, 0 or more.
    pub values: Vec<f64>,
}

/// One image as a point: a tuple in JSON, since there are thousands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "(f32, f32, u32, u16)", into = "(f32, f32, u32, u16)")]
pub struct Point {
    /// Place on the x axis.
    pub x: f32,
    /// Place on the y axis.
    pub y: f32,
    /// Number of the image, from 0 in the order of the data set.
    pub image: u32,
    /// Its group, an index of the names.
    pub group: u16,
}

impl From<(f32, f32, u32, u16)> for Point {
    fn from((x, y, image, group): (f32, f32, u32, u16)) -> Self {
        Point { x, y, image, group }
    }
}

impl From<Point> for (f32, f32, u32, u16) {
    fn from(Point { x, y, image, group }: Point) -> Self {
        (x, y, image, group)
    }
}

/// What to draw. Adding a kind means a room in `plots`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Figure {
    /// Small images in a grid.
    Images {
        /// Pixels down.
        height: u32,
        /// Pixels across.
        width: u32,
        /// Images in a row where there is room.
        columns: u32,
        /// Colours.
        map: ColorMap,
        /// The value drawn as the map's first colour.
        low: f32,
        /// The value drawn as the map's last colour.
        high: f32,
        /// The images, row by row.
        images: Vec<Picture>,
    },
    /// Counts of rows against columns.
    Confusion {
        /// Title of the rows.
        row_title: String,
        /// Title of the columns.
        column_title: String,
        /// Row names.
        rows: Vec<String>,
        /// Column names.
        columns: Vec<String>,
        /// Row-major counts.
        counts: Vec<u64>,
        /// Colours.
        #[serde(default = "ColorMap::of_counts")]
        map: ColorMap,
    },
    /// Values of rows against columns, with a text in each cell.
    Heatmap {
        /// Title of the rows.
        row_title: String,
        /// Title of the columns.
        column_title: String,
        /// Row names.
        rows: Vec<String>,
        /// Column names.
        columns: Vec<String>,
        /// Row-major values from 0 to `high`.
        values: Vec<f64>,
        /// Row-major texts.
        texts: Vec<String>,
        /// The value drawn as the map's last colour.
        high: f64,
        /// Colours.
        #[serde(default = "ColorMap::of_counts")]
        map: ColorMap,
    },
    /// Lines over common axes.
    Curves {
        /// Title of the x axis.
        x_title: String,
        /// Title of the y axis.
        y_title: String,
        /// The lines.
        curves: Vec<Curve>,
    },
    /// Bars side by side, each a stack of the same parts.
    Bars {
        /// Title of the x axis.
        x_title: String,
        /// Title of the y axis.
        y_title: String,
        /// Name of each bar.
        bars: Vec<String>,
        /// The parts, from the lowest to the highest.
        parts: Vec<Part>,
    },
    /// Images of the data set as points of a plane.
    Scatter {
        /// The data set's name.
        data: String,
        /// Title of the x axis.
        x_title: String,
        /// Title of the y axis.
        y_title: String,
        /// What the groups are: digit, cluster.
        group_title: String,
        /// Names of the groups.
        groups: Vec<String>,
        /// The points, in the order in which they are drawn.
        points: Vec<Point>,
    },
    /// Images of the data set, by their numbers: nothing is copied into the report.
    Gallery {
        /// The data set's name.
        data: String,
        /// The rows, in reading order.
        rows: Vec<GalleryRow>,
    },
    /// A tree of images: a dendrogram.
    Dendrogram(Tree),
    /// An image read with a vocabulary of patches.
    Bag(Bag),
    /// Which pixels matter, at any error rate.
    Inferred(Inferred),
    /// A linear model, to be tried on any image.
    Linear(Linear),
    /// Maps along a path of models.
    Path(Path),
    /// Only a table: its numbers say it best.
    Numbers(Table),
}

/// One row of a gallery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GalleryRow {
    /// What the images have in common.
    pub title: String,
    /// Numbers of the images, from 0 in the order of the data set.
    pub images: Vec<u32>,
    /// A few characters under each image.
    pub captions: Vec<String>,
}

impl Figure {
    /// The numbers behind the picture, every one of them.
    pub fn table(&self) -> Table {
        match self {
            Figure::Images { width, images, .. } => {
                let mut columns = vec!["image".to_string(), "row".to_string()];
                columns.extend((0..*width).map(|column| column.to_string()));
                let rows = images.iter().flat_map(|image| {
                    image.pixels.chunks_exact((*width).max(1) as usize).enumerate().map(|(row, pixels)| {
                        let mut cells = vec![Value::Text(image.caption.clone()), Value::Int(row as i64)];
                        cells.extend(pixels.iter().map(|value| match value.fract() == 0.0 {
                            true => Value::Int(*value as i64),
                            false => Value::Float(f64::from(*value)),
                        }));
                        cells
                    })
                });
                Table { columns, rows: rows.collect() }
            }
            Figure::Confusion { row_title, column_title, rows, columns, counts, .. } => {
                let mut heads = vec![row_title.clone()];
                heads.extend(columns.iter().map(|name| format!("{column_title} {name}")));
                let body = rows.iter().zip(counts.chunks_exact(columns.len().max(1))).map(|(name, counts)| {
                    let mut cells = vec![Value::Text(name.clone())];
                    cells.extend(counts.iter().map(|count| Value::Int(*count as i64)));
                    cells
                });
                Table { columns: heads, rows: body.collect() }
            }
            Figure::Heatmap { row_title, column_title, rows, columns, values, .. } => {
                let mut heads = vec![row_title.clone()];
                heads.extend(columns.iter().map(|name| format!("{column_title} {name}")));
                let body = rows.iter().zip(values.chunks_exact(columns.len().max(1))).map(|(name, values)| {
                    let mut cells = vec![Value::Text(name.clone())];
                    cells.extend(values.iter().map(|value| number(*value)));
                    cells
                });
                Table { columns: heads, rows: body.collect() }
            }
            Figure::Curves { x_title, curves, .. } => {
                let mut columns = vec![x_title.clone()];
                columns.extend(curves.iter().map(|curve| curve.name.clone()));
                let mut xs: Vec<f64> = curves.iter().flat_map(|c| c.points.iter().map(|p| p.0)).collect();
                xs.sort_by(f64::total_cmp);
                xs.dedup();
                let rows = xs.iter().map(|x| {
                    let at = |curve: &Curve| curve.points.iter().find(|point| point.0 == *x).map(|point| point.1);
                    let mut cells = vec![number(*x)];
                    cells.extend(curves.iter().map(|c| at(c).map_or(Value::Text(String::new()), Value::Float)));
                    cells
                });
                Table { columns, rows: rows.collect() }
            }
            Figure::Bars { x_title, bars, parts, .. } => {
                let mut columns = vec![x_title.clone()];
                columns.extend(parts.iter().map(|part| part.name.clone()));
                let rows = bars.iter().enumerate().map(|(i, name)| {
                    let values =
                        parts.iter().map(|part| part.values.get(i).map_or(Value::Text(String::new()), |v| number(*v)));
                    std::iter::once(Value::Text(name.clone())).chain(values).collect()
                });
                Table { columns, rows: rows.collect() }
            }
            Figure::Scatter { x_title, y_title, group_title, groups, points, .. } => {
                let columns = ["image", group_title, x_title, y_title].map(String::from).to_vec();
                let rows = points.iter().map(|point| {
                    vec![
                        Value::Int(i64::from(point.image)),
                        Value::Text(groups.get(usize::from(point.group)).cloned().unwrap_or_default()),
                        Value::Float(f64::from(point.x)),
                        Value::Float(f64::from(point.y)),
                    ]
                });
                Table { columns, rows: rows.collect() }
            }
            Figure::Gallery { rows, .. } => {
                let columns = ["row", "image", "caption"].map(String::from).to_vec();
                let cells = rows.iter().flat_map(|row| {
                    row.images.iter().zip(&row.captions).map(|(image, caption)| {
                        vec![
                            Value::Text(row.title.clone()),
                            Value::Int(i64::from(*image)),
                            Value::Text(caption.clone()),
                        ]
                    })
                });
                Table { columns, rows: cells.collect() }
            }
            Figure::Dendrogram(tree) => tree.table(),
            Figure::Bag(bag) => bag.table(),
            Figure::Inferred(inferred) => inferred.table(),
            Figure::Linear(linear) => linear.table(),
            Figure::Path(path) => path.table(),
            Figure::Numbers(table) => table.clone(),
        }
    }
}

/// A whole number as one.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 { Value::Int(value as i64) } else { Value::Float(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_what_needs_it() {
        let table = Table {
            columns: vec!["a,b".into(), "n".into()],
            rows: vec![vec![Value::Text("say \"x\"".into()), Value::Float(2.0)]],
        };
        assert_eq!(table.csv(), "\"a,b\",n\r\n\"say \"\"x\"\"\",2.0\r\n");
    }
}
