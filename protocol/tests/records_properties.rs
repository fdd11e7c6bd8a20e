//! Whatever is built is read back, and no bytes, however damaged, do more than give an error.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use bytes::Bytes;
use dmq_protocol::StrBytes;
use dmq_protocol::compression::{Compression, compress, decompress};
use dmq_protocol::records::{
    BatchBuilder, BatchError, BatchHeader, Record, RecordBatch, RecordHeader, RecordViews, TimestampType,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

const MAX: usize = 1 << 20;

fn bytes(max: usize) -> impl Strategy<Value = Bytes> {
    // Half of it repeats, so that codecs find something to do.
    prop_oneof![
        vec(any::<u8>(), 0..max).prop_map(Bytes::from),
        (vec(any::<u8>(), 1..8), 0..max).prop_map(|(unit, len)| unit.into_iter().cycle().take(len).collect()),
    ]
}

fn headers() -> impl Strategy<Value = Vec<RecordHeader>> {
    let header = (".{0,12}", option::of(bytes(20)));
    vec(
        header.prop_map(|(key, value)| RecordHeader {
            key: StrBytes::from(key),
            value,
        }),
        0..4,
    )
}

prop_compose! {
    fn records()(
        base in 0i64..1 << 50,
        fields in vec((1i64..4, -1i64..1 << 60, option::of(bytes(40)), option::of(bytes(300)), headers()), 1..20),
    ) -> (i64, Vec<Record>) {
        let mut offset = base - 1;
        let record = |(step, timestamp, key, value, headers)| {
            offset += step;
            Record { attributes: 0, timestamp, offset, key, value, headers }
        };
        (base, fields.into_iter().map(record).collect())
    }
}

fn codec() -> impl Strategy<Value = Compression> {
    (0..5u8).prop_map(|id| Compression::from_id(id).unwrap())
}

fn build(base: i64, codec: Compression, records: &[Record]) -> Bytes {
    let mut builder = BatchBuilder::new(base, codec, TimestampType::CreateTime)
        .producer(5, 1, 0)
        .leader_epoch(3);
    for record in records {
        builder.append_record(record).unwrap();
    }
    builder.build().unwrap()
}

/// Asks a batch for everything it has; only a panic is wrong.
fn read_all(bytes: &Bytes) {
    let mut rest = bytes.clone();
    while let Ok(batch) = RecordBatch::split_first(&mut rest) {
        let header = batch.header();
        let _ = (
            batch.verify_crc(),
            header.last_offset(),
            header.next_offset(),
            header.last_sequence(),
        );
        let _ = (
            header.emptied(),
            batch.restamped(1, 2),
            batch.restamped_append_time(1, 2, 3),
        );
        let _ = batch.validate_records(MAX);
        if let Ok(records) = batch.records(MAX) {
            let _ = records.count();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn records_come_back_as_they_were_appended((base, records) in records(), codec in codec()) {
        let built = build(base, codec, &records);
        let mut rest = built.clone();
        let batch = RecordBatch::split_first(&mut rest).unwrap();
        prop_assert!(rest.is_empty() && batch.verify_crc());
        prop_assert_eq!(batch.last_offset(), records.last().unwrap().offset);
        prop_assert_eq!(batch.max_timestamp(), records.iter().map(|record| record.timestamp).max().unwrap());
        let read: Vec<Record> = batch.records(MAX).unwrap().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(&read, &records);

        let inflated = batch.inflate(MAX).unwrap();
        let mut copy = BatchBuilder::new(base, Compression::None, TimestampType::CreateTime).producer(5, 1, 0);
        for view in RecordViews::new(batch.header(), &inflated).unwrap() {
            copy.append_view(&view.unwrap()).unwrap();
        }
        prop_assert_eq!(copy.leader_epoch(3).build().unwrap(), build(base, Compression::None, &records));
    }

    #[test]
    fn flipped_bits_and_cuts_give_errors_only(
        (base, records) in records(), codec in codec(), flips in vec((any::<prop::sample::Index>(), 0..8u8), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut damaged = build(base, codec, &records).to_vec();
        for (place, bit) in flips {
            let place = place.index(damaged.len());
            damaged[place] ^= 1 << bit;
        }
        damaged.truncate(cut.index(damaged.len() * 2));
        read_all(&Bytes::from(damaged));
    }

    #[test]
    fn any_bytes_behind_a_good_header_give_records_or_errors(
        noise in vec(any::<u8>(), 0..200), codec in codec(), count in -1i32..20, last in -1i32..40,
    ) {
        let mut builder = BatchBuilder::new(0, codec, TimestampType::CreateTime);
        builder.append(0, None, None, &[]).unwrap();
        let header = BatchHeader::parse(&builder.build().unwrap()).unwrap();
        let header = BatchHeader {
            batch_length: BatchHeader::MIN_BATCH_LENGTH + noise.len() as i32,
            record_count: count,
            last_offset_delta: last,
            ..header
        };
        read_all(&Bytes::from([&header.to_bytes()[..], &noise].concat()));
    }

    #[test]
    fn any_bytes_give_a_batch_or_an_error(noise in vec(any::<u8>(), 0..200)) {
        read_all(&Bytes::from(noise));
    }

    #[test]
    fn any_header_is_written_as_it_was_read(noise: [u8; 61]) {
        let mut bytes = noise;
        bytes[8..12].copy_from_slice(&49i32.to_be_bytes());
        bytes[16] = 2;
        prop_assert_eq!(BatchHeader::parse(&bytes).map(|header| header.to_bytes()), Ok::<_, BatchError>(bytes));
    }

    #[test]
    fn data_survives_every_codec(data in bytes(200_000), codec in codec()) {
        let compressed = Bytes::from(compress(codec, None, &data).unwrap());
        prop_assert_eq!(decompress(codec, &compressed, data.len()).unwrap(), data);
    }

    #[test]
    fn damaged_data_of_every_codec_gives_errors_only(
        data in bytes(2_000), codec in codec(), flips in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        noise in vec(any::<u8>(), 0..50),
    ) {
        let mut damaged = compress(codec, None, &data).unwrap();
        for (place, byte) in flips {
            if !damaged.is_empty() {
                let place = place.index(damaged.len());
                damaged[place] = byte;
            }
        }
        let _ = decompress(codec, &Bytes::from(damaged), MAX).map(|out| assert!(out.len() <= MAX));
        let _ = decompress(codec, &Bytes::from(noise), MAX).map(|out| assert!(out.len() <= MAX));
    }
}
