//! "Copy as Python": the script that does in scikit-learn what the page did, on
//! exactly the page's images.

#[cfg(feature = "compute")]
use crate::data::catalog;
#[cfg(feature = "compute")]
use crate::error::Result;
#[cfg(feature = "compute")]
use crate::experiments::{Entry, Values};
use crate::params::{Domain, Params};

#[cfg(feature = "compute")]
/// The whole script for one configuration; `link` is its address from `#/` on.
pub fn script(entry: &Entry, values: &Values, dataset: &str, link: &str) -> Result<String> {
    let body = entry.python(values)?;
    let mut text = format!(
        "# {}, as Digitoscope ran it: {link}\n\
         # Written for scikit-learn 1.9. The images: press \"Images (NPZ)\" on the page and put the file beside\n\
         # this script; without it, the public MNIST is fetched by name.\n",
        entry.title
    );
    text += "import os\n\nimport numpy as np\nfrom sklearn import metrics\nfrom sklearn.cluster import KMeans\n";
    text += "from sklearn.preprocessing import MinMaxScaler, StandardScaler\n\n";
    text += &load(dataset);
    text += "\n\ndef show(name, value):\n    print(f\"{name} = {value}\")\n\n\nX, y, image_shape = load()\n";
    text += &body;
    Ok(text)
}

#[cfg(feature = "compute")]
/// The function that loads the images of a data set.
fn load(dataset: &str) -> String {
    let file = npz_name(dataset);
    let mut text = format!("IMAGES = {file:?}\n\n\ndef load():\n    if os.path.exists(IMAGES):\n");
    text += "        saved = np.load(IMAGES)\n        images, labels = saved[\"images\"], saved[\"labels\"]\n";
    let fetch = "    else:\n        from sklearn.datasets import fetch_openml\n\n        \
                 X, y = fetch_openml(\"mnist_784\", version=1, return_X_y=True, as_frame=False)\n";
    match dataset {
        _ if catalog::dataset(dataset).is_ok() => {
            text += fetch;
            text += "        images, labels = X[:10_000].reshape(-1, 28, 28), y[:10_000].astype(int)\n";
            text += "        order = np.argsort(labels, kind=\"stable\")";
            text += if dataset == "mnist1k" { "[::10]\n" } else { "\n" };
            text += "        images, labels = images[order], labels[order]\n";
        }
        "mnist70k" => {
            text += fetch;
            text += "        images, labels = X.reshape(-1, 28, 28), y.astype(int)\n";
            text += "        parts = [np.arange(60_000), np.arange(60_000, 70_000)]\n";
            text +=
                "        order = np.concatenate([part[np.argsort(labels[part], kind=\"stable\")] for part in parts])\n";
            text += "        images, labels = images[order], labels[order]\n";
        }
        _ => text += "    else:\n        raise SystemExit(f\"{IMAGES} is missing: save it from the page\")\n",
    }
    text += "    return images.reshape(len(images), -1).astype(np.float64), labels, images.shape[1:]\n";
    text
}

/// Name of the file in which the page saves a data set's images.
pub fn npz_name(dataset: &str) -> String {
    format!("digitoscope-{dataset}.npz")
}

/// The line that makes `X_scaled`.
pub fn scaled(scaling: &str) -> String {
    match scaling {
        "min-max" => "X_scaled = MinMaxScaler().fit_transform(X)\n".into(),
        "standard" => "X_scaled = StandardScaler().fit_transform(X)\n".into(),
        _ => "X_scaled = X\n".into(),
    }
}

/// `variable = Function(name=value, …)` with every parameter but those in `without`.
pub fn call<P: Params>(variable: &str, function: &str, params: &P, without: &[&str]) -> String {
    let arguments: Vec<String> = P::specs()
        .iter()
        .filter(|spec| !without.contains(&spec.name))
        .filter_map(|spec| {
            let text = params.get(spec.name)?;
            let literal = match spec.domain {
                Domain::Int { .. } | Domain::Float { .. } | Domain::Part { .. } => text,
                Domain::Choice(_) => format!("{text:?}"),
                Domain::Flag => (if text == "true" { "True" } else { "False" }).into(),
                Domain::Ints { .. } | Domain::Floats { .. } => format!("[{}]", text.replace('~', ", ")),
                Domain::Words(_) => format!("{:?}", text.split('~').collect::<Vec<_>>()),
            };
            Some(format!("{}={literal}", spec.name))
        })
        .collect();
    format!("{variable} = {function}({})\n", arguments.join(", "))
}
