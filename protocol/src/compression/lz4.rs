//! The LZ4 frame format: read as any legal frame, written as Kafka writes it (independent blocks of 64 KiB, no sizes
//! and no checksums but the header's).
//!
//! The frame, little-endian: magic u32, flags u8, block descriptor u8, content size u64 and dictionary id u32 if
//! flagged, header checksum u8; blocks of u32 length (top bit: stored uncompressed), data, checksum u32 if flagged; a
//! zero length; content checksum u32 if flagged. Taken apart here rather than by the library's reader, which takes a
//! frame that is cut off for a complete one and reserves whole blocks (up to 4 MiB) for any header.

use lz4_flex::block::{self, DecompressError};
use nom::bytes::complete::take;
use nom::combinator::cond;
use nom::number::complete::{le_u8, le_u32, le_u64};
use nom::{IResult, Parser};
use twox_hash::XxHash32;

use super::bounded::{Full, Output};
use super::{Compression, CompressionError};

const CODEC: Compression = Compression::Lz4;
const MAGIC: u32 = 0x184D_2204;
/// Magic, flags (version 1, independent blocks), descriptor (64 KiB), and the checksum of these two bytes.
const HEADER: [u8; 7] = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];
const BLOCK_LEN: usize = 64 * 1024;
const STORED: u32 = 1 << 31;
/// How far back a linked block may refer.
const WINDOW_LEN: usize = 64 * 1024;
/// No input byte stands for more output than a run length's 0xff.
const DENSEST: usize = 255;

pub(super) fn compress(data: &[u8]) -> Result<Vec<u8>, CompressionError> {
    let mut out = Vec::with_capacity(data.len() / 2 + HEADER.len() + 8);
    out.extend_from_slice(&HEADER);
    let mut space = vec![0; block::get_maximum_output_size(data.len().min(BLOCK_LEN))];
    for chunk in data.chunks(BLOCK_LEN) {
        let len = block::compress_into(chunk, &mut space).map_err(|error| CompressionError::compress(CODEC, error))?;
        // Lengths of a block stay far below 2³¹.
        match space.get(..len).filter(|compressed| compressed.len() < chunk.len()) {
            Some(compressed) => {
                out.extend_from_slice(&(compressed.len() as u32).to_le_bytes());
                out.extend_from_slice(compressed);
            }
            None => {
                out.extend_from_slice(&(chunk.len() as u32 | STORED).to_le_bytes());
                out.extend_from_slice(chunk);
            }
        }
    }
    out.extend_from_slice(&0u32.to_le_bytes());
    Ok(out)
}

