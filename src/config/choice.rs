//! Settings whose value is one of a few words, as types.

use super::typed::FromValue;
use super::value::Value;

/// What happens to old records of a topic. With neither, they are kept for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CleanupPolicy {
    /// Only the last record of each key is kept.
    pub compact: bool,
    /// Records go when they are too old or too many.
    pub delete: bool,
}

impl FromValue for CleanupPolicy {
    fn from_value(value: Option<Value>) -> Result<Self, String> {
        let words = Vec::<String>::from_value(value)?;
        let has = |word: &str| words.iter().any(|w| w == word);
        Ok(CleanupPolicy {
            compact: has("compact"),
            delete: has("delete"),
        })
    }
}

macro_rules! choice {
    ($(#[$meta:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub enum $type { $($(#[$doc])* $variant,)+ }

        impl $type {
            /// As it is written in a file.
            pub const fn name(self) -> &'static str {
                match self { $($type::$variant => $word,)+ }
            }
        }

        impl FromValue for $type {
            fn from_value(value: Option<Value>) -> Result<Self, String> {
                match String::from_value(value)?.as_str() {
                    $($word => Ok($type::$variant),)+
                    _ => Err(concat!("String must be one of:", $(" ", $word),+).to_owned()),
                }
            }
        }
    };
}

choice! {
    /// Which codec a topic's batches are stored with.
    CompressionType {
        /// The one they came with.
        #[default]
        Producer = "producer",
        /// None.
        Uncompressed = "uncompressed",
        /// gzip.
        Gzip = "gzip",
        /// snappy, in Java's framing.
        Snappy = "snappy",
        /// lz4 frames.
        Lz4 = "lz4",
        /// zstd.
        Zstd = "zstd",
    }
}

choice! {
    /// Whose time a record carries.
    TimestampType {
        /// The producer's.
        #[default]
        CreateTime = "CreateTime",
        /// The broker's, from when it was appended.
        LogAppendTime = "LogAppendTime",
    }
}

choice! {
    /// When a record counts as stored.
    Durability {
        /// Once it is on stable storage.
        #[default]
        Fsync = "fsync",
        /// Once the operating system has it.
        Os = "os",
    }
}
