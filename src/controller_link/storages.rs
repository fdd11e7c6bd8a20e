//! The storage services that report to this broker when it is their controller: who is heard, who lags, who gets a push
//! and when. A pure state machine.
//!
//! Whoever is silent for too long or says goodbye counts as gone until it is heard again. One push at a time is under way
//! to each; after a failure the next waits, ever longer, or until the service is heard.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ids::BrokerId;
use crate::limits::STORAGE_SERVICES_MAX;

/// The first push after one that failed waits so long.
const RETRY_FIRST: Duration = Duration::from_millis(200);
/// No push waits longer.
const RETRY_MAX: Duration = Duration::from_secs(10);

/// Where a storage service is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageAddress {
    /// The host of its REST interface.
    pub host: String,
    /// The port of its REST interface.
    pub port: u16,
    /// The host of its Kafka listener.
    pub kafka_host: String,
    /// The port of its Kafka listener.
    pub kafka_port: u16,
}

/// A report of a storage service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its `node.id`.
    pub id: BrokerId,
    /// Where it is.
    pub address: StorageAddress,
    /// False: it stops.
    pub alive: bool,
    /// The version of its metadata.
    pub version: i64,
}

/// A change of state, to be logged once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is heard for the first time, or again.
    Heard,
    /// It is somewhere else now.
    Moved,
    /// It said that it stops.
    Left,
    /// It has not been heard for too long.
    Silent,
    /// Its metadata are older than this controller's.
    Lags,
    /// They are no longer.
    Level,
    /// Its metadata are newer than this controller's: these must have been lost.
    Ahead,
}

/// What is known of one storage service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// Where it is.
    pub address: StorageAddress,
    /// Whether it is heard.
    pub alive: bool,
    /// The version that it has, from its last report or the last push that it took.
    pub version: i64,
    /// When it was heard last, in ms since 1970.
    pub last_heartbeat_ms: i64,
    /// When it took a push last, in ms since 1970.
    pub last_push_ms: Option<i64>,
    /// Pushes that it took.
    pub pushes: u64,
    /// Pushes that it did not take.
    pub push_failures: u64,
    heard_at: Duration,
    pushing: bool,
    failures_in_a_row: u32,
    retry_at: Duration,
    told_lag: bool,
    told_ahead: bool,
}

/// All of them.
#[derive(Debug, Clone)]
pub struct Storages {
    silent_after: Duration,
    by_id: BTreeMap<BrokerId, Storage>,
}

/// The time, in both senses.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// Monotonic.
    pub monotonic: Duration,
    /// In ms since 1970.
    pub wall_ms: i64,
}

/// There are more services than are kept track of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{STORAGE_SERVICES_MAX} storage services report already, no more are taken")]
pub struct TooMany;

impl Storages {
    /// None yet. Whoever is not heard for `silent_after` counts as gone.
    pub fn new(silent_after: Duration) -> Storages {
        Storages {
            silent_after,
            by_id: BTreeMap::new(),
        }
    }

    /// Everyone that ever reported.
    pub fn iter(&self) -> impl Iterator<Item = (BrokerId, &Storage)> {
        self.by_id.iter().map(|(id, storage)| (*id, storage))
    }

    /// Takes note of a report; `current` is the version of this controller's metadata. The last change, if there is more
    /// than one, is the one about metadata.
    pub fn heard(&mut self, report: &Report, current: i64, now: Now) -> Result<Vec<Change>, TooMany> {
        let mut changes = Vec::new();
        if !self.by_id.contains_key(&report.id) && self.by_id.len() >= STORAGE_SERVICES_MAX {
            return Err(TooMany);
        }
        let storage = self.by_id.entry(report.id).or_insert_with(|| Storage::unheard(report));
        if storage.alive != report.alive {
            changes.push(if report.alive { Change::Heard } else { Change::Left });
        }
        if storage.address != report.address {
            changes.push(Change::Moved);
        }
        if !storage.alive && report.alive {
            storage.failures_in_a_row = 0;
            storage.retry_at = now.monotonic;
        }
        storage.alive = report.alive;
        storage.address = report.address.clone();
        storage.heard_at = now.monotonic;
        storage.last_heartbeat_ms = now.wall_ms;
        storage.version = report.version;
        let (lags, ahead) = (report.alive && report.version < current, report.version > current);
        if storage.told_lag != lags && report.alive {
            changes.push(if lags { Change::Lags } else { Change::Level });
        }
        if ahead && !storage.told_ahead {
            changes.push(Change::Ahead);
        }
        (storage.told_lag, storage.told_ahead) = (lags, ahead);
        Ok(changes)
    }

