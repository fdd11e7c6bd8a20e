//! Sends on a non-blocking socket in ways that the standard library has no call for.
//!
//! Holds no state. Never waits: `WouldBlock` clears the socket's readiness, as tokio wants it.

use std::io::{self, IoSlice};
use std::os::fd::AsFd;

use rustix::io::Errno;
use rustix::net::{SendAncillaryBuffer, SendFlags};
use tokio::io::Interest;
use tokio::net::TcpStream;

use crate::disk::{self, FileRange};

/// Sends slices with one call; gives how many bytes the socket took. With `more`, the system waits with a segment that
/// is not full, since more follows at once.
pub(super) fn send(socket: &TcpStream, slices: &[IoSlice<'_>], more: bool) -> io::Result<usize> {
    let mut flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
    flags.set(SendFlags::MORE, more);
    socket.try_io(Interest::WRITABLE, || {
        loop {
            match rustix::net::sendmsg(socket.as_fd(), slices, &mut SendAncillaryBuffer::default(), flags) {
                Err(Errno::INTR) => {}
                result => return Ok(result?),
            }
        }
    })
}

/// Sends from the first `len` bytes of a file range, without copying them through this process where that can be done.
/// May wait for the disk if they are not in the page cache.
pub(super) fn send_file(socket: &TcpStream, range: &FileRange, len: u64) -> io::Result<usize> {
    let part = FileRange {
        file: range.file.clone(),
        position: range.position,
        len: len.min(range.len),
    };
    socket.try_io(Interest::WRITABLE, || disk::send_to(socket.as_fd(), &part, 0))
}
