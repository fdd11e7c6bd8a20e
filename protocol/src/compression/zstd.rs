//! RFC 8878 frames, decompressed in one shot: the output is the window, so a frame's window size costs no memory.
//!
//! Producers that compress a stream do not tell its size. Then the output is guessed and the guess raised until it
//! fits or the bound is reached; all attempts together cost a third more than the last one.

use std::cell::RefCell;

use zstd::bulk::Compressor;
use zstd::stream::read::Decoder;
use zstd::zstd_safe::{DCtx, find_frame_compressed_size, get_error_name, get_frame_content_size};

use super::{Compression, CompressionError};

const CODEC: Compression = Compression::Zstd;
/// Kafka's default.
const DEFAULT_LEVEL: i32 = 3;
/// Readers that stream refuse larger windows; so do we, or a consumer would meet a batch that it cannot read.
const WINDOW_LEN_MAX: u64 = 1 << 27;
/// What a stream may make the decoder hold, as a power of two: 32 MiB, what level 20 uses. (Levels 21 and 22 use more, but
/// only for data that inflates to more than that.)
const STREAM_WINDOW_LOG_MAX: u32 = 25;
/// The library's error code for an output that is too small: stable, and returned as its negative.
const DESTINATION_TOO_SMALL: usize = 70;
/// First guess of an unknown size, and how it grows.
const EXPECTED_RATIO: usize = 8;
const MIN_GUESS: usize = 64 * 1024;
const GROWTH: usize = 4;
/// A block of four bytes may repeat one byte 128 Ki times; no input is denser.
const DENSEST: usize = 32 * 1024;

thread_local! {
    /// A context starts afresh for every input, but is 160 KB to set up: many times the work of a small batch.
    static CONTEXT: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
}

pub(super) fn compress(level: Option<i32>, data: &[u8]) -> Result<Vec<u8>, CompressionError> {
    let failed = |error: std::io::Error| CompressionError::compress(CODEC, error);
    let mut compressor = Compressor::new(level.unwrap_or(DEFAULT_LEVEL)).map_err(failed)?;
    compressor.compress(data).map_err(failed)
}

/// Inflates piece by piece. A frame that refers further back than [`STREAM_WINDOW_LOG_MAX`] is refused.
pub(super) fn reader(data: &[u8]) -> Result<Decoder<'static, &[u8]>, CompressionError> {
    let mut decoder = Decoder::with_buffer(data).map_err(malformed)?;
    decoder.window_log_max(STREAM_WINDOW_LOG_MAX).map_err(malformed)?;
    Ok(decoder)
}

pub(super) fn decompress(data: &[u8], max: usize) -> Result<Vec<u8>, CompressionError> {
    let declared = declared_len(data)?;
    let too_large = CompressionError::TooLarge { codec: CODEC, max };
    let most = data.len().saturating_mul(DENSEST).min(max);
    let mut capacity = match declared {
        Some(declared) if declared > max as u64 => return Err(too_large),
        // It fits a usize, being at most `max`.
        Some(declared) => (declared as usize).min(most),
        None => data.len().saturating_mul(EXPECTED_RATIO).max(MIN_GUESS).min(most),
    };
    loop {
        let mut output = Vec::with_capacity(capacity);
        match CONTEXT.with_borrow_mut(|context| context.decompress(&mut output, data)) {
            Ok(_) => {
                // Records are slices of this: a guess that was far too large would live as long as they do.
                if output.len() < output.capacity() / 2 {
                    output.shrink_to_fit();
                }
                return Ok(output);
            }
            Err(code) if code.wrapping_neg() != DESTINATION_TOO_SMALL => return Err(malformed(get_error_name(code))),
            // What the frames declared was a lie. It may be that they hold nothing, and no growth begins from that.
            Err(code) if declared.is_some() => return Err(malformed(get_error_name(code))),
            Err(_) if capacity >= max => return Err(too_large),
            Err(code) if capacity >= most => return Err(malformed(get_error_name(code))),
            Err(_) => capacity = capacity.saturating_mul(GROWTH).min(most),
        }
    }
}

fn malformed(reason: impl ToString) -> CompressionError {
    CompressionError::malformed(CODEC, reason)
}

/// Walks over the frames without decompressing them: refuses a cut one or a window that is too large, and adds up what
/// they declare to hold, if all do.
fn declared_len(data: &[u8]) -> Result<Option<u64>, CompressionError> {
    let mut total = Some(0u64);
    let mut rest = data;
    while !rest.is_empty() {
        let len = find_frame_compressed_size(rest).map_err(|code| malformed(get_error_name(code)))?;
        if let Some(window) = window_len(rest).filter(|window| *window > WINDOW_LEN_MAX) {
            return Err(malformed(format!(
                "a window of {window} bytes is larger than {WINDOW_LEN_MAX}"
            )));
        }
        let content = get_frame_content_size(rest).map_err(|_| malformed("the frame header is cut off"))?;
        total = total.zip(content).map(|(total, content)| total.saturating_add(content));
        rest = rest.get(len.max(1)..).unwrap_or_default();
    }
    Ok(total)
}

/// The window that a frame's header asks for; none if it is the content itself, or if the frame is one to skip.
fn window_len(frame: &[u8]) -> Option<u64> {
    let (magic, rest) = frame.split_first_chunk::<4>()?;
    let (descriptor, rest) = rest.split_first()?;
    let single_segment = descriptor & 0x20 != 0;
    if u32::from_le_bytes(*magic) != zstd::zstd_safe::MAGICNUMBER || single_segment {
        return None;
    }
    let window = rest.first()?;
    let base = 1u64 << (10 + (window >> 3));
    Some(base + base / 8 * u64::from(window & 7))
}
