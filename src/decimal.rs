//! Reading decimal numbers: the float that is nearest to what is written. In a page the browser's own reader does it;
//! ours would bring ten kilobytes of powers of ten along.

/// Reads a number such as `-12`, `0.5` or `1e-4`; `None` for anything else, also for infinities and hexadecimals.
pub fn read(text: &str) -> Option<f64> {
    let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    if text.is_empty() || !text.bytes().all(plain) {
        return None;
    }
    nearest(text).filter(|value| value.is_finite())
}

#[cfg(not(target_arch = "wasm32"))]
fn nearest(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// What is no number becomes NaN.
#[cfg(target_arch = "wasm32")]
fn nearest(text: &str) -> Option<f64> {
    // The operator `+`.
    Some(wasm_bindgen::JsValue::from_str(text).unchecked_into_f64())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn numbers_are_read_and_nothing_else() {
        for (text, value) in [("0", 0.0), ("-12", -12.0), ("+1.5", 1.5), (".5", 0.5), ("5.", 5.0), ("1e-4", 1e-4)] {
            assert_eq!(read(text), Some(value), "{text}");
        }
        assert_eq!(read("0.1").map(f64::to_bits), Some(0.1f64.to_bits()));
        for text in ["", " 1", "inf", "NaN", "infinity", "0x10", "1e999", "-", "1e", "e5", "1.2.3", "1_000", "--1", "."]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
