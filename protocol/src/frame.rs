//! Framing: every request and response travels after its length, a big-endian int32.
//!
//! The length is judged before anything is allocated for it, and the buffer then grows with what arrives: a peer that
//! claims much and sends little holds little. A frame is a slice of the receive buffer; nothing is copied.

use std::io;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

/// The bytes of the length in front of a frame.
pub const LENGTH_LEN: usize = 4;
/// The shortest request header: key, version, correlation id.
pub const REQUEST_LEN_MIN: usize = 8;
/// The shortest response header: correlation id.
pub const RESPONSE_LEN_MIN: usize = 4;
/// How far the buffer may always grow ahead of what has arrived, in bytes; further only by as much as has arrived.
const RESERVE_AHEAD: usize = 64 * 1024;

/// The buffer grows when there is less room than this for what comes next, in bytes.
const ROOM_MIN: usize = 4 * 1024;

/// Cuts a stream into frames, and puts lengths in front of what is sent.
#[derive(Debug, Clone)]
pub struct FrameCodec {
    len_min: usize,
    len_max: usize,
    /// The length of the frame under way, once it is known.
    under_way: Option<usize>,
}

/// The stream is not, or no longer, one of frames: it cannot be read any further.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The length is below 0.
    #[error("frame length {0} is negative")]
    Negative(i32),
    /// The frame cannot even hold a header.
    #[error("a frame of {len} bytes is shorter than a header of {min}")]
    TooShort {
        /// The length claimed.
        len: usize,
        /// The least that makes sense.
        min: usize,
    },
    /// The frame is longer than allowed.
    #[error("a frame of {len} bytes is longer than the {max} allowed")]
    TooLong {
        /// The length claimed.
        len: usize,
        /// The limit (`socket.request.max.bytes`).
        max: usize,
    },
    /// The first bytes are those of another protocol.
    #[error("the peer speaks {0} to a Kafka listener")]
    OtherProtocol(OtherProtocol),
    /// The stream ended within a frame.
    #[error("the stream ended {missing} bytes before the end of a frame")]
    CutOff {
        /// How many bytes did not come; of the length itself if that is what is missing.
        missing: usize,
    },
    /// The stream itself failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// I/O errors are equal if they are of one kind.
impl PartialEq for FrameError {
    fn eq(&self, other: &FrameError) -> bool {
        use FrameError::{CutOff, Io, Negative, OtherProtocol, TooLong, TooShort};
        match (self, other) {
            (Negative(a), Negative(b)) => a == b,
            (TooShort { len: a, min: b }, TooShort { len: c, min: d }) => (a, b) == (c, d),
            (TooLong { len: a, max: b }, TooLong { len: c, max: d }) => (a, b) == (c, d),
            (OtherProtocol(a), OtherProtocol(b)) => a == b,
            (CutOff { missing: a }, CutOff { missing: b }) => a == b,
            (Io(a), Io(b)) => a.kind() == b.kind(),
            _ => false,
        }
    }
}

/// What is sent to Kafka's port by mistake. Read as a length, its first bytes are far beyond any limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherProtocol {
    /// A request line.
    Http,
    /// A handshake record.
    Tls,
}

impl std::fmt::Display for OtherProtocol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            OtherProtocol::Http => "HTTP",
            OtherProtocol::Tls => "TLS",
        })
    }
}

impl OtherProtocol {
    fn of(prefix: [u8; LENGTH_LEN]) -> Option<OtherProtocol> {
        match &prefix {
            b"GET " | b"PUT " | b"POST" | b"HEAD" | b"DELE" | b"OPTI" | b"PATC" | b"CONN" | b"PRI " => {
                Some(OtherProtocol::Http)
            }
            [0x16, 0x03, ..] => Some(OtherProtocol::Tls),
            _ => None,
        }
    }
}

impl FrameCodec {
    /// For a broker: frames are requests of at most `len_max` bytes, the length itself not counted.
    pub const fn for_requests(len_max: usize) -> FrameCodec {
        FrameCodec {
            len_min: REQUEST_LEN_MIN,
            len_max,
            under_way: None,
        }
    }

