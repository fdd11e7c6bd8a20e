//! A part of a file that is to be sent, and how it gets into a socket without passing through this process.

use std::io::{self, IoSlice};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use rustix::io::Errno;

use super::DiskFile;

/// Bytes `position .. position + len` of a file. Holding it keeps the content readable after the file's name is gone.
#[derive(Debug, Clone)]
pub struct FileRange {
    /// The file.
    pub file: Arc<dyn DiskFile>,
    /// The first byte.
    pub position: u64,
    /// How many bytes.
    pub len: u64,
}

impl FileRange {
    /// The whole range, read into memory; `UnexpectedEof` where the file was cut meanwhile.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(self.len).unwrap_or(usize::MAX)];
        self.file.read_exact_at(&mut bytes, self.position)?;
        Ok(bytes)
    }
}

/// What is read at a time where the file has no descriptor to send from.
const COPY_BYTES: usize = 64 * 1024;

/// Sends what is left of `range` from its byte `offset` on; gives the bytes that the socket took, which may be fewer.
/// `WouldBlock`: the socket is full. `UnexpectedEof`: the file was cut meanwhile.
///
/// Reading the file may wait for the disk; a caller that must not wait makes sure first that the range is in memory.
pub fn send_to(socket: BorrowedFd<'_>, range: &FileRange, offset: u64) -> io::Result<usize> {
    let left = range.len.saturating_sub(offset);
    if left == 0 {
        return Ok(0);
    }
    let position = range.position.saturating_add(offset);
    let count = usize::try_from(left).unwrap_or(usize::MAX);
    let sent = match range.file.as_fd() {
        Some(file) => retry(|| {
            let mut position = position;
            rustix::fs::sendfile(socket, file, Some(&mut position), count)
        })?,
        None => copy_to(socket, range, position, count)?,
    };
    if sent == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(sent)
}

fn copy_to(socket: BorrowedFd<'_>, range: &FileRange, position: u64, count: usize) -> io::Result<usize> {
    let mut buffer = vec![0; count.min(COPY_BYTES)];
    let read = range.file.read_at(&mut buffer, position)?;
    let bytes = buffer.get(..read).unwrap_or_default();
    retry(|| rustix::io::writev(socket.as_fd(), &[IoSlice::new(bytes)]))
}

fn retry(mut call: impl FnMut() -> Result<usize, Errno>) -> io::Result<usize> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            result => return Ok(result?),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::net::UnixStream;
    use std::path::Path;

    use super::*;
    use crate::disk::{Disk, OpenMode, RealDisk, SimDisk};

    fn sent_from(disk: &dyn Disk, path: &Path) {
        let file = disk.open(path, OpenMode::Create).unwrap();
        file.write_all_at(&[IoSlice::new(b"0123456789")], 0).unwrap();
        let range = FileRange {
            file,
            position: 2,
            len: 5,
        };
        assert_eq!(range.read().unwrap(), b"23456");
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        assert_eq!(send_to(ours.as_fd(), &range, 0).unwrap(), 5);
        assert_eq!(send_to(ours.as_fd(), &range, 3).unwrap(), 2);
        assert_eq!(send_to(ours.as_fd(), &range, 5).unwrap(), 0);
        drop(ours);
        let mut got = Vec::new();
        theirs.read_to_end(&mut got).unwrap();
        assert_eq!(got, b"2345656");
    }

    #[test]
    fn a_range_is_sent_from_any_offset_and_not_beyond_its_end() {
        let dir = tempfile::tempdir().unwrap();
        sent_from(&RealDisk::new(), &dir.path().join("file"));
        let sim = SimDisk::new(1);
        sim.create_dir_all(Path::new("/d")).unwrap();
        sent_from(&sim, Path::new("/d/file"));
    }

    #[test]
    fn a_file_that_was_cut_is_an_error_not_an_endless_loop() {
        let dir = tempfile::tempdir().unwrap();
        let file = RealDisk::new()
            .open(&dir.path().join("file"), OpenMode::Create)
            .unwrap();
        let range = FileRange {
            file,
            position: 0,
            len: 5,
        };
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let error = send_to(ours.as_fd(), &range, 0).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
