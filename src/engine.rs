//! A worker's program: one compute module, or the one for files.

#[cfg(target_arch = "wasm32")]
fn main() {
    digitoscope::workers::serve();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This is a part of the page. Natively, run `digitoscope`.");
}
