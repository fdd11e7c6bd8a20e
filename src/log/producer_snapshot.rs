//! `<offset>.snapshot`: the producers as they were before that offset.
//!
//! Version i16 = 1, CRC-32C u32 of everything after it, count i32, then for each producer 46 bytes: id i64, epoch i16,
//! last sequence i32, last offset i64, offset delta i32, timestamp i64, coordinator epoch i32, start of its open
//! transaction i64 (−1 none). Only the last batch of each producer survives, as in Kafka. A snapshot that does not match
//! its CRC is no snapshot: an older one and a longer scan replace it.

use std::collections::VecDeque;

use super::producer_state::{BatchMark, ProducerEntry, ProducerStates};
use crate::ids::{Offset, ProducerId};

const VERSION: i16 = 1;
const HEADER_LEN: usize = 6;
const ENTRY_LEN: usize = 46;

/// The bytes of a snapshot.
pub(super) fn encode(states: &ProducerStates) -> Vec<u8> {
    let mut body = Vec::with_capacity(4 + states.entries().len() * ENTRY_LEN);
    let count = i32::try_from(states.entries().len()).unwrap_or(i32::MAX);
    body.extend(count.to_be_bytes());
    let mut entries: Vec<_> = states.entries().collect();
    entries.sort_unstable_by_key(|(id, _)| *id);
    for (id, entry) in entries {
        let last = entry.batches.back();
        body.extend(id.0.to_be_bytes());
        body.extend(entry.epoch.to_be_bytes());
        body.extend(entry.last_sequence().to_be_bytes());
        body.extend(last.map_or(-1, |mark| mark.last_offset.0).to_be_bytes());
        body.extend(last.map_or(0, |mark| mark.offset_delta).to_be_bytes());
        body.extend(entry.last_timestamp_ms.to_be_bytes());
        body.extend(entry.coordinator_epoch.to_be_bytes());
        body.extend(entry.transaction_start.map_or(-1, |start| start.0).to_be_bytes());
    }
    let mut bytes = Vec::with_capacity(HEADER_LEN + body.len());
    bytes.extend(VERSION.to_be_bytes());
    bytes.extend(crc32c::crc32c(&body).to_be_bytes());
    bytes.extend(body);
    bytes
}

/// The producers of a snapshot, or why the bytes are none.
pub(super) fn decode(bytes: &[u8]) -> Result<ProducerStates, &'static str> {
    let mut fields = Fields(bytes);
    let version = fields.take().map(i16::from_be_bytes);
    if version != Some(VERSION) {
        return Err("its version is not 1");
    }
    let crc = fields.take().map(u32::from_be_bytes);
    if crc != Some(crc32c::crc32c(fields.0)) {
        return Err("it does not match its CRC");
    }
    let count = fields
        .take()
        .map(i32::from_be_bytes)
        .and_then(|count| usize::try_from(count).ok());
    if count.and_then(|count| count.checked_mul(ENTRY_LEN)) != Some(fields.0.len()) {
        return Err("its length does not fit its count");
    }
    let mut states = ProducerStates::default();
    while !fields.0.is_empty() {
        let (id, entry) = fields.entry().ok_or("an entry is cut off")?;
        states.load(id, entry);
    }
    Ok(states)
}

struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*field)
    }

    fn entry(&mut self) -> Option<(ProducerId, ProducerEntry)> {
        let id = ProducerId(i64::from_be_bytes(self.take()?));
        let epoch = i16::from_be_bytes(self.take()?);
        let last_sequence = i32::from_be_bytes(self.take()?);
        let last_offset = Offset(i64::from_be_bytes(self.take()?));
        let offset_delta = i32::from_be_bytes(self.take()?);
        let timestamp_ms = i64::from_be_bytes(self.take()?);
        let coordinator_epoch = i32::from_be_bytes(self.take()?);
        let start = Offset(i64::from_be_bytes(self.take()?));
        let mark = BatchMark {
            last_sequence,
            last_offset,
            offset_delta,
            timestamp_ms,
        };
        let entry = ProducerEntry {
            epoch,
            coordinator_epoch,
            last_timestamp_ms: timestamp_ms,
            transaction_start: (start.0 >= 0).then_some(start),
            batches: if last_offset.0 >= 0 {
                VecDeque::from([mark])
            } else {
                VecDeque::new()
            },
        };
        Some((id, entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states() -> ProducerStates {
        let mut states = ProducerStates::default();
        let mark = BatchMark {
            last_sequence: 9,
            last_offset: Offset(109),
            offset_delta: 9,
            timestamp_ms: 5_000,
        };
        let entry = ProducerEntry {
            epoch: 2,
            coordinator_epoch: 4,
            last_timestamp_ms: 5_000,
            transaction_start: Some(Offset(90)),
            batches: VecDeque::from([mark]),
        };
        states.load(ProducerId(1_000), entry.clone());
        let marker_only = ProducerEntry {
            transaction_start: None,
            batches: VecDeque::new(),
            ..entry
        };
        states.load(ProducerId(7), marker_only);
        states
    }

    #[test]
    fn a_snapshot_has_kafkas_layout_and_comes_back() {
        let bytes = encode(&states());
        assert_eq!(bytes.len(), 6 + 4 + 2 * 46);
        assert_eq!(bytes[..2], [0, 1]);
        assert_eq!(bytes[6..18], [0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 7]);
        assert_eq!(decode(&bytes), Ok(states()));
        assert_eq!(
            decode(&encode(&ProducerStates::default())),
            Ok(ProducerStates::default())
        );
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let bytes = encode(&states());
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(decode(&flipped).is_err(), "{at}");
            assert!(decode(&bytes[..at]).is_err(), "{at}");
        }
    }

    #[test]
    fn a_count_that_lies_is_refused_even_with_a_right_crc() {
        for count in [-1, 1, 3, i32::MAX] {
            let mut body = encode(&states())[6..].to_vec();
            body[..4].copy_from_slice(&i32::to_be_bytes(count));
            let bytes = [&VERSION.to_be_bytes()[..], &crc32c::crc32c(&body).to_be_bytes(), &body].concat();
            assert!(decode(&bytes).is_err(), "{count}");
        }
    }
}
