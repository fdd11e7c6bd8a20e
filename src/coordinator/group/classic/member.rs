//! A member of a classic group.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::coordinator::Ticket;

/// A way of assigning partitions that a member can follow, and what the member tells the leader about itself under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protocol {
    /// The assignor's name.
    pub name: Arc<str>,
    /// The member's metadata: for consumers, its subscription.
    pub metadata: Bytes,
}

/// Who a member is, and how long it may be silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberIdentity {
    /// The id that the coordinator gave it.
    pub id: Arc<str>,
    /// `group.instance.id` of a static member.
    pub instance: Option<Arc<str>>,
    /// The client's name for itself.
    pub client_id: Arc<str>,
    /// Where it connects from, with a slash in front as Kafka writes addresses.
    pub client_host: Arc<str>,
    /// How long it may take to join again in a rebalance.
    pub rebalance_timeout: Duration,
    /// How long it may be silent.
    pub session_timeout: Duration,
}

/// A member and where it is in a rebalance.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) identity: MemberIdentity,
    /// In the order of the member's preference.
    pub(super) protocols: Vec<Protocol>,
    pub(super) assignment: Bytes,
    /// The JoinGroup that waits.
    pub(super) joining: Option<Ticket>,
    /// The SyncGroup that waits.
    pub(super) syncing: Option<Ticket>,
    /// Whether it has not yet been told of any generation: it does not heartbeat, so waiting does not keep it alive.
    pub(super) is_new: bool,
    /// When it is given up (monotonic).
    pub(super) expires: Duration,
    /// When the timers look at it next.
    pub(super) looked_at: Duration,
}

impl Member {
    pub(super) fn new(identity: MemberIdentity, protocols: Vec<Protocol>) -> Member {
        Member {
            identity,
            protocols,
            assignment: Bytes::new(),
            joining: None,
            syncing: None,
            is_new: false,
            expires: Duration::ZERO,
            looked_at: Duration::MAX,
        }
    }

    pub(super) fn metadata(&self, protocol: Option<&str>) -> Bytes {
        let found = self.protocols.iter().find(|own| Some(&*own.name) == protocol);
        found.map(|own| own.metadata.clone()).unwrap_or_default()
    }

    pub(super) fn supports(&self, protocol: &str) -> bool {
        self.protocols.iter().any(|own| &*own.name == protocol)
    }

    /// Waiting for the others is no silence.
    pub(super) fn is_excused(&self) -> bool {
        !self.is_new && (self.joining.is_some() || self.syncing.is_some())
    }
}
