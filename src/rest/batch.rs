//! From the messages of a request to one record batch.

use bytes::Bytes;
use dmq_protocol::compression::Compression;
use dmq_protocol::records::{BatchBuilder, BuildError, RecordHeader, TimestampType};
use dmq_protocol::{ErrorCode, StrBytes};

use super::produce::ProducedMessage;
use super::refusal::Refused;
use crate::api::produce::Refusal;
use crate::ids::{ProducerEpoch, ProducerId, Sequence};

/// The records of a request in the making: all but who produces them.
#[derive(Debug)]
pub struct Records(BatchBuilder);

impl Records {
    /// Encodes the messages; those without a timestamp get `now_ms`.
    pub fn encode(messages: Vec<ProducedMessage>, now_ms: i64) -> Result<Records, Refused> {
        let mut builder = BatchBuilder::new(0, Compression::None, TimestampType::CreateTime);
        for message in messages {
            let headers: Vec<RecordHeader> = message
                .headers
                .0
                .into_iter()
                .map(|(name, value)| RecordHeader {
                    key: StrBytes::from(name),
                    value: Some(Bytes::from(value)),
                })
                .collect();
            let timestamp = message.timestamp.unwrap_or(now_ms);
            let key = message.key.as_deref().map(str::as_bytes);
            builder
                .append(timestamp, key, Some(&message.value), &headers)
                .map_err(refusal)?;
        }
        Ok(Records(builder))
    }

    /// The batch of a producer that says nothing of itself.
    pub fn anonymous(self) -> Result<Bytes, Refusal> {
        self.0.build().map_err(refusal)
    }

    /// The batch of a producer whose first record has the sequence `first`.
    pub fn sequenced(
        self,
        ProducerId(id): ProducerId,
        ProducerEpoch(epoch): ProducerEpoch,
        Sequence(first): Sequence,
    ) -> Result<Bytes, Refusal> {
        self.0.producer(id, epoch, first).build().map_err(refusal)
    }
}

fn refusal(error: BuildError) -> Refusal {
    let code = match error {
        BuildError::TooLarge { .. } => ErrorCode::MESSAGE_TOO_LARGE,
        BuildError::Timestamp { .. } => ErrorCode::INVALID_TIMESTAMP,
        BuildError::Empty => ErrorCode::INVALID_REQUEST,
        BuildError::Offset { .. } | BuildError::Compression(_) => ErrorCode::UNKNOWN_SERVER_ERROR,
    };
    Refusal {
        message: error.to_string(),
        ..Refusal::from(code)
    }
}

#[cfg(test)]
mod tests {
    use dmq_protocol::records::RecordBatch;

    use super::super::json::HeaderFields;
    use super::*;

    fn message(key: Option<&str>, value: &str, timestamp: Option<i64>) -> ProducedMessage {
        ProducedMessage {
            key: key.map(str::to_owned),
            value: value.as_bytes().to_vec(),
            timestamp,
            headers: HeaderFields(vec![("h".to_owned(), "1".to_owned())]),
        }
    }

    #[test]
    fn messages_become_the_records_that_a_kafka_producer_would_send() {
        let messages = vec![message(Some("k"), "v", Some(9)), message(None, "w", None)];
        let records = Records::encode(messages, 7).unwrap();
        let mut bytes = records.sequenced(ProducerId(5), ProducerEpoch(2), Sequence(3)).unwrap();
        let batch = RecordBatch::split_first(&mut bytes).unwrap();
        assert!(bytes.is_empty() && batch.verify_crc());
        assert_eq!(
            (batch.base_offset(), batch.record_count(), batch.max_timestamp()),
            (0, 2, 9)
        );
        assert_eq!(
            (batch.producer_id(), batch.producer_epoch(), batch.base_sequence()),
            (5, 2, 3)
        );
        let records: Vec<_> = batch.records(1_000).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!((records[0].timestamp, records[1].timestamp), (9, 7));
        assert_eq!(
            (records[0].key.as_deref(), records[1].key.as_deref()),
            (Some(&b"k"[..]), None)
        );
        assert_eq!(records[1].value.as_deref(), Some(&b"w"[..]));
        assert_eq!(records[0].headers[0].value.as_deref(), Some(&b"1"[..]));
    }

    #[test]
    fn without_a_producer_the_batch_names_none() {
        let records = Records::encode(vec![message(None, "v", None)], 7).unwrap();
        let batch = RecordBatch::split_first(&mut records.anonymous().unwrap()).unwrap();
        assert_eq!(
            (batch.producer_id(), batch.producer_epoch(), batch.base_sequence()),
            (-1, -1, -1)
        );
    }
}
