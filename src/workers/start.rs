//! Starting a worker from the page's own script.

use crate::error::Error;
use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, Url, Worker};

#[wasm_bindgen]
extern "C" {
    type ImportMeta;

    #[wasm_bindgen(thread_local_v2, js_namespace = import, js_name = meta)]
    static IMPORT_META: ImportMeta;

    #[wasm_bindgen(method, getter)]
    fn url(this: &ImportMeta) -> String;
}

/// Where the page says what its compute modules are called, as `pixels=engine-pixels-0123456789abcdef …`: the names
/// carry a hash of the content, so that they can be kept by browsers and never be of another version.
const NAMES: &str = "meta[name=engines]";

fn name_of(module: &str) -> Option<String> {
    let names = web_sys::window()?.document()?.query_selector(NAMES).ok()??.get_attribute("content")?;
    names.split_whitespace().find_map(|pair| Some(pair.strip_prefix(module)?.strip_prefix('=')?.to_string()))
}

/// There is no worker to be had, and why.
pub fn cannot_start(why: &str) -> Error {
    Error::Worker(format!(
        "no worker could be started ({why}). This page may forbid workers; open it in a tab of its own."
    ))
}

/// Starts a worker with a compute module. A *classic* one from a blob with a dynamic `import()` is the
/// only kind that starts everywhere: also in a sandboxed frame, whose origin is
/// opaque, where module workers and workers by address are refused. An error says why there is none.
pub fn start(module: &str) -> Result<Worker, String> {
    let absent = || format!("this page was built without its part '{module}'");
    let name = name_of(module).ok_or_else(absent)?;
    let page = IMPORT_META.with(ImportMeta::url);
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (script, wasm) = (format!("{folder}/{name}.js"), format!("{folder}/{name}_bg.wasm"));
    let source = format!(
        "import({script:?}).then(m => m.default({{ module_or_path: {wasm:?} }}))\
         .catch(e => postMessage({{ head: {{ Panicked: {{ message: 'it could not load its code: ' + e }} }}, bodies: [] }}));"
    );
    let failed = |e: JsValue| format!("{e:?}");
    let parts = Array::of1(&JsString::from(source));
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&parts, &kind).map_err(failed)?;
    let url = Url::create_object_url_with_blob(&blob).map_err(failed)?;
    let worker = Worker::new(&url).map_err(failed);
    // The address is not needed after the fetch has begun, which is before `new` returns.
    let _ = Url::revoke_object_url(&url);
    worker
}
