//! When the next heartbeat is due, and what changed with the last one: a pure state machine.
//!
//! While the controller answers, a heartbeat leaves every interval, a little early by chance so that brokers that were
//! started together do not report together. While it does not, the next attempts follow soon, then ever later.

use std::time::Duration;

use crate::env::Random;

/// Of an interval, this part at most is taken off by chance.
const JITTER_PART: u32 = 10;
/// The first attempt after a failure comes after this part of the interval.
const FIRST_RETRY_PART: u32 = 4;
/// No attempt comes later than after this many intervals.
const LAST_RETRY_INTERVALS: u32 = 6;

/// What the controller said to a heartbeat.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reply {
    /// The version of the controller's metadata.
    pub controller_version: Option<i64>,
    /// Whether this broker has the controller's metadata.
    pub in_sync: Option<bool>,
    /// What the controller wants done, in its own words.
    pub instruction: Option<String>,
}

/// The metadata that this broker has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OwnMetadata {
    /// Their version.
    pub version: Option<i64>,
    /// When they were pushed, in ms since 1970.
    pub updated_ms: Option<i64>,
}

/// The controller has newer metadata than this broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// The version there, if it was told.
    pub controller_version: Option<i64>,
    /// What this broker had when it learnt of it.
    pub own: OwnMetadata,
}

impl Lag {
    /// Whether a push has brought this broker level since.
    pub fn is_over(&self, own: OwnMetadata) -> bool {
        let reached = match self.controller_version {
            Some(there) => own.version.is_some_and(|version| version >= there),
            None => true,
        };
        reached && own != self.own
    }
}

/// How it stands with the controller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// Nothing was heard yet.
    Unknown,
    /// It answers.
    Connected,
    /// It does not, or not with what a controller says.
    Away {
        /// What went wrong.
        reason: String,
    },
}

/// A change of state, to be logged once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The controller answers (again).
    Connected,
    /// It no longer does.
    Away(String),
    /// This broker lags.
    Lags(Lag),
    /// It no longer lags.
    Level,
    /// The controller wants something done.
    Instructed(String),
}

/// The state machine.
#[derive(Debug, Clone)]
pub struct Rhythm {
    interval: Duration,
    state: LinkState,
    lag: Option<Lag>,
    instruction: Option<String>,
    failures: u32,
}

impl Rhythm {
    /// A link that has not been used.
    pub fn new(interval: Duration) -> Rhythm {
        Rhythm {
            interval,
            state: LinkState::Unknown,
            lag: None,
            instruction: None,
            failures: 0,
        }
    }

    /// How it stands.
    pub fn state(&self) -> &LinkState {
        &self.state
    }

    /// How many attempts in a row came to nothing.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// The lag, if with these metadata there is one.
    pub fn lag(&self, own: OwnMetadata) -> Option<Lag> {
        self.lag.filter(|lag| !lag.is_over(own))
    }

    /// Takes note of what came of a heartbeat that reported `own`, and says what changed.
    pub fn heard(&mut self, outcome: Result<Reply, String>, own: OwnMetadata) -> Vec<Change> {
        let mut changes = Vec::new();
        match outcome {
            Err(reason) => {
                self.failures = self.failures.saturating_add(1);
                // A connection that breaks is refused next: still the same absence, though for another reason.
                if !matches!(self.state, LinkState::Away { .. }) {
                    changes.push(Change::Away(reason.clone()));
                }
                self.state = LinkState::Away { reason };
            }
            Ok(reply) => {
                self.failures = 0;
                if self.state != LinkState::Connected {
                    self.state = LinkState::Connected;
                    changes.push(Change::Connected);
                }
                self.compare(&reply, own, &mut changes);
                if self.instruction != reply.instruction {
                    changes.extend(reply.instruction.clone().map(Change::Instructed));
                    self.instruction = reply.instruction;
                }
            }
        }
        changes
    }

    fn compare(&mut self, reply: &Reply, own: OwnMetadata, changes: &mut Vec<Change>) {
        let behind = match (reply.controller_version, own.version) {
            (Some(there), Some(here)) => there > here,
            (Some(_), None) | (None, _) => false,
        };
        // What the controller says of the synchrony goes before what the versions say.
        let lags = reply.in_sync.map_or(behind, |in_sync| !in_sync);
        let lag = lags.then_some(Lag {
            controller_version: reply.controller_version,
            own,
        });
        match (self.lag, lag) {
            (None, Some(lag)) => changes.push(Change::Lags(lag)),
            (Some(_), None) => changes.push(Change::Level),
            _ => {}
        }
        // While it lasts the first one stays: it says since when.
        self.lag = match (self.lag, lag) {
            (Some(first), Some(lag)) if first.controller_version == lag.controller_version => Some(first),
            (_, lag) => lag,
        };
    }

