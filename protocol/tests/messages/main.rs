//! Every message at every version: against Kafka's own definitions, against itself, against hostile bytes, and against
//! another implementation.
//!
//! Values are not written here: they are generated as bytes from the definitions, by a generator that shares no code
//! with the derive macro's. That the definitions are Kafka's is the first thing tested.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod definitions;
mod generate;
mod golden;
mod hostile;
mod java;
mod memory;
mod peer;
mod round_trip;
mod stored;
mod tables;

use dmq_protocol::header::{RequestHeader, ResponseHeader};
use dmq_protocol::messages::{self, MessageVisitor};
use dmq_protocol::{Message, control_records, coordinator_records, embedded, metadata_records, storage_records};
use proptest::prelude::ProptestConfig;

/// So many random seeds. A failure names the seed, which cannot be made any smaller and need not be kept in a file: the
/// same seed makes the same messages.
fn seeds(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_iters: 0,
        ..ProptestConfig::default()
    }
}

/// Shows every message of the crate to `visitor`.
fn visit_everything(visitor: &mut impl MessageVisitor) {
    visitor.visit::<RequestHeader>();
    visitor.visit::<ResponseHeader>();
    messages::visit_all(visitor);
    metadata_records::visit_all(visitor);
    control_records::visit_all(visitor);
    coordinator_records::visit_all(visitor);
    storage_records::visit_all(visitor);
    embedded::visit_all(visitor);
}

/// Every version of a message, with bytes generated for it from a seed.
fn each_version<M: Message>(seed: u64, mut test: impl FnMut(i16, Vec<u8>)) {
    for version in M::VERSIONS.iter() {
        let seed =
            seed ^ (version as u64) << 48 ^ M::NAME.bytes().fold(0, |sum: u64, b| sum.rotate_left(7) ^ u64::from(b));
        test(version, generate::message::<M>(version, seed));
    }
}
