//! Data sets that were opened, kept in this browser so that they outlive a reload.
//! They are kept as IDX files and read again like any other: what a browser kept
//! is input too. Where storage is closed (private windows, sandboxed frames) or
//! full, the page works without.

use crate::data::catalog::{Info, is_name};
use crate::data::opened::Order;
use crate::data::{Dataset, MAX_CLASSES, idx};
use crate::error::{Error, Result};
use crate::workers::{Reader, breathe};
use js_sys::{Array, Promise, Reflect, Uint8Array};
use leptos::prelude::window;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, CacheStorage, Request, Response};

/// Name of the store; another number when its form changes.
const STORE: &str = "digitoscope-data-1";
/// Bytes that are copied before the page may draw and listen again.
const PIECE: usize = 4 << 20;

/// What is kept beside the files.
#[derive(Serialize, Deserialize)]
struct About {
    info: Info,
    class_names: Vec<String>,
    sha256: String,
}

fn closed(error: JsValue) -> Error {
    let why = error.dyn_ref::<js_sys::Error>().map_or_else(|| "no reason given".into(), |e| String::from(e.message()));
    Error::Data(format!("This browser does not keep it ({why}); it can be used until the page is closed."))
}

async fn done<T: JsCast>(promise: Promise) -> Result<T> {
    JsFuture::from(promise).await.and_then(|value| value.dyn_into()).map_err(closed)
}

fn stores() -> Result<CacheStorage> {
    // Absent without https, and forbidden to look at in some frames.
    Reflect::get(&window(), &"caches".into()).and_then(JsCast::dyn_into).map_err(closed)
}

async fn store() -> Result<Cache> {
    done(stores()?.open(STORE)).await
}

fn address(id: &str, part: &str) -> String {
    format!("kept/{id}/{part}")
}

/// What is kept; nothing where storage is closed.
pub async fn all() -> Vec<Info> {
    let Ok(store) = store().await else { return Vec::new() };
    let Ok(keys) = done::<Array>(store.keys()).await else { return Vec::new() };
    let mut found = Vec::new();
    for key in keys.iter().filter_map(|key| key.dyn_into::<Request>().ok()) {
        let url = key.url();
        if url.ends_with("/about.json")
            && let Ok(about) = about(&store, &url).await
            && is_name(&about.info.id)
        {
            found.push(about.info);
        }
    }
    found
}

async fn about(store: &Cache, address: &str) -> Result<About> {
    let response: Response = done(store.match_with_str(address)).await?;
    let text = JsFuture::from(response.text().map_err(closed)?).await.map_err(closed)?;
    crate::json::read(&text.as_string().unwrap_or_default()).map_err(|_| damaged(address))
}

fn damaged(what: &str) -> Error {
    Error::Data(format!(
        "{what}: what this browser kept is damaged. Forget it on the page Data and open its files again."
    ))
}

/// Keeps a data set.
pub async fn put(data: &Dataset) -> Result<()> {
    let store = store().await?;
    let labels = [idx::header(&[data.n as u32]).as_slice(), &data.labels].concat();
    let header = idx::header(&[data.n as u32, data.height as u32, data.width as u32]);
    let pieces = Array::new();
    for piece in std::iter::once(header.as_slice()).chain(data.images.chunks(PIECE)) {
        pieces.push(blob(&Array::of1(&Uint8Array::from(piece)))?.as_ref());
        breathe().await;
    }
    save(&store, &data.id, "images", &blob(&pieces)?).await?;
    save(&store, &data.id, "labels", &blob(&Array::of1(&Uint8Array::from(labels.as_slice())))?).await?;
    let about = About { info: Info::from(data), class_names: data.class_names.clone(), sha256: data.sha256.clone() };
    // Last, since only what has this is listed.
    let text = crate::json::write(&about).map_err(|_| damaged(&data.id))?;
    save(&store, &data.id, "about.json", &blob(&Array::of1(&text.into()))?).await
}

fn blob(parts: &Array) -> Result<Blob> {
    Blob::new_with_blob_sequence(parts).map_err(closed)
}

async fn save(store: &Cache, id: &str, part: &str, blob: &Blob) -> Result<()> {
    let response = Response::new_with_opt_blob(Some(blob)).map_err(closed)?;
    JsFuture::from(store.put_with_str(&address(id, part), &response)).await.map(drop).map_err(closed)
}

/// Reads a kept data set; `heard` is told of bytes read, and of how many.
pub async fn get(id: &str, heard: impl FnMut(u32, u32)) -> Result<Dataset> {
    let store = store().await?;
    let about = about(&store, &address(id, "about.json")).await?;
    let mut files = Vec::new();
    for part in ["images", "labels"] {
        let response: Response = done(store.match_with_str(&address(id, part))).await.map_err(|_| damaged(id))?;
        let buffer = JsFuture::from(response.array_buffer().map_err(closed)?).await.map_err(closed)?;
        files.push((format!("{id}, {part}"), Uint8Array::new(&buffer)));
    }
    let mut reader = Reader::start().await?;
    let preview = reader.open(&files, heard).await?;
    if preview.as_published.sha256 != about.sha256 || about.info.id != id {
        return Err(damaged(id));
    }
    let mut data = reader.take(Order::AsPublished).await?;
    data.id = id.into();
    data.title = about.info.title;
    data.n_test = about.info.n_test.min(data.n);
    if (data.n_classes()..=MAX_CLASSES).contains(&about.class_names.len()) {
        data.class_names = about.class_names;
    }
    Ok(data)
}

/// Forgets one data set.
pub async fn forget(id: &str) {
    let Ok(store) = store().await else { return };
    for part in ["about.json", "images", "labels"] {
        let _ = JsFuture::from(store.delete_with_str(&address(id, part))).await;
    }
}

/// Forgets all of them.
pub async fn forget_all() {
    if let Ok(stores) = stores() {
        let _ = JsFuture::from(stores.delete(STORE)).await;
    }
}
