//! Why data could not be compressed or decompressed.

use super::Compression;

/// What a codec could not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompressionError {
    /// The data inflates to more than the caller allows.
    #[error("{} data inflates to more than {max} bytes", codec.name())]
    TooLarge {
        /// The data's codec.
        codec: Compression,
        /// The caller's bound in bytes.
        max: usize,
    },
    /// The bytes are not what the codec writes.
    #[error("not {} data: {reason}", codec.name())]
    Malformed {
        /// The codec that the bytes were taken for.
        codec: Compression,
        /// What is wrong with them.
        reason: String,
    },
    /// The level is outside the codec's range.
    #[error("{} has no level {level}", codec.name())]
    Level {
        /// The codec.
        codec: Compression,
        /// The level asked for.
        level: i32,
    },
    /// The codec's library failed on good input.
    #[error("{} could not compress: {reason}", codec.name())]
    Compress {
        /// The codec.
        codec: Compression,
        /// What the library said.
        reason: String,
    },
}

impl CompressionError {
    /// A `Malformed` of this codec.
    pub(crate) fn malformed(codec: Compression, reason: impl ToString) -> CompressionError {
        CompressionError::Malformed {
            codec,
            reason: reason.to_string(),
        }
    }

    /// A `Compress` of this codec.
    pub(super) fn compress(codec: Compression, reason: impl ToString) -> CompressionError {
        CompressionError::Compress {
            codec,
            reason: reason.to_string(),
        }
    }
}
