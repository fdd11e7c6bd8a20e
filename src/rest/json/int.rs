//! Integers that keep their range.

use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// A JSON integer from `MIN` to `MAX`. Fractions and numbers in quotes are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Int<const MIN: i64, const MAX: i64>(i64);

/// A JSON integer from 0 to `MAX`.
pub type NonNegative<const MAX: i64> = Int<0, MAX>;

impl<const MIN: i64, const MAX: i64> Int<MIN, MAX> {
    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }

    /// The number; the nearest that 16 bits hold, where the range is larger.
    pub fn as_i16(self) -> i16 {
        self.0.clamp(i64::from(i16::MIN), i64::from(i16::MAX)) as i16
    }

    /// The number; the nearest that 32 bits hold, where the range is larger.
    pub fn as_i32(self) -> i32 {
        self.0.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
    }

    /// The number, 0 where it is negative.
    pub fn as_u64(self) -> u64 {
        u64::try_from(self.0).unwrap_or(0)
    }
}

impl<'de, const MIN: i64, const MAX: i64> Deserialize<'de> for Int<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(IntVisitor)
    }
}

struct IntVisitor<const MIN: i64, const MAX: i64>;

impl<const MIN: i64, const MAX: i64> Visitor<'_> for IntVisitor<MIN, MAX> {
    type Value = Int<MIN, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an integer from {MIN} to {MAX}")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        if (MIN..=MAX).contains(&number) {
            Ok(Int(number))
        } else {
            Err(E::invalid_value(Unexpected::Signed(number), &self))
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            Err(_) => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<i64, String> {
        let number = serde_json::from_str::<Int<-1, 1>>(text);
        number.map(Int::get).map_err(|error| error.to_string())
    }

    #[test]
    fn a_number_within_the_range_is_read() {
        assert_eq!((read("-1"), read("0"), read("1")), (Ok(-1), Ok(0), Ok(1)));
        assert_eq!(
            serde_json::from_str::<NonNegative<{ i64::MAX }>>("9223372036854775807")
                .unwrap()
                .get(),
            i64::MAX
        );
    }

    #[test]
    fn anything_else_is_refused() {
        for wrong in [
            "2",
            "-2",
            "1.0",
            "1e0",
            "\"1\"",
            "true",
            "null",
            "[]",
            "{}",
            "18446744073709551615",
            "1e999",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(
            read("2")
                .unwrap_err()
                .starts_with("invalid value: integer `2`, expected an integer from -1 to 1")
        );
    }

    #[test]
    fn a_smaller_type_holds_the_nearest_number() {
        let number: Int<-1, 40_000> = serde_json::from_str("40000").unwrap();
        assert_eq!(
            (number.as_i16(), number.as_i32(), number.as_u64()),
            (i16::MAX, 40_000, 40_000)
        );
        let number: Int<-1, 1> = serde_json::from_str("-1").unwrap();
        assert_eq!((number.as_i16(), number.as_i32(), number.as_u64()), (-1, -1, 0));
    }
}
