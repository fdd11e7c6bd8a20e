//! The group as it is written down, there and back.

use std::sync::Arc;
use std::time::Duration;

use dmq_protocol::StrBytes;
use dmq_protocol::coordinator_records::GroupMetadataValue;
use dmq_protocol::coordinator_records::classic::MemberMetadata;

use super::super::GroupChange;
use super::member::{Member, MemberIdentity, Protocol};
use super::{ClassicGroup, State, Turn};

impl ClassicGroup {
    /// Has the group's generation, members and assignment written down.
    pub fn write_down(&self, turn: &mut Turn<'_>) {
        turn.effects.changes.push(GroupChange::Group {
            id: Arc::clone(&self.id),
            value: Some(Box::new(self.value())),
        });
        turn.effects.is_ahead = true;
    }

    fn value(&self) -> GroupMetadataValue {
        let text = |text: &Arc<str>| StrBytes::from(text.to_string());
        let millis = |time: Duration| i32::try_from(time.as_millis()).unwrap_or(i32::MAX);
        let members = self.members.values().map(|member| MemberMetadata {
            member_id: text(&member.identity.id),
            group_instance_id: member.identity.instance.as_ref().map(text),
            client_id: text(&member.identity.client_id),
            client_host: text(&member.identity.client_host),
            rebalance_timeout: millis(member.identity.rebalance_timeout),
            session_timeout: millis(member.identity.session_timeout),
            subscription: member.metadata(self.protocol.as_deref()),
            assignment: member.assignment.clone(),
        });
        GroupMetadataValue {
            protocol_type: self.protocol_type.as_ref().map(text).unwrap_or_default(),
            generation: self.generation,
            protocol: self.protocol.as_ref().map(text),
            leader: self.leader.as_ref().map(text),
            current_state_timestamp: self.since_ms.unwrap_or(-1),
            members: members.collect(),
        }
    }

    /// A group as it was written down. Its members' sessions begin with [`ClassicGroup::loaded`].
    pub fn from_value(id: Arc<str>, value: GroupMetadataValue) -> ClassicGroup {
        let text = |text: &StrBytes| Arc::<str>::from(text.as_str());
        let mut group = ClassicGroup::new(id, 0);
        let protocol_type = text(&value.protocol_type);
        let protocol = value.protocol.as_ref().map(text);
        let millis = |ms: i32| Duration::from_millis(u64::try_from(ms).unwrap_or(0));
        for member in &value.members {
            let rebalance_timeout = match member.rebalance_timeout {
                -1 => member.session_timeout,
                own => own,
            };
            let identity = MemberIdentity {
                id: text(&member.member_id),
                instance: member.group_instance_id.as_ref().map(text),
                client_id: text(&member.client_id),
                client_host: text(&member.client_host),
                rebalance_timeout: millis(rebalance_timeout),
                session_timeout: millis(member.session_timeout),
            };
            let own = Protocol {
                name: protocol.clone().unwrap_or_else(|| Arc::from("")),
                metadata: detached(&member.subscription),
            };
            let mut loaded = Member::new(identity, vec![own]);
            loaded.assignment = detached(&member.assignment);
            group.add(loaded, &protocol_type);
        }
        group.state = match group.members.is_empty() {
            true => State::Empty,
            false => State::Stable,
        };
        group.generation = value.generation;
        group.protocol_type = Some(protocol_type).filter(|kind| !kind.is_empty());
        group.protocol = protocol;
        group.leader = value
            .leader
            .as_ref()
            .map(text)
            .filter(|leader| group.members.contains_key(leader));
        group.since_ms = Some(value.current_state_timestamp).filter(|ms| *ms != -1);
        group.topics = group.find_topics();
        group
    }

    /// Begins the sessions of members that were loaded. A group that is larger than it may be now is rebalanced.
    pub fn loaded(&mut self, turn: &mut Turn<'_>) {
        let ids: Vec<Arc<str>> = self.members.keys().cloned().collect();
        for id in &ids {
            self.keep_alive(id, turn);
        }
        if self.members.len() > turn.settings.members_max {
            self.begin_rebalance(turn);
        }
    }
}

/// Bytes of their own, not a slice of the batch that they were read from.
fn detached(bytes: &bytes::Bytes) -> bytes::Bytes {
    bytes::Bytes::copy_from_slice(bytes)
}
