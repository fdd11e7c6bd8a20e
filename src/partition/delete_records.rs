//! Deleting records on a client's request: the log's start moves, at once for readers; files go with retention.

use super::{Partition, PartitionError};
use crate::ids::Offset;

/// How far records are to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteUpTo {
    /// All that are committed.
    HighWatermark,
    /// Those below this offset.
    Offset(Offset),
}

impl Partition {
    /// Deletes records; gives the first offset that is left. Readers see that at once; it outlives a crash once the
    /// registry has written its checkpoint.
    pub fn delete_records(&self, upto: DeleteUpTo) -> Result<Offset, PartitionError> {
        let _leadership = self.leadership.lock();
        self.leading()?;
        let policy = self.settings().cleanup_policy;
        if policy.compact && !policy.delete {
            return Err(PartitionError::CompactedOnly(self.name.clone()));
        }
        let high_watermark = self.high_watermark();
        let offset = match upto {
            DeleteUpTo::HighWatermark => high_watermark,
            DeleteUpTo::Offset(offset) => offset,
        };
        if offset < Offset::ZERO || offset > high_watermark {
            return Err(PartitionError::OffsetOutOfRange {
                offset,
                start: self.log_start_offset(),
                end: high_watermark,
            });
        }
        self.log.increment_log_start_offset(offset)?;
        Ok(self.log_start_offset())
    }
}
