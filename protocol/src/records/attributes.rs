//! The 16 attribute bits of a record batch.
//!
//! Bits 0–2 codec, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon; the rest is unused and kept as
//! found.

use super::BatchError;
use crate::compression::Compression;

/// Who set the timestamps of a batch's records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TimestampType {
    /// The producer, one for each record.
    #[default]
    CreateTime,
    /// The broker: every record has the batch's maximum timestamp.
    LogAppendTime,
}

/// The attributes field of a batch header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Attributes(pub i16);

const CODEC: i16 = 0b111;
const LOG_APPEND_TIME: i16 = 1 << 3;
const TRANSACTIONAL: i16 = 1 << 4;
const CONTROL: i16 = 1 << 5;
const DELETE_HORIZON: i16 = 1 << 6;

impl Attributes {
    /// The codec of the records; an error names the id that no codec has.
    pub fn compression(self) -> Result<Compression, BatchError> {
        // Three bits always fit.
        let id = (self.0 & CODEC) as u8;
        Compression::from_id(id).ok_or(BatchError::UnknownCodec { id })
    }

    /// Who set the timestamps.
    pub const fn timestamp_type(self) -> TimestampType {
        if self.0 & LOG_APPEND_TIME == 0 {
            TimestampType::CreateTime
        } else {
            TimestampType::LogAppendTime
        }
    }

    /// Whether the batch belongs to a transaction.
    pub const fn is_transactional(self) -> bool {
        self.0 & TRANSACTIONAL != 0
    }

    /// Whether the records are control records (transaction markers, leader changes, …), which no consumer is shown.
    pub const fn is_control(self) -> bool {
        self.0 & CONTROL != 0
    }

    /// Whether the base timestamp holds the time after which tombstones and markers may be removed.
    pub const fn has_delete_horizon(self) -> bool {
        self.0 & DELETE_HORIZON != 0
    }

    /// The same attributes with another codec.
    pub const fn with_compression(self, codec: Compression) -> Attributes {
        Attributes((self.0 & !CODEC) | codec.id() as i16)
    }

    /// The same attributes with another timestamp type.
    pub const fn with_timestamp_type(self, timestamp_type: TimestampType) -> Attributes {
        self.with(LOG_APPEND_TIME, matches!(timestamp_type, TimestampType::LogAppendTime))
    }

    /// The same attributes, transactional or not.
    pub const fn with_transactional(self, on: bool) -> Attributes {
        self.with(TRANSACTIONAL, on)
    }

    /// The same attributes, of a control batch or not.
    pub const fn with_control(self, on: bool) -> Attributes {
        self.with(CONTROL, on)
    }

    /// The same attributes, with or without a delete horizon.
    pub const fn with_delete_horizon(self, on: bool) -> Attributes {
        self.with(DELETE_HORIZON, on)
    }

    const fn with(self, bit: i16, on: bool) -> Attributes {
        Attributes(if on { self.0 | bit } else { self.0 & !bit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_is_set_and_read_alone() {
        let none = Attributes::default();
        assert_eq!(none.with_transactional(true), Attributes(0x10));
        assert_eq!(none.with_control(true), Attributes(0x20));
        assert_eq!(none.with_delete_horizon(true), Attributes(0x40));
        assert_eq!(none.with_timestamp_type(TimestampType::LogAppendTime), Attributes(0x08));
        assert_eq!(none.with_compression(Compression::Zstd), Attributes(0x04));
        let all = Attributes(0x7c);
        assert!(all.is_transactional() && all.is_control() && all.has_delete_horizon());
        assert_eq!(all.timestamp_type(), TimestampType::LogAppendTime);
        assert_eq!(all.compression(), Ok(Compression::Zstd));
        assert_eq!(
            all.with_transactional(false)
                .with_control(false)
                .with_delete_horizon(false),
            Attributes(0x0c)
        );
    }

    #[test]
    fn an_unknown_codec_is_named() {
        for id in 5..8 {
            assert_eq!(
                Attributes(i16::from(id)).compression(),
                Err(BatchError::UnknownCodec { id })
            );
        }
    }
}
