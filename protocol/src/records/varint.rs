//! The zigzag varints inside records.
//!
//! Reading is strict: at most 5 bytes for 32 bits and 10 for 64, and no bits beyond the type in the last one.

use nom::{Err, IResult};

use super::RecordFault;

/// Takes a 32-bit varint off the front of `input`.
pub(super) fn varint(input: &[u8]) -> IResult<&[u8], i32, RecordFault> {
    let (rest, raw) = unsigned::<32>(input)?;
    // No more than 32 bits are set.
    let raw = raw as u32;
    Ok((rest, (raw >> 1) as i32 ^ -((raw & 1) as i32)))
}

/// Takes a 64-bit varint off the front of `input`.
pub(super) fn varlong(input: &[u8]) -> IResult<&[u8], i64, RecordFault> {
    let (rest, raw) = unsigned::<64>(input)?;
    Ok((rest, (raw >> 1) as i64 ^ -((raw & 1) as i64)))
}

fn unsigned<const BITS: u32>(input: &[u8]) -> IResult<&[u8], u64, RecordFault> {
    let mut value = 0;
    let mut shift = 0;
    let mut rest = input;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let low = u64::from(byte & 0x7f);
        let left = BITS.saturating_sub(shift);
        if left == 0 || (left < 7 && low >> left != 0) {
            return Err(Err::Failure(RecordFault::Varint));
        }
        value |= low << shift;
        if byte & 0x80 == 0 {
            return Ok((rest, value));
        }
        shift += 7;
    }
    Err(Err::Failure(RecordFault::Truncated))
}

/// Bytes of `value` as a varint of either width.
pub(super) fn len_i64(value: i64) -> usize {
    let significant = 64 - (zigzag(value) | 1).leading_zeros();
    significant.div_ceil(7) as usize
}

/// Appends `value` as a varint; one that fits 32 bits reads back as either width.
pub(super) fn put_i64(out: &mut Vec<u8>, value: i64) {
    let mut raw = zigzag(value);
    while raw > 0x7f {
        out.push((raw & 0x7f) as u8 | 0x80);
        raw >>= 7;
    }
    out.push(raw as u8);
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes_of(value: i64) -> Vec<u8> {
        let mut out = Vec::new();
        put_i64(&mut out, value);
        out
    }

    #[test]
    fn known_values_have_known_bytes() {
        for (value, bytes) in [
            (0, &[0x00][..]),
            (-1, &[0x01]),
            (63, &[0x7e]),
            (-64, &[0x7f]),
            (64, &[0x80, 0x01]),
            (i64::from(i32::MAX), &[0xfe, 0xff, 0xff, 0xff, 0x0f]),
            (i64::from(i32::MIN), &[0xff, 0xff, 0xff, 0xff, 0x0f]),
        ] {
            assert_eq!(bytes_of(value), bytes);
            assert_eq!(varint(bytes), Ok((&[][..], value as i32)));
            assert_eq!(len_i64(value), bytes.len());
        }
    }

    #[test]
    fn excess_bytes_and_bits_are_refused() {
        fn fault<T>(read: IResult<&[u8], T, RecordFault>) -> Option<RecordFault> {
            match read {
                Err(Err::Failure(fault)) => Some(fault),
                _ => None,
            }
        }
        assert_eq!(
            fault(varint(&[0xff, 0xff, 0xff, 0xff, 0x10])),
            Some(RecordFault::Varint)
        );
        assert_eq!(
            fault(varint(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x00])),
            Some(RecordFault::Varint)
        );
        let excess_bits = [&[0xff; 9][..], &[0x02]].concat();
        assert_eq!(fault(varlong(&excess_bits)), Some(RecordFault::Varint));
        let eleven_bytes = [&[0x80; 10][..], &[0x00]].concat();
        assert_eq!(fault(varlong(&eleven_bytes)), Some(RecordFault::Varint));
        assert_eq!(fault(varlong(&[0x80, 0x80])), Some(RecordFault::Truncated));
        assert_eq!(fault(varlong(&[])), Some(RecordFault::Truncated));
    }

    proptest! {
        #[test]
        fn every_value_round_trips_in_its_length(value: i64, narrow: i32) {
            let bytes = bytes_of(value);
            prop_assert_eq!(varlong(&bytes), Ok((&[][..], value)));
            prop_assert_eq!(len_i64(value), bytes.len());
            let bytes = bytes_of(i64::from(narrow));
            prop_assert_eq!(varint(&bytes), Ok((&[][..], narrow)));
        }
    }
}
