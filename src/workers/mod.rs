//! The page's half and the worker's half of the workers.
//!
//! A worker runs one of the compute modules that were built with the page, started from a blob, so that both
//! are always of one version and no address has to be guessed. It says `Ready`, is sent the data set once, and then one
//! job at a time. Cancel, panic and crash are one mechanism: the worker is thrown away and another one started.
//!
//! Outside the pool there are two more, each a [`Companion`](companion): a conductor, in which the experiment itself
//! runs and whose jobs the pool does, and a reader of the files that a visitor opens.

#[cfg(all(target_arch = "wasm32", feature = "page"))]
mod companion;
#[cfg(all(target_arch = "wasm32", feature = "compute"))]
mod conduct;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
mod conductor;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
mod pool;
pub mod protocol;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
mod reader;
pub mod schedule;
#[cfg(all(target_arch = "wasm32", any(feature = "compute", feature = "files")))]
pub mod serve;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
mod start;
#[cfg(target_arch = "wasm32")]
mod wire;

#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub use conductor::{Conclusion, Conductor, Watch};
#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub use pool::Pool;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub use reader::Reader;

/// Lets the page draw and listen before the next piece of work.
#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub async fn breathe() {
    sleep(0).await;
}

/// Waits until the page is drawn as it stands now. A page that nobody looks at is not drawn.
#[cfg(all(target_arch = "wasm32", feature = "page"))]
async fn drawn() {
    let frame = js_sys::Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            let _ = window.request_animation_frame(&resolve);
        }
    });
    let _ = wasm_bindgen_futures::JsFuture::from(frame).await;
    // The frame's callbacks come before it is drawn.
    breathe().await;
}

/// Waits for that many milliseconds.
#[cfg(all(target_arch = "wasm32", feature = "page"))]
async fn sleep(milliseconds: i32) {
    let wait = js_sys::Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
        }
    });
    let _ = wasm_bindgen_futures::JsFuture::from(wait).await;
}
