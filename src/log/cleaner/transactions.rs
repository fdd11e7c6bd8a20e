//! Which transactions are decided how, while a cleaning goes through a log.
//!
//! Records of aborted transactions go. A marker may go once nothing of its transaction was met before it; the caller
//! delays that until the marker's delete horizon. Pure: told of each batch in the log's order.

use std::collections::{HashMap, HashSet};

use dmq_protocol::records::BatchHeader;

use super::super::producer_state::EndMarker;
use super::super::txn_index::AbortedTxn;
use crate::ids::{Offset, ProducerId};

/// See the module's page.
#[derive(Debug, Default)]
pub(super) struct Transactions {
    /// Aborted transactions that begin further on, the first one last.
    ahead: Vec<AbortedTxn>,
    /// Aborted transactions that have begun and whose marker is still to come.
    aborting: HashMap<ProducerId, Aborting>,
    /// Producers of which records were met that no abort claims.
    committing: HashSet<ProducerId>,
}

#[derive(Debug)]
struct Aborting {
    transaction: AbortedTxn,
    has_batches: bool,
}

/// What a marker is to the cleaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    /// Nothing of its transaction is left: it may go.
    Idle,
    /// It commits records that are there, or is no transaction's marker.
    Needed,
    /// It aborts records that were there: this entry belongs into the index of the cleaned segment.
    Aborts(AbortedTxn),
}

impl Transactions {
    /// Tells of aborted transactions in the part of the log that comes next; one may be told of twice.
    pub(super) fn expect(&mut self, aborted: impl IntoIterator<Item = AbortedTxn>) {
        self.ahead.extend(aborted);
        self.ahead
            .sort_by_key(|transaction| std::cmp::Reverse(transaction.first));
    }

    /// Whether a batch belongs to an aborted transaction. For batches of records.
    pub(super) fn is_aborted(&mut self, header: &BatchHeader) -> bool {
        self.begin_upto(Offset(header.last_offset()));
        if !header.attributes.is_transactional() {
            return false;
        }
        let producer = ProducerId(header.producer_id);
        match self.aborting.get_mut(&producer) {
            Some(aborting) => {
                aborting.has_batches = true;
                true
            }
            None => {
                self.committing.insert(producer);
                false
            }
        }
    }

    /// Passes a control batch; `marker` is the end of a transaction that it holds, `is_empty` whether an earlier cleaning
    /// left nothing of it.
    pub(super) fn pass_control(&mut self, header: &BatchHeader, marker: Option<EndMarker>, is_empty: bool) -> Marker {
        self.begin_upto(Offset(header.last_offset()));
        let producer = ProducerId(header.producer_id);
        match marker {
            None if is_empty => Marker::Idle,
            None => Marker::Needed,
            Some(end) if end.committed => match self.committing.remove(&producer) {
                true => Marker::Needed,
                false => Marker::Idle,
            },
            Some(_) => match self.aborting.remove(&producer) {
                Some(aborting) if aborting.has_batches => Marker::Aborts(aborting.transaction),
                _ => Marker::Idle,
            },
        }
    }

    fn begin_upto(&mut self, offset: Offset) {
        while let Some(next) = self.ahead.pop_if(|next| next.first <= offset) {
            self.aborting.entry(next.producer_id).or_insert(Aborting {
                transaction: next,
                has_batches: false,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use dmq_protocol::compression::Compression;
    use dmq_protocol::records::{BatchBuilder, TimestampType};

    use super::*;

    fn header(base: i64, producer: i64, transactional: bool) -> BatchHeader {
        let builder = BatchBuilder::new(base, Compression::None, TimestampType::CreateTime);
        let mut builder = builder.producer(producer, 0, 0);
        if transactional {
            builder = builder.transactional();
        }
        builder.append(1, None, Some(b"v"), &[]).unwrap();
        BatchHeader::parse(&builder.build().unwrap()).unwrap()
    }

    fn end(committed: bool) -> Option<EndMarker> {
        Some(EndMarker {
            committed,
            coordinator_epoch: 0,
        })
    }

    fn aborted(producer: i64, first: i64, last: i64) -> AbortedTxn {
        AbortedTxn {
            producer_id: ProducerId(producer),
            first: Offset(first),
            last: Offset(last),
            last_stable: Offset(last + 1),
        }
    }

    #[test]
    fn aborted_records_go_and_their_marker_stays_until_nothing_was_met() {
        let mut transactions = Transactions::default();
        transactions.expect([aborted(7, 2, 5), aborted(7, 2, 5)]);
        assert!(!transactions.is_aborted(&header(0, 7, true)));
        assert_eq!(
            transactions.pass_control(&header(1, 7, true), end(true), false),
            Marker::Needed
        );
        assert!(transactions.is_aborted(&header(2, 7, true)));
        assert!(!transactions.is_aborted(&header(3, 8, true)));
        assert!(!transactions.is_aborted(&header(4, 9, false)));
        assert_eq!(
            transactions.pass_control(&header(5, 7, true), end(false), false),
            Marker::Aborts(aborted(7, 2, 5))
        );
        assert!(!transactions.is_aborted(&header(6, 7, true)));
    }

    #[test]
    fn markers_of_which_nothing_was_met_may_go() {
        let mut transactions = Transactions::default();
        transactions.expect([aborted(7, 0, 5)]);
        assert_eq!(
            transactions.pass_control(&header(5, 7, true), end(false), false),
            Marker::Idle
        );
        assert_eq!(
            transactions.pass_control(&header(6, 8, true), end(true), false),
            Marker::Idle
        );
        assert_eq!(transactions.pass_control(&header(7, 8, true), None, true), Marker::Idle);
        assert_eq!(
            transactions.pass_control(&header(8, 8, true), None, false),
            Marker::Needed
        );
    }
}
