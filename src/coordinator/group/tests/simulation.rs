//! Many members at random: they come, go, fall silent, are slow, and the coordinator is loaded anew in between.
//!
//! Held in every step, the last in every sixteenth: a request is answered at most once; two members that believe in the same generation never have the
//! same partition; a committed offset does not go back; a machine that reads the log knows the same offsets, and the same
//! group whenever the group is stable or empty. Held at the end, once nobody fails any more: every live member has its
//! part, and together they have all. A failure prints its seed.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::env::{Random, SeededRandom};

const PARTITIONS: u8 = 7;
const STEPS: usize = 400;
/// Reading the log anew in each step would take most of the time.
const REPLAY_EVERY: usize = 16;

/// A client: what it believes, and what it waits for.
#[derive(Debug, Default)]
struct Client {
    id: String,
    generation: i32,
    part: Option<BTreeSet<u8>>,
    joining: Option<Ticket>,
    syncing: Option<Ticket>,
    silent_for: u32,
}

struct World {
    bench: Bench,
    random: SeededRandom,
    clients: BTreeMap<usize, Client>,
    fresh: usize,
    committed: i64,
    steps: usize,
}

impl World {
    fn new(seed: u64) -> World {
        World {
            bench: Bench::new(settings()),
            random: SeededRandom::new(seed),
            clients: BTreeMap::new(),
            fresh: 0,
            committed: -1,
            steps: 0,
        }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.random.below(bound)
    }

    /// One thing happens.
    fn happen(&mut self, may_fail: bool) {
        self.steps += 1;
        let ids: Vec<usize> = self.clients.keys().copied().collect();
        match self.below(100) {
            0..6 if may_fail && ids.len() < 8 => {
                self.fresh += 1;
                self.clients.insert(self.fresh, Client::default());
            }
            6..9 if may_fail && !ids.is_empty() => {
                // Without a word, like a process that is killed.
                let victim = ids[usize::try_from(self.below(ids.len() as u64)).unwrap()];
                self.clients.remove(&victim);
            }
            9..12 if may_fail && !ids.is_empty() => {
                let victim = ids[usize::try_from(self.below(ids.len() as u64)).unwrap()];
                let client = self.clients.remove(&victim).unwrap();
                let leaver = Leaver {
                    member: Arc::from(client.id),
                    instance: None,
                };
                self.bench
                    .step(|machine, now, effects| machine.leave("g", &[leaver], now, effects));
            }
            12..15 if may_fail && !ids.is_empty() => {
                let victim = ids[usize::try_from(self.below(ids.len() as u64)).unwrap()];
                self.clients.get_mut(&victim).unwrap().silent_for = 30;
            }
            15..17 if may_fail => self.restart(),
            17..40 => {
                let by = Duration::from_millis(100 + self.below(3_000));
                self.bench.advance(by);
            }
            _ => {}
        }
        for id in ids {
            self.act(id);
        }
        self.check();
    }

    /// The coordinator is loaded anew; whoever waited has to ask again.
    fn restart(&mut self) {
        self.bench.machine = self.bench.replayed();
        self.bench.step(|machine, now, effects| machine.loaded(now, effects));
        self.bench.replies.clear();
        for client in self.clients.values_mut() {
            client.joining = None;
            client.syncing = None;
        }
    }

    /// A client does what clients do next.
    fn act(&mut self, number: usize) {
        let Some(mut client) = self.clients.remove(&number) else {
            return;
        };
        if client.silent_for > 0 {
            client.silent_for -= 1;
        } else if let Some(ticket) = client.joining {
            if let Some(answer) = self.bench.joined(ticket) {
                self.on_joined(&mut client, answer);
            }
        } else if let Some(ticket) = client.syncing {
            if let Some(answer) = self.bench.synced(ticket) {
                client.syncing = None;
                client.part = match answer.error {
                    None => Some(answer.assignment.iter().copied().collect()),
                    Some(GroupError::UnknownMember) => {
                        client.id.clear();
                        None
                    }
                    Some(_) => None,
                };
            }
        } else if client.part.is_none() {
            let fresh = format!("m{number}-{}", self.below(1_000_000));
            client.joining = Some(self.bench.join(join_request(&client.id, &fresh)));
        } else {
            self.work(&mut client);
        }
        self.clients.insert(number, client);
    }

