//! Which cluster the log directories of this broker belong to, and their ids; made up at the first start.
//!
//! Every directory carries the same cluster id and node id (`meta.properties`) and an id of its own. A directory of
//! another cluster or node is refused: its partitions would be mixed with foreign ones.

use std::path::PathBuf;

use crate::env::Random;
use crate::ids::BrokerId;
use crate::log::{LogDir, LogError, MetaProperties};
use crate::metadata::DirectoryId;

/// Who this broker is, as its directories say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The cluster's id.
    pub cluster_id: String,
    /// The directories' ids, in their order.
    pub directories: Vec<DirectoryId>,
}

/// Why the directories do not say who this broker is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// `meta.properties` cannot be written.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A directory belongs to another broker.
    #[error(
        "{} belongs to node.id {found}, this broker has node.id {node}; set node.id={found} or choose another directory \
         (log.dirs)",
        dir.display()
    )]
    OtherNode {
        /// The directory.
        dir: PathBuf,
        /// The node that it belongs to.
        found: BrokerId,
        /// `node.id`.
        node: BrokerId,
    },
    /// A directory belongs to another cluster.
    #[error("{} belongs to cluster {found}, not to {cluster}; choose another directory (log.dirs)", dir.display())]
    OtherCluster {
        /// The directory.
        dir: PathBuf,
        /// The cluster that it belongs to.
        found: String,
        /// The cluster that another directory, or `cluster.id`, names.
        cluster: String,
    },
}

impl Identity {
    /// What the directories say; what they do not say yet is made up and written to them, durably.
    pub fn establish(
        dirs: &[LogDir],
        node: BrokerId,
        configured_cluster_id: Option<&str>,
        random: &dyn Random,
    ) -> Result<Identity, IdentityError> {
        let metas: Vec<_> = dirs.iter().map(|dir| (dir, dir.meta())).collect();
        let stored = metas
            .iter()
            .find_map(|(_, meta)| Some(meta.as_ref()?.cluster_id.clone()));
        let cluster_id = configured_cluster_id.map(str::to_owned).or(stored);
        let cluster_id = cluster_id.unwrap_or_else(|| random.uuid().to_string());
        for (dir, meta) in &metas {
            let Some(meta) = meta else { continue };
            let dir = dir.path().to_owned();
            if meta.node_id != node {
                return Err(IdentityError::OtherNode {
                    dir,
                    found: meta.node_id,
                    node,
                });
            }
            if meta.cluster_id != cluster_id {
                let (found, cluster) = (meta.cluster_id.clone(), cluster_id);
                return Err(IdentityError::OtherCluster { dir, found, cluster });
            }
        }
        let mut directories = Vec::new();
        for (dir, meta) in metas {
            let new = || MetaProperties {
                cluster_id: cluster_id.clone(),
                node_id: node,
                directory_id: None,
                other: std::collections::BTreeMap::new(),
            };
            let mut meta = meta.unwrap_or_else(new);
            let id = match meta.directory_id {
                Some(id) => id,
                None => {
                    let id = random.uuid();
                    meta.directory_id = Some(id);
                    dir.write_meta(&meta)?;
                    id
                }
            };
            directories.push(DirectoryId(id));
        }
        Ok(Identity {
            cluster_id,
            directories,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::disk::{Disk, SimDisk};
    use crate::env::SeededRandom;

    const NODE: BrokerId = BrokerId(1);

    fn open(disk: &SimDisk, names: &[&str]) -> Vec<LogDir> {
        let disk: Arc<dyn Disk> = Arc::new(disk.clone());
        names
            .iter()
            .map(|name| LogDir::open(disk.clone(), Path::new(name)).unwrap())
            .collect()
    }

    #[test]
    fn an_identity_is_made_once_and_kept_and_a_new_directory_joins_it() {
        let (disk, random) = (SimDisk::new(1), SeededRandom::new(1));
        let first = Identity::establish(&open(&disk, &["/a"]), NODE, None, &random).unwrap();
        assert_eq!(
            Identity::establish(&open(&disk, &["/a"]), NODE, None, &random),
            Ok(first.clone())
        );
        let both = Identity::establish(&open(&disk, &["/b", "/a"]), NODE, None, &random).unwrap();
        assert_eq!(
            (&both.cluster_id, both.directories[1]),
            (&first.cluster_id, first.directories[0])
        );
        assert_ne!(both.directories[0], both.directories[1]);
    }

    #[test]
    fn directories_of_others_are_refused() {
        let (disk, random) = (SimDisk::new(1), SeededRandom::new(1));
        Identity::establish(&open(&disk, &["/a"]), NODE, Some("one"), &random).unwrap();
        Identity::establish(&open(&disk, &["/b"]), NODE, Some("two"), &random).unwrap();
        let mixed = Identity::establish(&open(&disk, &["/a", "/b"]), NODE, None, &random).unwrap_err();
        assert!(matches!(mixed, IdentityError::OtherCluster { found, .. } if found == "two"));
        let other = Identity::establish(&open(&disk, &["/a"]), BrokerId(2), None, &random).unwrap_err();
        assert_eq!(
            other,
            IdentityError::OtherNode {
                dir: "/a".into(),
                found: NODE,
                node: BrokerId(2)
            }
        );
    }
}
