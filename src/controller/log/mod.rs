//! The metadata log on disk: `__cluster_metadata-0`, its snapshots and its `quorum-state`, as Kafka keeps them.
//!
//! A partition log whose batches hold metadata records without keys, and KRaft's control batches. Single voter: what is
//! on stable storage is committed. A snapshot `<end offset>-<epoch>.checkpoint` holds the effect of everything below its
//! end offset; `…0-0000000000.checkpoint` holds what a first start shall write.
//!
//! It must not decide anything about the cluster.

mod batches;
mod kraft;
mod loading;
mod metadata_log;
mod quorum_state;
mod snapshot_file;

pub(super) use loading::Loaded;
pub(super) use metadata_log::{MetadataLog, OpenMetadataLog};

#[cfg(test)]
mod tests;
