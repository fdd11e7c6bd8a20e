//! One timer per connection, whatever it waits for.
//!
//! Deadlines move with every request; setting a timer anew each time would cost more than handling the request. So the
//! timer is only moved forward when a deadline comes before it; when it fires too early it is set to the deadline of
//! that moment. An idle connection wakes up once per deadline.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep_until};

/// The timer of one connection.
#[derive(Debug)]
pub(super) struct DeadlineTimer {
    sleep: Pin<Box<Sleep>>,
    armed: bool,
}

impl DeadlineTimer {
    pub fn new() -> DeadlineTimer {
        DeadlineTimer {
            sleep: Box::pin(sleep_until(Instant::now())),
            armed: false,
        }
    }

    /// Ready when `deadline` has passed; without one, never. Wakes the task no later than that.
    pub fn poll(&mut self, cx: &mut Context<'_>, deadline: Option<Instant>) -> Poll<()> {
        let Some(deadline) = deadline else {
            return Poll::Pending;
        };
        if !self.armed || deadline < self.sleep.deadline() {
            self.sleep.as_mut().reset(deadline);
            self.armed = true;
        }
        while self.sleep.as_mut().poll(cx).is_ready() {
            if self.sleep.deadline() >= deadline {
                self.armed = false;
                return Poll::Ready(());
            }
            self.sleep.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use super::*;

    async fn fires_after(timer: &mut DeadlineTimer, deadline: Instant) -> Duration {
        let start = Instant::now();
        poll_fn(|cx| timer.poll(cx, Some(deadline))).await;
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_may_move_in_both_directions() {
        let mut timer = DeadlineTimer::new();
        let start = Instant::now();
        let mut polled = |after: u64| {
            let mut cx = Context::from_waker(std::task::Waker::noop());
            timer.poll(&mut cx, Some(start + Duration::from_secs(after)))
        };
        assert!(polled(100).is_pending());
        assert!(polled(5).is_pending());
        assert!(polled(20).is_pending());
        let in_20s = fires_after(&mut timer, start + Duration::from_secs(20)).await;
        assert_eq!(in_20s.as_secs(), 20);
        let in_3s = fires_after(&mut timer, start + Duration::from_secs(23)).await;
        assert_eq!(in_3s.as_secs(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_deadline_it_never_fires() {
        let mut timer = DeadlineTimer::new();
        let never = poll_fn(|cx| timer.poll(cx, None));
        let waited = tokio::time::timeout(Duration::from_secs(10_000), never).await;
        assert!(waited.is_err());
    }
}
