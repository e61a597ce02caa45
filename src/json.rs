//! JSON: words of the labs, checksums, what a browser keeps. In a page its own parser reads it, which is there anyway;
//! one of ours would be a tenth of the download.

#[cfg(not(target_arch = "wasm32"))]
pub use serde_json::{from_str as read, to_string as write};

#[cfg(target_arch = "wasm32")]
pub use page::{read, write};

#[cfg(target_arch = "wasm32")]
mod page {
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use wasm_bindgen::{JsCast, JsValue};

    /// What the parser says, without the trace of where in this program it was called.
    fn words(error: impl Into<JsValue>) -> String {
        let error: JsValue = error.into();
        error.unchecked_into::<js_sys::Error>().message().into()
    }

    /// Reads a value.
    pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
        serde_wasm_bindgen::from_value(js_sys::JSON::parse(text).map_err(words)?).map_err(words)
    }

    /// Writes a value; maps become objects.
    pub fn write<T: Serialize>(value: &T) -> Result<String, String> {
        let value = value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(words)?;
        js_sys::JSON::stringify(&value).map(String::from).map_err(words)
    }
}
