//! Record batches: what accepting one costs, by how much is looked at and by codec, and what making one costs.
//!
//! Throughput counts the records' bytes uncompressed, so that the codecs compare.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use dmq_protocol::compression::Compression;
use dmq_protocol::records::{BatchBuilder, RecordBatch, TimestampType};

use crate::samples::{self, VALUE_BYTES};

const RECORDS: usize = 64;
const INFLATED_MAX: usize = 64 << 20;

fn uncompressed_len() -> usize {
    samples::batch(RECORDS, Compression::None).len()
}

/// What every produced batch goes through.
#[divan::bench]
fn header_and_crc(bencher: Bencher<'_, '_>) {
    let bytes = samples::batch(RECORDS, Compression::None);
    bencher.counter(BytesCount::new(bytes.len())).bench(|| {
        let batch = RecordBatch::split_first(&mut black_box(bytes.clone())).unwrap();
        assert!(batch.verify_crc());
        batch
    });
}

#[divan::bench(args = ["none", "gzip", "snappy", "lz4", "zstd"])]
fn validate_records(bencher: Bencher<'_, '_>, codec: &str) {
    let bytes = samples::batch(RECORDS, Compression::from_name(codec).unwrap());
    let batch = RecordBatch::split_first(&mut bytes.clone()).unwrap();
    bencher
        .counter(BytesCount::new(uncompressed_len()))
        .bench(|| black_box(&batch).validate_records(INFLATED_MAX).unwrap());
}

/// Small records: what a record costs beside its bytes.
#[divan::bench]
fn validate_1000_records_of_10_bytes(bencher: Bencher<'_, '_>) {
    let mut builder = BatchBuilder::new(0, Compression::None, TimestampType::CreateTime);
    for number in 0..1000 {
        builder
            .append(samples::TIME_MS + number, None, Some(b"0123456789"), &[])
            .unwrap();
    }
    let bytes = builder.build().unwrap();
    let batch = RecordBatch::split_first(&mut bytes.clone()).unwrap();
    bencher
        .counter(BytesCount::new(bytes.len()))
        .counter(divan::counter::ItemsCount::new(1000_u32))
        .bench(|| black_box(&batch).validate_records(INFLATED_MAX).unwrap());
}

/// Every record as a value of its own, as REST and the controller read them.
#[divan::bench]
fn records_as_values(bencher: Bencher<'_, '_>) {
    let bytes = samples::batch(RECORDS, Compression::None);
    let batch = RecordBatch::split_first(&mut bytes.clone()).unwrap();
    bencher.counter(BytesCount::new(bytes.len())).bench(|| {
        black_box(&batch)
            .records(INFLATED_MAX)
            .unwrap()
            .filter(Result::is_ok)
            .count()
    });
}

#[divan::bench(args = ["none", "gzip", "snappy", "lz4", "zstd"])]
fn build(bencher: Bencher<'_, '_>, codec: &str) {
    let codec = Compression::from_name(codec).unwrap();
    let values: Vec<Vec<u8>> = (0..RECORDS).map(|n| samples::text(VALUE_BYTES, n as u64)).collect();
    bencher.counter(BytesCount::new(uncompressed_len())).bench(|| {
        let mut builder = BatchBuilder::new(0, codec, TimestampType::CreateTime);
        for value in &values {
            builder.append(samples::TIME_MS, None, Some(value), &[]).unwrap();
        }
        builder.build().unwrap()
    });
}
