//! Producer ids, given out in blocks: once a block is written, none of its ids is ever given out again.

use dmq_protocol::metadata_records::ProducerIdsRecord;

use super::error::ControllerError;
use super::job::{Decision, Situation};
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

/// Takes the next block.
pub(super) fn allocate(situation: &Situation<'_>) -> Result<Decision<ProducerIdBlock>, ControllerError> {
    let first = situation.image.next_producer_id;
    let next = first
        .0
        .checked_add(PRODUCER_ID_BLOCK_SIZE)
        .ok_or(ControllerError::ProducerIdsExhausted)?;
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
