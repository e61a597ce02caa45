//! Streams of bytes, and the browser's own gzip. An unpacker of ours would be twenty kilobytes of the download.

use crate::error::{Error, Result};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader, ReadableWritablePair, Response};

// web-sys counts it as unstable; browsers that run the page's SIMD code have it.
#[wasm_bindgen]
extern "C" {
    type DecompressionStream;

    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<DecompressionStream, JsValue>;
}

/// Why a stream did not come whole.
pub enum Broken {
    /// It has more bytes than expected.
    TooLong,
    /// It broke off.
    Off(JsValue),
}

/// All bytes of a stream, if they are at most `cap`; `progress` hears how many there are so far.
pub async fn whole(stream: &ReadableStream, cap: usize, progress: impl Fn(usize)) -> Result<Uint8Array, Broken> {
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut pieces: Vec<Uint8Array> = Vec::new();
    let mut length = 0;
    loop {
        let piece = JsFuture::from(reader.read()).await.map_err(Broken::Off)?;
        let field = |name: &str| Reflect::get(&piece, &name.into());
        if field("done").is_ok_and(|done| done.is_truthy()) {
            break;
        }
        let piece: Uint8Array = field("value").and_then(JsCast::dyn_into).map_err(Broken::Off)?;
        length += piece.length() as usize;
        if length > cap {
            // Nobody waits for the rest.
            drop(reader.cancel());
            return Err(Broken::TooLong);
        }
        progress(length);
        pieces.push(piece);
    }
    let whole = Uint8Array::new_with_length(length as u32);
    let mut at = 0;
    for piece in &pieces {
        whole.set(piece, at);
        at += piece.length();
    }
    Ok(whole)
}

/// Unpacks a gzip file of at most `cap` bytes; `name` is for messages.
///
/// # Errors
/// [`Error::Data`] if it is damaged or unpacks to more.
pub async fn gunzip(name: &str, bytes: &[u8], cap: usize) -> Result<Vec<u8>> {
    let damaged = |error: JsValue| {
        Error::Data(format!("{name}: the gzip stream is damaged ({}). Reload the page.", words(&error)))
    };
    let body = Response::new_with_opt_js_u8_array(Some(&Uint8Array::from(bytes))).map_err(damaged)?.body();
    let body = body.ok_or_else(|| damaged("it is empty".into()))?;
    let unpacker: ReadableWritablePair = DecompressionStream::new("gzip").map_err(damaged)?.unchecked_into();
    let raw = whole(&body.pipe_through(&unpacker), cap, |_| ()).await.map_err(|why| match why {
        Broken::TooLong => Error::Data(format!("{name}: unpacks to more than {cap} bytes.")),
        Broken::Off(error) => damaged(error),
    })?;
    Ok(raw.to_vec())
}

fn words(error: &JsValue) -> String {
    Reflect::get(error, &"message".into())
        .ok()
        .and_then(|words| words.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}
