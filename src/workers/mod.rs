//! The page's half and the worker's half of the worker pool.
//!
//! A worker is the page's own script and wasm, started from a blob, so that both
//! are always of one version and no address has to be guessed. It says `Ready`,
//! is sent the data set once, and then one job at a time. Cancel, panic and
//! crash are one mechanism: the worker is thrown away and another one started.
//! Files that a visitor opens are read by a worker of their own, outside the pool.

#[cfg(target_arch = "wasm32")]
mod pool;
pub mod protocol;
#[cfg(target_arch = "wasm32")]
mod reader;
pub mod schedule;
#[cfg(target_arch = "wasm32")]
mod serve;
#[cfg(target_arch = "wasm32")]
mod start;

#[cfg(target_arch = "wasm32")]
pub use pool::Pool;
#[cfg(target_arch = "wasm32")]
pub use reader::Reader;
#[cfg(target_arch = "wasm32")]
pub use serve::serve;

/// Lets the page draw and listen before the next piece of work.
#[cfg(target_arch = "wasm32")]
pub async fn breathe() {
    sleep(0).await;
}

/// Waits for that many milliseconds.
#[cfg(target_arch = "wasm32")]
async fn sleep(milliseconds: i32) {
    let wait = js_sys::Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
        }
    });
    let _ = wasm_bindgen_futures::JsFuture::from(wait).await;
}
