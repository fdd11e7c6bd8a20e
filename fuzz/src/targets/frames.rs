//! A byte stream cut into frames: whatever way it arrives, the same frames come out, and the same error ends them.

use bytes::{Buf, Bytes, BytesMut};
use dmq_protocol::frame::{FrameCodec, FrameError};
use tokio_util::codec::Decoder;

use crate::golden;

const FRAME_MAX: usize = 100 << 10;

/// The first byte says in what pieces the rest arrives.
pub fn run(mut input: Bytes) {
    let Some(piece) = input.first().map(|first| usize::from(*first) + 1) else {
        return;
    };
    input.advance(1);
    let whole = decode(&input, input.len().max(1));
    let pieces = decode(&input, piece);
    assert_eq!(whole, pieces, "in pieces of {piece}");
}

fn decode(stream: &[u8], piece: usize) -> (Vec<Bytes>, Option<FrameError>) {
    let mut codec = FrameCodec::for_requests(FRAME_MAX);
    let (mut buffer, mut frames) = (BytesMut::new(), Vec::new());
    for bytes in stream.chunks(piece) {
        buffer.extend_from_slice(bytes);
        loop {
            match codec.decode(&mut buffer) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
    }
    let end = codec.decode_eof(&mut buffer);
    assert!(!matches!(end, Ok(Some(_))), "a frame was held back");
    (frames, end.err())
}

pub fn seeds() -> Vec<Vec<u8>> {
    let framed = |frame: &[u8]| [&(frame.len() as i32).to_be_bytes()[..], frame].concat();
    let frames: Vec<Vec<u8>> = golden::files("tests/golden/frames", ".v0.request")
        .into_iter()
        .map(|(_, frame)| framed(&frame))
        .collect();
    let mut seeds: Vec<Vec<u8>> = frames.iter().map(|frame| [&[0], &frame[..]].concat()).collect();
    seeds.push([&[6], &frames.concat()[..]].concat());
    seeds.push(b"\x03GET / HTTP/1.1\r\n\r\n".to_vec());
    seeds.push(b"\xff\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec());
    seeds
}
