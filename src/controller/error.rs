//! Why the controller as a whole could not do what was asked; errors of one topic are [`super::TopicError`].

use std::path::{Path, PathBuf};

use dmq_protocol::primitive::EncodeError;
use dmq_protocol::records::BuildError;

use crate::ids::{BrokerId, Offset};
use crate::log::LogError;
use crate::metadata::ApplyError;

/// A request that changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControllerError {
    /// The controller has stopped or is stopping.
    #[error("the controller has stopped")]
    Stopped,
    /// The metadata log could not be written; the controller takes no more changes.
    #[error("the metadata log cannot be written: {reason}")]
    LogFailed {
        /// What the disk said.
        reason: String,
    },
    /// One request may not create more partitions than this. (POLICY_VIOLATION)
    #[error("Excessively large number of partitions per request.")]
    TooManyPartitions {
        /// How many partitions the request asks for.
        partitions: usize,
        /// How many it may ask for.
        max: usize,
    },
    /// One request may not change more than this at once. (POLICY_VIOLATION)
    #[error("Unable to perform excessively large batch operation.")]
    TooManyChanges,
    /// One request may not add more partitions than this. (POLICY_VIOLATION)
    #[error("Excessively large number of additional partitions per request.")]
    TooManyAdditionalPartitions {
        /// How many partitions the request adds.
        partitions: usize,
        /// How many it may add.
        max: usize,
    },
    /// No broker has this id. (BROKER_ID_NOT_REGISTERED)
    #[error("Broker ID {0} is not currently registered")]
    BrokerNotRegistered(BrokerId),
    /// The decided records do not fit the image; nothing was written.
    #[error("the records of this change do not apply: {reason}")]
    Inapplicable {
        /// Which record, and why.
        reason: String,
    },
    /// An external controller alone makes topics. (POLICY_VIOLATION)
    #[error("Topics of this cluster are created by its metadata service at {url}, not by this broker.")]
    OwnedElsewhere {
        /// Where it is.
        url: String,
    },
    /// All producer ids have been given out.
    #[error("Exhausted all producerIds as the next block's end producerId has exceeded the int64 type limit")]
    ProducerIdsExhausted,
}

/// Why the controller does not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The metadata log cannot be used.
    #[error(transparent)]
    Log(#[from] LogFailure),
    /// The cluster uses a level of a feature that this release does not serve.
    #[error("the cluster's {name} is {level}, which this release cannot serve{}", served(*.levels))]
    UnsupportedFeature {
        /// The feature.
        name: String,
        /// Its level.
        level: i16,
        /// The lowest and highest level served; none if the feature is not known.
        levels: Option<(i16, i16)>,
    },
    /// The system gives no thread.
    #[error("cannot start the controller's thread: {reason}")]
    NoThread {
        /// What the system said.
        reason: String,
    },
}

fn served(levels: Option<(i16, i16)>) -> String {
    levels.map_or_else(String::new, |(min, max)| format!(" (it serves {min} to {max})"))
}

/// Why the metadata log cannot be opened or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogFailure {
    /// The partition log below says so.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A file beside the log cannot be used.
    #[error("cannot {operation} {}: {message}", path.display())]
    Io {
        /// What was attempted.
        operation: &'static str,
        /// On which file.
        path: PathBuf,
        /// The system's words.
        message: String,
    },
    /// A record of the log cannot be understood.
    #[error("the metadata record at offset {offset} cannot be read: {reason}")]
    Unreadable {
        /// Where it is.
        offset: i64,
        /// What is wrong with it.
        reason: String,
    },
    /// A record of the log does not fit what came before it.
    #[error("the metadata record at offset {offset} does not fit those before it: {reason}")]
    Inapplicable {
        /// Where it is.
        offset: i64,
        /// Why not.
        reason: ApplyError,
    },
    /// A batch of the log was changed or lost bytes.
    #[error("the metadata batch at offset {offset} does not match its CRC")]
    CorruptBatch {
        /// Its first offset.
        offset: i64,
    },
    /// A snapshot is damaged, and the log does not reach back far enough to do without it.
    #[error("{} is damaged: {reason}", path.display())]
    BadSnapshot {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The log begins after what any snapshot holds.
    #[error("the metadata log begins at offset {log_start}, and there is no snapshot of what came before")]
    NoSnapshot {
        /// The log's first offset.
        log_start: Offset,
    },
    /// `quorum-state` is damaged.
    #[error("{} is damaged: {reason}", path.display())]
    BadQuorumState {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The metadata log belongs to several controllers; one of them alone may not go on writing it.
    #[error("the metadata log is shared with other controllers (voters {others:?}); this node cannot lead it alone")]
    OtherVoters {
        /// Their ids.
        others: Vec<i64>,
    },
    /// Records cannot be put into batches: a bug.
    #[error("metadata records cannot be written: {reason}")]
    Unwritable {
        /// What is wrong.
        reason: String,
    },
    /// No epoch is left.
    #[error("the metadata log's leader epoch cannot be raised any further")]
    EpochsExhausted,
}

impl LogFailure {
    pub(super) fn io(operation: &'static str, path: &Path, error: &std::io::Error) -> LogFailure {
        LogFailure::Io {
            operation,
            path: path.to_owned(),
            message: error.to_string(),
        }
    }
}

impl From<EncodeError> for LogFailure {
    fn from(error: EncodeError) -> LogFailure {
        LogFailure::Unwritable {
            reason: error.to_string(),
        }
    }
}

impl From<BuildError> for LogFailure {
    fn from(error: BuildError) -> LogFailure {
        LogFailure::Unwritable {
            reason: error.to_string(),
        }
    }
}
