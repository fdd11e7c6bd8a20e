//! Producer ids, given out in blocks: once a block is written, none of its ids is ever given out again.

use std::ops::Range;

use dmq_protocol::metadata_records::ProducerIdsRecord;

use super::error::ControllerError;
use super::job::{Decision, Situation};
use super::push::PushedState;
use crate::ids::ProducerId;
use crate::metadata::Record;

/// How many ids a block holds, as in Kafka.
pub const PRODUCER_ID_BLOCK_SIZE: i64 = 1_000;

/// The ids `first .. first + len`, for their taker alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerIdBlock {
    /// The first id.
    pub first: ProducerId,
    /// How many ids follow each other from `first` on.
    pub len: i64,
}

/// Ids of one broker that gives them out by itself.
const IDS_PER_BROKER: i64 = 1 << 42;
/// A broker with a metadata service has a lower id than this: its ids of producers begin with it.
pub const SHARING_BROKER_ID_MAX: i32 = (1 << 20) - 2;

/// The ids that this broker may give out. Brokers that a metadata service puts together do not ask each other, and a
/// producer writes to all of them under one id: each has a range of its own. Ids below all of them belong to brokers that
/// are their own controllers, those from 2⁶² on to producers that REST clients name.
fn range_of(situation: &Situation<'_>) -> Range<i64> {
    let broker = situation.settings.broker();
    let is_told = PushedState::of(situation.image) != PushedState::default();
    if broker.metadata_service_url.is_none() && !is_told {
        return 0..i64::MAX;
    }
    let place = i64::from(broker.node_id.0.clamp(0, SHARING_BROKER_ID_MAX)) + 1;
    place * IDS_PER_BROKER..(place + 1) * IDS_PER_BROKER
}

/// Takes the next block.
pub(super) fn allocate(situation: &Situation<'_>) -> Result<Decision<ProducerIdBlock>, ControllerError> {
    let range = range_of(situation);
    let first = ProducerId(situation.image.next_producer_id.0.max(range.start));
    let next = first
        .0
        .checked_add(PRODUCER_ID_BLOCK_SIZE)
        .filter(|next| *next <= range.end);
    let next = next.ok_or(ControllerError::ProducerIdsExhausted)?;
    let node = situation.settings.broker().node_id;
    let record = ProducerIdsRecord {
        broker_id: node.0,
        broker_epoch: situation.image.cluster.broker(node).map_or(-1, |broker| broker.epoch),
        next_producer_id: next,
    };
    let response = ProducerIdBlock {
        first,
        len: PRODUCER_ID_BLOCK_SIZE,
    };
    Ok(Decision {
        records: vec![Record::ProducerIds(record)],
        response,
    })
}
