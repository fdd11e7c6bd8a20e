//! Which names a topic may have: a name is also a directory's, and a part of metric names.

use crate::controller::topic_request::InvalidTopicName;

/// A name of this many characters with a partition number and a deletion suffix still fits into a directory entry.
const NAME_LEN_MAX: usize = 249;

/// The metadata log's own topic, which no one else may create.
pub const CLUSTER_METADATA: &str = "__cluster_metadata";

/// Whether a topic may have this name.
pub fn validate(name: &str) -> Result<(), InvalidTopicName> {
    if name.is_empty() {
        return Err(InvalidTopicName::Empty);
    }
    if name == "." || name == ".." {
        return Err(InvalidTopicName::Dots(name.to_owned()));
    }
    // Kafka counts UTF-16 units here; it makes a difference only for names that are refused anyway.
    if name.chars().count() > NAME_LEN_MAX {
        return Err(InvalidTopicName::TooLong {
            name: name.to_owned(),
            max: NAME_LEN_MAX,
        });
    }
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if !name.bytes().all(legal) {
        return Err(InvalidTopicName::IllegalCharacter(name.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_refused_with_kafkas_words() {
        let text = |name: &str| validate(name).map_err(|error| error.to_string());
        assert_eq!(text("a.B_c-9"), Ok(()));
        assert_eq!(text(&"x".repeat(249)), Ok(()));
        assert_eq!(text(""), Err("the empty string is not allowed".to_owned()));
        assert_eq!(text(".."), Err("'..' is not allowed".to_owned()));
        let long = "x".repeat(250);
        assert_eq!(
            text(&long),
            Err(format!(
                "the length of '{long}' is longer than the max allowed length 249"
            ))
        );
        for illegal in ["a/b", "ä", "a b", "a\0"] {
            let words = "contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
            assert_eq!(text(illegal), Err(format!("'{illegal}' {words}")));
        }
    }
}
