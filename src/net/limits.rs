//! Every maximum of the connection layer that no setting names, and how they relate.
//!
//! Sizes are bytes. What a setting bounds is in [`super::config`]; these are the fixed sizes of working memory and the
//! default bounds.

use std::time::Duration;

/// Connections over their addresses' rates that one listener keeps open for a while; more are closed at once.
pub const TURNED_AWAY_MAX: usize = 1_000;

/// What one read from a socket takes at most, and the size of the buffers that network threads share. Also the most
/// that is copied from a file instead of being sent from the page cache.
pub const BUFFER_BYTES: usize = 128 * 1024;

/// Shared buffers that are kept for reuse; those in use beyond this are freed when they come back.
pub const BUFFERS_KEPT_MAX: usize = 16;

/// Requests shorter than this are copied out of the shared buffer, so that a request that waits for its answer (a fetch
/// for data, a produce for its fsync) does not keep a whole buffer alive.
pub const SLICE_BYTES_MIN: usize = 8 * 1024;

/// After a request of this size the next read asks for no more than one such request, so that no beginning of the
/// next has to be moved elsewhere.
pub const LARGE_REQUEST_BYTES_MIN: usize = 32 * 1024;

/// What is read to learn the next request's length after one that did not fit a shared buffer.
pub const PEEK_BYTES: usize = 4 * 1024;

/// A request's own memory starts at its length, but at this at most, and then grows as its bytes arrive.
pub const REQUEST_FIRST_ALLOCATION_BYTES_MAX: usize = 1024 * 1024;

/// `socket.request.max.bytes` unless set.
pub const REQUEST_BYTES_MAX: usize = 100 * 1024 * 1024;

/// `queued.max.request.bytes` unless set (Kafka has no bound there).
pub const REQUEST_MEMORY_BYTES: usize = 128 * 1024 * 1024;

/// Requests of one connection that may wait for their answers; beyond it the connection is not read.
pub const REQUESTS_IN_FLIGHT_MAX: usize = 128;

/// Parts of answers up to this size are copied together; larger ones are sent from where they are.
pub const GATHER_COPY_BYTES_MAX: usize = 2 * 1024;

/// Answers of one connection that are held in memory for the socket; beyond it no further answer is taken up.
pub const OUTPUT_BYTES_MAX: usize = 256 * 1024;

/// Slices that are given to one send.
pub const SLICES_PER_SEND_MAX: usize = 64;

/// File ranges from this size on are sent from the page cache without being copied (measured: below, a copy is cheaper).
pub const SENDFILE_BYTES_MIN: u64 = BUFFER_BYTES as u64;

/// What is sent from the page cache by one call, after a look whether it is there.
pub const SENDFILE_BYTES_PER_CALL_MAX: u64 = 512 * 1024;

/// How far apart the places are that are looked at to tell whether a range is in the page cache.
pub const RESIDENCY_STEP_BYTES: u64 = 128 * 1024;

/// A request may arrive as slowly as this on average, per second, however often it makes progress.
pub const REQUEST_BYTES_PER_SECOND_MIN: u64 = 16 * 1024;

/// What is still read, and thrown away, from a peer whose connection is being closed.
pub const LINGER_BYTES_MAX: usize = 1024 * 1024;

/// How long a connection that is being closed waits for the peer to close its side.
pub const LINGER: Duration = Duration::from_secs(1);

/// How long a listener without file descriptors waits before it tries again.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A repeated message (refused connections) is logged once in this time, with the number of those left out.
pub const REPEATED_LOG_INTERVAL: Duration = Duration::from_secs(10);

const _: () = assert!(
    REQUEST_MEMORY_BYTES >= REQUEST_BYTES_MAX,
    "a request of the maximum size must fit"
);
const _: () = assert!(SLICE_BYTES_MIN <= LARGE_REQUEST_BYTES_MIN && LARGE_REQUEST_BYTES_MIN <= BUFFER_BYTES);
const _: () = assert!(PEEK_BYTES < BUFFER_BYTES && PEEK_BYTES < REQUEST_FIRST_ALLOCATION_BYTES_MAX);
const _: () = assert!(
    SENDFILE_BYTES_MIN <= BUFFER_BYTES as u64,
    "what is copied must fit a shared buffer"
);
const _: () = assert!(GATHER_COPY_BYTES_MAX < OUTPUT_BYTES_MAX);
