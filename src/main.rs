//! One binary, three roles: the page, a worker of that page, and the native runner.

#[cfg(target_arch = "wasm32")]
fn main() {
    if web_sys::window().is_some() {
        digitoscope::app::mount();
    } else {
        digitoscope::workers::serve();
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    digitoscope::runner::main()
}
