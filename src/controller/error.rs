//! Why the controller as a whole could not do what was asked; errors of one topic are [`super::TopicError`].

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
    /// The decided records do not fit the image; nothing was written.
    #[error("the records of this change do not apply: {reason}")]
    Inapplicable {
        /// Which record, and why.
        reason: String,
    },
    /// All producer ids have been given out.
    #[error("Exhausted all producerIds as the next block's end producerId has exceeded the int64 type limit")]
    ProducerIdsExhausted,
}
