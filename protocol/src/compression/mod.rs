//! The codecs of a record batch's records, as Kafka numbers and names them.
//!
//! Knows bytes and codecs only: nothing of batches, records or settings. Decompression is bounded: output never grows
//! past the caller's limit, however small the input that asks for it.

mod bounded;
mod error;
mod gzip;
mod lz4;
mod snappy;
mod zstd;

use std::io::{self, Read};
use std::ops::RangeInclusive;

use bytes::Bytes;

pub use error::CompressionError;

/// How the records of a batch are compressed: bits 0–2 of its attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Compression {
    /// Records as they are.
    #[default]
    None,
    /// RFC 1952.
    Gzip,
    /// Snappy in the block framing of snappy-java.
    Snappy,
    /// The LZ4 frame format.
    Lz4,
    /// RFC 8878.
    Zstd,
}

impl Compression {
    /// All codecs, in the order of their ids.
    pub const ALL: [Compression; 5] = [
        Compression::None,
        Compression::Gzip,
        Compression::Snappy,
        Compression::Lz4,
        Compression::Zstd,
    ];

    /// The codec with this id, if Kafka knows one.
    pub const fn from_id(id: u8) -> Option<Compression> {
        match id {
            0 => Some(Compression::None),
            1 => Some(Compression::Gzip),
            2 => Some(Compression::Snappy),
            3 => Some(Compression::Lz4),
            4 => Some(Compression::Zstd),
            _ => None,
        }
    }

    /// The id in a batch's attributes.
    pub const fn id(self) -> u8 {
        match self {
            Compression::None => 0,
            Compression::Gzip => 1,
            Compression::Snappy => 2,
            Compression::Lz4 => 3,
            Compression::Zstd => 4,
        }
    }

    /// The name in Kafka's settings (`compression.type`).
    pub const fn name(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Snappy => "snappy",
            Compression::Lz4 => "lz4",
            Compression::Zstd => "zstd",
        }
    }

    /// The codec with this name in Kafka's settings.
    pub fn from_name(name: &str) -> Option<Compression> {
        Compression::ALL.into_iter().find(|codec| codec.name() == name)
    }

    /// The levels that Kafka's settings allow, where the codec has levels. Gzip also takes −1, its default.
    pub const fn levels(self) -> Option<RangeInclusive<i32>> {
        match self {
            Compression::None | Compression::Snappy => None,
            Compression::Gzip => Some(1..=9),
            Compression::Lz4 => Some(1..=17),
            Compression::Zstd => Some(-131_072..=22),
        }
    }

    /// Whether Kafka's settings allow this level; any is allowed, and ignored, where the codec has none.
    pub fn allows_level(self, level: i32) -> bool {
        let gzip_default = self == Compression::Gzip && level == -1;
        gzip_default || self.levels().is_none_or(|levels| levels.contains(&level))
    }
}

/// Compresses `data` so that every Kafka client can read it. Without a level the codec's default is taken.
///
/// LZ4 has one speed here: its levels are checked, and give the same output.
pub fn compress(codec: Compression, level: Option<i32>, data: &[u8]) -> Result<Vec<u8>, CompressionError> {
    if let Some(level) = level.filter(|level| !codec.allows_level(*level)) {
        return Err(CompressionError::Level { codec, level });
    }
    match codec {
        Compression::None => Ok(data.to_vec()),
        Compression::Gzip => gzip::compress(level, data),
        Compression::Snappy => snappy::compress(data),
        Compression::Lz4 => lz4::compress(data),
        Compression::Zstd => zstd::compress(level, data),
    }
}

/// Whether the codec's data can be inflated piece by piece, see [`reader`]. Those that cannot are the ones whose output
/// is at most 255 times their input.
pub(crate) fn streams(codec: Compression) -> bool {
    matches!(codec, Compression::Gzip | Compression::Zstd)
}

/// Inflates `data` piece by piece, in memory that does not grow with what it inflates to.
pub(crate) fn reader(codec: Compression, data: &Bytes) -> Result<Box<dyn Read + '_>, CompressionError> {
    Ok(match codec {
        Compression::Gzip => Box::new(gzip::reader(data)),
        Compression::Zstd => Box::new(zstd::reader(data)?),
        Compression::None | Compression::Snappy | Compression::Lz4 => {
            Box::new(io::Cursor::new(decompress(codec, data, usize::MAX)?))
        }
    })
}

/// Decompresses `data` to at most `max` bytes; more is an error, found without allocating more than `max`.
pub fn decompress(codec: Compression, data: &Bytes, max: usize) -> Result<Bytes, CompressionError> {
    let inflated = match codec {
        Compression::None if data.len() > max => return Err(CompressionError::TooLarge { codec, max }),
        Compression::None => return Ok(data.clone()),
        Compression::Gzip => gzip::decompress(data, max)?,
        Compression::Snappy => snappy::decompress(data, max)?,
        Compression::Lz4 => lz4::decompress(data, max)?,
        Compression::Zstd => zstd::decompress(data, max)?,
    };
    Ok(Bytes::from(inflated))
}
