//! How long a client is held back.

use std::time::Duration;

/// A time for which nothing is read from a connection, in whole ms; responses tell it to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Throttle(i32);

impl Throttle {
    /// Not at all.
    pub const NONE: Throttle = Throttle(0);

    /// For so long; what is negative is none, and what a response cannot say is cut.
    pub fn from_ms(ms: i64) -> Throttle {
        Throttle(i32::try_from(ms.max(0)).unwrap_or(i32::MAX))
    }

    /// As responses carry it.
    pub fn ms(self) -> i32 {
        self.0
    }

    /// Whether there is none.
    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    /// As a time.
    pub fn duration(self) -> Duration {
        Duration::from_millis(u64::try_from(self.0).unwrap_or(0))
    }
}
