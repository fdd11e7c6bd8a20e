//! The Rust types that fields have, and how each is laid out.
//!
//! The derive macro adds an implementation for each struct; all else is here. Generated code only names fields and
//! versions and calls these, so that a hundred messages stay cheap to compile.

use bytes::Bytes;

use super::error::{DecodeError, DecodeReason, EncodeError};
use super::reader::Reader;
use super::writer::Writer;
use crate::error_code::ErrorCode;
use crate::schema::Kind;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;
use crate::version::Format;

/// Record batches as they travel, back to back; see the records module for what is in them.
pub type Records = Bytes;

/// A value that a message can hold.
pub trait Wire: Sized {
    /// Its type, for bounds and for documentation.
    const KIND: Kind;

    /// Reads the value.
    fn take(reader: &mut Reader, format: Format) -> Result<Self, DecodeError>;

    /// Writes the value.
    fn put(&self, writer: &mut Writer<'_>, format: Format) -> Result<(), EncodeError>;

    /// Whether a value may hold error codes; what does not is never walked through.
    const HAS_ERROR_CODES: bool = false;

    /// Shows every error code in the value, in the order of the fields.
    fn error_codes(&self, _see: &mut dyn FnMut(ErrorCode)) {}

    /// Reads the value or null: a struct has a byte in front, −1 for null (unless it is tagged, see
    /// [`Reader::take_tagged_nullable`]). What has a length says null with that.
    fn take_nullable(reader: &mut Reader, format: Format) -> Result<Option<Self>, DecodeError> {
        if reader.i8()? < 0 {
            Ok(None)
        } else {
            Self::take(reader, format).map(Some)
        }
    }

    /// Writes the value or null.
    fn put_nullable(value: Option<&Self>, writer: &mut Writer<'_>, format: Format) -> Result<(), EncodeError> {
        match value {
            Some(value) => {
                writer.raw(&1i8.to_be_bytes());
                value.put(writer, format)
            }
            None => {
                writer.raw(&(-1i8).to_be_bytes());
                Ok(())
            }
        }
    }
}

macro_rules! numbers {
    ($($kind:ident => $type:ty),* $(,)?) => {$(
        impl Wire for $type {
            const KIND: Kind = Kind::$kind;

            #[inline]
            fn take(reader: &mut Reader, _: Format) -> Result<Self, DecodeError> {
                reader.fixed().map(<$type>::from_be_bytes)
            }

            #[inline]
            fn put(&self, writer: &mut Writer<'_>, _: Format) -> Result<(), EncodeError> {
                writer.raw(&self.to_be_bytes());
                Ok(())
            }
        }
    )*};
}

numbers! {
    Int8 => i8, Int16 => i16, Int32 => i32, Int64 => i64, Uint16 => u16, Uint32 => u32, Float64 => f64,
}

impl Wire for bool {
    const KIND: Kind = Kind::Bool;

    fn take(reader: &mut Reader, _: Format) -> Result<bool, DecodeError> {
        Ok(reader.i8()? != 0)
    }

    fn put(&self, writer: &mut Writer<'_>, _: Format) -> Result<(), EncodeError> {
        writer.raw(&[u8::from(*self)]);
        Ok(())
    }
}

impl Wire for ErrorCode {
    const KIND: Kind = Kind::Int16;
    const HAS_ERROR_CODES: bool = true;

    fn error_codes(&self, see: &mut dyn FnMut(ErrorCode)) {
        see(*self);
    }

    fn take(reader: &mut Reader, _: Format) -> Result<ErrorCode, DecodeError> {
        reader.i16().map(ErrorCode)
    }

    fn put(&self, writer: &mut Writer<'_>, format: Format) -> Result<(), EncodeError> {
        self.0.put(writer, format)
    }
}

impl Wire for Uuid {
    const KIND: Kind = Kind::Uuid;

    fn take(reader: &mut Reader, _: Format) -> Result<Uuid, DecodeError> {
        reader.uuid()
    }

    fn put(&self, writer: &mut Writer<'_>, _: Format) -> Result<(), EncodeError> {
        writer.raw(&self.0);
        Ok(())
    }
}

/// The value of a field that was read as nullable but must not be null.
fn not_null<T>(value: Option<T>, reader: &Reader) -> Result<T, DecodeError> {
    value.ok_or_else(|| reader.error(DecodeReason::UnexpectedNull))
}

impl Wire for StrBytes {
    const KIND: Kind = Kind::String;

    fn take(reader: &mut Reader, format: Format) -> Result<StrBytes, DecodeError> {
        let value = reader.nullable_string(format)?;
        not_null(value, reader)
    }

    fn put(&self, writer: &mut Writer<'_>, format: Format) -> Result<(), EncodeError> {
        writer.nullable_string(Some(self), format)
    }

    fn take_nullable(reader: &mut Reader, format: Format) -> Result<Option<StrBytes>, DecodeError> {
        reader.nullable_string(format)
    }

    fn put_nullable(value: Option<&StrBytes>, writer: &mut Writer<'_>, format: Format) -> Result<(), EncodeError> {
        writer.nullable_string(value.map(StrBytes::as_str), format)
    }
}

impl Wire for Bytes {
    const KIND: Kind = Kind::Bytes;

    fn take(reader: &mut Reader, format: Format) -> Result<Bytes, DecodeError> {
        let value = reader.nullable_bytes(format)?;
        not_null(value, reader)
    }

    fn put(&self, writer: &mut Writer<'_>, format: Format) -> Result<(), EncodeError> {
        writer.nullable_bytes(Some(self), format)
    }

    fn take_nullable(reader: &mut Reader, format: Format) -> Result<Option<Bytes>, DecodeError> {
        reader.nullable_bytes(format)
    }

    fn put_nullable(value: Option<&Bytes>, writer: &mut Writer<'_>, format: Format) -> Result<(), EncodeError> {
        writer.nullable_bytes(value.map(|bytes| &**bytes), format)
    }
}

impl<T: Wire> Wire for Vec<T> {
    const KIND: Kind = Kind::Array(&T::KIND);
    const HAS_ERROR_CODES: bool = T::HAS_ERROR_CODES;

    fn error_codes(&self, see: &mut dyn FnMut(ErrorCode)) {
        if T::HAS_ERROR_CODES {
            self.iter().for_each(|element| element.error_codes(see));
        }
    }

    fn take(reader: &mut Reader, format: Format) -> Result<Vec<T>, DecodeError> {
        let value = Vec::take_nullable(reader, format)?;
        not_null(value, reader)
    }

    fn put(&self, writer: &mut Writer<'_>, format: Format) -> Result<(), EncodeError> {
        Vec::put_nullable(Some(self), writer, format)
    }

    fn take_nullable(reader: &mut Reader, format: Format) -> Result<Option<Vec<T>>, DecodeError> {
        let Some(count) = reader.array_len(format, || T::KIND.min_size(format))? else {
            return Ok(None);
        };
        // An element in memory is larger than on the wire: a claim gets no more memory than it has bytes behind it, and
        // the vector grows as elements really come.
        let affordable = reader.remaining() / size_of::<T>().max(1);
        let mut elements = Vec::with_capacity(count.min(affordable.max(4)));
        for _ in 0..count {
            elements.push(T::take(reader, format)?);
        }
        Ok(Some(elements))
    }

    fn put_nullable(value: Option<&Vec<T>>, writer: &mut Writer<'_>, format: Format) -> Result<(), EncodeError> {
        writer.length(value.map(Vec::len), format)?;
        value
            .into_iter()
            .flatten()
            .try_for_each(|element| element.put(writer, format))
    }
}
