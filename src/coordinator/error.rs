//! Why a coordinator cannot be asked at all; what it refuses is in the machines' own errors.

use crate::log::LogError;
use crate::partition::PartitionError;

/// A request that reached no machine, or whose effect is not certain.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CoordinatorError {
    /// Another broker leads the partition, or none does.
    #[error("this broker does not coordinate it")]
    NotCoordinator,
    /// The partition is being read.
    #[error("the coordinator is loading")]
    Loading,
    /// What was decided cannot be written down now; nothing of it holds.
    #[error("the coordinator cannot write: {0}")]
    Unwritable(PartitionError),
    /// What was decided does not fit the topic's largest batch; nothing of it holds.
    #[error("the change is too large for the coordinator's topic: {0}")]
    TooLarge(LogError),
    /// A change has no encoding: a bug.
    #[error("the change cannot be encoded: {0}")]
    Unencodable(String),
}
