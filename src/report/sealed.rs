//! A finished run as a file: a line of JSON that says what it is the result of, then the report as messages carry it,
//! all of it packed by gzip. The saved results of the scenes are such files.

use super::{Outcome, Report};
use crate::data::gunzip::{MAX_UNPACKED, gunzip, is_gzip};
use crate::error::{Error, Result};
use crate::experiments::{decode, encode};
use serde::{Deserialize, Serialize};
use std::io::Write;

/// The first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Head {
    configuration: String,
    engine: String,
    digest: String,
}

/// Writes an outcome, without its arrays, and without what a machine took on a day.
///
/// # Errors
/// [`Error::Data`] if there is no memory for it.
pub fn seal(outcome: &Outcome) -> Result<Vec<u8>> {
    let failed = |e: std::io::Error| Error::Data(format!("a result could not be packed: {e}"));
    let Outcome { configuration, engine, digest, report, .. } = outcome.clone();
    let head = crate::json::write(&Head { configuration, engine, digest });
    let head = head.map_err(|e| Error::Data(e.to_string()))?;
    let report = encode(&Report { arrays: Vec::new(), ..report })?;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(head.as_bytes()).and_then(|()| packed.write_all(b"\n")).map_err(failed)?;
    packed.write_all(&report).map_err(failed)?;
    packed.finish().map_err(failed)
}

/// Reads an outcome from the file of that name; its time, memory and workers are 0.
///
/// # Errors
/// [`Error::Data`] if `bytes` are no such file.
pub fn open(name: &str, bytes: &[u8]) -> Result<Outcome> {
    match is_gzip(bytes) {
        true => unpacked(name, &gunzip(name, bytes, MAX_UNPACKED)?),
        false => unpacked(name, bytes),
    }
}

/// As [`open`], of a file that something else has unpacked: the page has its browser's unpacker, and hosts that take
/// `.gz` for a content encoding let the browser unpack it underway.
///
/// # Errors
/// [`Error::Data`] if `raw` is not what such a file holds.
pub fn unpacked(name: &str, raw: &[u8]) -> Result<Outcome> {
    let damaged = |why: String| Error::Data(format!("{name} is damaged ({why}). Reload the page."));
    let end = raw.iter().position(|byte| *byte == b'\n').ok_or_else(|| damaged("it has no first line".into()))?;
    let head = std::str::from_utf8(&raw[..end]).map_err(|e| damaged(e.to_string()))?;
    let Head { configuration, engine, digest } = crate::json::read(head).map_err(|e| damaged(e.to_string()))?;
    let report = decode(&raw[end + 1..]).map_err(|e| damaged(e.to_string()))?;
    let raw = raw[end + 1..].to_vec();
    Ok(Outcome {
        configuration,
        engine,
        digest,
        seconds: 0.0,
        memory_bytes: 0,
        workers: 0,
        parts: Vec::new(),
        report,
        raw,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Value;

    #[test]
    fn a_sealed_result_opens_as_it_was_and_damage_is_told() {
        let mut report = Report::default();
        for (id, value) in [("i", Value::Int(3)), ("f", Value::Float(3.0)), ("t", Value::Text("3".into()))] {
            report.metric(id, id, value);
        }
        let outcome = Outcome {
            configuration: "#/bench/digits".into(),
            engine: "0".into(),
            digest: report.digest(),
            seconds: 0.0,
            memory_bytes: 0,
            workers: 0,
            parts: Vec::new(),
            raw: encode(&report).unwrap(),
            report,
        };
        let sealed = seal(&outcome).unwrap();
        assert_eq!(open("x", &sealed).unwrap(), outcome);
        assert_eq!(open("x", &gunzip("x", &sealed, 1 << 20).unwrap()).unwrap(), outcome);
        for length in 0..sealed.len() {
            assert!(open("x", &sealed[..length]).unwrap_err().to_string().contains('x'), "{length}");
        }
    }
}
