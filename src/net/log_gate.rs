//! Lets a message that may come thousands of times a second through once in a while.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// One kind of message.
#[derive(Debug)]
pub(super) struct LogGate {
    interval: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    passed_at: Option<Instant>,
    held_back: u64,
}

impl LogGate {
    pub fn new(interval: Duration) -> LogGate {
        LogGate {
            interval,
            state: Mutex::default(),
        }
    }

    /// Whether to write the message now; then with how many that were not written since the last one.
    pub fn pass(&self) -> Option<u64> {
        let now = Instant::now();
        let mut state = self.state.lock();
        if state
            .passed_at
            .is_some_and(|passed| now.duration_since(passed) < self.interval)
        {
            state.held_back += 1;
            return None;
        }
        state.passed_at = Some(now);
        Some(std::mem::take(&mut state.held_back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_first_message_passes_and_the_next_one_counts_those_left_out() {
        let gate = LogGate::new(Duration::from_secs(10));
        let seen = [gate.pass(), gate.pass(), gate.pass()];
        assert_eq!(seen, [Some(0), None, None]);
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!([gate.pass(), gate.pass()], [Some(2), None]);
    }
}
