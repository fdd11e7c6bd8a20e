//! nom parsers for what has a shape of its own: fixed-width numbers, variable-length integers, runs of bytes.
//!
//! They see a slice and give the rest of it; positions, frames and messages are the reader's business.

use nom::bytes::complete::take;
use nom::error::{ErrorKind, ParseError};
use nom::{Err, IResult, Parser};

/// Why a primitive cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Truncated,
    VarintTooLong,
}

/// A parser's result: the rest and the value.
pub(super) type Parsed<'a, T> = IResult<&'a [u8], T, Fault>;

impl ParseError<&[u8]> for Fault {
    fn from_error_kind(_: &[u8], _: ErrorKind) -> Fault {
        Fault::Truncated
    }

    fn append(_: &[u8], _: ErrorKind, first: Fault) -> Fault {
        first
    }
}

/// `N` bytes as an array, for the numbers.
#[inline]
pub(super) fn fixed<const N: usize>(input: &[u8]) -> Parsed<'_, [u8; N]> {
    match input.split_first_chunk::<N>() {
        Some((head, rest)) => Ok((rest, *head)),
        None => Err(Err::Error(Fault::Truncated)),
    }
}

/// `len` bytes.
#[inline]
pub(super) fn run(len: usize) -> impl FnMut(&[u8]) -> Parsed<'_, &[u8]> {
    move |input| take(len).parse(input)
}

/// Seven bits a byte, least significant first, at most `bits` of them.
#[inline]
fn base128(input: &[u8], bits: u32) -> Parsed<'_, u64> {
    let mut value = 0u64;
    let mut shift = 0;
    let mut rest = input;
    loop {
        let Some((&byte, after)) = rest.split_first() else {
            return Err(Err::Error(Fault::Truncated));
        };
        rest = after;
        let payload = u64::from(byte & 0x7f);
        let room = bits - shift;
        if room < 7 && payload >> room != 0 {
            return Err(Err::Failure(Fault::VarintTooLong));
        }
        value |= payload << shift;
        if byte < 0x80 {
            return Ok((rest, value));
        }
        shift += 7;
        if shift >= bits {
            return Err(Err::Failure(Fault::VarintTooLong));
        }
    }
}

/// An unsigned 32-bit integer in at most five bytes.
#[inline]
pub(super) fn uvarint(input: &[u8]) -> Parsed<'_, u32> {
    // Nearly every length and tag is below 128.
    if let Some((&byte, rest)) = input.split_first()
        && byte < 0x80
    {
        return Ok((rest, u32::from(byte)));
    }
    let (rest, value) = base128(input, u32::BITS)?;
    Ok((rest, value as u32))
}

/// A zigzag-coded 32-bit integer in at most five bytes.
#[inline]
pub(super) fn varint(input: &[u8]) -> Parsed<'_, i32> {
    let (rest, value) = uvarint(input)?;
    Ok((rest, (value >> 1) as i32 ^ -((value & 1) as i32)))
}

/// A zigzag-coded 64-bit integer in at most ten bytes.
#[inline]
pub(super) fn varlong(input: &[u8]) -> Parsed<'_, i64> {
    let (rest, value) = base128(input, u64::BITS)?;
    Ok((rest, (value >> 1) as i64 ^ -((value & 1) as i64)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uvarints_decode_as_kafka_writes_them() {
        let cases: [(&[u8], u32); 6] = [
            (&[0x00], 0),
            (&[0x7f], 127),
            (&[0x80, 0x01], 128),
            (&[0xff, 0xff, 0x03], 65_535),
            (&[0xff, 0xff, 0xff, 0xff, 0x07], i32::MAX as u32),
            (&[0xff, 0xff, 0xff, 0xff, 0x0f], u32::MAX),
        ];
        for (bytes, value) in cases {
            assert_eq!(uvarint(bytes), Ok((&[][..], value)), "{bytes:x?}");
        }
    }

    #[test]
    fn zigzag_puts_small_negative_numbers_in_one_byte() {
        for (byte, value) in [(0x00, 0), (0x01, -1), (0x02, 1), (0x7f, -64)] {
            assert_eq!(varint(&[byte]), Ok((&[][..], value)));
            assert_eq!(varlong(&[byte]), Ok((&[][..], i64::from(value))));
        }
        assert_eq!(varint(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Ok((&[][..], i32::MIN)));
        let lowest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(varlong(&lowest), Ok((&[][..], i64::MIN)));
    }

    #[test]
    fn a_sixth_byte_or_a_33rd_bit_is_refused() {
        let too_long = Err(Err::Failure(Fault::VarintTooLong));
        assert_eq!(uvarint(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x00]), too_long);
        assert_eq!(uvarint(&[0xff, 0xff, 0xff, 0xff, 0x1f]), too_long);
        assert_eq!(varlong(&[0xff; 11]), Err(Err::Failure(Fault::VarintTooLong)));
        let excess = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        assert_eq!(varlong(&excess), Err(Err::Failure(Fault::VarintTooLong)));
    }

    #[test]
    fn what_ends_too_early_is_truncated() {
        assert_eq!(uvarint(&[0x80]), Err(Err::Error(Fault::Truncated)));
        assert_eq!(fixed::<4>(&[1, 2, 3]), Err(Err::Error(Fault::Truncated)));
        assert_eq!(run(3)(&[1, 2]), Err(Err::Error(Fault::Truncated)));
        assert_eq!(run(2)(&[1, 2, 3]), Ok((&[3][..], &[1, 2][..])));
    }
}
