//! A change of one partition: from what its replicas, ISR and directories are to become, to the record that says so.
//!
//! Kafka's rules: a reassignment whose new replicas are in sync is completed on the way; a leader that may go on goes on
//! unless the preferred one is asked for; replicas that leave the ISR below `min.insync.replicas` stay eligible to lead.
//! Pure. It does not know who asks for a change.

use std::collections::BTreeMap;

use dmq_protocol::metadata_records::PartitionChangeRecord;

use super::reassignment::Reassignment;
use crate::controller::job::Situation;
use crate::controller::topics::{default_directory, effective_value, is_active};
use crate::ids::{BrokerId, PartitionId};
use crate::metadata::{
    DirectoryId, ELIGIBLE_LEADER_REPLICAS_VERSION, LeaderRecoveryState, METADATA_VERSION, PartitionImage, Record,
    TopicImage,
};

/// In the record's place of a leader: none, and no change.
const NO_LEADER: i32 = -1;
const NO_LEADER_CHANGE: i32 = -2;
/// From this metadata.version on a smaller ISR needs no new leader epoch.
const ISR_SHRINKS_WITHOUT_EPOCH: i16 = 12;
/// From this metadata.version on replicas have directories.
const DIRECTORY_ASSIGNMENT: i16 = 17;

/// Whom an election prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::controller) enum Election {
    /// The present leader, else the first replica that may.
    Any,
    /// The first replica, else the present leader.
    Preferred,
    /// As `Any`, and a replica that is out of sync rather than none.
    Unclean,
}

/// A partition on its way from `before` to what the other fields say.
#[derive(Debug, Clone)]
pub(in crate::controller) struct PartitionChange<'a> {
    situation: &'a Situation<'a>,
    topic: &'a TopicImage,
    number: PartitionId,
    before: &'a PartitionImage,
    /// The replicas to be in sync.
    pub isr: Vec<BrokerId>,
    /// The replicas, and those that come and go.
    pub reassignment: Reassignment,
    /// Whom to elect.
    pub election: Election,
    /// A broker that must not lead, because it goes.
    pub leaving: Option<BrokerId>,
    /// Directories that are known now.
    pub directories: BTreeMap<BrokerId, DirectoryId>,
    elr: Vec<BrokerId>,
    last_known_elr: Vec<BrokerId>,
}

