//! Who this node is: the data directories' `meta.properties`, checked against each other and the settings.
//!
//! The first start decides the cluster id and keeps it; a directory of another node or cluster is refused, lest two
//! brokers write one log.

use std::sync::Arc;

use dmq_protocol::Uuid;

use super::ServerError;
use crate::config::BrokerSettings;
use crate::disk::Disk;
use crate::env::Random;
use crate::ids::BrokerId;
use crate::log::{LogDir, MetaProperties};

/// The locked data directories and what they say.
#[derive(Debug)]
pub struct Identity {
    /// The cluster.
    pub cluster_id: String,
    /// The data directories, in the order of the settings.
    pub dirs: Vec<Arc<LogDir>>,
    /// Whether every one of them was left in order.
    pub was_clean: bool,
}

/// Ids below this are reserved for meanings of their own ("unassigned", "lost").
const RESERVED_IDS: u128 = 100;

impl Identity {
    /// Locks the data directories and settles the cluster id.
    pub fn establish(
        settings: &BrokerSettings,
        disk: &Arc<dyn Disk>,
        random: &dyn Random,
    ) -> Result<Identity, ServerError> {
        let mut dirs = Vec::new();
        for path in &settings.log_dirs {
            let opened = LogDir::open(Arc::clone(disk), path);
            dirs.push(Arc::new(opened.map_err(|error| ServerError::Directory {
                directory: path.clone(),
                error,
            })?));
        }
        let known = dirs.iter().find_map(|dir| dir.meta()).map(|meta| meta.cluster_id);
        let cluster_id = settings
            .cluster_id
            .clone()
            .or(known)
            .unwrap_or_else(|| fresh_id(random).to_string());
        for dir in &dirs {
            settle(dir, &cluster_id, settings.node_id, random)?;
        }
        let was_clean = dirs.iter().all(|dir| dir.was_shut_down_cleanly());
        Ok(Identity {
            cluster_id,
            dirs,
            was_clean,
        })
    }
}

/// Checks one directory's identity, and writes it where there is none.
fn settle(dir: &LogDir, cluster_id: &str, node_id: BrokerId, random: &dyn Random) -> Result<(), ServerError> {
    let directory = dir.path().to_owned();
    let meta = dir.meta();
    match &meta {
        Some(meta) if meta.node_id != node_id => {
            return Err(ServerError::ForeignNode {
                directory,
                found: meta.node_id,
                expected: node_id,
            });
        }
        Some(meta) if meta.cluster_id != cluster_id => {
            let (found, expected) = (meta.cluster_id.clone(), cluster_id.to_owned());
            return Err(ServerError::ForeignCluster {
                directory,
                found,
                expected,
            });
        }
        Some(meta) if meta.directory_id.is_some() => return Ok(()),
        _ => {}
    }
    let complete = MetaProperties {
        cluster_id: cluster_id.to_owned(),
        node_id,
        directory_id: Some(fresh_id(random)),
        other: meta.map(|meta| meta.other).unwrap_or_default(),
    };
    dir.write_meta(&complete)
        .map_err(|error| ServerError::Directory { directory, error })
}

/// An id that nobody has. Kafka avoids a leading dash, since tools take such an argument for an option.
fn fresh_id(random: &dyn Random) -> Uuid {
    loop {
        let id = random.uuid();
        if id.as_u128() >= RESERVED_IDS && !id.to_string().starts_with('-') {
            return id;
        }
    }
}
