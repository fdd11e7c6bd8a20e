//! The file `quorum-state`: which node leads the metadata log, in which epoch. JSON, as Kafka writes it.
//!
//! Written durably before the first batch of an epoch, so that no epoch is used twice. Fields this node does not know
//! are kept. Version 0 names the voters, version 1 (dynamic voters) leaves them to the log.

use std::path::Path;

use dmq_protocol::Uuid;
use serde_json::{Map, Value, json};

use crate::controller::error::LogFailure;
use crate::disk::Disk;
use crate::limits::QUORUM_STATE_BYTES_MAX;

const FILE: &str = "quorum-state";

/// What the file says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct QuorumState {
    fields: Map<String, Value>,
}

impl QuorumState {
    /// What the file in `dir` says; none before the first start.
    pub fn read(disk: &dyn Disk, dir: &Path) -> Result<Option<QuorumState>, LogFailure> {
        let path = dir.join(FILE);
        if !disk
            .exists(&path)
            .map_err(|error| LogFailure::io("look for", &path, &error))?
        {
            return Ok(None);
        }
        let bytes = disk
            .read(&path, QUORUM_STATE_BYTES_MAX)
            .map_err(|error| LogFailure::io("read", &path, &error))?;
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(fields)) => Ok(Some(QuorumState { fields })),
            Ok(_) => Err(LogFailure::BadQuorumState {
                path,
                reason: "not a JSON object".to_owned(),
            }),
            Err(error) => Err(LogFailure::BadQuorumState {
                path,
                reason: error.to_string(),
            }),
        }
    }

    /// The first state of a directory whose only voter is `node`.
    pub fn new(node: i32) -> QuorumState {
        let fields = json!({
            "clusterId": "", "leaderId": -1, "leaderEpoch": 0, "votedId": -1, "appliedOffset": 0,
            "currentVoters": [{ "voterId": node }], "data_version": 0,
        });
        let Value::Object(fields) = fields else {
            return QuorumState { fields: Map::new() };
        };
        QuorumState { fields }
    }

    /// The last epoch used.
    pub fn epoch(&self) -> i32 {
        let epoch = self.fields.get("leaderEpoch").and_then(Value::as_i64);
        epoch.and_then(|epoch| i32::try_from(epoch).ok()).unwrap_or(0)
    }

    /// The voters, where the file names them.
    pub fn voters(&self) -> Vec<i64> {
        let voters = self.fields.get("currentVoters").and_then(Value::as_array);
        let id = |voter: &Value| voter.get("voterId").and_then(Value::as_i64);
        voters
            .map(|voters| voters.iter().filter_map(id).collect())
            .unwrap_or_default()
    }

    /// Makes `node` the leader of `epoch`, durably.
    pub fn lead(&mut self, disk: &dyn Disk, dir: &Path, node: i32, epoch: i32) -> Result<(), LogFailure> {
        self.fields.insert("leaderId".to_owned(), node.into());
        self.fields.insert("leaderEpoch".to_owned(), epoch.into());
        self.fields.insert("votedId".to_owned(), (-1).into());
        if self.fields.contains_key("votedDirectoryId") {
            self.fields
                .insert("votedDirectoryId".to_owned(), Uuid::ZERO.to_string().into());
        }
        let path = dir.join(FILE);
        let text = Value::Object(self.fields.clone()).to_string();
        disk.write_atomically(&path, text.as_bytes())
            .map_err(|error| LogFailure::io("write", &path, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::SimDisk;

    const KAFKA_WROTE: &str = r#"{"clusterId":"","leaderId":1,"leaderEpoch":3,"votedId":-1,"appliedOffset":0,"currentVoters":[{"voterId":1}],"data_version":0}"#;

    #[test]
    fn what_kafka_wrote_is_read_and_written_alike() {
        let (disk, dir) = (SimDisk::new(1), Path::new("/log"));
        disk.create_dir_all(dir).unwrap();
        assert_eq!(QuorumState::read(&disk, dir), Ok(None));
        disk.write_atomically(&dir.join(FILE), KAFKA_WROTE.as_bytes()).unwrap();
        let mut state = QuorumState::read(&disk, dir).unwrap().unwrap();
        assert_eq!((state.epoch(), state.voters()), (3, vec![1]));
        state.lead(&disk, dir, 1, 4).unwrap();
        let again = QuorumState::read(&disk, dir).unwrap().unwrap();
        assert_eq!(again, state);
        let mut ours = QuorumState::new(1);
        ours.lead(&disk, dir, 1, 4).unwrap();
        assert_eq!(QuorumState::read(&disk, dir).unwrap().unwrap(), again);
    }

    #[test]
    fn the_fields_of_dynamic_voters_are_kept() {
        let (disk, dir) = (SimDisk::new(1), Path::new("/log"));
        disk.create_dir_all(dir).unwrap();
        let text = r#"{"leaderId":1,"leaderEpoch":1,"votedId":1,"votedDirectoryId":"9F2ESZwxS2m4R4Hl6pq0cQ","data_version":1}"#;
        disk.write_atomically(&dir.join(FILE), text.as_bytes()).unwrap();
        let mut state = QuorumState::read(&disk, dir).unwrap().unwrap();
        state.lead(&disk, dir, 1, 2).unwrap();
        let written: Value = serde_json::from_slice(&disk.read(&dir.join(FILE), 4096).unwrap()).unwrap();
        let nobody = "AAAAAAAAAAAAAAAAAAAAAA";
        let expected =
            json!({"leaderId": 1, "leaderEpoch": 2, "votedId": -1, "votedDirectoryId": nobody, "data_version": 1});
        assert_eq!(written, expected);
    }

    #[test]
    fn garbage_is_named() {
        let (disk, dir) = (SimDisk::new(1), Path::new("/log"));
        disk.create_dir_all(dir).unwrap();
        disk.write_atomically(&dir.join(FILE), b"[1]").unwrap();
        assert!(matches!(
            QuorumState::read(&disk, dir),
            Err(LogFailure::BadQuorumState { .. })
        ));
    }
}
