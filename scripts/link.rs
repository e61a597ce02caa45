//! Cargo's build script. The page is taken to pieces after it is linked (see scripts/page), for which its linker has to
//! say where in the code there are addresses.

fn main() {
    println!("cargo::rerun-if-changed=scripts/link.rs");
    let target = std::env::var("CARGO_CFG_TARGET_FAMILY").unwrap_or_default();
    if target == "wasm" && std::env::var_os("CARGO_FEATURE_PAGE").is_some() {
        println!("cargo::rustc-link-arg-bin=digitoscope=--emit-relocs");
    }
}
