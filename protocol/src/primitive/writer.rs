//! Writes values to the end of a buffer. Fails only on what a length field or a version cannot say.

use bytes::{BufMut, Bytes, BytesMut};

use super::error::{EncodeError, EncodeReason};
use super::gap::Gap;
use super::{STRING_LEN_MAX, Wire};
use crate::schema::Kind;
use crate::version::Format;

/// The end of a growing buffer.
#[derive(Debug)]
pub struct Writer<'a> {
    out: &'a mut BytesMut,
    field: &'static str,
    /// Where data from elsewhere belongs; `None`: the caller has no way to fill gaps.
    pub(super) gaps: Option<Vec<Gap>>,
}

impl<'a> Writer<'a> {
    /// Appends to `out`.
    pub fn new(out: &'a mut BytesMut) -> Writer<'a> {
        Writer {
            out,
            field: "start",
            gaps: None,
        }
    }

    /// Appends to `out` and leaves gaps for data that is elsewhere; see [`Writer::into_gaps`].
    pub fn with_gaps(out: &'a mut BytesMut) -> Writer<'a> {
        Writer {
            out,
            field: "start",
            gaps: Some(Vec::new()),
        }
    }

    /// The gaps that were left, by increasing position.
    pub fn into_gaps(self) -> Vec<Gap> {
        self.gaps.unwrap_or_default()
    }

    /// How many bytes the buffer holds, with those from before.
    pub fn position(&self) -> usize {
        self.out.len()
    }

    /// An error here.
    #[cold]
    pub(crate) fn error(&self, reason: EncodeReason) -> EncodeError {
        EncodeError::new(reason, self.field)
    }

    /// Raw bytes; a number's are big-endian.
    #[inline]
    pub fn raw(&mut self, bytes: &[u8]) {
        self.out.put_slice(bytes);
    }

    /// An unsigned variable-length integer.
    pub fn uvarint(&mut self, value: u32) {
        self.base128(u64::from(value));
    }

    /// A zigzag variable-length integer.
    pub fn varint(&mut self, value: i32) {
        self.uvarint(((value << 1) ^ (value >> 31)) as u32);
    }

    /// A zigzag variable-length integer of 64 bits.
    pub fn varlong(&mut self, value: i64) {
        self.base128(((value << 1) ^ (value >> 63)) as u64);
    }

    fn base128(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.put_u8(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.put_u8(value as u8);
    }

    /// Bytes after their length (compact: uvarint of length + 1; else int32); `None` is null.
    pub fn nullable_bytes(&mut self, bytes: Option<&[u8]>, format: Format) -> Result<(), EncodeError> {
        self.length(bytes.map(<[u8]>::len), format)?;
        self.raw(bytes.unwrap_or_default());
        Ok(())
    }

    /// A string after its length (compact: uvarint of length + 1; else int16); `None` is null.
    pub fn nullable_string(&mut self, text: Option<&str>, format: Format) -> Result<(), EncodeError> {
        let len = text.map_or(0, str::len);
        if len > STRING_LEN_MAX {
            return Err(self.error(EncodeReason::TooLong(len)));
        }
        if format.flexible {
            self.length(text.map(str::len), format)?;
        } else {
            self.out.put_i16(text.map_or(-1, |text| text.len() as i16));
        }
        self.raw(text.unwrap_or_default().as_bytes());
        Ok(())
    }

    /// The length of bytes, or the count of an array (compact: uvarint of length + 1; else int32); `None` is null.
    pub fn length(&mut self, len: Option<usize>, format: Format) -> Result<(), EncodeError> {
        let Ok(wire) = len.map_or(Ok(-1), i32::try_from) else {
            return Err(self.error(EncodeReason::TooLong(len.unwrap_or_default())));
        };
        if format.flexible {
            self.uvarint(wire.wrapping_add(1) as u32);
        } else {
            self.out.put_i32(wire);
        }
        Ok(())
    }

    /// The value of a field named `field` as `Struct.field`.
    pub fn put<T: Wire>(&mut self, field: &'static str, value: &T, format: Format) -> Result<(), EncodeError> {
        self.field = field;
        value.put(self, format)
    }

    /// The value of a field that may be null; where this version says `nullable` is false, null is refused.
    pub fn put_nullable<T: Wire>(
        &mut self,
        field: &'static str,
        value: &Option<T>,
        format: Format,
        nullable: bool,
    ) -> Result<(), EncodeError> {
        self.field = field;
        match value {
            value if nullable => T::put_nullable(value.as_ref(), self, format),
            Some(value) => value.put(self, format),
            None => Err(self.error(EncodeReason::NullNotInVersion {
                version: format.version,
            })),
        }
    }

    /// Refuses a field that the version does not have, unless it says nothing.
    pub fn absent(&mut self, field: &'static str, is_default: bool, format: Format) -> Result<(), EncodeError> {
        if is_default {
            return Ok(());
        }
        self.field = field;
        Err(self.error(EncodeReason::FieldNotInVersion {
            version: format.version,
        }))
    }

    /// The end of a struct whose version has tagged fields, though none of them says anything.
    pub fn put_no_tags(&mut self, format: Format) {
        if format.flexible {
            self.out.put_u8(0);
        }
    }

    /// The end of a struct: its tagged fields, if the version has any.
    pub fn put_tags(&mut self, tags: TagSection, format: Format) {
        if format.flexible {
            self.uvarint(tags.count);
            self.raw(&tags.fields);
        }
    }
}

/// The tagged fields of a struct, gathered in order of their tags, as their number is written before them.
#[derive(Debug, Default)]
pub struct TagSection {
    count: u32,
    fields: BytesMut,
}

impl TagSection {
    /// Adds a field. Tags must be added in increasing order.
    pub fn put<T: Wire>(
        &mut self,
        tag: u32,
        field: &'static str,
        value: &T,
        format: Format,
    ) -> Result<(), EncodeError> {
        let mut content = BytesMut::new();
        Writer::new(&mut content).put(field, value, format)?;
        self.add(tag, field, content.freeze())
    }

    /// Adds a field that may be null; see [`Reader::take_tagged_nullable`](super::Reader::take_tagged_nullable).
    pub fn put_nullable<T: Wire>(
        &mut self,
        tag: u32,
        field: &'static str,
        value: &Option<T>,
        format: Format,
        nullable: bool,
    ) -> Result<(), EncodeError> {
        let mut content = BytesMut::new();
        let mut writer = Writer::new(&mut content);
        if nullable && matches!(T::KIND, Kind::Struct(_)) {
            writer.uvarint(value.is_some().into());
            if let Some(value) = value {
                writer.put(field, value, format)?;
            }
        } else {
            writer.put_nullable(field, value, format, nullable)?;
        }
        self.add(tag, field, content.freeze())
    }

    fn add(&mut self, tag: u32, field: &'static str, content: Bytes) -> Result<(), EncodeError> {
        let Ok(size) = u32::try_from(content.len()) else {
            return Err(EncodeError::new(EncodeReason::TooLong(content.len()), field));
        };
        self.count += 1;
        let mut writer = Writer::new(&mut self.fields);
        writer.uvarint(tag);
        writer.uvarint(size);
        writer.raw(&content);
        Ok(())
    }
}
