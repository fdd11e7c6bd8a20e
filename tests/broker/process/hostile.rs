//! Input that was changed at random, and claims that nothing stands behind: the process goes on, and holds no more memory
//! than the input justifies.

use std::fs;
use std::io::Read as _;
use std::net::Shutdown;
use std::path::Path;

use bytes::{BufMut, Bytes, BytesMut};
use dmq::env::{Random, SeededRandom};
use dmq_protocol::ErrorCode;
use dmq_protocol::compression::Compression;

use crate::process::lifecycle::create;
use crate::support::batches::{TIME, batch, compressed};
use crate::support::broker::DataDir;
use crate::support::topics::values;
use crate::support::{BrokerProcess, Wire};

const SEED: u64 = 20_260_801;
/// What a debug build of the broker may hold at most, in bytes.
const MEMORY_MAX: u64 = 120 << 20;

/// The requests that Kafka was recorded with: one of nearly every kind and version.
fn recorded() -> Vec<Bytes> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/frames");
    let mut paths: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "request"));
    paths.sort();
    paths
        .into_iter()
        .map(|path| Bytes::from(fs::read(path).unwrap()))
        .collect()
}

/// The frame with one to three changes behind its API key, so that it still arrives somewhere.
fn changed(frame: &Bytes, random: &SeededRandom) -> Vec<u8> {
    const AFTER_KEY: usize = 2;
    let mut bytes = frame.to_vec();
    for _ in 0..=random.below(3) {
        let at = AFTER_KEY + usize::try_from(random.below((bytes.len() - AFTER_KEY) as u64)).unwrap();
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][usize::try_from(random.below(5)).unwrap()],
            2 => bytes.truncate(at.max(8)),
            3 => bytes.insert(at, random.next_u64() as u8),
            4 => {
                bytes.remove(at);
            }
            _ => {
                let number = [i32::MAX, i32::MIN, -1, 0, 1_000_000][usize::try_from(random.below(5)).unwrap()];
                for (place, byte) in (at..bytes.len()).zip(number.to_be_bytes()) {
                    bytes[place] = byte;
                }
            }
        }
        bytes.resize(bytes.len().max(8), 0);
    }
    bytes
}

/// Sends bytes, says that no more will come, and reads whatever is answered until the broker closes.
fn send_and_hang_up(process: &BrokerProcess, bytes: &[u8]) {
    let mut wire = process.connect();
    wire.send_bytes(bytes);
    let _ = wire.stream.shutdown(Shutdown::Write);
    let mut answers = Vec::new();
    match wire.stream.read_to_end(&mut answers) {
        Err(error) if error.kind() != std::io::ErrorKind::ConnectionReset => panic!("not closed: {error}"),
        _ => {}
    }
}

#[test]
fn requests_changed_at_random_neither_end_the_process_nor_fill_its_memory() {
    let dir = DataDir::new();
    let process = BrokerProcess::start(&dir, &[]);
    let topic = create(&process, "golden");
    topic.append(&mut process.connect(), 0, batch(&["precious"]));
    let random = SeededRandom::new(SEED);
    for frame in recorded() {
        for _ in 0..6 {
            let mut bytes = BytesMut::new();
            for _ in 0..=random.below(2) {
                let frame = changed(&frame, &random);
                bytes.put_i32(i32::try_from(frame.len()).unwrap());
                bytes.put_slice(&frame);
            }
            send_and_hang_up(&process, &bytes);
        }
    }
    let kept = topic.read_all(&mut process.connect(), 0);
    assert_eq!(values(&kept)[0], "precious");
    let peak = process.peak_memory();
    let outcome = process.terminate();
    assert!(!outcome.errors.contains("panicked"), "seed {SEED}:\n{}", outcome.errors);
    assert_eq!(outcome.code, Some(0));
    assert!(peak < MEMORY_MAX, "seed {SEED}: {peak} bytes");
}

#[test]
fn a_batch_that_inflates_to_hundreds_of_megabytes_is_taken_without_holding_them() {
    let dir = DataDir::new();
    let process = BrokerProcess::start(&dir, &[]);
    let topic = create(&process, "dense");
    let zeroes = "0".repeat(256 << 20);
    for codec in [Compression::Gzip, Compression::Zstd] {
        let dense = compressed(codec, &["first", &zeroes, "last"]);
        assert!(dense.len() < 1_000_000);
        // Kafka takes it, too: what it inflates to is the consumers' business.
        let answer = topic.produce(&mut process.connect(), 0, dense);
        assert_eq!(
            answer.error_code,
            ErrorCode::NONE,
            "{codec:?}: {:?}",
            answer.error_message
        );
    }
    let found = topic.offset_at(&mut process.connect(), 0, TIME);
    assert_eq!((found.error_code, found.offset), (ErrorCode::NONE, 0));
    let peak = process.peak_memory();
    assert!(peak < MEMORY_MAX, "{peak} bytes");
    assert_eq!(process.terminate().code, Some(0));
}

#[test]
fn large_claims_cost_no_memory() {
    let dir = DataDir::new();
    let process = BrokerProcess::start(&dir, &[]);
    // As large as a request may be, and then next to nothing of it.
    let claim = [
        &100_000_000_i32.to_be_bytes()[..],
        &[0, 0, 0, 9, 0, 0, 0, 1, 0xff, 0xff],
    ]
    .concat();
    let claims: Vec<Wire> = (0..100)
        .map(|_| {
            let mut wire = process.connect();
            wire.send_bytes(&claim);
            wire
        })
        .collect();
    // Others are served meanwhile.
    let topic = create(&process, "served");
    topic.append(&mut process.connect(), 0, batch(&["x"]));
    let peak = process.peak_memory();
    assert!(peak < MEMORY_MAX, "{peak} bytes");
    drop(claims);
    assert_eq!(process.terminate().code, Some(0));
}
