//! Answers with parts of files: right to the byte, whatever their sizes and wherever the file is.

use std::io::{self, IoSlice};
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::thread::{self, ThreadId};

use bytes::Bytes;
use parking_lot::Mutex;
use proptest::prelude::*;
use tokio::io::AsyncReadExt;

use super::service::Ask;
use super::{Broker, until};
use crate::api::service::ReplyChunk;
use crate::disk::{Disk, DiskFile, FileRange, Mapping, OpenMode, RealDisk, SimDisk};
use crate::net::EndKind;
use crate::net::limits::{BUFFER_BYTES, SENDFILE_BYTES_MIN};

const FILE_BYTES: usize = 4_000_000;

/// No two stretches of it are alike.
static CONTENT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let words = 0..FILE_BYTES as u32 / 4;
    words
        .flat_map(|word| word.wrapping_mul(0x9e37_79b9).to_be_bytes())
        .collect()
});

fn write(disk: &dyn Disk, path: &Path) -> Arc<dyn DiskFile> {
    let file = disk.open(path, OpenMode::Create).unwrap();
    file.write_all_at(&[IoSlice::new(&CONTENT)], 0).unwrap();
    file
}

fn chunk(file: &Arc<dyn DiskFile>, position: usize, len: usize) -> ReplyChunk {
    ReplyChunk::File(FileRange {
        file: Arc::clone(file),
        position: position as u64,
        len: len as u64,
    })
}

/// A file that is in memory only where it was read before; remembers which threads waited for it.
#[derive(Debug)]
struct ColdFile {
    file: Arc<dyn DiskFile>,
    warm: Mutex<Vec<Range<u64>>>,
    waited: Mutex<Vec<ThreadId>>,
}

impl ColdFile {
    fn new(file: Arc<dyn DiskFile>) -> ColdFile {
        ColdFile {
            file,
            warm: Mutex::default(),
            waited: Mutex::default(),
        }
    }
}

impl DiskFile for ColdFile {
    fn read_at(&self, buffer: &mut [u8], position: u64) -> io::Result<usize> {
        let end = position + buffer.len() as u64;
        let mut warm = self.warm.lock();
        if ![position, end - 1]
            .iter()
            .all(|byte| warm.iter().any(|range| range.contains(byte)))
        {
            self.waited.lock().push(thread::current().id());
            warm.push(position..end);
        }
        self.file.read_at(buffer, position)
    }
    fn read_at_nowait(&self, _: &mut [u8], _: u64) -> io::Result<usize> {
        Err(io::ErrorKind::WouldBlock.into())
    }
    fn write_all_at(&self, slices: &[IoSlice<'_>], position: u64) -> io::Result<()> {
        self.file.write_all_at(slices, position)
    }
    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }
    fn set_modified_ms(&self, modified_ms: i64) -> io::Result<()> {
        self.file.set_modified_ms(modified_ms)
    }
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }
    fn map(&self, len: usize) -> io::Result<Mapping> {
        self.file.map(len)
    }
    fn as_fd(&self) -> Option<BorrowedFd<'_>> {
        self.file.as_fd()
    }
}

/// Sends the parts (of the file, or of the same bytes from memory) and compares what arrives.
async fn arrives_whole(file: Arc<dyn DiskFile>, parts: Vec<(bool, usize, usize)>) {
    let broker = Broker::with(|config| config.send_buffer_bytes = Some(300_000)).await;
    let mut client = broker.client().await;
    let mut expected = Vec::new();
    let mut chunks = Vec::new();
    for (from_file, position, len) in parts {
        let range = position..(position + len).min(CONTENT.len());
        expected.extend_from_slice(&CONTENT[range.clone()]);
        chunks.push(if from_file {
            chunk(&file, position, range.len())
        } else {
            ReplyChunk::Bytes(Bytes::copy_from_slice(&CONTENT[range]))
        });
    }
    broker.service.lay_down(chunks);
    client.send(Ask::Chunks, 1).await;
    client.send(Ask::Echo, 2).await;
    let answer = client.answer().await.unwrap();
    assert!(
        answer == expected,
        "{} bytes differ from {}",
        answer.len(),
        expected.len()
    );
    assert_eq!(client.number().await, 2);
}

fn parts() -> impl Strategy<Value = Vec<(bool, usize, usize)>> {
    let border = BUFFER_BYTES;
    let len = prop_oneof![
        0..100_usize,
        1_000..50_000_usize,
        border - 3..border + 3,
        Just(700_000),
        Just(3_000_000)
    ];
    prop::collection::vec((any::<bool>(), 0..FILE_BYTES, len), 1..10)
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn bytes_and_file_ranges_arrive_in_order_and_whole(parts in parts(), which in 0..3) {
            let dir = tempfile::tempdir().unwrap();
        let real = write(&RealDisk::new(), &dir.path().join("file"));
        let file: Arc<dyn DiskFile> = match which {
            0 => real,
            1 => Arc::new(ColdFile::new(real)),
            _ => {
                let sim = SimDisk::new(1);
                sim.create_dir_all(Path::new("/d")).unwrap();
                write(&sim, Path::new("/d/file"))
            }
        };
        run(arrives_whole(file, parts));
    }
}

#[tokio::test]
async fn no_network_thread_waits_for_a_cold_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(&RealDisk::new(), &dir.path().join("file"));
    let cold = Arc::new(ColdFile::new(file));
    let large = (true, 10, SENDFILE_BYTES_MIN as usize * 10);
    arrives_whole(Arc::<ColdFile>::clone(&cold), vec![large]).await;
    let waited = cold.waited.lock();
    assert!(!waited.is_empty());
    assert!(!waited.contains(&thread::current().id()));
}

#[tokio::test]
async fn a_slow_reader_of_a_large_range_gets_all_and_disturbs_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(&RealDisk::new(), &dir.path().join("file"));
    let broker = Broker::start().await;
    let (mut slow, mut other) = (broker.client().await, broker.client().await);
    broker.service.lay_down(vec![chunk(&file, 0, FILE_BYTES)]);
    slow.send(Ask::Chunks, 1).await;
    assert_eq!(slow.socket.read_u32().await.unwrap() as usize, FILE_BYTES);
    let mut received = Vec::new();
    let mut piece = vec![0; 100_000];
    while received.len() < FILE_BYTES {
        assert!(other.works().await);
        let count = slow.socket.read(&mut piece).await.unwrap();
        received.extend_from_slice(&piece[..count]);
    }
    assert!(received == *CONTENT);
    assert_eq!(broker.server.request_memory_available(), 128 * 1024 * 1024);
}

#[tokio::test]
async fn a_file_that_was_cut_closes_the_connection_instead_of_sending_something_else() {
    for len in [1_000, 3_000_000] {
        let dir = tempfile::tempdir().unwrap();
        let file = write(&RealDisk::new(), &dir.path().join("file"));
        let broker = Broker::start().await;
        let mut client = broker.client().await;
        broker.service.lay_down(vec![chunk(&file, 0, len)]);
        file.set_len(len as u64 / 2).unwrap();
        client.send(Ask::Chunks, 1).await;
        let sent = client.closed().await;
        assert!(sent.len() <= 4 + len / 2);
        until(|| broker.stats().ended(EndKind::Failure) == 1).await;
    }
}

#[tokio::test]
async fn an_answer_beyond_31_bits_closes_the_connection() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    client.send(Ask::TooLong, 1).await;
    assert!(client.closed().await.is_empty());
    until(|| broker.stats().ended(EndKind::Failure) == 1).await;
}
