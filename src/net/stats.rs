//! Counters of the connection layer, per listener, for whoever exports metrics.
//!
//! Relaxed atomics, added to once per wake-up of a connection, not once per request. They only grow, but for `open`.

use std::sync::atomic::{AtomicU64, Ordering};

/// What one listener has done since it was started.
#[derive(Debug, Default)]
pub struct ListenerStats {
    accepted: AtomicU64,
    closed: AtomicU64,
    refused: [AtomicU64; RefusalReason::ALL.len()],
    ended: [AtomicU64; EndKind::ALL.len()],
    requests: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
}

/// Why a connection was closed before its first byte was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalReason {
    /// The peer's address has its `max.connections.per.ip`.
    Address,
    /// The peer's address is over its quota of new connections.
    AddressRate,
    /// The process has no file descriptor left.
    FileDescriptors,
}

/// What kind of end a connection had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndKind {
    /// The peer closed it, or the network did.
    Peer,
    /// It was idle for too long.
    Idle,
    /// The peer was too slow, with a request or with an answer.
    Slow,
    /// The peer sent what it must not.
    Violation,
    /// The broker stopped.
    Shutdown,
    /// An answer could not be produced or read from the disk.
    Failure,
}

impl RefusalReason {
    /// All of them, in the order of their counters.
    pub const ALL: [RefusalReason; 3] = [
        RefusalReason::Address,
        RefusalReason::AddressRate,
        RefusalReason::FileDescriptors,
    ];

    /// Its name on the page of metrics.
    pub fn name(self) -> &'static str {
        match self {
            RefusalReason::AddressRate => "connection.creation.rate",
            RefusalReason::Address => "max.connections.per.ip",
            RefusalReason::FileDescriptors => "file descriptors",
        }
    }
}

impl EndKind {
    /// All of them, in the order of their counters.
    pub const ALL: [EndKind; 6] = [
        EndKind::Peer,
        EndKind::Idle,
        EndKind::Slow,
        EndKind::Violation,
        EndKind::Shutdown,
        EndKind::Failure,
    ];

    /// Its name on the page of metrics.
    pub fn name(self) -> &'static str {
        match self {
            EndKind::Peer => "peer",
            EndKind::Idle => "idle",
            EndKind::Slow => "slow",
            EndKind::Violation => "violation",
            EndKind::Shutdown => "shutdown",
            EndKind::Failure => "failure",
        }
    }
}

impl ListenerStats {
    /// Connections that were accepted, without those refused.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Connections that are open.
    pub fn open(&self) -> u64 {
        let closed = self.closed.load(Ordering::Relaxed);
        self.accepted().saturating_sub(closed)
    }

    /// Connections that were refused for one reason.
    pub fn refused(&self, reason: RefusalReason) -> u64 {
        self.refused
            .get(reason as usize)
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// Connections that ended in one way.
    pub fn ended(&self, kind: EndKind) -> u64 {
        self.ended
            .get(kind as usize)
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// Requests that were handed to the api layer.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Bytes read from sockets.
    pub fn bytes_in(&self) -> u64 {
        self.bytes_in.load(Ordering::Relaxed)
    }

    /// Bytes written to sockets.
    pub fn bytes_out(&self) -> u64 {
        self.bytes_out.load(Ordering::Relaxed)
    }

    pub(super) fn count_accepted(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_closed(&self) {
        self.closed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_refused(&self, reason: RefusalReason) {
        if let Some(count) = self.refused.get(reason as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn count_ended(&self, kind: EndKind) {
        if let Some(count) = self.ended.get(kind as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn count_traffic(&self, traffic: &mut Traffic) {
        for (counter, by) in [
            (&self.requests, traffic.requests),
            (&self.bytes_in, traffic.bytes_in),
            (&self.bytes_out, traffic.bytes_out),
        ] {
            if by != 0 {
                counter.fetch_add(by, Ordering::Relaxed);
            }
        }
        *traffic = Traffic::default();
    }
}

/// What one connection has done since it last added to its listener's counters.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Traffic {
    pub requests: u64,
    pub bytes_in: u64,
    pub bytes_out: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_a_counter_of_its_own() {
        let stats = ListenerStats::default();
        for (times, reason) in (1..).zip(RefusalReason::ALL) {
            (0..times).for_each(|_| stats.count_refused(reason));
        }
        for (times, kind) in (1..).zip(EndKind::ALL) {
            (0..times).for_each(|_| stats.count_ended(kind));
        }
        assert_eq!(RefusalReason::ALL.map(|reason| stats.refused(reason)), [1, 2, 3]);
        assert_eq!(EndKind::ALL.map(|kind| stats.ended(kind)), [1, 2, 3, 4, 5, 6]);
    }
}
