//! One change of groups or offsets, as one record of `__consumer_offsets` holds it.
//!
//! Records of other kinds of groups, and of kinds that are not known, are passed over; a change that nobody can read is
//! told of. Text and bytes are copied out of the record, so that a batch that was read is not kept for a few of its bytes.

use std::sync::Arc;

use dmq_protocol::coordinator_records::{
    GroupMetadataKey, GroupMetadataValue, GroupRecord, OffsetCommitKey, OffsetCommitValue, RecordKey, to_value,
};
use dmq_protocol::primitive::EncodeError;
use dmq_protocol::{StrBytes, Uuid};

use super::CommittedOffset;
use crate::coordinator::{CoordinatorRecord, UnreadableRecord};
use crate::ids::Offset;

/// Versions are those that Kafka 4.4 writes.
const GROUP_VERSION: i16 = 3;
const OFFSET_VERSION: i16 = 4;
/// The one version that can say when an offset is to be forgotten.
const EXPIRING_OFFSET_VERSION: i16 = 1;

/// Whose offset of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetKey {
    /// The group's id.
    pub group: Arc<str>,
    /// The topic.
    pub topic: Arc<str>,
    /// The partition.
    pub partition: i32,
}

/// See the module's page.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupChange {
    /// A classic group is as it is described, or gone.
    Group {
        /// The group's id.
        id: Arc<str>,
        /// The group.
        value: Option<Box<GroupMetadataValue>>,
    },
    /// An offset is committed, or forgotten.
    Offset {
        /// Of what.
        key: OffsetKey,
        /// The offset.
        value: Option<CommittedOffset>,
    },
}

impl GroupChange {
    pub(super) fn encode(&self) -> Result<CoordinatorRecord, EncodeError> {
        match self {
            GroupChange::Group { id, value } => {
                let value = value.as_deref().map(|value| to_value(value, GROUP_VERSION));
                Ok(CoordinatorRecord {
                    key: GroupMetadataKey { group: text(id) }.to_key()?,
                    value: value.transpose()?,
                })
            }
            GroupChange::Offset { key, value } => {
                let key = OffsetCommitKey {
                    group: text(&key.group),
                    topic: text(&key.topic),
                    partition: key.partition,
                };
                let value = value.as_ref().map(|offset| {
                    let version = match offset.expires_ms {
                        Some(_) => EXPIRING_OFFSET_VERSION,
                        None => OFFSET_VERSION,
                    };
                    to_value(&offset_value(offset), version)
                });
                Ok(CoordinatorRecord {
                    key: key.to_key()?,
                    value: value.transpose()?,
                })
            }
        }
    }

    pub(super) fn decode(record: &CoordinatorRecord) -> Result<Option<GroupChange>, UnreadableRecord> {
        let decoded = GroupRecord::decode(record.key.clone(), record.value.clone());
        let decoded = decoded.map_err(|error| UnreadableRecord {
            reason: error.to_string(),
        })?;
        Ok(match decoded {
            Some(GroupRecord::GroupMetadata(key, value)) => Some(GroupChange::Group {
                id: Arc::from(key.group.as_str()),
                value: value.map(Box::new),
            }),
            Some(GroupRecord::OffsetCommit(key, value)) => Some(GroupChange::Offset {
                key: OffsetKey {
                    group: Arc::from(key.group.as_str()),
                    topic: Arc::from(key.topic.as_str()),
                    partition: key.partition,
                },
                value: value.map(|value| committed_offset(&value)),
            }),
            Some(GroupRecord::LegacyOffsetCommit(key, value)) => Some(GroupChange::Offset {
                key: OffsetKey {
                    group: Arc::from(key.group.as_str()),
                    topic: Arc::from(key.topic.as_str()),
                    partition: key.partition,
                },
                value: value.map(|value| CommittedOffset {
                    offset: value.offset,
                    leader_epoch: -1,
                    metadata: Box::from(value.metadata.as_str()),
                    committed_ms: value.commit_timestamp,
                    expires_ms: None,
                    topic_id: Uuid::ZERO,
                    written_at: Offset::UNKNOWN,
                }),
            }),
            _ => None,
        })
    }
}

fn text(text: &Arc<str>) -> StrBytes {
    StrBytes::from(text.to_string())
}

fn offset_value(offset: &CommittedOffset) -> OffsetCommitValue {
    OffsetCommitValue {
        offset: offset.offset,
        leader_epoch: offset.leader_epoch,
        metadata: StrBytes::from(offset.metadata.to_string()),
        commit_timestamp: offset.committed_ms,
        expire_timestamp: offset.expires_ms.unwrap_or(-1),
        topic_id: offset.topic_id,
    }
}

fn committed_offset(value: &OffsetCommitValue) -> CommittedOffset {
    CommittedOffset {
        offset: value.offset,
        leader_epoch: value.leader_epoch,
        metadata: Box::from(value.metadata.as_str()),
        committed_ms: value.commit_timestamp,
        expires_ms: Some(value.expire_timestamp).filter(|ms| *ms != -1),
        topic_id: value.topic_id,
        written_at: Offset::UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset(expires_ms: Option<i64>) -> GroupChange {
        GroupChange::Offset {
            key: OffsetKey {
                group: Arc::from("g"),
                topic: Arc::from("t"),
                partition: 3,
            },
            value: Some(CommittedOffset {
                offset: 42,
                leader_epoch: if expires_ms.is_some() { -1 } else { 7 },
                metadata: Box::from("m"),
                committed_ms: 1_000,
                expires_ms,
                topic_id: Uuid::ZERO,
                written_at: Offset::UNKNOWN,
            }),
        }
    }

    #[test]
    fn changes_come_back_from_their_records() {
        let group = GroupChange::Group {
            id: Arc::from("g"),
            value: Some(Box::new(GroupMetadataValue {
                protocol_type: StrBytes::from_static("consumer"),
                generation: 5,
                current_state_timestamp: 99,
                ..GroupMetadataValue::default()
            })),
        };
        let gone = GroupChange::Group {
            id: Arc::from("g"),
            value: None,
        };
        for change in [offset(None), offset(Some(5_000)), group, gone] {
            let record = change.encode().unwrap();
            assert_eq!(GroupChange::decode(&record), Ok(Some(change)));
        }
    }

    #[test]
    fn an_offset_is_written_as_kafka_writes_it() {
        let record = offset(None).encode().unwrap();
        assert_eq!(&record.key[..], b"\x00\x01\x00\x01g\x00\x01t\x00\x00\x00\x03");
        let value = record.value.unwrap();
        let (version, rest) = value.split_at(2);
        assert_eq!(version, [0, 4]);
        assert_eq!(rest[..12], [0, 0, 0, 0, 0, 0, 0, 42, 0, 0, 0, 7]);
    }

    #[test]
    fn what_is_not_for_classic_groups_is_passed_over_and_garbage_is_told_of() {
        let record = |key: &'static [u8], value: &'static [u8]| CoordinatorRecord {
            key: key.into(),
            value: Some(value.into()),
        };
        assert_eq!(GroupChange::decode(&record(b"\x00\x63", b"")), Ok(None));
        assert!(GroupChange::decode(&record(b"\x00\x02\x00\x09g", b"\x00\x03")).is_err());
    }
}
