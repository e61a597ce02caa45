//! What comes over the network: shards of images and saved results, only from
//! where the page itself came.

use crate::data::{Dataset, catalog, shard};
use crate::error::{Error, Result};
use crate::report::Outcome;
use futures::stream::{FuturesUnordered, StreamExt};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// Shards that are here and checked; a failed download need not begin anew.
#[derive(Clone, Default)]
pub struct Shards(Rc<RefCell<BTreeMap<String, shard::Shard>>>);

async fn bytes(path: &str) -> Result<Vec<u8>> {
    let failed = |why: String| {
        Error::Data(format!("{path} could not be downloaded: {why}. Check the connection and press Run again."))
    };
    let window = web_sys::window().ok_or_else(|| failed("there is no window".into()))?;
    let response = JsFuture::from(window.fetch_with_str(path)).await;
    let response: Response = response.map_err(|_| failed("the server cannot be reached".into()))?.unchecked_into();
    if !response.ok() {
        return Err(failed(format!("the server answered {}", response.status())));
    }
    let buffer = response.array_buffer().map_err(|_| failed("the answer has no body".into()))?;
    let buffer = JsFuture::from(buffer).await.map_err(|_| failed("the connection broke".into()))?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// A built-in data set; `progress` hears how many bytes have come, and of how many.
pub async fn dataset(id: &str, shards: &Shards, progress: impl Fn(usize, usize)) -> Result<Dataset> {
    let info = catalog::dataset(id)?;
    let total = info.bytes();
    let here = |name: &str| shards.0.borrow().contains_key(name);
    let mut done: usize = info.shard_infos().filter(|shard| here(&shard.name)).map(|shard| shard.bytes).sum();
    progress(done, total);
    let mut coming: FuturesUnordered<_> = info
        .shard_infos()
        .filter(|shard| !here(&shard.name))
        .map(|shard| async move { (shard, bytes(&format!("data/{}", shard.name)).await) })
        .collect();
    while let Some((info, bytes)) = coming.next().await {
        let shard = shard::decode_shard(&info.name, &bytes?)?;
        shards.0.borrow_mut().insert(info.name.clone(), shard);
        done += info.bytes;
        progress(done, total);
        breathe().await;
    }
    let ready = shards.0.borrow();
    let parts: Vec<shard::Shard> = info.shards.iter().filter_map(|name| ready.get(name).cloned()).collect();
    shard::assemble(info, &parts)
}

/// Lets the page draw and listen before the next piece of work.
async fn breathe() {
    let wait = js_sys::Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            let _ = window.set_timeout_with_callback(&resolve);
        }
    });
    let _ = JsFuture::from(wait).await;
}

/// The saved result of a scene.
pub async fn saved(scene: &str) -> Result<Outcome> {
    let path = format!("saved/{scene}.json");
    serde_json::from_slice(&bytes(&path).await?)
        .map_err(|e| Error::Data(format!("{path} is damaged ({e}). Reload the page.")))
}

/// Bytes of the page's own memory.
pub fn memory() -> u64 {
    let buffer = wasm_bindgen::memory().unchecked_into::<js_sys::WebAssembly::Memory>().buffer();
    u64::from(buffer.unchecked_into::<js_sys::ArrayBuffer>().byte_length())
}
