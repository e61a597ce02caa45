//! A worker's program: one compute module, or the one for files. Which one is said by DIGITOSCOPE_MODULE where it is
//! compiled: the library is the same for all of them, and what a module does not call is left out when it is linked.

#[cfg(target_arch = "wasm32")]
use digitoscope::{
    experiments::groups,
    workers::serve::{all, compute, files},
};

/// What the module does. Chosen while compiling, so that nothing else is even named.
#[cfg(target_arch = "wasm32")]
const START: fn() = match option_env!("DIGITOSCOPE_MODULE") {
    None => all,
    Some(name) => match name.as_bytes() {
        b"all" => all,
        b"files" => files,
        b"pixels" => || compute(groups::pixels),
        b"clusters" => || compute(groups::clusters),
        b"mixture" => || compute(groups::mixture),
        b"logistic" => || compute(groups::logistic),
        b"patches" => || compute(groups::patches),
        b"inference" => || compute(groups::inference),
        _ => panic!("DIGITOSCOPE_MODULE names no module"),
    },
};

#[cfg(target_arch = "wasm32")]
fn main() {
    START();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This is a part of the page. Natively, run `digitoscope`.");
}
