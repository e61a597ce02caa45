//! Starting a worker from the page's own script.

use crate::error::{Error, Result};
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

/// Starts a worker. A *classic* one from a blob with a dynamic `import()` is the
/// only kind that starts everywhere: also in a sandboxed frame, whose origin is
/// opaque, where module workers and workers by address are refused.
pub fn start() -> Result<Worker> {
    let script = IMPORT_META.with(ImportMeta::url);
    // wasm-bindgen's own guess of the wasm's name is wrong under hashed file names.
    let wasm = script.replace(".js", "_bg.wasm");
    let source = format!(
        "import({script:?}).then(m => m.default({{ module_or_path: {wasm:?} }}))\
         .catch(e => postMessage({{ Panicked: {{ message: 'it could not load its code: ' + e }} }}));"
    );
    let failed = |e: JsValue| Error::Worker(format!("it could not be started: {e:?}"));
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
