//! The data directories, locked and known to be this broker's.

use std::sync::Arc;

use super::ServerError;
use crate::config::BrokerSettings;
use crate::controller::Identity;
use crate::disk::Disk;
use crate::env::Random;
use crate::log::LogDir;
use crate::metadata::DirectoryId;

/// The locked data directories and what they say.
#[derive(Debug)]
pub struct Directories {
    /// The cluster's id, and the directories'.
    pub identity: Identity,
    /// The directories, in the order of the settings.
    pub dirs: Vec<Arc<LogDir>>,
    /// `metadata.log.dir`, where it is none of them, with its id.
    pub metadata: Option<(Arc<LogDir>, DirectoryId)>,
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
        let elsewhere = settings
            .metadata_log_dir
            .iter()
            .filter(|dir| !settings.log_dirs.contains(dir));
        let elsewhere: Vec<_> = elsewhere.collect();
        let mut dirs = Vec::new();
        for path in settings.log_dirs.iter().chain(elsewhere.iter().copied()) {
            let opened = LogDir::open(Arc::clone(disk), path);
            dirs.push(opened.map_err(|error| ServerError::Directory {
                directory: path.clone(),
                error,
            })?);
        }
        let mut identity = Identity::establish(&dirs, settings.node_id, settings.cluster_id.as_deref(), random)?;
        let metadata = match elsewhere.is_empty() {
            true => None,
            false => dirs.pop().map(Arc::new).zip(identity.directories.pop()),
        };
        let epochs = dirs.iter().map(LogDir::previous_broker_epoch);
        let previous_broker_epoch = epochs.reduce(|one, other| one.filter(|_| one == other)).flatten();
        Ok(Directories {
            identity,
            metadata,
            were_clean: dirs.iter().all(LogDir::was_shut_down_cleanly),
            previous_broker_epoch,
            dirs: dirs.into_iter().map(Arc::new).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Settings;
    use crate::disk::SimDisk;
    use crate::env::SeededRandom;
    use crate::log::LogError;

    fn open(disk: &SimDisk, log_dirs: &str) -> Result<Directories, ServerError> {
        let settings = [("log.dirs", log_dirs), ("metadata.log.dir", "/m")];
        let settings = Settings::from_pairs(settings).unwrap();
        let disk: Arc<dyn Disk> = Arc::new(disk.clone());
        Directories::open(settings.broker(), &disk, &SeededRandom::new(1))
    }

    #[test]
    fn a_metadata_directory_of_its_own_is_locked_and_has_an_id_and_holds_no_partitions() {
        let disk = SimDisk::new(1);
        let first = open(&disk, "/a").unwrap();
        let (dir, id) = first.metadata.as_ref().unwrap();
        assert_eq!(dir.meta().unwrap().directory_id, Some(id.0));
        assert_eq!((first.dirs.len(), first.identity.directories.len()), (1, 1));
        assert_ne!(first.identity.directories[0], *id);
        match open(&disk, "/b") {
            Err(ServerError::Directory {
                directory,
                error: LogError::DirectoryLocked { .. },
            }) => assert_eq!(directory, Path::new("/m")),
            other => panic!("{other:?}"),
        }
        drop(first);
        assert!(open(&disk, "/m").unwrap().metadata.is_none(), "it is one of log.dirs");
    }
}
