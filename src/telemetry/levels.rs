//! The log levels, which can be asked for and changed while the process runs.
//!
//! A logger is a part of the broker by its module's path, with dots between the names (`dmq.net`), since Kafka's tools
//! take no colons; `root` is everything that has no level of its own. A part without one has that of the part around
//! it. Levels are Kafka's; nothing here is written down, so a new start begins with the filter it was started with.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

/// The name of what has no level of its own.
pub const ROOT: &str = "root";

/// The parts of the broker that can have a level of their own.
const LOGGERS: [&str; 20] = [
    "dmq",
    "dmq.api",
    "dmq.cli",
    "dmq.config",
    "dmq.controller",
    "dmq.controller_link",
    "dmq.coordinator",
    "dmq.disk",
    "dmq.env",
    "dmq.fetch_session",
    "dmq.ids",
    "dmq.limits",
    "dmq.log",
    "dmq.metadata",
    "dmq.net",
    "dmq.partition",
    "dmq.quota",
    "dmq.rest",
    "dmq.server",
    "dmq.telemetry",
];

/// From which severity on something is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogLevel {
    /// Everything.
    Trace,
    /// What helps to find a fault.
    Debug,
    /// What an operator may want to know.
    Info,
    /// What an operator should know.
    Warn,
    /// What failed.
    Error,
    /// Nothing: this broker has no message above an error.
    Fatal,
}

impl LogLevel {
    const ALL: [(LogLevel, &'static str, LevelFilter); 6] = [
        (LogLevel::Debug, "DEBUG", LevelFilter::DEBUG),
        (LogLevel::Error, "ERROR", LevelFilter::ERROR),
        (LogLevel::Fatal, "FATAL", LevelFilter::OFF),
        (LogLevel::Info, "INFO", LevelFilter::INFO),
        (LogLevel::Trace, "TRACE", LevelFilter::TRACE),
        (LogLevel::Warn, "WARN", LevelFilter::WARN),
    ];

    /// Kafka's name for it, in capitals.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(level, ..)| *level == self)
            .map_or("INFO", |(_, name, _)| name)
    }

    fn from_name(name: &str) -> Option<LogLevel> {
        Self::ALL
            .iter()
            .find(|(_, known, _)| *known == name)
            .map(|(level, ..)| *level)
    }

    fn filter(self) -> LevelFilter {
        let found = Self::ALL.iter().find(|(level, ..)| *level == self);
        found.map_or(LevelFilter::INFO, |(.., filter)| *filter)
    }

    fn from_filter(filter: LevelFilter) -> LogLevel {
        let found = Self::ALL.iter().find(|(.., known)| *known == filter);
        found.map_or(LogLevel::Info, |(level, ..)| *level)
    }
}

/// One change of a logger's level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelChange {
    /// The logger.
    pub logger: String,
    /// Its new level by Kafka's name; `None` leaves it to the logger around it.
    pub level: Option<String>,
}

/// Why levels are not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LevelError {
    /// There is no such level.
    #[error(
        "Cannot set the log level of {logger} to {level} as it is not a supported log level. Valid log levels are \
         DEBUG, ERROR, FATAL, INFO, TRACE, WARN"
    )]
    UnknownLevel {
        /// Of which logger.
        logger: String,
        /// The level asked for.
        level: String,
    },
    /// There is no such logger.
    #[error("Logger {0} does not exist!")]
    UnknownLogger(String),
    /// The root has nothing around it.
    #[error("Removing the log level of the root logger is not allowed")]
    RootNeedsOne,
}

type Apply = Box<dyn Fn(Targets) + Send + Sync>;

/// The levels of a process.
pub struct LogLevels {
    state: Mutex<State>,
    /// What puts a filter in force; nothing while logging is not set up.
    apply: Mutex<Option<Apply>>,
}

#[derive(Clone)]
struct State {
    root: LogLevel,
    own: BTreeMap<String, LogLevel>,
    /// Loggers that the filter at the start named, besides the declared ones.
    named: Vec<String>,
}

impl std::fmt::Debug for LogLevels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.all()).finish()
    }
}

/// The levels of this process: what it logs with is one for all of it.
pub fn levels() -> &'static LogLevels {
    static LEVELS: LogLevels = LogLevels::new();
    &LEVELS
}

impl LogLevels {
    const fn new() -> LogLevels {
        LogLevels {
            state: Mutex::new(State {
                root: LogLevel::Info,
                own: BTreeMap::new(),
                named: Vec::new(),
            }),
            apply: Mutex::new(None),
        }
    }

    /// Begins with a filter, and has every later one put in force by `apply`.
    pub(super) fn begin(&self, filter: &Targets, apply: impl Fn(Targets) + Send + Sync + 'static) {
        let own: BTreeMap<String, LogLevel> = filter
            .iter()
            .map(|(target, level)| (target.replace("::", "."), LogLevel::from_filter(level)))
            .collect();
        let named = own.keys().filter(|name| !LOGGERS.contains(&name.as_str()));
        *self.state.lock() = State {
            root: filter.default_level().map_or(LogLevel::Fatal, LogLevel::from_filter),
            named: named.cloned().collect(),
            own,
        };
        *self.apply.lock() = Some(Box::new(apply));
    }

    /// Every logger with the level that holds for it, `root` among them.
    pub fn all(&self) -> Vec<(String, LogLevel)> {
        let state = self.state.lock();
        let declared = LOGGERS.iter().map(|name| (*name).to_owned());
        let loggers = declared.chain(state.named.iter().cloned());
        let root = (ROOT.to_owned(), state.root);
        loggers
            .map(|name| (name.clone(), state.level_of(&name)))
            .chain([root])
            .collect()
    }