    /// Those that have just become silent.
    pub fn fall_silent(&mut self, now: Now) -> Vec<(BrokerId, StorageAddress)> {
        let silent_after = self.silent_after;
        let overdue = |storage: &Storage| now.monotonic.saturating_sub(storage.heard_at) >= silent_after;
        let silent = self
            .by_id
            .iter_mut()
            .filter(|(_, storage)| storage.alive && overdue(storage));
        let silent = silent.map(|(id, storage)| {
            storage.alive = false;
            (*id, storage.address.clone())
        });
        silent.collect()
    }

    /// Begins a push of `current` to each service that is alive, has something older and is not to be waited for.
    pub fn begin_pushes(&mut self, current: i64, now: Now) -> Vec<(BrokerId, StorageAddress)> {
        let due = self.by_id.iter_mut().filter(|(_, storage)| {
            storage.alive && !storage.pushing && storage.version < current && storage.retry_at <= now.monotonic
        });
        let begun = due.map(|(id, storage)| {
            storage.pushing = true;
            (*id, storage.address.clone())
        });
        begun.collect()
    }

    /// Takes note of what came of a push of `version`. Whether this is a change: the first failure after a success.
    pub fn pushed(&mut self, id: BrokerId, version: i64, taken: bool, now: Now) -> bool {
        let Some(storage) = self.by_id.get_mut(&id) else {
            return false;
        };
        storage.pushing = false;
        if taken {
            storage.version = storage.version.max(version);
            storage.last_push_ms = Some(now.wall_ms);
            storage.pushes += 1;
            storage.failures_in_a_row = 0;
            return false;
        }
        storage.push_failures += 1;
        let doubled = 1u32.checked_shl(storage.failures_in_a_row).unwrap_or(u32::MAX);
        storage.retry_at = now.monotonic + RETRY_FIRST.saturating_mul(doubled).min(RETRY_MAX);
        storage.failures_in_a_row = storage.failures_in_a_row.saturating_add(1);
        storage.failures_in_a_row == 1
    }

    /// When the next push or silence is due, if nothing happens before.
    pub fn next_deadline(&self, current: i64) -> Option<Duration> {
        let alive = || self.by_id.values().filter(|storage| storage.alive);
        let silences = alive().map(|storage| storage.heard_at + self.silent_after);
        let waiting = alive().filter(|storage| !storage.pushing && storage.version < current);
        silences.chain(waiting.map(|storage| storage.retry_at)).min()
    }
}

