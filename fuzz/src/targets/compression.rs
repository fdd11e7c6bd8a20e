//! Decompression of each codec, bounded; and what was inflated compresses and inflates to itself.

use bytes::Bytes;
use dmq_protocol::compression::{Compression, compress, decompress};
use dmq_protocol::records::RecordBatch;

use crate::golden;

/// What a compressed input may inflate to.
pub const INFLATED_MAX: usize = 1 << 20;

fn inflate(codec: Compression, input: &Bytes) {
    let Ok(inflated) = decompress(codec, input, INFLATED_MAX) else {
        return;
    };
    assert!(inflated.len() <= INFLATED_MAX);
    let again = compress(codec, None, &inflated).expect("any bytes can be compressed");
    let again = decompress(codec, &Bytes::from(again), INFLATED_MAX);
    assert_eq!(again.as_ref(), Ok(&inflated));
}

/// The records of golden batches, as their codec left them.
fn stored(codec: Compression) -> Vec<Vec<u8>> {
    let batches = golden::files("protocol/tests/golden/records", ".batch").into_iter();
    let batches = batches.filter_map(|(_, bytes)| RecordBatch::split_first(&mut Bytes::from(bytes)).ok());
    let of_codec = batches.filter(|batch| batch.attributes().compression() == Ok(codec));
    let mut seeds: Vec<Vec<u8>> = of_codec.map(|batch| batch.stored_records().to_vec()).collect();
    seeds.push(compress(codec, None, b"").expect("nothing can be compressed"));
    seeds.push(compress(codec, None, &[b'a'; 300]).expect("this can be compressed"));
    seeds
}

pub fn gzip(input: Bytes) {
    inflate(Compression::Gzip, &input);
}

pub fn gzip_seeds() -> Vec<Vec<u8>> {
    stored(Compression::Gzip)
}

pub fn snappy(input: Bytes) {
    inflate(Compression::Snappy, &input);
}

pub fn snappy_seeds() -> Vec<Vec<u8>> {
    stored(Compression::Snappy)
}

pub fn lz4(input: Bytes) {
    inflate(Compression::Lz4, &input);
}

pub fn lz4_seeds() -> Vec<Vec<u8>> {
    stored(Compression::Lz4)
}

pub fn zstd(input: Bytes) {
    inflate(Compression::Zstd, &input);
}

pub fn zstd_seeds() -> Vec<Vec<u8>> {
    stored(Compression::Zstd)
}
