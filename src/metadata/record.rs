//! The records of the metadata log as this crate uses them: any of Kafka's types, and the version each is written at.
//!
//! A reader knows only the versions that the cluster's metadata.version allows, so that is what decides.

use dmq_protocol::metadata_records::AnyMetadataRecord;

/// A metadata record of any type.
pub type Record = AnyMetadataRecord;

/// The record version that a cluster at `metadata_version` expects for this record.
pub fn version_of(record: &Record, metadata_version: i16) -> i16 {
    match record {
        Record::RegisterBroker(_) => match metadata_version {
            30.. => 4,
            17.. => 3,
            8.. => 2,
            _ => 1,
        },
        Record::Partition(_) | Record::PartitionChange(_) => match metadata_version {
            23.. => 2,
            17.. => 1,
            _ => 0,
        },
        Record::BrokerRegistrationChange(change) => {
            if change.cordoned_log_dirs.is_some() {
                3
            } else if !change.log_dirs.is_empty() {
                2
            } else {
                i16::from(change.in_controlled_shutdown != 0)
            }
        }
        _ => 0,
    }
}
