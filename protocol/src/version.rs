//! Versions of messages: ranges of them, and how a value is laid out at one.

use std::fmt;

/// A closed range of message versions; `max` is `i16::MAX` where Kafka writes `3+`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionRange {
    /// The oldest version in the range.
    pub min: i16,
    /// The newest version in the range.
    pub max: i16,
}

impl VersionRange {
    /// The versions `min` to `max`, both included.
    pub const fn new(min: i16, max: i16) -> VersionRange {
        VersionRange { min, max }
    }

    /// Every version from `min` on.
    pub const fn since(min: i16) -> VersionRange {
        VersionRange { min, max: i16::MAX }
    }

    /// Whether `version` is one of them.
    pub const fn contains(self, version: i16) -> bool {
        self.min <= version && version <= self.max
    }

    /// Every version in the range, oldest first.
    pub fn iter(self) -> impl Iterator<Item = i16> {
        self.min..=self.max
    }
}

/// As Kafka writes ranges: `4-18`, `7`, `12+`.
impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (min, i16::MAX) => write!(f, "{min}+"),
            (min, max) if min == max => write!(f, "{min}"),
            (min, max) => write!(f, "{min}-{max}"),
        }
    }
}

/// How a value is laid out: the message's version, and whether that version is flexible, that is, has compact lengths
/// and tagged fields (KIP-482).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// The version of the message that the value is part of.
    pub version: i16,
    /// Compact lengths and tagged fields.
    pub flexible: bool,
}

impl Format {
    /// The layout of a message at `version`, given the versions in which it is flexible.
    pub const fn new(version: i16, flexible: Option<VersionRange>) -> Format {
        let flexible = match flexible {
            Some(range) => range.contains(version),
            None => false,
        };
        Format { version, flexible }
    }

    /// Whether the version lies in `min..=max`.
    #[inline]
    pub const fn within(self, min: i16, max: i16) -> bool {
        min <= self.version && self.version <= max
    }

    /// The same version without compact lengths, for the fields that stay as they were before KIP-482.
    #[inline]
    pub const fn rigid(self) -> Format {
        Format {
            version: self.version,
            flexible: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_print_as_kafka_writes_them() {
        let printed = [
            VersionRange::new(4, 18),
            VersionRange::new(7, 7),
            VersionRange::since(12),
        ]
        .map(|r| r.to_string());
        assert_eq!(printed, ["4-18", "7", "12+"]);
    }

    #[test]
    fn flexibility_begins_where_the_range_does() {
        let flexible = Some(VersionRange::since(9));
        assert!(!Format::new(8, flexible).flexible);
        assert!(Format::new(9, flexible).flexible);
        assert!(!Format::new(9, None).flexible);
    }
}
