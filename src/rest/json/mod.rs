//! From a body's bytes to a request: everything that is wrong with one is told with its place, its value and what would
//! be right.
//!
//! Stricter than serde alone: an object is an object (serde would take an array of its fields' values, too), text is
//! UTF-8 even where nobody reads it, numbers keep their range. Fields that are not known are skipped.

mod header_fields;
mod int;
mod loose_int;
mod payload;
mod schema;

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::refusal::Refused;

pub use header_fields::HeaderFields;
pub use int::{Int, NonNegative};
pub use loose_int::{Count, Id, LooseInt, Port};
pub use payload::Payload;

/// The request that a body holds.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    let text = std::str::from_utf8(body).map_err(|error| {
        Refused::invalid(format!(
            "the body must be JSON in UTF-8; the byte at {} is not UTF-8",
            error.valid_up_to()
        ))
    })?;
    let mut json = serde_json::Deserializer::from_str(text);
    let Object(request) = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let place = if path == "." { "the body".to_owned() } else { path };
        Refused::invalid(format!("{place}: {}", error.inner()))
    })?;
    json.end()
        .map_err(|error| Refused::invalid(format!("the body must be one JSON object: {error}")))?;
    Ok(request)
}

/// A JSON object with the fields of `T`.
#[derive(Debug, PartialEq)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<T>, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields)).map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Request {
        number: NonNegative<7>,
        #[serde(default)]
        text: Option<String>,
    }

    fn message(body: &[u8]) -> String {
        decode::<Request>(body).unwrap_err().message
    }

    #[test]
    fn known_fields_are_read_and_others_skipped() {
        let body = br#" {"number": 7, "other": [1, {"x": null}], "text": null} "#;
        let request = decode::<Request>(body).unwrap();
        assert_eq!((request.number.get(), request.text), (7, None));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_value() {
        for (body, told) in [
            (
                &br#"{"number": 8}"#[..],
                "number: invalid value: integer `8`, expected an integer from 0 to 7",
            ),
            (
                br#"{"number": "1"}"#,
                "number: invalid type: string \"1\", expected an integer from 0 to 7",
            ),
            (br#"{"text": "x"}"#, "the body: missing field `number`"),
            (br#"{"number": 1, "number": 1}"#, "the body: duplicate field `number`"),
            (
                br#"[1, "x"]"#,
                "the body: invalid type: sequence, expected a JSON object",
            ),
            (
                br#""x""#,
                "the body: invalid type: string \"x\", expected a JSON object",
            ),
            (b"", "the body: EOF while parsing a value"),
            (br#"{"number": 1"#, "EOF while parsing an object"),
            (
                br#"{"number": 1} x"#,
                "the body must be one JSON object: trailing characters",
            ),
            (b"{\"number\": 1, \"other\": \"\xff\"}", "the byte at 24 is not UTF-8"),
        ] {
            let message = message(body);
            assert!(message.contains(told), "{message}");
        }
    }

    #[test]
    fn nesting_without_end_is_skipped_or_refused_without_recursion() {
        let deep = |field: &str| {
            format!(
                r#"{{"number": 1, "{field}": {}{}}}"#,
                "[".repeat(100_000),
                "]".repeat(100_000)
            )
        };
        assert!(decode::<Request>(deep("other").as_bytes()).is_ok());
        assert!(message(deep("text").as_bytes()).contains("text: invalid type: sequence"));
        let open = format!(r#"{{"number": 1, "other": {}"#, "[".repeat(100_000));
        assert!(message(open.as_bytes()).contains("EOF while parsing a list"));
    }
}
