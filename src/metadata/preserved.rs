//! Records that an image keeps as they are: access control entries, SCRAM credentials, delegation tokens, and the
//! leftover of the ZooKeeper migration.
//!
//! Each is found by what it is about, so that a later record replaces or removes it, and a snapshot writes them all
//! back. What they mean is `security`'s to say.

use std::fmt;
use std::sync::Arc;

use dmq_protocol::Uuid;
use imbl::OrdMap;

use super::record::Record;

/// What a preserved record is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PreservedKey {
    /// The one record of the ZooKeeper migration's state.
    ZkMigrationState,
    /// An access control entry, by its id.
    Acl(Uuid),
    /// A user's credential for a SCRAM mechanism, by the mechanism's number.
    ScramCredential(Arc<str>, i8),
    /// A delegation token, by its id.
    DelegationToken(Arc<str>),
}

impl PreservedKey {
    /// What `record` sets, if it is one to preserve.
    pub(super) fn of(record: &Record) -> Option<PreservedKey> {
        match record {
            Record::ZkMigrationState(_) => Some(PreservedKey::ZkMigrationState),
            Record::AccessControlEntry(entry) => Some(PreservedKey::Acl(entry.id)),
            Record::UserScramCredential(user) => {
                Some(PreservedKey::ScramCredential(Arc::from(&*user.name), user.mechanism))
            }
            Record::DelegationToken(token) => Some(PreservedKey::DelegationToken(Arc::from(&*token.token_id))),
            _ => None,
        }
    }

    /// What `record` removes, if it is one that does, with the record's type.
    pub(super) fn removed_by(record: &Record) -> Option<(&'static str, PreservedKey)> {
        match record {
            Record::RemoveAccessControlEntry(entry) => {
                Some(("RemoveAccessControlEntryRecord", PreservedKey::Acl(entry.id)))
            }
            Record::RemoveUserScramCredential(user) => {
                let key = PreservedKey::ScramCredential(Arc::from(&*user.name), user.mechanism);
                Some(("RemoveUserScramCredentialRecord", key))
            }
            Record::RemoveDelegationToken(token) => {
                let key = PreservedKey::DelegationToken(Arc::from(&*token.token_id));
                Some(("RemoveDelegationTokenRecord", key))
            }
            _ => None,
        }
    }
}

impl fmt::Display for PreservedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PreservedKey::ZkMigrationState => write!(f, "migration state"),
            PreservedKey::Acl(id) => write!(f, "access control entry {id}"),
            PreservedKey::ScramCredential(user, mechanism) => {
                write!(f, "credential of '{user}' for mechanism {mechanism}")
            }
            PreservedKey::DelegationToken(id) => write!(f, "delegation token {id}"),
        }
    }
}

/// All preserved records.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PreservedImage {
    by_key: OrdMap<PreservedKey, Arc<Record>>,
}

impl PreservedImage {
    /// Every record, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&PreservedKey, &Arc<Record>)> {
        self.by_key.iter()
    }

    /// Whether there is a record about `key`.
    pub fn contains(&self, key: &PreservedKey) -> bool {
        self.by_key.contains_key(key)
    }

    pub(super) fn put(&mut self, key: PreservedKey, record: &Record) {
        self.by_key.insert(key, Arc::new(record.clone()));
    }

    pub(super) fn remove(&mut self, key: &PreservedKey) -> bool {
        self.by_key.remove(key).is_some()
    }
}
