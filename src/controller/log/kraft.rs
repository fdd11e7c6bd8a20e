//! What KRaft's own control records say: the version of KRaft and, with dynamic voters, who the voters are.
//!
//! Kept only to be written back into snapshots, and to refuse a log that other controllers share.

use bytes::Bytes;
use dmq_protocol::control_records::{
    ControlRecord, ControlRecordType, KRaftVersionRecord, LeaderChangeMessage, LeaderChangeVoter, VotersRecord,
};
use dmq_protocol::primitive::DecodeError;

use crate::controller::error::LogFailure;
use crate::metadata::DirectoryId;

/// The last records of each kind.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct KRaft {
    version: Option<KRaftVersionRecord>,
    voters: Option<VotersRecord>,
}

impl KRaft {
    /// Notes control records; those that say nothing lasting are passed over.
    pub fn note_all(&mut self, records: Vec<(ControlRecordType, Bytes)>, offset: i64) -> Result<(), LogFailure> {
        let unreadable = |error: DecodeError| LogFailure::Unreadable {
            offset,
            reason: error.to_string(),
        };
        for (kind, value) in records {
            match kind {
                ControlRecordType::KRaftVersion => {
                    self.version = Some(KRaftVersionRecord::from_value(value).map_err(unreadable)?);
                }
                ControlRecordType::KRaftVoters => {
                    self.voters = Some(VotersRecord::from_value(value).map_err(unreadable)?);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Voters other than `node`.
    pub fn other_voters(&self, node: i32) -> Vec<i32> {
        let voters = self.voters.iter().flat_map(|record| &record.voters);
        voters.map(|voter| voter.voter_id).filter(|id| *id != node).collect()
    }

    /// The control records that stand beside a snapshot's header.
    pub fn to_snapshot(&self) -> Result<Vec<(ControlRecordType, Bytes)>, LogFailure> {
        let version = self
            .version
            .as_ref()
            .map(|record| (ControlRecordType::KRaftVersion, record.to_value()));
        let voters = self
            .voters
            .as_ref()
            .map(|record| (ControlRecordType::KRaftVoters, record.to_value()));
        version
            .into_iter()
            .chain(voters)
            .map(|(kind, value)| Ok((kind, value?)))
            .collect()
    }

    /// The record with which `node`, the only voter, begins its leadership.
    pub fn leader_change(&self, node: i32, directory: DirectoryId) -> Result<Bytes, LogFailure> {
        let dynamic = self.version.as_ref().is_some_and(|record| record.kraft_version > 0);
        let voter = LeaderChangeVoter {
            voter_id: node,
            voter_directory_id: if dynamic { directory.0 } else { DirectoryId::MIGRATING.0 },
        };
        let record = LeaderChangeMessage {
            version: i16::from(dynamic),
            leader_id: node,
            voters: vec![voter.clone()],
            granting_voters: vec![voter],
        };
        Ok(record.to_value()?)
    }
}