pub(super) fn decompress(data: &[u8], max: usize) -> Result<Vec<u8>, CompressionError> {
    let cut = |_| malformed("the frame is cut off");
    let (mut rest, frame) = frame(data).map_err(cut)?;
    let frame = frame?;
    let mut output = Output::new(max);
    loop {
        let (after, part) = frame.block(rest).map_err(cut)?;
        rest = after;
        let Some((stored, bytes, checksum)) = part else { break };
        if bytes.len() > frame.block_len {
            return Err(malformed(format!(
                "a block has {} bytes, {} are allowed",
                bytes.len(),
                frame.block_len
            )));
        }
        if checksum.is_some_and(|checksum| checksum != XxHash32::oneshot(0, bytes)) {
            return Err(malformed("a block's checksum does not match"));
        }
        if stored {
            output
                .extend(bytes)
                .map_err(|Full| CompressionError::TooLarge { codec: CODEC, max })?;
        } else {
            frame.inflate(bytes, &mut output, max)?;
        }
    }
    let (rest, checksum) = cond(frame.content_checksum, le_u32::<_, Nothing<'_>>)
        .parse(rest)
        .map_err(cut)?;
    let output = output.into_vec();
    if checksum.is_some_and(|checksum| checksum != XxHash32::oneshot(0, &output)) {
        return Err(malformed("the content's checksum does not match"));
    }
    if frame
        .content_len
        .is_some_and(|declared| declared != output.len() as u64)
    {
        return Err(malformed("the content's length is not the declared one"));
    }
    if !rest.is_empty() {
        return Err(malformed(format!("{} bytes follow the frame", rest.len())));
    }
    Ok(output)
}

type Nothing<'a> = nom::error::Error<&'a [u8]>;

fn malformed(reason: impl ToString) -> CompressionError {
    CompressionError::malformed(CODEC, reason)
}

/// What a frame's header says.
struct Frame {
    linked: bool,
    block_checksums: bool,
    content_checksum: bool,
    content_len: Option<u64>,
    block_len: usize,
}

/// Reads the header; the inner result tells why it is none that can be read.
fn frame(input: &[u8]) -> IResult<&[u8], Result<Frame, CompressionError>> {
    let (described, magic) = le_u32(input)?;
    let (rest, (flags, descriptor)) = (le_u8, le_u8).parse(described)?;
    let flag = |bit: u8| flags & (1 << bit) != 0;
    let (rest, content_len) = cond(flag(3), le_u64).parse(rest)?;
    let (rest, dictionary) = cond(flag(0), le_u32).parse(rest)?;
    let described_len = described.len().saturating_sub(rest.len());
    let (rest, checksum) = le_u8(rest)?;
    let (_, covered) = take(described_len)(described)?;

    let block_len = match descriptor >> 4 {
        4 => 64 * 1024,
        5 => 256 * 1024,
        6 => 1024 * 1024,
        7 => 4 * 1024 * 1024,
        _ => 0,
    };
    let frame = Frame {
        linked: !flag(5),
        block_checksums: flag(4),
        content_checksum: flag(2),
        content_len,
        block_len,
    };
    let computed = (XxHash32::oneshot(0, covered) >> 8) as u8;
    let refusal = if magic != MAGIC {
        Some("it does not begin with the frame magic")
    } else if flags >> 6 != 1 {
        Some("the frame's version is not 1")
    } else if flag(1) || block_len == 0 || descriptor & 0x0f != 0 {
        Some("reserved header bits are set")
    } else if dictionary.is_some() {
        Some("it needs a dictionary")
    } else if checksum != computed {
        Some("the header's checksum does not match")
    } else {
        None
    };
    Ok((rest, refusal.map_or(Ok(frame), |reason| Err(malformed(reason)))))
}

impl Frame {
    /// Takes one block, or the end mark: whether it is stored uncompressed, its bytes, its checksum.
    #[expect(clippy::type_complexity, reason = "read in one place, a name would say less")]
    fn block<'a>(&self, input: &'a [u8]) -> IResult<&'a [u8], Option<(bool, &'a [u8], Option<u32>)>> {
        let (rest, word) = le_u32(input)?;
        if word == 0 {
            return Ok((rest, None));
        }
        let (rest, bytes) = take(word & !STORED)(rest)?;
        let (rest, checksum) = cond(self.block_checksums, le_u32).parse(rest)?;
        Ok((rest, Some((word & STORED != 0, bytes, checksum))))
    }

    fn inflate(&self, bytes: &[u8], output: &mut Output, max: usize) -> Result<(), CompressionError> {
        let too_large = CompressionError::TooLarge { codec: CODEC, max };
        let possible = bytes.len().saturating_mul(DENSEST).min(self.block_len);
        let space = possible.min(output.room());
        let inflated = output.fill(space, |before, space| match self.linked {
            true => {
                let (_, window) = before.split_at(before.len().saturating_sub(WINDOW_LEN));
                block::decompress_into_with_dict(bytes, space, window)
            }
            false => block::decompress_into(bytes, space),
        });
        match inflated {
            Ok(Ok(())) => Ok(()),
            // The block wants more than there is room for: whose fault it is depends on what set the room.
            Ok(Err(DecompressError::OutputTooSmall { .. })) if space < possible => Err(too_large),
            Ok(Err(error)) => Err(malformed(error)),
            Err(Full) => Err(too_large),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINKED: u8 = 0x40;
    const INDEPENDENT: u8 = 0x60;
    const BLOCK_CHECKSUMS: u8 = 0x10;
    const CONTENT_LEN: u8 = 0x08;
    const CONTENT_CHECKSUM: u8 = 0x04;

    /// A frame of two blocks of `text`, the second compressed against the first if they are linked.
    fn frame_of(flags: u8, text: &[u8]) -> Vec<u8> {
        let mut frame = MAGIC.to_le_bytes().to_vec();
        frame.extend([flags, 0x40]);
        if flags & CONTENT_LEN != 0 {
            frame.extend((2 * text.len() as u64).to_le_bytes());
        }
        frame.push((XxHash32::oneshot(0, &frame[4..]) >> 8) as u8);
        let second = match flags & 0x20 {
            0 => block::compress_with_dict(text, text),
            _ => block::compress(text),
        };
        for block in [block::compress(text), second] {
            frame.extend((block.len() as u32).to_le_bytes());
            frame.extend_from_slice(&block);
            if flags & BLOCK_CHECKSUMS != 0 {
                frame.extend(XxHash32::oneshot(0, &block).to_le_bytes());
            }
        }
        frame.extend([0; 4]);
        if flags & CONTENT_CHECKSUM != 0 {
            frame.extend(XxHash32::oneshot(0, &text.repeat(2)).to_le_bytes());
        }
        frame
    }

    fn is_malformed(data: &[u8]) -> bool {
        matches!(decompress(data, 1 << 20), Err(CompressionError::Malformed { .. }))
    }

    fn text() -> Vec<u8> {
        (0..5000u32)
            .flat_map(|i| i.wrapping_mul(0x9E37_79B1).to_be_bytes())
            .collect()
    }

    #[test]
    fn every_legal_kind_of_frame_is_read() {
        let text = text();
        for extras in 0..8u8 {
            let extras = extras << 2 & 0x0c | (extras & 4) << 2;
            for links in [LINKED, INDEPENDENT] {
                let frame = frame_of(links | extras, &text);
                assert_eq!(
                    decompress(&frame, 1 << 20),
                    Ok(text.repeat(2)),
                    "{extras:#x} {links:#x}"
                );
            }
        }
        let linked = frame_of(LINKED, &text);
        assert!(
            linked.len() < frame_of(INDEPENDENT, &text).len(),
            "the second block must refer to the first"
        );
    }

    #[test]
    fn what_does_not_compress_is_stored() {
        let noise = text();
        let frame = compress(&noise).unwrap();
        assert_eq!(frame.len(), HEADER.len() + 4 + noise.len() + 4);
        assert_eq!(decompress(&frame, noise.len()), Ok(noise));
    }

    #[test]
    fn a_cut_frame_and_bytes_after_it_are_refused() {
        let frame = frame_of(
            INDEPENDENT | CONTENT_CHECKSUM | CONTENT_LEN,
            b"some text, some text, some text",
        );
        for cut in 0..frame.len() {
            assert!(is_malformed(&frame[..cut]), "{cut}");
        }
        assert!(is_malformed(&[&frame[..], &[0]].concat()));
    }

    #[test]
    fn every_checksum_and_length_is_checked() {
        let extras = BLOCK_CHECKSUMS | CONTENT_CHECKSUM | CONTENT_LEN;
        let frame = frame_of(INDEPENDENT | extras, b"some text, some text, some text");
        for place in 0..frame.len() {
            let mut damaged = frame.clone();
            damaged[place] ^= 0x01;
            assert!(is_malformed(&damaged), "{place}");
        }
    }
}
