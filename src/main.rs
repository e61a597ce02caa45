//! Two roles: the page, and the native runner.

#[cfg(target_arch = "wasm32")]
fn main() {
    #[cfg(feature = "page")]
    digitoscope::app::mount();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    digitoscope::runner::main()
}