    /// How long to wait for the next attempt.
    pub fn delay(&self, random: &dyn Random) -> Duration {
        let whole = match self.failures {
            0 => self.interval,
            failures => {
                let doubled = 1u32.checked_shl(failures - 1).unwrap_or(u32::MAX);
                let first = self.interval / FIRST_RETRY_PART;
                first
                    .saturating_mul(doubled)
                    .min(self.interval.saturating_mul(LAST_RETRY_INTERVALS))
            }
        };
        let part = u64::try_from((whole / JITTER_PART).as_micros()).unwrap_or(u64::MAX);
        whole.saturating_sub(Duration::from_micros(random.below(part.saturating_add(1))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::SeededRandom;

    const INTERVAL: Duration = Duration::from_secs(5);

    fn own(version: i64) -> OwnMetadata {
        OwnMetadata {
            version: Some(version),
            updated_ms: Some(version * 10),
        }
    }

    fn reply(version: Option<i64>, in_sync: Option<bool>) -> Result<Reply, String> {
        Ok(Reply {
            controller_version: version,
            in_sync,
            instruction: None,
        })
    }

    #[test]
    fn each_change_of_state_is_told_once() {
        let mut rhythm = Rhythm::new(INTERVAL);
        let away = |reason: &str| Err(reason.to_owned());
        assert_eq!(
            rhythm.heard(away("refused"), own(1)),
            [Change::Away("refused".to_owned())]
        );
        assert_eq!(rhythm.heard(away("refused"), own(1)), []);
        assert_eq!(rhythm.heard(away("late"), own(1)), []);
        assert_eq!(rhythm.heard(reply(None, None), own(1)), [Change::Connected]);
        assert_eq!(rhythm.heard(reply(Some(1), Some(true)), own(1)), []);
        assert_eq!(rhythm.heard(away("late"), own(1)), [Change::Away("late".to_owned())]);
        assert_eq!(
            *rhythm.state(),
            LinkState::Away {
                reason: "late".to_owned()
            }
        );
        let told = Ok(Reply {
            instruction: Some("rest".to_owned()),
            ..Reply::default()
        });
        assert_eq!(
            rhythm.heard(told.clone(), own(1)),
            [Change::Connected, Change::Instructed("rest".to_owned())]
        );
        assert_eq!(rhythm.heard(told, own(1)), []);
    }

    #[test]
    fn a_lag_lasts_until_a_push_brings_this_broker_level() {
        let mut rhythm = Rhythm::new(INTERVAL);
        rhythm.heard(reply(Some(7), Some(true)), own(7));
        assert_eq!(rhythm.lag(own(7)), None);
        let lag = Lag {
            controller_version: Some(9),
            own: own(7),
        };
        assert_eq!(rhythm.heard(reply(Some(9), Some(false)), own(7)), [Change::Lags(lag)]);
        assert_eq!(rhythm.heard(reply(Some(9), Some(false)), own(7)), []);
        assert_eq!(rhythm.lag(own(8)), Some(lag), "a push that does not reach it");
        assert_eq!(rhythm.lag(own(9)), None);
        assert_eq!(rhythm.heard(reply(Some(9), Some(true)), own(9)), [Change::Level]);
        // A controller that counts otherwise, or does not count.
        assert!(matches!(
            rhythm.heard(reply(None, Some(false)), own(9)).as_slice(),
            [Change::Lags(_)]
        ));
        assert!(rhythm.lag(own(9)).is_some());
        assert_eq!(rhythm.lag(own(10)), None);
    }

    #[test]
    fn versions_decide_where_the_controller_does_not() {
        let mut rhythm = Rhythm::new(INTERVAL);
        rhythm.heard(reply(Some(3), None), own(3));
        assert_eq!(rhythm.lag(own(3)), None);
        rhythm.heard(reply(Some(4), None), own(3));
        assert!(rhythm.lag(own(3)).is_some());
        rhythm.heard(reply(Some(2), None), own(3));
        assert_eq!(rhythm.lag(own(3)), None, "this broker is ahead");
    }

    #[test]
    fn attempts_come_in_the_interval_and_after_failures_soon_and_then_ever_later() {
        let random = SeededRandom::new(1);
        let mut rhythm = Rhythm::new(INTERVAL);
        for _ in 0..1000 {
            let delay = rhythm.delay(&random);
            assert!(delay <= INTERVAL && delay >= INTERVAL * 9 / 10, "{delay:?}");
        }
        let mut delays = Vec::new();
        for _ in 0..80 {
            rhythm.heard(Err("away".to_owned()), own(1));
            delays.push(rhythm.delay(&random));
        }
        assert!(delays[0] <= INTERVAL / 4);
        assert!(
            delays[1] > delays[0] && delays[2] > delays[1] && delays[3] > delays[2],
            "{delays:?}"
        );
        assert!(delays.iter().all(|delay| *delay <= INTERVAL * 6));
        assert!(delays[79] >= INTERVAL * 5);
        rhythm.heard(reply(None, None), own(1));
        assert!(rhythm.delay(&random) <= INTERVAL);
    }
}