    /// Whether all of these changes can be made.
    pub fn check(&self, changes: &[LevelChange]) -> Result<(), LevelError> {
        self.state.lock().clone().change(changes)
    }

    /// Makes all of these changes, or none.
    pub fn change(&self, changes: &[LevelChange]) -> Result<(), LevelError> {
        // Held to the end, so that of two changes the later one is in force.
        let apply = self.apply.lock();
        let filter = {
            let mut state = self.state.lock();
            let mut next = state.clone();
            next.change(changes)?;
            *state = next;
            state.filter()
        };
        if let Some(apply) = apply.as_ref() {
            apply(filter);
        }
        Ok(())
    }
}

impl State {
    fn level_of(&self, logger: &str) -> LogLevel {
        let around = |name: &String| {
            logger == name
                || logger
                    .strip_prefix(name.as_str())
                    .is_some_and(|rest| rest.starts_with('.'))
        };
        let nearest = self
            .own
            .iter()
            .filter(|(name, _)| around(name))
            .max_by_key(|(name, _)| name.len());
        nearest.map_or(self.root, |(_, level)| *level)
    }

    fn exists(&self, logger: &str) -> bool {
        LOGGERS.contains(&logger) || self.named.iter().any(|name| name == logger)
    }

    fn change(&mut self, changes: &[LevelChange]) -> Result<(), LevelError> {
        for LevelChange { logger, level } in changes {
            let level = match level {
                None if logger == ROOT => return Err(LevelError::RootNeedsOne),
                None => None,
                Some(name) => Some(LogLevel::from_name(name).ok_or_else(|| LevelError::UnknownLevel {
                    logger: logger.clone(),
                    level: name.clone(),
                })?),
            };
            match level {
                Some(level) if logger == ROOT => self.root = level,
                _ if !self.exists(logger) => return Err(LevelError::UnknownLogger(logger.clone())),
                Some(level) => drop(self.own.insert(logger.clone(), level)),
                None => drop(self.own.remove(logger)),
            }
        }
        Ok(())
    }

    fn filter(&self) -> Targets {
        let own = self
            .own
            .iter()
            .map(|(name, level)| (name.replace('.', "::"), level.filter()));
        Targets::new().with_default(self.root.filter()).with_targets(own)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn begun(filter: &str) -> (LogLevels, Arc<Mutex<Targets>>) {
        let (levels, in_force) = (LogLevels::new(), Arc::new(Mutex::new(Targets::new())));
        let filter: Targets = filter.parse().unwrap();
        let put = Arc::clone(&in_force);
        levels.begin(&filter, move |filter| *put.lock() = filter);
        (levels, in_force)
    }

    fn set(levels: &LogLevels, logger: &str, level: Option<&str>) -> Result<(), String> {
        let change = LevelChange {
            logger: logger.to_owned(),
            level: level.map(str::to_owned),
        };
        levels.change(&[change]).map_err(|error| error.to_string())
    }

    fn of(levels: &LogLevels, logger: &str) -> &'static str {
        let all = levels.all();
        all.into_iter().find(|(name, _)| name == logger).unwrap().1.name()
    }

    #[test]
    fn every_part_of_the_broker_is_a_logger() {
        let lib = include_str!("../lib.rs");
        let parts = lib
            .lines()
            .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
        let mut expected: Vec<String> = parts.map(|part| format!("dmq.{part}")).collect();
        expected.insert(0, "dmq".to_owned());
        assert_eq!(LOGGERS.to_vec(), expected);
    }

    #[test]
    fn a_change_is_in_force_at_once_and_a_part_without_a_level_has_that_around_it() {
        let (levels, in_force) = begun("warn,dmq::net::connection=debug");
        assert_eq!(of(&levels, "root"), "WARN");
        assert_eq!(of(&levels, "dmq.net.connection"), "DEBUG");
        set(&levels, "dmq", Some("ERROR")).unwrap();
        set(&levels, "dmq.log", Some("TRACE")).unwrap();
        let enabled = |target: &str, level| in_force.lock().would_enable(target, &level);
        assert!(enabled("dmq::log::append", tracing::Level::TRACE));
        assert!(!enabled("dmq::api::produce", tracing::Level::WARN));
        assert_eq!(of(&levels, "dmq.api"), "ERROR");
        set(&levels, "dmq", None).unwrap();
        assert_eq!(of(&levels, "dmq.api"), "WARN");
        assert!(enabled("dmq::api::produce", tracing::Level::WARN));
        set(&levels, "root", Some("FATAL")).unwrap();
        assert!(!enabled("dmq::api::produce", tracing::Level::ERROR));
        assert_eq!(of(&levels, "dmq.api"), "FATAL");
    }

    #[test]
    fn refusals_are_in_kafkas_words_and_change_nothing() {
        let (levels, _) = begun("info");
        let unknown = "Cannot set the log level of dmq to LOUD as it is not a supported log level. Valid log levels are \
                       DEBUG, ERROR, FATAL, INFO, TRACE, WARN";
        assert_eq!(set(&levels, "dmq", Some("LOUD")).unwrap_err(), unknown);
        assert_eq!(
            set(&levels, "nope", Some("INFO")).unwrap_err(),
            "Logger nope does not exist!"
        );
        assert_eq!(set(&levels, "nope", None).unwrap_err(), "Logger nope does not exist!");
        let root = "Removing the log level of the root logger is not allowed";
        assert_eq!(set(&levels, "root", None).unwrap_err(), root);
        let change = |logger: &str| LevelChange {
            logger: logger.to_owned(),
            level: Some("DEBUG".to_owned()),
        };
        assert!(levels.change(&[change("dmq"), change("nope")]).is_err());
        assert_eq!(levels.check(&[change("dmq")]), Ok(()));
        assert_eq!(of(&levels, "dmq"), "INFO");
    }
}
