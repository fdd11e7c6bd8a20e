//! Reads values from a frame, in order. Strings and bytes come out as slices of the frame.
//!
//! A failed read says which field it was in and where it began; the reader is then of no more use.

use bytes::Bytes;

use super::error::{DecodeError, DecodeReason};
use super::parse::{self, Fault, Parsed};
use super::{ARRAY_LEN_MAX, STRING_LEN_MAX, TAGS_MAX, Wire};
use crate::schema::Kind;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;
use crate::version::Format;

/// A place in a frame. Invariant: `position <= end <= frame.len()`.
#[derive(Debug)]
pub struct Reader {
    frame: Bytes,
    position: usize,
    end: usize,
    field: &'static str,
}

/// Reads what a known tag holds; false if the tag is unknown. See [`Reader::take_tags`].
type TakeTag<'a> = &'a mut dyn FnMut(&mut Reader, u32) -> Result<bool, DecodeError>;

impl Reader {
    /// Starts at the front of `frame`.
    pub fn new(frame: Bytes) -> Reader {
        let end = frame.len();
        Reader {
            frame,
            position: 0,
            end,
            field: "start",
        }
    }

    /// How many bytes have been read.
    pub fn position(&self) -> usize {
        self.position
    }

    /// How many bytes are left.
    pub fn remaining(&self) -> usize {
        self.end - self.position
    }

    /// What is left, to be looked at without reading it.
    pub fn peek(&self) -> &[u8] {
        self.frame.get(self.position..self.end).unwrap_or_default()
    }

    /// Everything that is left, as a slice of the frame.
    pub fn rest(&mut self) -> Bytes {
        let rest = self.frame.slice(self.position..self.end);
        self.position = self.end;
        rest
    }

    /// Refuses leftovers.
    pub fn finish(&self) -> Result<(), DecodeError> {
        match self.remaining() {
            0 => Ok(()),
            left => Err(self.error(DecodeReason::TrailingBytes(left))),
        }
    }

    /// An error here.
    #[cold]
    pub(crate) fn error(&self, reason: DecodeReason) -> DecodeError {
        DecodeError::new(reason, self.field, self.position)
    }

    #[cold]
    fn fault(&self, error: nom::Err<Fault>) -> DecodeError {
        self.error(match error {
            nom::Err::Error(Fault::VarintTooLong) | nom::Err::Failure(Fault::VarintTooLong) => {
                DecodeReason::VarintTooLong
            }
            _ => DecodeReason::Truncated { left: self.remaining() },
        })
    }

    #[inline]
    fn parse<T>(&mut self, parser: impl FnOnce(&[u8]) -> Parsed<'_, T>) -> Result<T, DecodeError> {
        let input = self.frame.get(self.position..self.end).unwrap_or_default();
        match parser(input) {
            Ok((rest, value)) => {
                self.position = self.end - rest.len();
                Ok(value)
            }
            Err(error) => Err(self.fault(error)),
        }
    }