impl Storage {
    fn unheard(report: &Report) -> Storage {
        Storage {
            address: report.address.clone(),
            alive: false,
            version: report.version,
            last_heartbeat_ms: 0,
            last_push_ms: None,
            pushes: 0,
            push_failures: 0,
            heard_at: Duration::ZERO,
            pushing: false,
            failures_in_a_row: 0,
            retry_at: Duration::ZERO,
            told_lag: false,
            told_ahead: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SILENT_AFTER: Duration = Duration::from_secs(15);

    fn at(seconds: u64) -> Now {
        Now {
            monotonic: Duration::from_secs(seconds),
            wall_ms: 1_000 * i64::try_from(seconds).unwrap(),
        }
    }

    fn report(id: i32, version: i64) -> Report {
        Report {
            id: BrokerId(id),
            address: StorageAddress {
                host: "h".to_owned(),
                port: 8082,
                kafka_host: "h".to_owned(),
                kafka_port: 9092,
            },
            alive: true,
            version,
        }
    }

    fn ids(services: &[(BrokerId, StorageAddress)]) -> Vec<i32> {
        services.iter().map(|(id, _)| id.0).collect()
    }

    #[test]
    fn each_change_is_told_once() {
        let mut storages = Storages::new(SILENT_AFTER);
        assert_eq!(
            storages.heard(&report(1, 0), 5, at(0)),
            Ok(vec![Change::Heard, Change::Lags])
        );
        assert_eq!(storages.heard(&report(1, 0), 5, at(5)), Ok(vec![]));
        assert_eq!(storages.heard(&report(1, 5), 5, at(10)), Ok(vec![Change::Level]));
        let mut moved = report(1, 6);
        moved.address.port = 1;
        assert_eq!(
            storages.heard(&moved, 5, at(15)),
            Ok(vec![Change::Moved, Change::Ahead])
        );
        assert_eq!(storages.heard(&moved, 5, at(20)), Ok(vec![]));
        moved.alive = false;
        assert_eq!(storages.heard(&moved, 5, at(20)), Ok(vec![Change::Left]));
        moved.alive = true;
        assert_eq!(storages.heard(&moved, 6, at(20)), Ok(vec![Change::Heard]));
    }

    #[test]
    fn whoever_is_not_heard_is_silent_once_and_gets_no_push() {
        let mut storages = Storages::new(SILENT_AFTER);
        storages.heard(&report(1, 0), 5, at(0)).unwrap();
        storages.heard(&report(2, 0), 5, at(10)).unwrap();
        assert_eq!(storages.next_deadline(0), Some(Duration::from_secs(15)));
        assert_eq!(ids(&storages.fall_silent(at(14))), [0; 0]);
        assert_eq!(ids(&storages.fall_silent(at(15))), [1]);
        assert_eq!(ids(&storages.fall_silent(at(16))), [0; 0]);
        assert_eq!(ids(&storages.begin_pushes(5, at(16))), [2]);
        storages.heard(&report(1, 0), 5, at(17)).unwrap();
        assert_eq!(ids(&storages.begin_pushes(5, at(17))), [1]);
    }

    #[test]
    fn one_push_is_under_way_to_each_until_it_has_the_current_version() {
        let mut storages = Storages::new(SILENT_AFTER);
        storages.heard(&report(1, 3), 5, at(0)).unwrap();
        assert_eq!(ids(&storages.begin_pushes(3, at(0))), [0; 0], "it has that");
        assert_eq!(ids(&storages.begin_pushes(5, at(0))), [1]);
        assert_eq!(ids(&storages.begin_pushes(6, at(0))), [0; 0]);
        assert!(!storages.pushed(BrokerId(1), 5, true, at(1)));
        assert_eq!(ids(&storages.begin_pushes(5, at(1))), [0; 0]);
        assert_eq!(ids(&storages.begin_pushes(6, at(1))), [1]);
        // It lost what it had.
        storages.pushed(BrokerId(1), 6, true, at(1));
        storages.heard(&report(1, 0), 6, at(2)).unwrap();
        assert_eq!(ids(&storages.begin_pushes(6, at(2))), [1]);
        let (_, storage) = storages.iter().next().unwrap();
        assert_eq!((storage.pushes, storage.last_push_ms), (2, Some(1_000)));
    }

    #[test]
    fn a_push_that_failed_is_tried_again_ever_later_and_at_once_when_the_service_comes_back() {
        let mut storages = Storages::new(SILENT_AFTER);
        storages.heard(&report(1, 0), 5, at(0)).unwrap();
        let mut waits = Vec::new();
        for attempt in 0..20 {
            let now = Now {
                monotonic: storages.next_deadline(5).unwrap().min(Duration::from_secs(1)),
                wall_ms: 0,
            };
            let start = storages.by_id[&BrokerId(1)].retry_at.max(now.monotonic);
            let now = Now {
                monotonic: start,
                wall_ms: 0,
            };
            assert_eq!(ids(&storages.begin_pushes(5, now)), [1]);
            assert_eq!(storages.pushed(BrokerId(1), 5, false, now), attempt == 0);
            waits.push(storages.by_id[&BrokerId(1)].retry_at - start);
            assert_eq!(ids(&storages.begin_pushes(5, now)), [0; 0]);
        }
        assert_eq!(
            (waits[0], waits[1], waits[19]),
            (RETRY_FIRST, RETRY_FIRST * 2, RETRY_MAX)
        );
        let gone = Report {
            alive: false,
            ..report(1, 0)
        };
        storages.heard(&gone, 5, at(1)).unwrap();
        storages.heard(&report(1, 0), 5, at(2)).unwrap();
        assert_eq!(ids(&storages.begin_pushes(5, at(2))), [1]);
    }

    #[test]
    fn unknown_services_cannot_make_the_table_grow_without_end() {
        let mut storages = Storages::new(SILENT_AFTER);
        let max = i32::try_from(STORAGE_SERVICES_MAX).unwrap();
        for id in 0..max {
            storages.heard(&report(id, 0), 0, at(0)).unwrap();
        }
        assert_eq!(storages.heard(&report(max, 0), 0, at(0)), Err(TooMany));
        assert!(storages.heard(&report(0, 0), 0, at(1)).is_ok());
    }
}
