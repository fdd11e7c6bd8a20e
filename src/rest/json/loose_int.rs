//! Integers that may stand in quotes, as serializers for JavaScript clients write 64-bit ones.

use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// A JSON integer from `MIN` to `MAX`, plain or as a string of its digits. Fractions are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LooseInt<const MIN: i64, const MAX: i64>(pub i64);

/// The id of a broker, or a partition's number.
pub type Id = LooseInt<0, { i32::MAX as i64 }>;
/// A version, an epoch or a time.
pub type Count = LooseInt<0, { i64::MAX }>;
/// A TCP port.
pub type Port = LooseInt<1, 65535>;

impl<const MIN: i64, const MAX: i64> LooseInt<MIN, MAX> {
    /// The number; the nearest that 32 bits hold, where the range is larger.
    pub fn as_i32(self) -> i32 {
        self.0.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
    }

    /// The number; the nearest that 16 bits without a sign hold, where the range is larger.
    pub fn as_u16(self) -> u16 {
        self.0.clamp(0, i64::from(u16::MAX)) as u16
    }
}

impl<'de, const MIN: i64, const MAX: i64> Deserialize<'de> for LooseInt<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor<const MIN: i64, const MAX: i64>;

impl<const MIN: i64, const MAX: i64> Visitor<'_> for LooseVisitor<MIN, MAX> {
    type Value = LooseInt<MIN, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an integer from {MIN} to {MAX}")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        match (MIN..=MAX).contains(&number) {
            true => Ok(LooseInt(number)),
            false => Err(E::invalid_value(Unexpected::Signed(number), &self)),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            Err(_) => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse().ok().filter(|_| plain) {
            Some(number) => self.visit_i64(number),
            None => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_in_quotes_are_the_number() {
        let read = |text: &str| serde_json::from_str::<Count>(text).map(|number| number.0).ok();
        assert_eq!((read("7"), read("\"7\"")), (Some(7), Some(7)));
        assert_eq!(read("\"9223372036854775807\""), Some(i64::MAX));
        for wrong in [
            "-1",
            "\"-1\"",
            "\"\"",
            "\"+1\"",
            "\" 1\"",
            "\"1.0\"",
            "1.0",
            "1e3",
            "true",
            "null",
            "[]",
            "\"0x1\"",
            "\"-\"",
            "\"9223372036854775808\"",
            "18446744073709551615",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        let port = serde_json::from_str::<Port>("0").unwrap_err().to_string();
        assert!(
            port.starts_with("invalid value: integer `0`, expected an integer from 1 to 65535"),
            "{port}"
        );
    }
}