    fn on_joined(&mut self, client: &mut Client, answer: JoinAnswer) {
        client.joining = None;
        match answer.error {
            None => {
                client.id = answer.member.to_string();
                client.generation = answer.generation;
                let members = answer.members.len();
                let mut parts: BTreeMap<Arc<str>, Vec<u8>> = BTreeMap::new();
                for partition in (0..PARTITIONS).filter(|_| members > 0) {
                    let to = &answer.members[usize::from(partition) % members].id;
                    parts.entry(Arc::clone(to)).or_default().push(partition);
                }
                let request = SyncRequest {
                    assignments: parts.into_iter().map(|(id, part)| (id, Bytes::from(part))).collect(),
                    ..sync_request(&client.id, client.generation, &[])
                };
                client.syncing = Some(self.bench.sync(request));
            }
            Some(GroupError::MemberIdRequired) => client.id = answer.member.to_string(),
            Some(_) => client.id.clear(),
        }
    }

    fn work(&mut self, client: &mut Client) {
        let (id, generation) = (client.id.clone(), client.generation);
        if self.below(4) == 0 {
            let offset = self.committed + 1;
            let request = CommitRequest {
                group: Arc::from("g"),
                member: Arc::from(&*id),
                instance: None,
                generation,
                retention_ms: None,
                knows_missing_groups: true,
                offsets: vec![NewOffset {
                    topic: Arc::from("t"),
                    topic_id: dmq_protocol::Uuid::ZERO,
                    partition: 0,
                    offset,
                    leader_epoch: -1,
                    metadata: Box::from(""),
                }],
            };
            let outcome = self
                .bench
                .step(|machine, now, effects| machine.commit(request, now, effects));
            if outcome.is_ok() {
                self.committed = offset;
            }
        }
        match self.bench.heartbeat(&id, generation) {
            Ok(()) => {}
            Err(GroupError::RebalanceInProgress) => client.part = None,
            Err(_) => {
                client.part = None;
                client.id.clear();
            }
        }
    }

    fn check(&self) {
        let machine = &self.bench.machine;
        let mut owners: BTreeMap<(i32, u8), &str> = BTreeMap::new();
        for client in self.clients.values() {
            for partition in client.part.iter().flatten() {
                let before = owners.insert((client.generation, *partition), &client.id);
                assert!(before.is_none(), "{before:?} and {} both have {partition}", client.id);
            }
        }
        let offset = |machine: &GroupMachine| machine.offset("g", "t", 0, false).unwrap().map(|found| found.offset);
        assert_eq!(offset(machine).unwrap_or(-1), self.committed);
        if !self.steps.is_multiple_of(REPLAY_EVERY) {
            return;
        }
        let replayed = self.bench.replayed();
        assert_eq!(offset(&replayed), offset(machine));
        if let Some(group) = machine.group("g") {
            let known = replayed.group("g").expect("a group that is there is written down");
            if group.state() == State::Stable {
                assert_eq!(known.describe(), group.describe());
            }
            if matches!(group.state(), State::Stable | State::Empty) {
                assert_eq!(known.generation(), group.generation());
                assert_eq!(known.state(), group.state());
            }
        }
    }

    /// Nobody fails any more: all live members end up with a part, and nothing is left over.
    fn settle(&mut self) {
        for client in self.clients.values_mut() {
            client.silent_for = 0;
        }
        for _ in 0..400 {
            self.bench.advance(Duration::from_secs(1));
            self.happen(false);
        }
        let mut all = BTreeSet::new();
        for client in self.clients.values() {
            let part = client.part.as_ref().expect("every live member has a part");
            assert!(all.is_disjoint(part));
            all.extend(part);
        }
        let expected = if self.clients.is_empty() {
            0
        } else {
            usize::from(PARTITIONS)
        };
        assert_eq!(all.len(), expected);
    }
}

fn run(seed: u64) {
    let mut world = World::new(seed);
    for _ in 0..STEPS {
        world.happen(true);
    }
    world.settle();
}

/// `DMQ_GROUP_SEED=N cargo test group::tests::simulation` runs one seed; `DMQ_GROUP_SEEDS=COUNT` more than the usual ones.
#[test]
fn any_history_keeps_the_promises() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("DMQ_GROUP_SEED") {
        return run(seed);
    }
    for seed in 0..number("DMQ_GROUP_SEEDS").unwrap_or(40) {
        let outcome = std::panic::catch_unwind(|| run(seed));
        assert!(
            outcome.is_ok(),
            "replay: DMQ_GROUP_SEED={seed} cargo test group::tests::simulation"
        );
    }
}
