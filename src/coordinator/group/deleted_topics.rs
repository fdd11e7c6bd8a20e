//! Offsets go with their topics: a publisher of metadata images that has them deleted.
//!
//! A machine that is still loading at that moment keeps them until their retention is over.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::GroupMachine;
use crate::coordinator::CoordinatorHost;
use crate::metadata::{MetadataChanges, MetadataImage, MetadataPublisher};

/// See the module's page.
#[derive(Debug)]
pub(super) struct DeletedTopics {
    host: Arc<CoordinatorHost<GroupMachine>>,
}

impl DeletedTopics {
    /// Watches for the machines of `host`.
    pub(super) fn new(host: Arc<CoordinatorHost<GroupMachine>>) -> DeletedTopics {
        DeletedTopics { host }
    }
}

impl MetadataPublisher for DeletedTopics {
    fn name(&self) -> &'static str {
        "offsets of deleted topics"
    }

    fn publish(&self, old: &Arc<MetadataImage>, _: &Arc<MetadataImage>, changes: &MetadataChanges) {
        let gone = changes.topics_deleted.iter().filter_map(|id| old.topics.by_id(*id));
        let gone: BTreeSet<&str> = gone.map(|topic| &*topic.name).collect();
        if gone.is_empty() {
            return;
        }
        for partition in self.host.partitions() {
            let forgotten = self.host.step(partition, |step| {
                step.machine.forget_topics(&|topic| gone.contains(topic), step.effects);
            });
            if let Err(error) = forgotten {
                tracing::debug!(%partition, %error, "offsets of deleted topics are kept until their retention is over");
            }
        }
    }
}