    /// `N` raw bytes, of which the numbers are made.
    #[inline]
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.parse(parse::fixed::<N>)
    }

    /// An `int8`.
    pub fn i8(&mut self) -> Result<i8, DecodeError> {
        self.fixed().map(i8::from_be_bytes)
    }

    /// An `int16`.
    pub fn i16(&mut self) -> Result<i16, DecodeError> {
        self.fixed().map(i16::from_be_bytes)
    }

    /// An `int32`.
    pub fn i32(&mut self) -> Result<i32, DecodeError> {
        self.fixed().map(i32::from_be_bytes)
    }

    /// An `int64`.
    pub fn i64(&mut self) -> Result<i64, DecodeError> {
        self.fixed().map(i64::from_be_bytes)
    }

    /// A UUID.
    pub fn uuid(&mut self) -> Result<Uuid, DecodeError> {
        self.fixed().map(Uuid)
    }

    /// An unsigned variable-length integer of at most five bytes.
    pub fn uvarint(&mut self) -> Result<u32, DecodeError> {
        self.parse(parse::uvarint)
    }

    /// A zigzag variable-length integer of at most five bytes.
    pub fn varint(&mut self) -> Result<i32, DecodeError> {
        self.parse(parse::varint)
    }

    /// A zigzag variable-length integer of at most ten bytes.
    pub fn varlong(&mut self) -> Result<i64, DecodeError> {
        self.parse(parse::varlong)
    }

    /// `len` bytes, as a slice of the frame.
    pub fn slice(&mut self, len: usize) -> Result<Bytes, DecodeError> {
        let start = self.position;
        self.parse(|input| parse::run(len)(input).map(|(rest, _)| (rest, ())))?;
        Ok(self.frame.slice(start..self.position))
    }

    /// Bytes after their length (compact: uvarint of length + 1; else int32); `None` is null.
    pub fn nullable_bytes(&mut self, format: Format) -> Result<Option<Bytes>, DecodeError> {
        match self.length(format)? {
            Some(len) => self.slice(len).map(Some),
            None => Ok(None),
        }
    }

    /// A string after its length (compact: uvarint of length + 1; else int16); `None` is null.
    pub fn nullable_string(&mut self, format: Format) -> Result<Option<StrBytes>, DecodeError> {
        let start = self.position;
        let len = if format.flexible {
            self.length(format)?
        } else {
            let len = self.i16()?;
            self.non_negative(i32::from(len))?
        };
        let Some(len) = len else { return Ok(None) };
        if len > STRING_LEN_MAX {
            return Err(DecodeError::new(DecodeReason::StringTooLong(len), self.field, start));
        }
        let bytes = self.slice(len)?;
        let text = StrBytes::from_utf8(bytes);
        text.map(Some)
            .map_err(|_| DecodeError::new(DecodeReason::NotUtf8, self.field, start))
    }

    /// The count of an array whose elements take at least `element_min` bytes each; `None` is null. A count that the
    /// bytes left cannot hold is refused.
    pub fn array_len(
        &mut self,
        format: Format,
        element_min: impl FnOnce() -> usize,
    ) -> Result<Option<usize>, DecodeError> {
        let Some(count) = self.length(format)? else {
            return Ok(None);
        };
        let left = self.remaining();
        // One element costs its reader no more than the attempt, so its size need not be worked out.
        if count > 1 && (count > ARRAY_LEN_MAX || count > left / element_min().max(1)) {
            return Err(self.error(DecodeReason::ArrayTooLong { count, left }));
        }
        Ok(Some(count))
    }

    fn length(&mut self, format: Format) -> Result<Option<usize>, DecodeError> {
        if format.flexible {
            Ok(self.uvarint()?.checked_sub(1).map(|len| len as usize))
        } else {
            let len = self.i32()?;
            self.non_negative(len)
        }
    }

    fn non_negative(&self, len: i32) -> Result<Option<usize>, DecodeError> {
        match usize::try_from(len) {
            Ok(len) => Ok(Some(len)),
            Err(_) if len == -1 => Ok(None),
            Err(_) => Err(self.error(DecodeReason::NegativeLength(len))),
        }
    }

    /// The value of a field named `field` as `Struct.field`.
    pub fn take<T: Wire>(&mut self, field: &'static str, format: Format) -> Result<T, DecodeError> {
        self.field = field;
        T::take(self, format)
    }

    /// The value of a field that may be null; where this version says `nullable` is false, null is refused.
    pub fn take_nullable<T: Wire>(
        &mut self,
        field: &'static str,
        format: Format,
        nullable: bool,
    ) -> Result<Option<T>, DecodeError> {
        self.field = field;
        if nullable {
            T::take_nullable(self, format)
        } else {
            T::take(self, format).map(Some)
        }
    }

    /// As [`Reader::take_nullable`], for a tagged field: a struct then has an unsigned variable-length integer in front, 0
    /// for null, where it has a byte elsewhere.
    pub fn take_tagged_nullable<T: Wire>(
        &mut self,
        field: &'static str,
        format: Format,
        nullable: bool,
    ) -> Result<Option<T>, DecodeError> {
        if !nullable || !matches!(T::KIND, Kind::Struct(_)) {
            return self.take_nullable(field, format, nullable);
        }
        self.field = field;
        match self.uvarint()? as i32 {
            ..=0 => Ok(None),
            _ => T::take(self, format).map(Some),
        }
    }

    /// The tagged fields at the end of a struct, if the version has any. `known` reads the value of a tag or says that
    /// it does not know it; unknown ones are skipped. A value ends where its size says.
    pub fn take_tags(&mut self, name: &'static str, format: Format, known: TakeTag<'_>) -> Result<(), DecodeError> {
        if !format.flexible {
            return Ok(());
        }
        self.field = name;
        let count = self.uvarint()?;
        // A tag and a size are two bytes at least.
        if count > TAGS_MAX || count as usize > self.remaining() / 2 {
            return Err(self.error(DecodeReason::TooManyTags(count)));
        }
        let mut previous = None;
        for _ in 0..count {
            self.field = name;
            let tag = self.uvarint()?;
            if previous.is_some_and(|previous| tag <= previous) {
                return Err(self.error(DecodeReason::TagOutOfOrder(tag)));
            }
            previous = Some(tag);
            self.take_tag(tag, known)?;
        }
        Ok(())
    }

    /// The end of a struct that knows no tags.
    pub fn skip_tags(&mut self, name: &'static str, format: Format) -> Result<(), DecodeError> {
        self.take_tags(name, format, &mut |_, _| Ok(false))
    }

    fn take_tag(&mut self, tag: u32, known: TakeTag<'_>) -> Result<(), DecodeError> {
        let size = self.uvarint()? as usize;
        if size > self.remaining() {
            return Err(self.error(DecodeReason::Truncated { left: self.remaining() }));
        }
        let outer = self.end;
        self.end = self.position + size;
        if !known(self, tag)? {
            self.position = self.end;
        }
        match self.remaining() {
            0 => self.end = outer,
            left => return Err(self.error(DecodeReason::TagLeftovers { tag, left })),
        }
        Ok(())
    }
}
