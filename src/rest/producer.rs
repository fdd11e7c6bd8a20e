//! Who produces: a producer's name, number, epoch and sequence, as Kafka's records carry them.
//!
//! Kafka's producer ids are numbers. A producer that calls itself by a name gets the number that SHA-256 makes of it,
//! within 2⁶²..2⁶³. So the number is the same after every restart and on every broker that comes to lead the partition,
//! and there is no table to store, share or bound. The upper half of the ids is out of reach of those that
//! InitProducerId gives out, which count from 0. Some two of n names share a number with a probability of n²/2⁶³: one
//! in a million million for three thousand producers of one partition.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};

use super::json::NonNegative;
use super::refusal::Refused;
use crate::ids::{ProducerEpoch, ProducerId, Sequence};

/// The first id that names are given.
const NAMED_IDS: u64 = 1 << 62;

/// A producer as a request names it: its numeric id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerName(pub ProducerId);

impl ProducerName {
    fn of(name: &str) -> ProducerName {
        let digest = Sha256::digest(name.as_bytes());
        let number = digest
            .iter()
            .take(8)
            .fold(0, |number: u64, byte| (number << 8) | u64::from(*byte));
        let number = NAMED_IDS | (number % NAMED_IDS);
        ProducerName(ProducerId(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}

impl JsonSchema for ProducerName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ProducerName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"oneOf": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 0, "maximum": i64::MAX}]})
    }
}

impl<'de> Deserialize<'de> for ProducerName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ProducerName, D::Error> {
        deserializer.deserialize_any(NameVisitor)
    }
}

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = ProducerName;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a string that is not empty, or an integer from 0 to {}", i64::MAX)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<ProducerName, E> {
        match name.is_empty() {
            true => Err(E::invalid_value(Unexpected::Str(name), &self)),
            false => Ok(ProducerName::of(name)),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<ProducerName, E> {
        match number < 0 {
            true => Err(E::invalid_value(Unexpected::Signed(number), &self)),
            false => Ok(ProducerName(ProducerId(number))),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<ProducerName, E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            Err(_) => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
        }
    }
}

/// What a batch says of its producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Producer {
    /// Nothing.
    Anonymous,
    /// An epoch, to shut out earlier ones; the broker counts the records.
    Fencing(ProducerId, ProducerEpoch),
    /// An epoch and the sequence of the first record, to recognise repeats.
    Idempotent(ProducerId, ProducerEpoch, Sequence),
}

impl Producer {
    /// What the three fields say together. An id without an epoch fences nobody and repeats nothing, nor does an epoch
    /// without an id.
    pub fn of(
        name: Option<ProducerName>,
        epoch: Option<NonNegative<{ i16::MAX as i64 }>>,
        base_sequence: Option<NonNegative<{ i32::MAX as i64 }>>,
    ) -> Result<Producer, Refused> {
        let identity = name.zip(epoch);
        let identity = identity.map(|(ProducerName(id), epoch)| (id, ProducerEpoch(epoch.as_i16())));
        match (identity, base_sequence) {
            (Some((id, epoch)), Some(first)) => Ok(Producer::Idempotent(id, epoch, Sequence(first.as_i32()))),
            (Some((id, epoch)), None) => Ok(Producer::Fencing(id, epoch)),
            (None, None) => Ok(Producer::Anonymous),
            (None, Some(_)) => Err(Refused::invalid(
                "baseSequence is given without producerId or producerEpoch; give all three or no baseSequence",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Result<i64, String> {
        let name = serde_json::from_str::<ProducerName>(text);
        name.map(|name| name.0.0).map_err(|error| error.to_string())
    }

    /// The numbers are in logs: they must never change.
    #[test]
    fn a_name_has_the_same_number_for_ever() {
        assert_eq!(id("\"producer-1\""), Ok(5_097_157_865_188_722_466));
        assert_eq!(id("\"42\""), Ok(8_306_709_966_045_482_637));
        assert_eq!(id("42"), Ok(42));
        assert_eq!(id("9223372036854775807"), Ok(i64::MAX));
    }

    #[test]
    fn names_lie_above_all_ids_that_are_given_out() {
        for name in 0..1_000 {
            assert!(ProducerName::of(&format!("p{name}")).0.0 >= 1 << 62);
        }
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for wrong in ["\"\"", "-1", "1.5", "9223372036854775808", "true", "[]", "{}"] {
            let told = id(wrong).unwrap_err();
            assert!(
                told.contains("expected a string that is not empty, or an integer"),
                "{told}"
            );
        }
    }

    #[test]
    fn a_sequence_needs_an_id_and_an_epoch() {
        let name = Some(ProducerName(ProducerId(7)));
        let epoch = serde_json::from_str("3").ok();
        let first = serde_json::from_str("5").ok();
        let (id, number) = (ProducerId(7), ProducerEpoch(3));
        assert_eq!(
            Producer::of(name, epoch, first),
            Ok(Producer::Idempotent(id, number, Sequence(5)))
        );
        assert_eq!(Producer::of(name, epoch, None), Ok(Producer::Fencing(id, number)));
        assert_eq!(Producer::of(name, None, None), Ok(Producer::Anonymous));
        assert_eq!(Producer::of(None, epoch, None), Ok(Producer::Anonymous));
        for (name, epoch) in [(None, epoch), (name, None), (None, None)] {
            assert_eq!(Producer::of(name, epoch, first).unwrap_err().status.as_u16(), 400);
        }
    }
}