    /// For a client: frames are responses of at most `len_max` bytes, the length itself not counted.
    pub const fn for_responses(len_max: usize) -> FrameCodec {
        FrameCodec {
            len_min: RESPONSE_LEN_MIN,
            len_max,
            under_way: None,
        }
    }

    /// The length of the frame that has begun to arrive but is not complete: known before its body is read, so that
    /// memory can be reserved for it.
    pub const fn frame_len(&self) -> Option<usize> {
        self.under_way
    }

    /// Judges a length as it stands before a frame.
    pub fn check_len(&self, prefix: [u8; LENGTH_LEN]) -> Result<usize, FrameError> {
        let claimed = i32::from_be_bytes(prefix);
        let len = usize::try_from(claimed).map_err(|_| FrameError::Negative(claimed))?;
        if len > self.len_max {
            return Err(match OtherProtocol::of(prefix) {
                Some(other) => FrameError::OtherProtocol(other),
                None => FrameError::TooLong { len, max: self.len_max },
            });
        }
        if len < self.len_min {
            return Err(FrameError::TooShort { len, min: self.len_min });
        }
        Ok(len)
    }

    /// Takes the length off the front of the buffer, unless that was done before.
    fn take_len(&mut self, buffer: &mut BytesMut) -> Result<Option<usize>, FrameError> {
        if self.under_way.is_none() {
            let Some(prefix) = buffer.first_chunk::<LENGTH_LEN>() else {
                return Ok(None);
            };
            self.under_way = Some(self.check_len(*prefix)?);
            buffer.advance(LENGTH_LEN);
        }
        Ok(self.under_way)
    }
}

impl Decoder for FrameCodec {
    type Item = Bytes;
    type Error = FrameError;

    fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<Bytes>, FrameError> {
        let Some(len) = self.take_len(buffer)? else {
            return Ok(None);
        };
        match len.checked_sub(buffer.len()) {
            None | Some(0) => {
                self.under_way = None;
                Ok(Some(buffer.split_to(len).freeze()))
            }
            Some(missing) => {
                // Growing may double the buffer, so it waits until there is nearly no room left.
                if buffer.capacity() - buffer.len() < missing.min(ROOM_MIN) {
                    buffer.reserve(missing.min(buffer.len().max(RESERVE_AHEAD)));
                }
                Ok(None)
            }
        }
    }

    fn decode_eof(&mut self, buffer: &mut BytesMut) -> Result<Option<Bytes>, FrameError> {
        if let Some(frame) = self.decode(buffer)? {
            return Ok(Some(frame));
        }
        match self.under_way {
            Some(len) => Err(FrameError::CutOff {
                missing: len - buffer.len(),
            }),
            None if buffer.is_empty() => Ok(None),
            None => Err(FrameError::CutOff {
                missing: LENGTH_LEN - buffer.len(),
            }),
        }
    }
}

/// Puts the length in front and copies the frame behind it.
impl Encoder<Bytes> for FrameCodec {
    type Error = FrameError;

