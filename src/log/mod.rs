//! One partition's log on disk, in Apache Kafka's own files.
//!
//! A [`Log`] is given a directory and appends to it, reads from it, looks up times and epochs, truncates, rolls and
//! recovers. A [`LogDir`] is one data directory with its lock, identity and checkpoint files. Usable alone.
//! Knows offsets and bytes; nothing of topics' settings (it is given a [`LogConfig`]), ACLs, replication, clusters or
//! async. Offsets: `log_start_offset` inclusive, `log_end_offset` exclusive, `stable_offset` exclusive: everything below
//! it is on stable storage. Invariant: log start ≤ stable ≤ log end.
//!
//! The files' byte maps are in `ARCHITECTURE.md`; each module names its own.

mod append;
mod checkpoint;
mod cleaner;
mod config;
mod control;
mod dir_health;
mod error;
mod file_names;
mod index_file;
pub mod inspect;
mod leader_epochs;
mod leftovers;
mod lifecycle;
mod log_dir;
mod meta_properties;
mod offset_index;
mod open;
mod partition_log;
mod partition_metadata;
mod producer_snapshot;
mod producer_state;
mod read;
mod recent;
mod recovery;
mod roll;
mod scan;
mod segment;
mod segment_files;
mod segment_indexes;
mod segment_repair;
mod stray;
mod swap;
mod sync;
mod text_file;
mod time_index;
mod time_lookup;
mod truncate;
mod txn_index;
mod types;
mod validation;

pub use checkpoint::Checkpoint;
pub use cleaner::{Cleanable, Cleaned, CleaningError, CleaningLimits, Pace, Throttle};
pub use config::{LogConfig, StoredCompression};
pub use dir_health::{DirHealth, SpaceChange};
pub use error::{InvalidRecordsKind, LogError, RecordError};
pub use log_dir::{LogDir, PartitionDir};
pub use meta_properties::MetaProperties;
pub use partition_log::Log;
pub use types::{
    AbortedTransaction, AppendInfo, AppendOrigin, EpochEnd, LogRead, OpenLog, ProducerStatus, ReadRequest,
    RecoveryProgress, SyncListener, TimestampOffset,
};

#[cfg(test)]
mod tests;
