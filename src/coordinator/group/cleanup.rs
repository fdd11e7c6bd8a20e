//! Forgetting what nobody uses: offsets whose retention is over, and groups that are left with nothing.

use std::sync::Arc;

use super::classic::State;
use super::offsets::{has_pending, tombstone};
use super::{ClassicGroup, CommittedOffset, Effects, Entry, GroupChange, GroupMachine, GroupSettings, Now};

/// As many changes go into one batch; the rest waits for the next round.
const CHANGES_MAX: usize = 5_000;

impl GroupMachine {
    /// Has expired offsets and empty groups without offsets deleted.
    pub(super) fn clean_up(&self, now: Now, effects: &mut Effects<GroupMachine>) {
        for (id, entry) in &self.entries {
            if effects.changes.len() >= CHANGES_MAX {
                return;
            }
            let Some(group) = &entry.group else {
                continue;
            };
            let all_gone = expire(id, group, entry, &self.settings, now, effects);
            if all_gone && entry.pending.is_empty() && group.is_empty() {
                let id = Arc::clone(id);
                effects.changes.push(GroupChange::Group { id, value: None });
            }
        }
    }
}

/// Has a group's expired offsets deleted; whether none is left.
fn expire(
    id: &Arc<str>,
    group: &ClassicGroup,
    entry: &Entry,
    settings: &GroupSettings,
    now: Now,
    effects: &mut Effects<GroupMachine>,
) -> bool {
    let Some(unused_since) = usage(group) else {
        return entry.offsets.is_empty();
    };
    let mut all_gone = true;
    for (topic, partitions) in &entry.offsets {
        for (partition, offset) in partitions {
            let expired = match offset.expires_ms {
                Some(at) => now.wall_ms >= at,
                None => now.wall_ms.saturating_sub(unused_since(offset)) >= settings.offsets_retention_ms,
            };
            if expired && !group.reads(topic) && !has_pending(entry, topic, *partition) {
                effects.changes.push(tombstone(id, topic, *partition));
            } else {
                all_gone = false;
            }
        }
    }
    all_gone
}

/// From when on an offset of this group counts as unused; none: all are in use.
fn usage(group: &ClassicGroup) -> Option<impl Fn(&CommittedOffset) -> i64> {
    let since = match (group.protocol_type(), group.state()) {
        // Since its consumers left; with very old brokers nobody wrote that down.
        (Some(_), State::Empty) => group.since_ms(),
        // By consumers that are there: what they do not read.
        (Some(_), State::Stable) if group.knows_topics() => None,
        (Some(_), _) => return None,
        (None, _) => None,
    };
    Some(move |offset: &CommittedOffset| since.unwrap_or(offset.committed_ms))
}
