//! Kafka's 128-bit ids: raw on the wire, 22 characters of unpadded base64url to people and in files.

use std::fmt;
use std::str::FromStr;

/// A topic id, directory id, cluster id or the like.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uuid(pub [u8; 16]);

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl Uuid {
    /// "No id" on the wire.
    pub const ZERO: Uuid = Uuid([0; 16]);
    /// The topic id of `__cluster_metadata`; also the first reserved id.
    pub const METADATA_TOPIC: Uuid = Uuid::from_u128(1);

    /// The id with these bits, most significant first.
    pub const fn from_u128(bits: u128) -> Uuid {
        Uuid(bits.to_be_bytes())
    }

    /// The id's bits, most significant first.
    pub const fn as_u128(self) -> u128 {
        u128::from_be_bytes(self.0)
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // 22 digits of 6 bits hold 132 bits: the last digit carries 4 bits of padding on its right.
        let bits = self.as_u128();
        for digit in 0..22u32 {
            let six = match digit {
                21 => (bits << 4) & 0x3f,
                _ => (bits >> (122 - 6 * digit)) & 0x3f,
            };
            let symbol = ALPHABET.get(six as usize).copied().unwrap_or(b'A');
            fmt::Write::write_char(f, char::from(symbol))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not 22 characters of base64url.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an id: 22 characters of base64url are needed")]
pub struct UuidParseError(String);

impl FromStr for Uuid {
    type Err = UuidParseError;

    fn from_str(text: &str) -> Result<Uuid, UuidParseError> {
        let bad = || UuidParseError(text.to_owned());
        let digits = text.strip_suffix("==").unwrap_or(text).as_bytes();
        if digits.len() != 22 {
            return Err(bad());
        }
        let mut bits: u128 = 0;
        for (place, symbol) in digits.iter().enumerate() {
            let six = ALPHABET.iter().position(|known| known == symbol).ok_or_else(bad)? as u128;
            bits = match place {
                21 => (bits << 2) | (six >> 4),
                _ => (bits << 6) | six,
            };
        }
        Ok(Uuid::from_u128(bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_topic_id_reads_as_kafka_prints_it() {
        assert_eq!(Uuid::METADATA_TOPIC.to_string(), "AAAAAAAAAAAAAAAAAAAAAQ");
        assert_eq!("AAAAAAAAAAAAAAAAAAAAAQ".parse(), Ok(Uuid::METADATA_TOPIC));
    }

    #[test]
    fn text_round_trips_and_garbage_is_refused() {
        for text in ["4L6g3nShT-eMCtK--X86sw", "q1Sh-9_ISia_zwGINzRvyQ"] {
            assert_eq!(text.parse::<Uuid>().map(|id| id.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "short", "4L6g3nShT+eMCtK//X86sw", "4L6g3nShT-eMCtK--X86sw0"] {
            assert!(text.parse::<Uuid>().is_err(), "{text}");
        }
    }
}
