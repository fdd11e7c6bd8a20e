//! A message's headers: an object of strings.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Header names and values, in the order in which they were written; no name occurs twice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeaderFields(pub Vec<(String, String)>);

impl<'de> Deserialize<'de> for HeaderFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<HeaderFields, D::Error> {
        deserializer.deserialize_map(HeadersVisitor)
    }
}

struct HeadersVisitor;

impl<'de> Visitor<'de> for HeadersVisitor {
    type Value = HeaderFields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<HeaderFields, A::Error> {
        let (mut fields, mut names) = (Vec::new(), BTreeSet::new());
        while let Some((name, value)) = entries.next_entry::<String, String>()? {
            // JSON does not say which of two counts.
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format!("the header '{name}' occurs twice")));
            }
            fields.push((name, value));
        }
        Ok(HeaderFields(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_and_a_name_occurs_once() {
        let fields: HeaderFields = serde_json::from_str(r#"{"b":"1","a":"","":"x"}"#).unwrap();
        let names: Vec<&str> = fields.0.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["b", "a", ""]);
        let twice = serde_json::from_str::<HeaderFields>(r#"{"a":"1","a":"1"}"#).unwrap_err();
        assert!(twice.to_string().starts_with("the header 'a' occurs twice"));
    }

    #[test]
    fn only_strings_are_values() {
        for wrong in [r#"{"a":1}"#, r#"{"a":null}"#, r#"{"a":{}}"#, r#"["a","b"]"#, "\"a\""] {
            assert!(serde_json::from_str::<HeaderFields>(wrong).is_err(), "{wrong}");
        }
    }
}
