//! The few requests that are sent, in versions before the flexible ones, and the answers as far as they matter.

const PRODUCE: i16 = 0;
const FETCH: i16 = 1;
const LIST_OFFSETS: i16 = 2;
const API_VERSIONS: i16 = 18;
const CREATE_TOPICS: i16 = 19;

/// A request frame under construction.
pub struct Frame(Vec<u8>);

impl Frame {
    fn new(key: i16, version: i16) -> Frame {
        let mut frame = Frame(Vec::with_capacity(256));
        frame.i32(0).i16(key).i16(version).i32(0).string("loadgen");
        frame
    }
    fn i8(&mut self, value: i8) -> &mut Frame {
        self.0.push(value.to_be_bytes()[0]);
        self
    }
    fn i16(&mut self, value: i16) -> &mut Frame {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }
    fn i32(&mut self, value: i32) -> &mut Frame {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }
    fn i64(&mut self, value: i64) -> &mut Frame {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }
    fn string(&mut self, text: &str) -> &mut Frame {
        self.i16(text.len() as i16);
        self.0.extend_from_slice(text.as_bytes());
        self
    }
    fn bytes(&mut self, bytes: &[u8]) -> &mut Frame {
        self.i32(bytes.len() as i32);
        self.0.extend_from_slice(bytes);
        self
    }
    fn finish(mut self) -> Vec<u8> {
        let length = (self.0.len() - 4) as i32;
        self.0[..4].copy_from_slice(&length.to_be_bytes());
        self.0
    }
}

/// Changes the correlation id of a finished frame.
pub fn set_correlation(frame: &mut [u8], correlation: i32) {
    frame[8..12].copy_from_slice(&correlation.to_be_bytes());
}

fn varint(out: &mut Vec<u8>, value: i64) {
    let mut zigzag = ((value << 1) ^ (value >> 63)) as u64;
    while zigzag >= 0x80 {
        out.push(zigzag as u8 | 0x80);
        zigzag >>= 7;
    }
    out.push(zigzag as u8);
}

/// A batch of `count` records without keys whose values are `size` pseudo-random bytes.
pub fn batch(count: usize, size: usize, timestamp_ms: i64) -> Vec<u8> {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut records = Vec::with_capacity(count * (size + 12));
    for index in 0..count {
        let mut record = vec![0];
        varint(&mut record, 0);
        varint(&mut record, index as i64);
        varint(&mut record, -1);
        varint(&mut record, size as i64);
        for _ in 0..size {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            record.push((state >> 56) as u8);
        }
        varint(&mut record, 0);
        varint(&mut records, record.len() as i64);
        records.extend_from_slice(&record);
    }
    let mut out = Frame(Vec::with_capacity(records.len() + 61));
    out.i64(0).i32((records.len() + 49) as i32).i32(-1).i8(2).i32(0);
    out.i16(0)
        .i32(count as i32 - 1)
        .i64(timestamp_ms)
        .i64(timestamp_ms)
        .i64(-1)
        .i16(-1)
        .i32(-1)
        .i32(count as i32);
    out.0.extend_from_slice(&records);
    let crc = crc32c::crc32c(&out.0[21..]);
    out.0[17..21].copy_from_slice(&crc.to_be_bytes());
    out.0
}

/// Produce v7 with one batch for one partition.
pub fn produce(topic: &str, partition: i32, acks: i16, batch: &[u8]) -> Vec<u8> {
    let mut frame = Frame::new(PRODUCE, 7);
    frame
        .i16(-1)
        .i16(acks)
        .i32(30_000)
        .i32(1)
        .string(topic)
        .i32(1)
        .i32(partition)
        .bytes(batch);
    frame.finish()
}

/// Fetch v11 without a session.
pub fn fetch(topic: &str, partitions: &[(i32, i64)], max_wait_ms: i32) -> Vec<u8> {
    let mut frame = Frame::new(FETCH, 11);
    frame.i32(-1).i32(max_wait_ms).i32(1).i32(50 << 20).i8(0).i32(0).i32(-1);
    frame.i32(1).string(topic).i32(partitions.len() as i32);
    for &(partition, offset) in partitions {
        frame.i32(partition).i32(-1).i64(offset).i64(-1).i32(1 << 20);
    }
    frame.i32(0).string("");
    frame.finish()
}

/// ApiVersions v0.
pub fn api_versions() -> Vec<u8> {
    Frame::new(API_VERSIONS, 0).finish()
}

/// CreateTopics v4 with one topic of replication factor 1.
pub fn create_topic(topic: &str, partitions: i32) -> Vec<u8> {
    let mut frame = Frame::new(CREATE_TOPICS, 4);
    frame
        .i32(1)
        .string(topic)
        .i32(partitions)
        .i16(1)
        .i32(0)
        .i32(0)
        .i32(60_000)
        .i8(0);
    frame.finish()
}

/// ListOffsets v1 for the log end.
pub fn list_end(topic: &str, partition: i32) -> Vec<u8> {
    let mut frame = Frame::new(LIST_OFFSETS, 1);
    frame.i32(-1).i32(1).string(topic).i32(1).i32(partition).i64(-1);
    frame.finish()
}
