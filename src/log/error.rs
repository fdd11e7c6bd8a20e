//! Why the log refuses, or what is wrong with its files.
//!
//! One enum for the layer; variants carry the facts, so that the API layer maps each to one Kafka code and tests assert
//! the exact reason. Three kinds: refusals of one request (nothing changed), the end of one log ([`LogError::Io`],
//! [`LogError::Failed`], [`LogError::Damaged`]), and what keeps a data directory from being used.

use std::io;
use std::path::{Path, PathBuf};

use dmq_protocol::records::BatchError;

use crate::disk;
use crate::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, TopicId};

/// What is wrong with the records of a refused batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidRecordsKind {
    /// Kafka's INVALID_RECORD.
    Record,
    /// Kafka's INVALID_TIMESTAMP.
    Timestamp,
}

/// One refused record: its index in the batch, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordError {
    /// The record's place in its batch, counted from 0.
    pub batch_index: i32,
    /// Why it was refused, for the producer's log.
    pub message: String,
}

/// Everything that the log layer reports.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The offset is not in the log. Retriable after a reset of the reader.
    #[error("offset {requested} is not in the log, which holds {log_start} to {log_end} (exclusive)")]
    OffsetOutOfRange {
        /// What was asked for.
        requested: Offset,
        /// The first offset that is there.
        log_start: Offset,
        /// The offset after the last one.
        log_end: Offset,
    },

    // ── refused batches ───────────────────────────────────────────────────────────────────────────────────────
    /// The bytes are not whole batches of format 2.
    #[error("not a record batch: {0}")]
    InvalidBatch(BatchError),
    /// The CRC does not match: bytes were lost or changed on the way.
    #[error("a record batch of {len} bytes does not match its CRC {crc:#010x}")]
    CorruptBatch {
        /// The CRC that the batch carries.
        crc: u32,
        /// The batch's length in bytes.
        len: usize,
    },
    /// A batch is larger than `max.message.bytes`.
    #[error("a record batch has {size} bytes, the topic takes at most {max} (max.message.bytes)")]
    RecordTooLarge {
        /// The batch's length in bytes.
        size: usize,
        /// The topic's limit.
        max: usize,
    },
    /// The batches do not fit into one segment file.
    #[error("an append has {size} bytes, a segment takes at most {max} (segment.bytes)")]
    AppendTooLarge {
        /// Bytes in all.
        size: usize,
        /// The topic's limit.
        max: u64,
    },
    /// The batch or some of its records break a rule.
    #[error("{message}")]
    InvalidRecords {
        /// Which of Kafka's codes says it.
        kind: InvalidRecordsKind,
        /// The rule that was broken.
        message: String,
        /// The records that broke it; empty if it is the batch as a whole.
        record_errors: Vec<RecordError>,
    },
    /// The batch names a codec that does not exist.
    #[error("no compression codec has the id {id}")]
    UnsupportedCompression {
        /// The codec bits.
        id: u8,
    },
    /// A batch inflates to more than `max.decompressed.message.bytes`.
    #[error("the records of a batch inflate to more than {max} bytes (max.decompressed.message.bytes)")]
    DecompressedTooLarge {
        /// The topic's limit.
        max: usize,
    },
    /// A follower was given offsets that do not continue its log.
    #[error("the batch starts at offset {got}, the log ends at {expected}")]
    UnexpectedOffset {
        /// The log's end.
        expected: Offset,
        /// The batch's base offset.
        got: Offset,
    },

    // ── producers ─────────────────────────────────────────────────────────────────────────────────────────────
    /// An idempotent producer skipped or repeated sequence numbers.
    #[error("producer {producer_id} sent sequence {got}, {expected} was expected")]
    OutOfOrderSequence {
        /// The producer.
        producer_id: ProducerId,
        /// The sequence after the last one seen.
        expected: Sequence,
        /// The batch's base sequence.
        got: Sequence,
    },
    /// A newer incarnation of the producer has written already.
    #[error("producer {producer_id} has epoch {current}, a batch came with {got}")]
    InvalidProducerEpoch {
        /// The producer.
        producer_id: ProducerId,
        /// The newest epoch seen.
        current: ProducerEpoch,
        /// The batch's.
        got: ProducerEpoch,
    },
    /// A producer with an open transaction wrote outside of it.
    #[error("producer {producer_id} has an open transaction and sent a batch that is not part of one")]
    InvalidTransactionState {
        /// The producer.
        producer_id: ProducerId,
    },
    /// A transaction marker came from a coordinator that was replaced.
    #[error("a marker for producer {producer_id} came from coordinator epoch {got}, {current} is known")]
    CoordinatorFenced {
        /// The producer.
        producer_id: ProducerId,
        /// The newest coordinator epoch seen.
        current: i32,
        /// The marker's.
        got: i32,
    },
    /// The append claims an older leadership than the log has seen.
    #[error("an append of leader epoch {got} came after epoch {current}")]
    StaleLeaderEpoch {
        /// The newest epoch in the log.
        current: LeaderEpoch,
        /// The append's.
        got: LeaderEpoch,
    },

    // ── storage ───────────────────────────────────────────────────────────────────────────────────────────────
    /// The file system has no room left. Nothing of the append is in the log; it can be tried again.
    #[error("{}: the disk is full ({operation})", path.display())]
    DiskFull {
        /// What was attempted.
        operation: &'static str,
        /// On which file.
        path: PathBuf,
    },
    /// The process may open no more files. Nothing of the operation was done; it can be tried again.
    #[error("{}: cannot {operation}: too many files are open (raise the limit, ulimit -n)", path.display())]
    NoHandles {
        /// What was attempted.
        operation: &'static str,
        /// On which file.
        path: PathBuf,
    },
    /// The operating system reports an error on one of the log's files.
    #[error("{}: cannot {operation}: {message}", path.display())]
    Io {
        /// What was attempted.
        operation: &'static str,
        /// On which file.
        path: PathBuf,
        /// The system's class of error.
        kind: io::ErrorKind,
        /// The system's words.
        message: String,
    },
    /// An earlier write or sync failed. What the files hold is unknown until the log is opened and recovered again.
    #[error("the log is out of service since an earlier error: {reason}")]
    Failed {
        /// The error that ended it.
        reason: String,
    },
    /// The log was closed or is being deleted.
    #[error("the log is closed")]
    Closed,
    /// A file holds something else than it must, at a place that recovery must not cut.
    #[error("{} is damaged at byte {position}: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The first byte that is wrong.
        position: u64,
        /// What is wrong.
        reason: String,
    },

    // ── data directory ────────────────────────────────────────────────────────────────────────────────────────
    /// Another process works on the directory.
    #[error(
        "the lock {} is held: another dmq or Apache Kafka process uses this data directory; stop it or choose another \
         directory (log.dirs)",
        lock.display()
    )]
    DirectoryLocked {
        /// The lock file.
        lock: PathBuf,
    },
    /// A small text file of the directory is not what it must be.
    #[error("{}, line {line}: {reason}; {advice}", path.display())]
    BadFile {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        reason: String,
        /// What a person can do about it.
        advice: &'static str,
    },
    /// The directory belongs to another topic: one of the same name that was deleted.
    #[error("{} belongs to topic id {found}, not to {expected}", dir.display())]
    ForeignTopic {
        /// The partition's directory.
        dir: PathBuf,
        /// The topic id that it names.
        found: TopicId,
        /// The topic's id.
        expected: TopicId,
    },
    /// A topic's name does not fit into a file name.
    #[error("'{name}' cannot be the name of a log directory: {reason}")]
    BadName {
        /// The name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
}

