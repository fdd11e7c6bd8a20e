//! Keeps the metadata and the data directories in step: works on moves between directories, and tells the controller
//! where replicas are.
//!
//! What is told is durable before a move's last step relies on it. A controller that cannot write makes moves wait.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::controller::{AssignDirectories, ControllerHandle};
use crate::ids::BrokerId;
use crate::partition::PartitionRegistry;

/// How long a move waits that has no room, or a controller that does not answer.
const RETRY: Duration = Duration::from_secs(1);

/// The work at work; see [`Placement::stop`].
#[derive(Debug)]
pub struct Placement {
    task: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

impl Placement {
    /// Starts it.
    pub fn start(broker: BrokerId, partitions: &Arc<PartitionRegistry>, controller: ControllerHandle) -> Placement {
        let stop = watch::Sender::new(false);
        let mut stopped = stop.subscribe();
        let partitions = Arc::clone(partitions);
        let task = tokio::spawn(async move {
            while !*stopped.borrow() {
                let working = Arc::clone(&partitions);
                let more = tokio::task::spawn_blocking(move || working.advance_moves()).await;
                let told = tell(broker, &partitions, &controller).await;
                if more.unwrap_or_default() || told {
                    continue;
                }
                tokio::select! {
                    () = partitions.placements_change() => {}
                    () = tokio::time::sleep(RETRY), if partitions.is_moving() => {}
                    _ = stopped.changed() => {}
                }
            }
        });
        Placement { task, stop }
    }

    /// Ends it; what it is at is finished. Moves go on after the next start.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if self.task.await.is_err() {
            tracing::error!("the work on data directories had ended in a panic");
        }
    }
}

/// Tells the controller where replicas are, where it does not know; whether it knows more now.
async fn tell(broker: BrokerId, partitions: &PartitionRegistry, controller: &ControllerHandle) -> bool {
    let assignments = partitions.misplaced();
    if assignments.is_empty() {
        return false;
    }
    match controller
        .assign_directories(broker, AssignDirectories { assignments })
        .await
    {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, "the metadata does not say in which directories replicas are");
            false
        }
    }
}
