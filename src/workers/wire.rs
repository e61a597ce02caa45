//! How messages travel: a head that says what it is, as a plain JavaScript value, and bodies of bytes that change hands
//! without being copied.

use js_sys::{Array, Object, Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

/// A message that came.
pub struct Message<T> {
    /// What it is.
    pub head: T,
    /// Its bytes.
    pub bodies: Vec<Uint8Array>,
}

impl<T: DeserializeOwned> Message<T> {
    /// Reads what [`pack`] made.
    pub fn read(message: &JsValue) -> Result<Self, String> {
        let field = |name: &str| Reflect::get(message, &name.into()).unwrap_or_default();
        let head = serde_wasm_bindgen::from_value(field("head"));
        let head = head.map_err(|e| format!("a message could not be read: {e}"))?;
        let bodies = field("bodies").dyn_into::<Array>().unwrap_or_default();
        let bodies = bodies.iter().filter_map(|body| body.dyn_into().ok()).collect();
        Ok(Message { head, bodies })
    }

    /// The first body in this module's own memory; empty if there is none.
    pub fn bytes(&self) -> Vec<u8> {
        self.bodies.first().map(Uint8Array::to_vec).unwrap_or_default()
    }
}

/// A message, and what is handed over with it.
pub fn pack(head: &impl Serialize, bodies: &[Uint8Array]) -> Result<(JsValue, Array), JsValue> {
    let message = Object::new();
    Reflect::set(&message, &"head".into(), &serde_wasm_bindgen::to_value(head).map_err(JsValue::from)?)?;
    Reflect::set(&message, &"bodies".into(), &bodies.iter().collect::<Array>())?;
    Ok((message.into(), bodies.iter().map(|body| JsValue::from(body.buffer())).collect()))
}