impl From<BatchError> for LogError {
    fn from(error: BatchError) -> LogError {
        match error {
            BatchError::UnknownCodec { id } => LogError::UnsupportedCompression { id },
            other => LogError::InvalidBatch(other),
        }
    }
}

impl LogError {
    /// The error of an operation on a file.
    pub(crate) fn io(operation: &'static str, path: &Path, error: &io::Error) -> LogError {
        let path = path.to_owned();
        if disk::is_out_of_handles(error) {
            return LogError::NoHandles { operation, path };
        }
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => LogError::DiskFull { operation, path },
            kind => LogError::Io {
                operation,
                path,
                kind,
                message: error.to_string(),
            },
        }
    }

    /// A failed sync. Even if the system says that the disk is full, what was written before may be lost.
    pub(crate) fn sync(path: &Path, error: &io::Error) -> LogError {
        let (kind, message) = (error.kind(), error.to_string());
        LogError::Io {
            operation: "sync the file",
            path: path.to_owned(),
            kind,
            message,
        }
    }

    /// A batch, as a whole, that breaks a rule.
    pub(crate) fn invalid_batch(message: impl Into<String>) -> LogError {
        let kind = InvalidRecordsKind::Record;
        LogError::InvalidRecords {
            kind,
            message: message.into(),
            record_errors: Vec::new(),
        }
    }

    /// Whether the log's storage is at fault, not the request: Kafka's KAFKA_STORAGE_ERROR.
    pub fn is_storage(&self) -> bool {
        matches!(
            self,
            LogError::Io { .. }
                | LogError::Failed { .. }
                | LogError::Damaged { .. }
                | LogError::DiskFull { .. }
                | LogError::NoHandles { .. }
        )
    }

    /// Whether the storage lacks something that may come back, and nothing was done: room, or file handles.
    pub fn is_passing(&self) -> bool {
        matches!(self, LogError::DiskFull { .. } | LogError::NoHandles { .. })
    }
}

/// Names the operation and the file of an `io::Result`.
pub(crate) trait IoContext<T> {
    /// The same result with an error that says what was attempted on which file.
    fn during(self, operation: &'static str, path: &Path) -> Result<T, LogError>;
}

impl<T> IoContext<T> for io::Result<T> {
    fn during(self, operation: &'static str, path: &Path) -> Result<T, LogError> {
        self.map_err(|error| LogError::io(operation, path, &error))
    }
}
