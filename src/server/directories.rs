//! The data directories, locked and known to be this broker's.

use std::sync::Arc;

use super::ServerError;
use crate::config::BrokerSettings;
use crate::controller::Identity;
use crate::disk::Disk;
use crate::env::Random;
use crate::log::LogDir;

/// The locked data directories and what they say.
#[derive(Debug)]
pub struct Directories {
    /// The cluster's id, and the directories'.
    pub identity: Identity,
    /// The directories, in the order of the settings.
    pub dirs: Vec<Arc<LogDir>>,
    /// Whether every one of them was left in order.
    pub were_clean: bool,
    /// The broker epoch that all of them were left with, if they were left in order.
    pub previous_broker_epoch: Option<i64>,
}

impl Directories {
    /// Locks every directory of `log.dirs` and settles who this broker is.
    pub fn open(
        settings: &BrokerSettings,
        disk: &Arc<dyn Disk>,
        random: &dyn Random,
    ) -> Result<Directories, ServerError> {
        let mut dirs = Vec::new();
        for path in &settings.log_dirs {
            let opened = LogDir::open(Arc::clone(disk), path);
            dirs.push(opened.map_err(|error| ServerError::Directory {
                directory: path.clone(),
                error,
            })?);
        }
        let identity = Identity::establish(&dirs, settings.node_id, settings.cluster_id.as_deref(), random)?;
        let epochs = dirs.iter().map(LogDir::previous_broker_epoch);
        let previous_broker_epoch = epochs.reduce(|one, other| one.filter(|_| one == other)).flatten();
        Ok(Directories {
            identity,
            were_clean: dirs.iter().all(LogDir::was_shut_down_cleanly),
            previous_broker_epoch,
            dirs: dirs.into_iter().map(Arc::new).collect(),
        })
    }
}