    fn encode(&mut self, frame: Bytes, buffer: &mut BytesMut) -> Result<(), FrameError> {
        let Ok(len) = i32::try_from(frame.len()) else {
            return Err(FrameError::TooLong {
                len: frame.len(),
                max: i32::MAX as usize,
            });
        };
        buffer.reserve(LENGTH_LEN + frame.len());
        buffer.put_i32(len);
        buffer.put_slice(&frame);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: usize = 100 * 1024 * 1024;

    fn stream(frames: &[&'static [u8]]) -> BytesMut {
        let mut buffer = BytesMut::new();
        for frame in frames {
            FrameCodec::for_requests(MAX)
                .encode(Bytes::from_static(frame), &mut buffer)
                .unwrap();
        }
        buffer
    }

    #[test]
    fn frames_come_out_whole_however_the_stream_is_cut() {
        let sent = stream(&[b"first request", b"second request"]);
        for chunk in 1..sent.len() {
            let mut codec = FrameCodec::for_requests(MAX);
            let mut buffer = BytesMut::new();
            let mut frames = Vec::new();
            for bytes in sent.chunks(chunk) {
                buffer.extend_from_slice(bytes);
                while let Some(frame) = codec.decode(&mut buffer).unwrap() {
                    frames.push(frame);
                }
            }
            assert_eq!(frames, ["first request", "second request"], "in chunks of {chunk}");
            assert_eq!(codec.decode_eof(&mut buffer), Ok(None));
        }
    }

    #[test]
    fn a_frame_is_a_slice_of_the_buffer() {
        let mut buffer = stream(&[b"a request"]);
        let place = buffer[LENGTH_LEN..].as_ptr();
        let frame = FrameCodec::for_requests(MAX).decode(&mut buffer).unwrap().unwrap();
        assert_eq!(frame.as_ptr(), place);
    }

    #[test]
    fn lengths_that_make_no_sense_are_refused_before_anything_is_reserved() {
        let cases = [
            ([0xff, 0xff, 0xff, 0xff], FrameError::Negative(-1)),
            ([0x80, 0x00, 0x00, 0x00], FrameError::Negative(i32::MIN)),
            ([0x00, 0x00, 0x00, 0x00], FrameError::TooShort { len: 0, min: 8 }),
            ([0x00, 0x00, 0x00, 0x07], FrameError::TooShort { len: 7, min: 8 }),
            (
                [0x7f, 0xff, 0xff, 0xff],
                FrameError::TooLong {
                    len: i32::MAX as usize,
                    max: MAX,
                },
            ),
            (*b"GET ", FrameError::OtherProtocol(OtherProtocol::Http)),
            ([0x16, 0x03, 0x01, 0x02], FrameError::OtherProtocol(OtherProtocol::Tls)),
        ];
        for (prefix, error) in cases {
            let mut buffer = BytesMut::from(&prefix[..]);
            let before = buffer.capacity();
            assert_eq!(FrameCodec::for_requests(MAX).decode(&mut buffer), Err(error));
            assert_eq!(buffer.capacity(), before);
        }
    }

    #[test]
    fn the_limit_itself_is_allowed() {
        let mut codec = FrameCodec::for_requests(8);
        assert_eq!(codec.check_len([0, 0, 0, 8]), Ok(8));
        assert_eq!(
            codec.check_len([0, 0, 0, 9]),
            Err(FrameError::TooLong { len: 9, max: 8 })
        );
        assert_eq!(
            codec.decode(&mut stream(&[b"12345678"])),
            Ok(Some(Bytes::from_static(b"12345678")))
        );
    }

    #[test]
    fn the_buffer_grows_with_what_arrives_not_with_what_is_claimed() {
        let mut codec = FrameCodec::for_requests(MAX);
        let mut buffer = BytesMut::from(&(MAX as i32).to_be_bytes()[..]);
        assert_eq!(codec.decode(&mut buffer), Ok(None));
        assert_eq!(codec.frame_len(), Some(MAX));
        assert!(buffer.capacity() <= 2 * RESERVE_AHEAD, "{}", buffer.capacity());
        while buffer.len() < 2_000_000 {
            let spare = buffer.capacity() - buffer.len();
            assert!(
                spare > 0 && spare <= 2 * buffer.len().max(RESERVE_AHEAD),
                "{spare} at {}",
                buffer.len()
            );
            buffer.put_bytes(0, spare.min(10_000));
            assert_eq!(codec.decode(&mut buffer), Ok(None));
        }
    }

    #[test]
    fn a_stream_that_ends_within_a_frame_says_how_much_is_missing() {
        let mut codec = FrameCodec::for_requests(MAX);
        let mut cut = BytesMut::from(&[0, 0, 0][..]);
        assert_eq!(codec.decode_eof(&mut cut), Err(FrameError::CutOff { missing: 1 }));
        let mut cut = BytesMut::from(&[0, 0, 0, 10, 1, 2, 3][..]);
        assert_eq!(codec.decode_eof(&mut cut), Err(FrameError::CutOff { missing: 7 }));
    }
}
