//! Every maximum that is not a setting, in one place.

/// The longest checkpoint, epoch or identity file that is read: far more than a million partitions need.
pub const CHECKPOINT_FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The longest producer snapshot that is read; 46 bytes stand for each producer.
pub const PRODUCER_SNAPSHOT_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// Batches of each producer that a repeated one is recognised among, as in Kafka.
pub const PRODUCER_BATCHES_MAX: usize = 5;

/// Index entries that are kept in memory before they are written to the index file.
pub const INDEX_TAIL_ENTRIES_MAX: usize = 512;

/// Positions in a segment are 31-bit numbers in the index files.
pub const SEGMENT_BYTES_MAX: u64 = i32::MAX as u64;

/// The largest batch that recovery and replay read into memory: larger lengths in a file are damage.
pub const STORED_BATCH_BYTES_MAX: usize = i32::MAX as usize;

const _: () = assert!(STORED_BATCH_BYTES_MAX as u64 <= SEGMENT_BYTES_MAX);

/// Partitions that one request may create, as in Kafka: their records are one atomic group.
pub const PARTITIONS_PER_REQUEST_MAX: usize = 10_000;

/// Records that one request may lead to, as in Kafka: they are one atomic group.
pub const RECORDS_PER_REQUEST_MAX: usize = 10_000;

/// Changes that wait for the controller's thread; then their askers wait for a place.
pub const CONTROLLER_QUEUE_LEN_MAX: usize = 1_024;

/// Changes that the controller writes with one sync.
pub const CONTROLLER_JOBS_PER_SYNC_MAX: usize = 256;

/// The largest batch of the metadata log, as in Kafka.
pub const METADATA_BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What a batch of the metadata log may inflate to; Kafka writes them uncompressed.
pub const METADATA_BATCH_INFLATED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The longest metadata snapshot that is read; those of millions of partitions are some hundred megabytes.
pub const METADATA_SNAPSHOT_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// The longest `quorum-state` that is read: far more than Kafka ever writes there.
pub const QUORUM_STATE_BYTES_MAX: u64 = 1024 * 1024;

const _: () = assert!(METADATA_BATCH_BYTES_MAX <= METADATA_BATCH_INFLATED_BYTES_MAX);

/// Messages of one REST produce request: what they take in memory is a small multiple of the body's length.
pub const REST_MESSAGES_MAX: usize = 1_000_000;

/// REST bodies longer than this are decoded off the network threads: it would hold up everybody else.
pub const REST_INLINE_BODY_BYTES_MAX: usize = 64 * 1024;

/// The longest answer of a metadata service or a storage service that is read.
pub const LINK_ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Storage services that one controller keeps track of.
pub const STORAGE_SERVICES_MAX: usize = 1_000;

/// Error messages of REST echo what was sent up to this length.
pub const REST_ERROR_MESSAGE_BYTES_MAX: usize = 1_000;

/// A replica that moves to another directory is copied in pieces of about this many bytes, between which it may be told
/// to stop, and other moves get their turn.
pub const MOVE_CHUNK_BYTES: u64 = 4 << 20;

/// Directories that were asked for before their partition was there: so many are remembered.
pub const PREFERRED_DIRECTORIES_MAX: usize = 10_000;

/// Accounts that one quota keeps counters for; those that are used least lately go first.
pub const QUOTA_ACCOUNTS_MAX: usize = 16_384;

/// What a batch of an internal topic may inflate to when a coordinator is loaded.
pub const COORDINATOR_BATCH_INFLATED_BYTES_MAX: usize = 256 * 1024 * 1024;

/// A REST body that comes more slowly than this for long is refused.
pub const REST_BODY_BYTES_PER_SECOND_MIN: u64 = 16 * 1024;

/// When a client that was throttled, or came while the broker starts, should try again.
pub const REST_RETRY_AFTER_SECONDS: u64 = 1;
