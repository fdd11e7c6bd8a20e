//! The targets: one line for each, with what it may cost and where its corpus begins.
//!
//! A target takes any bytes and must come back. What it decodes it also checks: decoded and encoded again it is the same,
//! however the bytes arrive.

mod batches;
mod broker;
mod compression;
mod coordinators;
mod data_dir;
mod frames;
mod logs;
mod messages;
mod metadata_dir;
mod settings;

use bytes::Bytes;

/// One decoder and what it may cost.
pub struct Target {
    /// The name on the command line, and of its corpus.
    pub name: &'static str,
    /// One run.
    pub run: fn(Bytes),
    /// The beginnings of the corpus.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// What a run may hold.
    pub memory: Memory,
}

/// The memory that a run is granted, in bytes.
pub struct Memory {
    /// For the run itself.
    pub once: usize,
    /// For each byte of the input.
    pub per_byte: usize,
}

const fn target(name: &'static str, run: fn(Bytes), seeds: fn() -> Vec<Vec<u8>>, memory: Memory) -> Target {
    Target {
        name,
        run,
        seeds,
        memory,
    }
}

const fn memory(once: usize, per_byte: usize) -> Memory {
    Memory { once, per_byte }
}

/// A byte of a message may become a string of 32 bytes in a growing vector; encoding and decoding it again doubles that.
const MESSAGE: Memory = memory(16 << 10, 400);
/// Inflated bytes are bounded by the target, not by the input; records hold slices of them.
const INFLATED: Memory = memory(4 * compression::INFLATED_MAX + (4 << 20), 400);

/// A log on a simulated disk: its files, its indexes, and what a read brings into memory.
const LOG: Memory = memory(8 << 20, 100);

/// Every target, in the order of the layers.
pub const TARGETS: &[Target] = &[
    target("frame", frames::run, frames::seeds, memory(1 << 20, 64)),
    target("request", messages::request, messages::request_seeds, MESSAGE),
    target("response", messages::response, messages::response_seeds, MESSAGE),
    target(
        "metadata_record",
        messages::metadata_record,
        messages::metadata_seeds,
        MESSAGE,
    ),
    target(
        "control_record",
        messages::control_record,
        messages::control_seeds,
        MESSAGE,
    ),
    target(
        "coordinator_record",
        coordinators::record,
        coordinators::record_seeds,
        MESSAGE,
    ),
    target(
        "embedded",
        coordinators::embedded,
        coordinators::embedded_seeds,
        MESSAGE,
    ),
    target("gzip", compression::gzip, compression::gzip_seeds, INFLATED),
    target("snappy", compression::snappy, compression::snappy_seeds, INFLATED),
    target("lz4", compression::lz4, compression::lz4_seeds, INFLATED),
    target("zstd", compression::zstd, compression::zstd_seeds, INFLATED),
    target("record_batch", batches::run, batches::seeds, INFLATED),
    target("segment", logs::segment, logs::segment_seeds, LOG),
    target("offset_index", logs::offset_index, logs::offset_index_seeds, LOG),
    target("time_index", logs::time_index, logs::time_index_seeds, LOG),
    target("txn_index", logs::txn_index, logs::txn_index_seeds, LOG),
    target(
        "producer_snapshot",
        logs::producer_snapshot,
        logs::producer_snapshot_seeds,
        LOG,
    ),
    target("leader_epochs", logs::leader_epochs, logs::leader_epochs_seeds, LOG),
    target(
        "partition_metadata",
        logs::partition_metadata,
        logs::partition_metadata_seeds,
        LOG,
    ),
    target(
        "meta_properties",
        data_dir::meta_properties,
        data_dir::meta_properties_seeds,
        memory(1 << 20, 100),
    ),
    target(
        "offset_checkpoint",
        data_dir::offset_checkpoint,
        data_dir::offset_checkpoint_seeds,
        memory(1 << 20, 400),
    ),
    target(
        "clean_shutdown",
        data_dir::clean_shutdown,
        data_dir::clean_shutdown_seeds,
        memory(1 << 20, 100),
    ),
    target("file_names", logs::file_names, logs::file_names_seeds, LOG),
    target(
        "partition_dirs",
        data_dir::partition_dirs,
        data_dir::partition_dirs_seeds,
        memory(1 << 20, 400),
    ),
    target(
        "quorum_state",
        metadata_dir::quorum_state,
        metadata_dir::quorum_state_seeds,
        memory(16 << 20, 400),
    ),
    target(
        "metadata_log",
        metadata_dir::metadata_log,
        metadata_dir::metadata_log_seeds,
        memory(16 << 20, 400),
    ),
    target(
        "metadata_snapshot",
        metadata_dir::metadata_snapshot,
        metadata_dir::metadata_snapshot_seeds,
        memory(16 << 20, 400),
    ),
    target("broker", broker::run, broker::seeds, memory(64 << 20, 400)),
    target(
        "settings_properties",
        settings::properties,
        settings::properties_seeds,
        memory(1 << 20, 512),
    ),
    target(
        "settings_yaml",
        settings::yaml,
        settings::yaml_seeds,
        memory(2 << 20, 1024),
    ),
];