impl<'a> PartitionChange<'a> {
    /// A change of nothing yet.
    pub fn of(
        situation: &'a Situation<'a>,
        topic: &'a TopicImage,
        number: PartitionId,
        before: &'a PartitionImage,
    ) -> PartitionChange<'a> {
        PartitionChange {
            situation,
            topic,
            number,
            before,
            isr: before.isr.clone(),
            reassignment: Reassignment::under_way(before),
            election: Election::Any,
            leaving: None,
            directories: BTreeMap::new(),
            elr: before.elr.clone(),
            last_known_elr: before.last_known_elr.clone(),
        }
    }

    /// The record; none if nothing changes.
    pub fn record(mut self) -> Option<Record> {
        let mut record = PartitionChangeRecord {
            partition_id: self.number.0,
            topic_id: self.topic.id.0,
            ..PartitionChangeRecord::default()
        };
        if let Some(completed) = self.reassignment.completed(&self.isr) {
            self.isr.retain(|replica| completed.replicas.contains(replica));
            self.reassignment = completed;
        }
        self.find_eligible();
        self.elect(&mut record);
        let lost_replica = |now: &[BrokerId], then: &[BrokerId]| then.iter().any(|replica| !now.contains(replica));
        let leader = self.before.leader.map_or(NO_LEADER, |leader| leader.0);
        if record.leader == NO_LEADER_CHANGE && lost_replica(&self.reassignment.replicas, &self.before.replicas) {
            record.leader = leader;
        }
        self.record_eligible(&mut record);
        if record.isr.is_none() && (!self.isr.is_empty() || self.has_elr()) && self.isr != self.before.isr {
            record.isr = Some(numbers(&self.isr));
        }
        let shrinks = record.isr.is_some() && lost_replica(&self.isr, &self.before.isr);
        if self.version() < ISR_SHRINKS_WITHOUT_EPOCH && record.leader == NO_LEADER_CHANGE && shrinks {
            record.leader = leader;
        }
        self.record_last_known(&mut record);
        self.record_assignment(&mut record);
        let nothing = PartitionChangeRecord {
            partition_id: record.partition_id,
            topic_id: record.topic_id,
            ..PartitionChangeRecord::default()
        };
        (record != nothing).then(|| record.into())
    }

    fn version(&self) -> i16 {
        self.situation.image.features.level(METADATA_VERSION)
    }

    fn has_elr(&self) -> bool {
        self.situation.image.features.level(ELIGIBLE_LEADER_REPLICAS_VERSION) > 0
    }

    /// `min.insync.replicas` of the topic, at most the number of its replicas.
    fn isr_min(&self) -> usize {
        let set = effective_value(self.situation, &self.topic.name, "min.insync.replicas");
        let set = set.and_then(|text| text.parse().ok()).unwrap_or(1);
        let first = self.topic.partitions.values().next();
        first.map_or(set, |first| set.min(first.replicas.len()))
    }

    /// Whether a broker is there to lead this partition, in a directory that works.
    fn may_serve(&self, broker: BrokerId) -> bool {
        let cluster = &self.situation.image.cluster;
        let directory = self.before.directory_of(broker).unwrap_or(DirectoryId::UNASSIGNED);
        let works = cluster.broker(broker).is_some_and(|it| match directory {
            DirectoryId::UNASSIGNED | DirectoryId::MIGRATING => true,
            DirectoryId::LOST => false,
            some => it.log_dirs.is_empty() || it.log_dirs.contains(&some),
        });
        Some(broker) != self.leaving && works && is_active(cluster, broker)
    }

    fn may_lead(&self, broker: BrokerId) -> bool {
        let has_all = self.isr.contains(&broker) || (self.isr.is_empty() && self.elr.contains(&broker));
        has_all && self.may_serve(broker)
    }

    /// Below `min.insync.replicas`, replicas that leave the ISR have all that was committed.
    fn find_eligible(&mut self) {
        if !self.has_elr() {
            return;
        }
        if self.isr.len() >= self.isr_min() {
            self.elr.clear();
            self.last_known_elr.clear();
            return;
        }
        let mut candidates = self.before.elr.clone();
        candidates.extend(&self.before.isr);
        candidates.sort_unstable();
        candidates.dedup();
        candidates.retain(|replica| !self.isr.contains(replica));
        self.last_known_elr
            .retain(|replica| !self.isr.contains(replica) && !candidates.contains(replica));
        self.elr = candidates;
    }

    /// The leader to be, and whether it may lack records.
    fn choose(&self) -> (Option<BrokerId>, bool) {
        let replicas = &self.reassignment.replicas;
        let first = replicas.first().copied();
        let present = self.before.leader;
        let order = match self.election {
            Election::Preferred => [first, present],
            Election::Any | Election::Unclean => [present, None],
        };
        let in_order = order.into_iter().flatten().chain(replicas.iter().copied());
        if let Some(leader) = in_order.into_iter().find(|replica| self.may_lead(*replica)) {
            return (Some(leader), false);
        }
        if let [only] = self.before.last_known_elr[..]
            && self.has_elr()
            && self.elr.is_empty()
            && self.isr.is_empty()
        {
            return (Some(only), true);
        }
        let mut serving = replicas.iter().copied().filter(|replica| self.may_serve(*replica));
        match self.election {
            Election::Unclean => serving.next().map_or((None, false), |leader| (Some(leader), true)),
            Election::Any | Election::Preferred => (None, false),
        }
    }

    fn elect(&mut self, record: &mut PartitionChangeRecord) {
        let (leader, unclean) = self.choose();
        if leader == self.before.leader {
            return;
        }
        record.leader = leader.map_or(NO_LEADER, |leader| leader.0);
        let Some(leader) = leader else { return };
        if self.elr.contains(&leader) {
            self.isr = vec![leader];
            self.elr.retain(|replica| *replica != leader);
        }
        if unclean {
            self.isr = vec![leader];
            record.isr = Some(vec![leader.0]);
            if self.before.leader_recovery_state != LeaderRecoveryState::Recovering {
                record.leader_recovery_state = LeaderRecoveryState::Recovering.number();
            }
        }
    }

    fn record_eligible(&mut self, record: &mut PartitionChangeRecord) {
        if record.isr.is_some() || !self.has_elr() {
            self.elr.clear();
        }
        if self.elr != self.before.elr {
            record.eligible_leader_replicas = Some(numbers(&self.elr));
        }
    }

    /// A partition without a leader remembers its last one.
    fn record_last_known(&self, record: &mut PartitionChangeRecord) {
        let known = &self.before.last_known_elr;
        if !self.has_elr() {
            return;
        }
        let emptied = record.isr.as_ref().is_some_and(Vec::is_empty);
        let led = record.leader >= 0 || (self.before.leader.is_some() && record.leader != NO_LEADER);
        match self.before.leader {
            Some(leader) if emptied && *known != [leader] => record.last_known_elr = Some(vec![leader.0]),
            _ if led && !emptied && !known.is_empty() => record.last_known_elr = Some(Vec::new()),
            _ => {}
        }
    }

    fn record_assignment(&self, record: &mut PartitionChangeRecord) {
        let Reassignment {
            replicas,
            adding,
            removing,
        } = &self.reassignment;
        if !replicas.is_empty() && self.version() >= DIRECTORY_ASSIGNMENT {
            let cluster = &self.situation.image.cluster;
            let directory = |replica: &BrokerId| {
                let known = self.directories.get(replica).copied();
                let known = known.or_else(|| self.before.directory_of(*replica));
                known.unwrap_or_else(|| default_directory(cluster, *replica))
            };
            let directories: Vec<DirectoryId> = replicas.iter().map(directory).collect();
            if directories != self.before.directories {
                record.directories = Some(directories.iter().map(|directory| directory.0).collect());
            }
        }
        let changed = |now: &[BrokerId], then: &[BrokerId]| (now != then).then(|| numbers(now));
        record.replicas = changed(replicas, &self.before.replicas).filter(|replicas| !replicas.is_empty());
        record.removing_replicas = changed(removing, &self.before.removing_replicas);
        record.adding_replicas = changed(adding, &self.before.adding_replicas);
    }
}

fn numbers(brokers: &[BrokerId]) -> Vec<i32> {
    brokers.iter().map(|broker| broker.0).collect()
}
