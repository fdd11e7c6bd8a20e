//! Snappy, in the block framing of snappy-java that Kafka writes; a bare snappy block, as some clients send, is read
//! too.
//!
//! The framing: 8 bytes of magic, version and compatible version (i32 each, both 1), then blocks of an i32 length and
//! that many bytes of raw snappy. Streams may follow one another, each with its header. Everything is big-endian.
//! A block declares its inflated length: it is believed only as far as the block's own length can justify it.

use nom::bytes::complete::tag;
use nom::combinator::map_res;
use nom::multi::length_data;
use nom::number::complete::be_i32;
use nom::sequence::preceded;
use nom::{IResult, Parser};
use snap::raw::{Decoder, Encoder, decompress_len, max_compress_len};

use super::bounded::{Full, Output};
use super::{Compression, CompressionError};

const CODEC: Compression = Compression::Snappy;
const MAGIC: &[u8; 8] = b"\x82SNAPPY\0";
const VERSION: i32 = 1;
/// Bytes of data in a block that we write, as Kafka does.
const BLOCK_LEN: usize = 32 * 1024;
/// The densest element of a raw block: three bytes that stand for 64.
const DENSEST: (usize, usize) = (3, 64);

pub(super) fn compress(data: &[u8]) -> Result<Vec<u8>, CompressionError> {
    let mut out = Vec::with_capacity(data.len() / 2 + MAGIC.len() + 8);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&VERSION.to_be_bytes());
    out.extend_from_slice(&VERSION.to_be_bytes());
    let mut encoder = Encoder::new();
    let mut block = vec![0; max_compress_len(data.len().min(BLOCK_LEN))];
    for chunk in data.chunks(BLOCK_LEN) {
        let len = encoder
            .compress(chunk, &mut block)
            .map_err(|error| CompressionError::compress(CODEC, error))?;
        let compressed = block.get(..len).unwrap_or_default();
        // A block of 32 KiB stays far below 2³¹ bytes.
        out.extend_from_slice(&(len as i32).to_be_bytes());
        out.extend_from_slice(compressed);
    }
    Ok(out)
}

pub(super) fn decompress(data: &[u8], max: usize) -> Result<Vec<u8>, CompressionError> {
    let mut output = Output::new(max);
    let mut decoder = Decoder::new();
    if !data.starts_with(MAGIC) {
        inflate(&mut decoder, data, &mut output, max)?;
        return Ok(output.into_vec());
    }
    let mut rest = data;
    while !rest.is_empty() {
        let (after, part) =
            part(rest).map_err(|_| CompressionError::malformed(CODEC, "a block or header is cut off"))?;
        rest = after;
        match part {
            Part::Header { compatible } if compatible > VERSION => {
                let reason = format!("framing version {compatible} is needed to read it");
                return Err(CompressionError::malformed(CODEC, reason));
            }
            Part::Header { .. } => {}
            Part::Block(block) => inflate(&mut decoder, block, &mut output, max)?,
        }
    }
    Ok(output.into_vec())
}

enum Part<'a> {
    Header { compatible: i32 },
    Block(&'a [u8]),
}

fn part(input: &[u8]) -> IResult<&[u8], Part<'_>> {
    // The magic's first byte makes a negative length, so a block is never mistaken for a header.
    let header = preceded((tag(&MAGIC[..]), be_i32), be_i32).map(|compatible| Part::Header { compatible });
    let block = length_data(map_res(be_i32, u32::try_from)).map(Part::Block);
    nom::branch::alt((header, block)).parse(input)
}

fn inflate(decoder: &mut Decoder, block: &[u8], output: &mut Output, max: usize) -> Result<(), CompressionError> {
    let malformed = |error: snap::Error| CompressionError::malformed(CODEC, error);
    let declared = decompress_len(block).map_err(malformed)?;
    let (bytes, stand_for) = DENSEST;
    if declared.saturating_mul(bytes) > block.len().saturating_mul(stand_for) {
        let reason = format!("a block of {} bytes declares {declared}", block.len());
        return Err(CompressionError::malformed(CODEC, reason));
    }
    match output.fill(declared, |_, space| decoder.decompress(block, space)) {
        Ok(done) => done.map_err(malformed),
        Err(Full) => Err(CompressionError::TooLarge { codec: CODEC, max }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(data: &[u8]) -> Vec<u8> {
        Encoder::new().compress_vec(data).unwrap()
    }

    #[test]
    fn a_bare_block_is_read() {
        assert_eq!(decompress(&raw(b"some bytes"), 100).unwrap(), b"some bytes");
    }

    #[test]
    fn streams_in_a_row_are_one_stream() {
        let data = [compress(b"first ").unwrap(), compress(b"second").unwrap()].concat();
        assert_eq!(decompress(&data, 100).unwrap(), b"first second");
    }

    #[test]
    fn a_declared_length_that_the_block_cannot_hold_is_refused_unallocated() {
        // Declares 2³²−1 bytes, then one literal byte.
        let liar = [0xff, 0xff, 0xff, 0xff, 0x0f, 0x00, 0x41];
        let refused = decompress(&liar, usize::MAX);
        assert!(
            matches!(refused, Err(CompressionError::Malformed { .. })),
            "{refused:?}"
        );
    }

    #[test]
    fn a_newer_framing_and_a_cut_block_are_refused() {
        let mut newer = compress(b"data").unwrap();
        newer[15] = 2;
        assert!(matches!(
            decompress(&newer, 100),
            Err(CompressionError::Malformed { .. })
        ));
        let whole = compress(b"some bytes").unwrap();
        for cut in 17..whole.len() {
            assert!(
                matches!(decompress(&whole[..cut], 100), Err(CompressionError::Malformed { .. })),
                "{cut}"
            );
        }
    }
}
