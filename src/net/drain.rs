//! How connections learn that the broker stops, and how it learns that they are gone.
//!
//! Two steps: draining (answer what was asked, read no more) and cut (end at once). A connection that does nothing costs
//! nothing here; one that works looks at a version number.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::sync::watch;

/// What connections are to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Serving,
    /// Read no more, answer what was asked, close.
    Draining,
    /// Close now.
    Cut,
}

/// The broker's side.
#[derive(Debug)]
pub(super) struct Drain {
    phase: watch::Sender<Phase>,
}

impl Drain {
    pub fn new() -> Drain {
        Drain {
            phase: watch::Sender::new(Phase::Serving),
        }
    }

    pub fn watch(&self) -> DrainWatch {
        DrainWatch::new(self.phase.subscribe())
    }

    /// Resolves when draining has begun.
    pub fn begun(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut phase = self.phase.subscribe();
        async move {
            // An error means that the broker's side is gone: that is an end, too.
            let _ = phase.wait_for(|phase| *phase > Phase::Serving).await;
        }
    }

    /// Lets all connections finish within `within`, then cuts those that are left. False if some were cut.
    pub async fn drain(&self, within: Duration) -> bool {
        self.phase.send_replace(Phase::Draining);
        if tokio::time::timeout(within, self.phase.closed()).await.is_ok() {
            return true;
        }
        self.phase.send_replace(Phase::Cut);
        self.phase.closed().await;
        false
    }
}

/// One connection's side. The drain lasts until all of these are dropped.
pub(super) struct DrainWatch {
    phase: watch::Receiver<Phase>,
    changed: Pin<Box<dyn Future<Output = ()> + Send>>,
    registered: Option<Waker>,
}

impl DrainWatch {
    fn new(phase: watch::Receiver<Phase>) -> DrainWatch {
        DrainWatch {
            changed: changed(phase.clone()),
            phase,
            registered: None,
        }
    }

    /// The phase now; the task is woken when it changes.
    pub fn phase(&mut self, cx: &mut Context<'_>) -> Phase {
        while !self
            .registered
            .as_ref()
            .is_some_and(|waker| waker.will_wake(cx.waker()))
            || self.phase.has_changed().unwrap_or(false)
        {
            self.phase.mark_unchanged();
            self.registered = Some(cx.waker().clone());
            self.changed = changed(self.phase.clone());
            // Ready here would mean a change since `mark_unchanged`: the loop sees it as well.
            let _ = self.changed.as_mut().poll(cx);
        }
        *self.phase.borrow()
    }
}

fn changed(mut phase: watch::Receiver<Phase>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        // An error means that no change can come any more.
        let _ = phase.changed().await;
    })
}
