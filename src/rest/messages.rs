//! From stored batches to the messages that a consumer is shown.
//!
//! What is no text is still told in full. A key that is not UTF-8 is given in base64 and marked with `keyEncoding`.
//! Headers of a record may repeat a name, have no value or hold bytes, which an object of strings cannot: `headers`
//! then has those that are text (the last of each name), and `rawHeaders` has all of them, in their order, values in
//! base64. Neither extra field is there where it is not needed.

use std::collections::{BTreeMap, HashSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use dmq_protocol::control_records::ControlRecordType;
use dmq_protocol::records::{BatchError, RecordBatch, RecordView, RecordViews};
use schemars::JsonSchema;
use serde::Serialize;

use crate::ids::{Offset, ProducerId};

/// A record as a consumer is shown it.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Message<'a> {
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_encoding: Option<&'static str>,
    /// Base64; none is a tombstone.
    value: Option<String>,
    topic: &'a str,
    partition: i32,
    offset: i64,
    timestamp: i64,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_headers: Option<Vec<RawHeader>>,
}

/// A header in full.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RawHeader {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_encoding: Option<&'static str>,
    /// Base64; none is a header without a value.
    value: Option<String>,
}

/// What is to be taken out of batches.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// The topic and partition that the batches are of.
    pub source: (&'a str, i32),
    /// The first offset.
    pub from: Offset,
    /// The first offset that may not be shown.
    pub upto: Offset,
    /// The most messages.
    pub messages_max: usize,
    /// The most bytes of records, not compressed; the first message is given whatever its length.
    pub bytes_max: u64,
    /// What a batch may inflate to.
    pub inflated_max: usize,
    /// Transactions whose records are not shown, by their first offset.
    pub aborted: Vec<(Offset, ProducerId)>,
}

/// What was taken.
#[derive(Debug, PartialEq)]
pub struct Taken<'a> {
    /// The messages.
    pub messages: Vec<Message<'a>>,
    /// Where to go on.
    pub next: Offset,
}

/// Takes messages from batches that follow each other. A batch that is cut off at the end is left out.
pub fn take(mut batches: Bytes, wanted: Wanted<'_>) -> Result<Taken<'_>, BatchError> {
    let mut hidden = Hidden::new(wanted.aborted.clone());
    let mut taking = Taking {
        taken: Taken {
            messages: Vec::new(),
            next: wanted.from,
        },
        bytes: 0,
        wanted,
    };
    let mut is_first = true;
    while !batches.is_empty() {
        let batch = match RecordBatch::split_first(&mut batches) {
            Err(BatchError::Truncated { .. }) if !is_first => break,
            outcome => outcome?,
        };
        is_first = false;
        let inflated = batch.inflate(taking.wanted.inflated_max)?;
        let is_hidden = hidden.hides(&batch, &inflated)?;
        if !is_hidden && !batch.attributes().is_control() && taking.add(&batch, &inflated)? {
            break;
        }
        taking.taken.next = taking.taken.next.max(Offset(batch.last_offset()).plus(1));
    }
    Ok(taking.taken)
}

struct Taking<'a> {
    wanted: Wanted<'a>,
    taken: Taken<'a>,
    bytes: u64,
}

impl Taking<'_> {
    /// Adds a batch's messages; whether there is no room for more.
    fn add(&mut self, batch: &RecordBatch, inflated: &[u8]) -> Result<bool, BatchError> {
        for record in RecordViews::new(batch.header(), inflated)? {
            let record = record?;
            if record.offset < self.wanted.from.0 {
                continue;
            }
            let messages = self.taken.messages.len();
            let bytes = self.bytes.saturating_add(record.size_in_bytes as u64);
            let is_full = messages >= self.wanted.messages_max || (messages > 0 && bytes > self.wanted.bytes_max);
            if is_full || record.offset >= self.wanted.upto.0 {
                return Ok(true);
            }
            self.bytes = bytes;
            self.taken.messages.push(message(self.wanted.source, &record));
            self.taken.next = Offset(record.offset).plus(1);
        }
        Ok(false)
    }
}

/// Which batches belong to aborted transactions.
struct Hidden {
    /// Not yet begun, the last one first.
    to_come: Vec<(Offset, ProducerId)>,
    begun: HashSet<ProducerId>,
}

impl Hidden {
    fn new(mut aborted: Vec<(Offset, ProducerId)>) -> Hidden {
        aborted.sort_unstable_by(|one, two| two.cmp(one));
        Hidden {
            to_come: aborted,
            begun: HashSet::new(),
        }
    }

    fn hides(&mut self, batch: &RecordBatch, inflated: &[u8]) -> Result<bool, BatchError> {
        let last = Offset(batch.last_offset());
        while let Some((_, producer)) = self.to_come.pop_if(|(first, _)| *first <= last) {
            self.begun.insert(producer);
        }
        let producer = ProducerId(batch.producer_id());
        if !batch.attributes().is_transactional() || !self.begun.contains(&producer) {
            return Ok(false);
        }
        if batch.attributes().is_control() && is_abort(batch, inflated)? {
            self.begun.remove(&producer);
        }
        Ok(true)
    }
}

fn is_abort(batch: &RecordBatch, inflated: &[u8]) -> Result<bool, BatchError> {
    let Some(record) = RecordViews::new(batch.header(), inflated)?.next() else {
        return Ok(false);
    };
    let key = Bytes::copy_from_slice(record?.key.unwrap_or_default());
    Ok(ControlRecordType::from_key(key) == Ok(Some(ControlRecordType::Abort)))
}

fn message<'a>((topic, partition): (&'a str, i32), record: &RecordView<'_>) -> Message<'a> {
    let (key, key_encoding) = record
        .key
        .map(text)
        .map_or((None, None), |(key, encoding)| (Some(key), encoding));
    let mut headers = BTreeMap::new();
    let mut all_shown = true;
    for header in record.headers() {
        let name = std::str::from_utf8(header.key);
        let value = header.value.map(std::str::from_utf8);
        all_shown &= match (name, value) {
            (Ok(name), Some(Ok(value))) => headers.insert(name.to_owned(), value.to_owned()).is_none(),
            _ => false,
        };
    }
    Message {
        key,
        key_encoding,
        value: record.value.map(|value| STANDARD.encode(value)),
        topic,
        partition,
        offset: record.offset,
        timestamp: record.timestamp,
        headers,
        raw_headers: (!all_shown).then(|| raw_headers(record)),
    }
}

fn raw_headers(record: &RecordView<'_>) -> Vec<RawHeader> {
    let raw = record.headers().map(|header| {
        let (key, key_encoding) = text(header.key);
        RawHeader {
            key,
            key_encoding,
            value: header.value.map(|value| STANDARD.encode(value)),
        }
    });
    raw.collect()
}

/// Bytes as text, and how, where it is not as they are.
fn text(bytes: &[u8]) -> (String, Option<&'static str>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(_) => (STANDARD.encode(bytes), Some("base64")),
    }
}

#[cfg(test)]
mod tests;
