//! A message's value: bytes as base64 text, or as an array of byte numbers.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::Int;

/// Bytes of a request, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload(pub Vec<u8>);

/// What is shown of text that is not base64.
const SHOWN_CHARS: usize = 40;

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Payload, D::Error> {
        deserializer.deserialize_any(PayloadVisitor)
    }
}

struct PayloadVisitor;

impl<'de> Visitor<'de> for PayloadVisitor {
    type Value = Payload;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes, at least one: base64 text or an array of byte numbers")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Payload, E> {
        let bytes = STANDARD.decode(text).map_err(|error| {
            let shown: String = text.chars().take(SHOWN_CHARS).collect();
            E::custom(format!(
                "'{shown}' is not base64 with the standard alphabet and padding: {error}"
            ))
        })?;
        not_empty(bytes)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Payload, A::Error> {
        let mut bytes = Vec::new();
        // Bytes are signed in Java: serializers for it write 0xff as −1.
        while let Some(number) = numbers.next_element::<Int<-128, 255>>()? {
            bytes.push((number.get() & 0xff) as u8);
        }
        not_empty(bytes)
    }
}

fn not_empty<E: Error>(bytes: Vec<u8>) -> Result<Payload, E> {
    match bytes.is_empty() {
        true => Err(E::invalid_length(0, &PayloadVisitor)),
        false => Ok(Payload(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<u8>, String> {
        let payload = serde_json::from_str::<Payload>(text);
        payload.map(|payload| payload.0).map_err(|error| error.to_string())
    }

    #[test]
    fn both_forms_give_the_same_bytes() {
        assert_eq!(read("\"dmFsdWUx\""), Ok(b"value1".to_vec()));
        assert_eq!(read("[118,97,108,117,101,49]"), Ok(b"value1".to_vec()));
        assert_eq!(read("[255,128,0]"), Ok(vec![255, 128, 0]));
        assert_eq!(read("[-1,-128,127]"), Ok(vec![255, 128, 127]));
        assert_eq!(read(r#""\u0064mFsdWUx""#), Ok(b"value1".to_vec()));
    }

    #[test]
    fn what_is_not_bytes_is_refused() {
        for wrong in [
            "\"\"", "[]", "null", "1", "{}", "[256]", "[-129]", "[1.5]", "[\"a\"]", "[null]", "true",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        for wrong in ["a", "dmFsdWUx=", "dmFsdWU", "d m F s", "dmFsdWV=", "_-_-", "ä"] {
            let message = read(&format!("\"{wrong}\"")).unwrap_err();
            assert!(message.contains(&format!("'{wrong}' is not base64")), "{message}");
        }
    }
}
