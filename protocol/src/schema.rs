//! Message definitions as data: what the derive macro knows of a struct, for bounds, tests and documentation.
//!
//! Nothing here reads or writes; decoding asks it only how small an element can be.

use crate::version::{Format, VersionRange};

/// The type of a value on the wire.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// One byte, 0 for false.
    Bool,
    /// Big-endian, signed, one byte.
    Int8,
    /// Big-endian, signed, two bytes. Error codes, too.
    Int16,
    /// Big-endian, signed, four bytes.
    Int32,
    /// Big-endian, signed, eight bytes.
    Int64,
    /// Big-endian, unsigned, two bytes.
    Uint16,
    /// Big-endian, unsigned, four bytes.
    Uint32,
    /// Big-endian, IEEE 754, eight bytes.
    Float64,
    /// Sixteen raw bytes.
    Uuid,
    /// UTF-8 of at most 32,767 bytes, after its length.
    String,
    /// Bytes, or record batches, after their length.
    Bytes,
    /// Values of one kind, after their count.
    Array(&'static Kind),
    /// Fields in order, then, in flexible versions, the tagged ones.
    Struct(&'static StructSchema),
}

/// The definition of a message or of a struct within one.
#[derive(Debug, Clone, Copy)]
pub struct StructSchema {
    /// Kafka's name for it.
    pub name: &'static str,
    /// Its fields, in the order of the wire.
    pub fields: &'static [FieldSchema],
}

/// The definition of one field.
#[derive(Debug, Clone, Copy)]
pub struct FieldSchema {
    /// Kafka's name for it, in snake case.
    pub name: &'static str,
    /// Its type, null aside.
    pub kind: Kind,
    /// The versions that have the field.
    pub versions: VersionRange,
    /// The versions in which it may be null.
    pub nullable: Option<VersionRange>,
    /// Its value where the version lacks it, as Kafka writes it; `None` for the type's own (0, empty).
    pub default: Option<&'static str>,
    /// Its number and versions as a tagged field.
    pub tagged: Option<(u32, VersionRange)>,
    /// Whether a value that the version has no room for is dropped rather than refused.
    pub ignorable: bool,
    /// Whether flexible versions, too, write it with its old lengths.
    pub rigid: bool,
}

impl Kind {
    /// The fewest bytes that a value of this kind takes.
    pub fn min_size(self, format: Format) -> usize {
        match self {
            Kind::Bool | Kind::Int8 => 1,
            Kind::Int16 | Kind::Uint16 => 2,
            Kind::Int32 | Kind::Uint32 => 4,
            Kind::Int64 | Kind::Float64 => 8,
            Kind::Uuid => 16,
            Kind::String | Kind::Bytes | Kind::Array(_) if format.flexible => 1,
            Kind::String => 2,
            Kind::Bytes | Kind::Array(_) => 4,
            Kind::Struct(schema) => schema.min_size(format),
        }
    }
}

impl StructSchema {
    /// The fewest bytes that the struct takes: every field it has at that version, empty or null.
    fn min_size(&self, format: Format) -> usize {
        let tags = usize::from(format.flexible);
        self.fields
            .iter()
            .fold(tags, |sum, field| sum.saturating_add(field.min_size(format)))
    }
}

impl FieldSchema {
    fn min_size(&self, format: Format) -> usize {
        let tagged = self
            .tagged
            .is_some_and(|(_, versions)| versions.contains(format.version));
        if tagged || !self.versions.contains(format.version) {
            return 0;
        }
        let null = self.nullable.is_some_and(|versions| versions.contains(format.version));
        match self.kind {
            Kind::Struct(_) if null => 1,
            kind if self.rigid => kind.min_size(format.rigid()),
            kind => kind.min_size(format),
        }
    }
}
