//! What comes over the network: shards of images and saved results, from where the
//! page itself came; and published data sets from elsewhere, when a visitor asks.

use super::stream::{self, Broken, gunzip};
use crate::data::gunzip::{MAX_UNPACKED, is_gzip};
use crate::data::public::{PublicFile, PublicSet};
use crate::data::shard::Checked;
use crate::data::{Dataset, catalog, shard};
use crate::error::{Error, Result};
use crate::report::{Outcome, sealed};
use crate::workers::breathe;
use futures::stream::{FuturesUnordered, StreamExt};
use js_sys::Uint8Array;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReferrerPolicy, RequestCredentials, RequestInit, Response};

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
    Ok(Uint8Array::new(&buffer).to_vec())
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
        let bytes = bytes?;
        let shard = match shard::check(&info.name, &bytes)? {
            Checked::Unpacked(shard) => shard,
            Checked::Packed(info) => shard::unpacked(info, &gunzip(&info.name, &bytes, info.raw_bytes).await?)?,
        };
        shards.0.borrow_mut().insert(info.name.clone(), shard);
        done += info.bytes;
        progress(done, total);
        breathe().await;
    }
    let ready = shards.0.borrow();
    let parts: Vec<shard::Shard> = info.shards.iter().filter_map(|name| ready.get(name).cloned()).collect();
    shard::assemble(info, &parts)
}

/// Ends a download when it is no longer wanted.
struct Download(AbortController);

impl Drop for Download {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The files of a published data set, from the first of its folders that gives them all;
/// `progress` hears how many bytes have come.
pub async fn public(set: &PublicSet, progress: impl Fn(usize)) -> Result<Vec<(String, Uint8Array)>> {
    let mut reasons = Vec::new();
    for folder in set.folders {
        let mut files = Vec::new();
        let mut done = 0;
        for file in set.files {
            match public_file(folder, file, |bytes| progress((done + bytes).min(set.bytes()))).await {
                Ok(bytes) => {
                    done += file.bytes;
                    files.push((file.name.to_string(), bytes));
                }
                Err(why) => {
                    reasons.push(format!("{}: {why}", host(folder)));
                    break;
                }
            }
        }
        if files.len() == set.files.len() {
            return Ok(files);
        }
    }
    Err(Error::Data(format!(
        "{} could not be fetched. {}. Download its {} files yourself (their addresses are listed below) and drop them here.",
        set.title,
        reasons.join(". "),
        set.files.len()
    )))
}

/// `storage.example.org` of `https://storage.example.org/folder/`.
pub fn host(address: &str) -> &str {
    address.split('/').nth(2).unwrap_or(address)
}

async fn public_file(folder: &str, file: &PublicFile, progress: impl Fn(usize)) -> Result<Uint8Array, String> {
    let blocked = |_| "it cannot be reached, or does not let other pages read its files".to_string();
    let broke = |_| format!("the connection broke within {}", file.name);
    let download = Download(AbortController::new().map_err(broke)?);
    let options = RequestInit::new();
    options.set_signal(Some(&download.0.signal()));
    // Nobody needs to know who asks, or from where.
    options.set_credentials(RequestCredentials::Omit);
    options.set_referrer_policy(ReferrerPolicy::NoReferrer);
    let window = web_sys::window().ok_or("there is no window")?;
    let url = format!("{folder}{}", file.name);
    let response: Response =
        JsFuture::from(window.fetch_with_str_and_init(&url, &options)).await.map_err(blocked)?.unchecked_into();
    if !response.ok() {
        return Err(format!("it answered {} for {}", response.status(), file.name));
    }
    let body = response.body().ok_or("it sent nothing")?;
    // Some servers unpack a file on its way, but not to more than this.
    stream::whole(&body, MOST_PUBLIC, |length| progress(length.min(file.bytes))).await.map_err(|why| match why {
        Broken::TooLong => format!("{} has more than {MOST_PUBLIC} bytes", file.name),
        Broken::Off(error) => broke(error),
    })
}

/// Most bytes of a published file.
const MOST_PUBLIC: usize = 64 << 20;

/// The saved result of a scene.
pub async fn saved(scene: &str) -> Result<Outcome> {
    let path = format!("saved/{scene}.gz");
    let mut bytes = bytes(&path).await?;
    if is_gzip(&bytes) {
        bytes = gunzip(&path, &bytes, MAX_UNPACKED).await?;
    }
    sealed::unpacked(&path, &bytes)
}

/// Bytes of the page's own memory.
pub fn memory() -> u64 {
    let buffer = wasm_bindgen::memory().unchecked_into::<js_sys::WebAssembly::Memory>().buffer();
    u64::from(buffer.unchecked_into::<js_sys::ArrayBuffer>().byte_length())
}
