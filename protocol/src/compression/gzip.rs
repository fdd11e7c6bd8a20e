//! RFC 1952, one member or several in a row.

use std::io::Write;

use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::bounded::{Full, Output};
use super::{Compression, CompressionError};

const CODEC: Compression = Compression::Gzip;
/// What producers' text usually shrinks by; only the first reservation depends on it.
const EXPECTED_RATIO: usize = 4;

pub(super) fn compress(level: Option<i32>, data: &[u8]) -> Result<Vec<u8>, CompressionError> {
    // −1 is the default, as in zlib.
    let level = level.and_then(|level| u32::try_from(level).ok());
    let level = level.map_or_else(flate2::Compression::default, flate2::Compression::new);
    let mut encoder = GzEncoder::new(Vec::with_capacity(data.len() / EXPECTED_RATIO), level);
    let written = encoder.write_all(data).and_then(|()| encoder.finish());
    written.map_err(|error| CompressionError::compress(CODEC, error))
}

/// Inflates piece by piece.
pub(super) fn reader(data: &[u8]) -> MultiGzDecoder<&[u8]> {
    MultiGzDecoder::new(data)
}

pub(super) fn decompress(data: &[u8], max: usize) -> Result<Vec<u8>, CompressionError> {
    let mut output = Output::new(max);
    match output.read_to_end(MultiGzDecoder::new(data), data.len().saturating_mul(EXPECTED_RATIO)) {
        Ok(Ok(())) => Ok(output.into_vec()),
        Ok(Err(error)) => Err(CompressionError::malformed(CODEC, error)),
        Err(Full) => Err(CompressionError::TooLarge { codec: CODEC, max }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_in_a_row_are_one_stream() {
        let mut data = compress(Some(1), b"first ").unwrap();
        data.extend(compress(Some(9), b"second").unwrap());
        assert_eq!(decompress(&data, 100).unwrap(), b"first second");
    }

    #[test]
    fn a_cut_stream_and_bytes_after_it_are_refused() {
        let data = compress(None, b"some bytes").unwrap();
        for cut in 0..data.len() {
            assert!(
                matches!(decompress(&data[..cut], 100), Err(CompressionError::Malformed { .. })),
                "{cut}"
            );
        }
        let trailing = [&data[..], b"x"].concat();
        assert!(matches!(
            decompress(&trailing, 100),
            Err(CompressionError::Malformed { .. })
        ));
    }
}
