//! Keeps network threads from waiting for a disk: tells whether a file range is in the page cache, and brings it there.
//!
//! A range that is not is read once, and the content thrown away, on a thread that may wait; what a connection then
//! sends comes from the page cache. So a slow consumer of old data holds no memory of this process. The system may take
//! a page away again between the look and its use; then a network thread waits, once.

use std::io;
use std::task::{Context, Poll, ready};

use futures_util::FutureExt;
use tokio::task::JoinHandle;

use super::limits::{BUFFER_BYTES, RESIDENCY_STEP_BYTES, SENDFILE_BYTES_PER_CALL_MAX};
use crate::disk::FileRange;

/// Whether the first `len` bytes of `range` can most likely be read without waiting: looked at in steps, since the
/// system reads ahead, and drops, whole stretches.
pub(super) fn is_resident(range: &FileRange, len: u64) -> bool {
    let last = len.saturating_sub(1);
    let steps = (0..last).step_by(usize::try_from(RESIDENCY_STEP_BYTES).unwrap_or(usize::MAX));
    steps.chain([last]).all(|offset| {
        let position = range.position.saturating_add(offset);
        matches!(range.file.read_at_nowait(&mut [0], position), Ok(1))
    })
}

/// The beginning of a file range on its way into the page cache.
#[derive(Debug)]
pub(super) struct Warming {
    len: u64,
    task: JoinHandle<io::Result<()>>,
}

impl Warming {
    /// Starts reading on a thread that may wait. Must be called on a tokio runtime.
    pub fn start(range: &FileRange) -> Warming {
        let range = FileRange {
            file: range.file.clone(),
            position: range.position,
            len: range.len.min(SENDFILE_BYTES_PER_CALL_MAX),
        };
        Warming {
            len: range.len,
            task: tokio::task::spawn_blocking(move || read_through(&range)),
        }
    }

    /// How many bytes of the range are in the page cache, once they are.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        let len = self.len;
        match ready!(self.task.poll_unpin(cx)) {
            Ok(result) => Poll::Ready(result.map(|()| len)),
            Err(error) => Poll::Ready(Err(io::Error::other(error))),
        }
    }
}

fn read_through(range: &FileRange) -> io::Result<()> {
    let mut scratch = vec![0; BUFFER_BYTES];
    let mut done = 0;
    while done < range.len {
        let want = usize::try_from(range.len - done)
            .unwrap_or(usize::MAX)
            .min(scratch.len());
        let part = scratch.get_mut(..want).unwrap_or_default();
        range.file.read_exact_at(part, range.position.saturating_add(done))?;
        done += want as u64;
    }
    Ok(())
}
