//! What a consumer's metadata says that it reads: the part of Kafka's embedded consumer protocol that a coordinator looks at.

use bytes::Bytes;
use dmq_protocol::Reader;

/// The topics of a subscription; none if it cannot be understood. Every version begins like version 0: the version, then
/// the topics.
pub(super) fn topics(metadata: Bytes) -> Option<Vec<Box<str>>> {
    let mut reader = Reader::new(metadata);
    let _version: i16 = reader.i16().ok()?;
    let count = reader.i32().ok()?;
    let mut topics = Vec::new();
    for _ in 0..count {
        let length = reader.i16().ok()?;
        let name = reader.slice(usize::try_from(length).ok()?).ok()?;
        topics.push(Box::from(std::str::from_utf8(&name).ok()?));
    }
    Some(topics)
}
