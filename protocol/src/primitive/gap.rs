//! Record data that a message announces but does not hold: it lies in a file and is sent from there.
//!
//! A fetch response of a megabyte is a few hundred bytes around a file range. The message is encoded with its lengths as
//! if the data were in it, and each place where data belongs is noted as a [`Gap`].

use bytes::Bytes;

use super::error::{DecodeError, EncodeError, EncodeReason};
use super::{Reader, Wire, Writer};
use crate::schema::Kind;
use crate::version::Format;

/// Record batches of a fetch response: in the message, or to be sent from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchRecords {
    /// The batches themselves; what decoding gives.
    Here(Bytes),
    /// So many bytes of batches, to be put into the gap by whoever sends the message.
    Elsewhere(usize),
}

/// A place in an encoded message where bytes from elsewhere belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Where in the buffer that was encoded into: the bytes belong before the one with this index.
    pub position: usize,
    /// How many bytes belong there.
    pub len: usize,
}

impl FetchRecords {
    /// How many bytes the batches have.
    pub fn len(&self) -> usize {
        match self {
            FetchRecords::Here(bytes) => bytes.len(),
            FetchRecords::Elsewhere(len) => *len,
        }
    }

    /// Whether there is no batch.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The batches, unless they are elsewhere.
    pub fn bytes(&self) -> Option<&Bytes> {
        match self {
            FetchRecords::Here(bytes) => Some(bytes),
            FetchRecords::Elsewhere(_) => None,
        }
    }
}

impl Default for FetchRecords {
    fn default() -> FetchRecords {
        FetchRecords::Here(Bytes::new())
    }
}

impl From<Bytes> for FetchRecords {
    fn from(bytes: Bytes) -> FetchRecords {
        FetchRecords::Here(bytes)
    }
}

impl Wire for FetchRecords {
    const KIND: Kind = Bytes::KIND;

    fn take(reader: &mut Reader, format: Format) -> Result<FetchRecords, DecodeError> {
        Bytes::take(reader, format).map(FetchRecords::Here)
    }

    fn put(&self, writer: &mut Writer<'_>, format: Format) -> Result<(), EncodeError> {
        match self {
            FetchRecords::Here(bytes) => bytes.put(writer, format),
            FetchRecords::Elsewhere(len) => {
                writer.length(Some(*len), format)?;
                writer.leave_gap(*len)
            }
        }
    }

    fn take_nullable(reader: &mut Reader, format: Format) -> Result<Option<FetchRecords>, DecodeError> {
        Ok(Bytes::take_nullable(reader, format)?.map(FetchRecords::Here))
    }

    fn put_nullable(value: Option<&FetchRecords>, writer: &mut Writer<'_>, format: Format) -> Result<(), EncodeError> {
        match value {
            Some(records) => records.put(writer, format),
            None => Bytes::put_nullable(None, writer, format),
        }
    }
}

impl Writer<'_> {
    fn leave_gap(&mut self, len: usize) -> Result<(), EncodeError> {
        let position = self.position();
        match &mut self.gaps {
            Some(gaps) => {
                gaps.push(Gap { position, len });
                Ok(())
            }
            None => Err(self.error(EncodeReason::DataElsewhere(len))),
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::{Bytes, BytesMut};

    use super::*;
    use crate::Message;
    use crate::messages::fetch::{FetchResponse, FetchableTopicResponse, PartitionData};

    fn response(records: impl Fn(i32) -> Option<FetchRecords>) -> FetchResponse {
        let partition = |index| PartitionData {
            partition_index: index,
            records: records(index),
            ..PartitionData::default()
        };
        let topic = FetchableTopicResponse {
            partitions: vec![partition(0), partition(1), partition(2)],
            ..FetchableTopicResponse::default()
        };
        FetchResponse {
            responses: vec![topic],
            ..FetchResponse::default()
        }
    }

    #[test]
    fn filling_the_gaps_gives_what_encoding_the_data_gives() {
        let data = [Some(&b"first"[..]), None, Some(&b"third batch"[..])];
        let of = |index: i32| data[index as usize];
        let whole = response(|index| of(index).map(|bytes| FetchRecords::Here(Bytes::from_static(bytes))));
        let around = response(|index| of(index).map(|bytes| FetchRecords::Elsewhere(bytes.len())));
        for version in 4..=FetchResponse::VERSIONS.max {
            let mut out = BytesMut::from(&b"before"[..]);
            let gaps = around.encode_around(&mut out, version).unwrap();
            let mut filled = Vec::new();
            let mut from = b"before".len();
            for (gap, bytes) in gaps.iter().zip(data.iter().flatten()) {
                filled.extend_from_slice(&out[from..gap.position]);
                filled.extend_from_slice(bytes);
                from = gap.position;
            }
            filled.extend_from_slice(&out[from..]);
            assert_eq!(whole.encode(version).unwrap(), filled, "version {version}");
        }
    }

    #[test]
    fn data_elsewhere_is_refused_where_nobody_puts_it_in() {
        let error = response(|_| Some(FetchRecords::Elsewhere(7))).encode(12).unwrap_err();
        assert!(error.to_string().contains("7 bytes of records"), "{error}");
    }
}
