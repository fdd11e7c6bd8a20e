//! Why the broker did not start. Each says what, where, and what to do.

use std::path::PathBuf;

use crate::controller::{ControllerError, IdentityError, StartError};
use crate::log::LogError;
use crate::net::BindError;

/// A start that came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// A data directory cannot be used.
    #[error("data directory {}: {error}", directory.display())]
    Directory {
        /// Which.
        directory: PathBuf,
        /// Why.
        error: LogError,
    },
    /// The data directories belong to another broker or cluster.
    #[error("data directory {0}")]
    Identity(#[from] IdentityError),
    /// The metadata cannot be loaded, or this node not be registered.
    #[error("cluster metadata: {0}")]
    Controller(#[from] StartError),
    /// The metadata cannot be read or written.
    #[error("cluster metadata: {0}")]
    Metadata(#[from] ControllerError),
    /// A Kafka listener cannot be opened.
    #[error("{0}; is another broker running? Choose another port (listeners)")]
    Listen(#[from] BindError),
    /// The REST listener cannot be opened.
    #[error("REST listener: cannot listen on {address}: {error}; choose another port (rest.listeners)")]
    ListenRest {
        /// Where.
        address: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// The metadata service of this broker cannot be found out.
    #[error("metadata service: {0}")]
    Services(String),
    /// The runtime cannot be built, or signals cannot be awaited.
    #[error("the operating system refuses threads or signals: {0}")]
    Runtime(#[source] std::io::Error),
    /// Every data directory failed while the broker served.
    #[error("every data directory (log.dirs) has failed; see the errors above")]
    NoDirectoryLeft,
    /// A step of the start panicked or was cancelled: a bug.
    #[error("the start was interrupted: {0}")]
    Interrupted(String),
}
