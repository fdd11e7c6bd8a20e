//! From answers to the socket's bytes: lengths put in front, small parts gathered, file ranges sent from the page cache.
//!
//! Answers leave in the order in which they were pushed. A file range stays a range until its bytes are in the socket:
//! small ones are copied for one send, and again for the next if the socket took only a part, so a peer that does not
//! read costs no memory for them. Knows nothing of requests, deadlines and of who reads.
//! Invariants: `staged` comes after everything in `queue`; `memory_bytes` is the length of all that is not in files;
//! `warm_bytes` is at most the length of the file range at the front.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::net::TcpStream;

use super::buffer::{Buffer, BufferPool};
use super::gather::{Gathered, gather};
use super::limits::{GATHER_COPY_BYTES_MAX, OUTPUT_BYTES_MAX, SENDFILE_BYTES_MIN, SENDFILE_BYTES_PER_CALL_MAX};
use super::residency::{Warming, is_resident};
use super::socket;
use crate::api::service::{Reply, ReplyChunk};
use crate::disk::FileRange;
use crate::quota::Throttle;

/// How many places for segments a connection keeps that has none.
const SEGMENTS_KEPT_MAX: usize = 8;

/// What one call of [`Output::poll_write`] sends before it lets other connections have the thread.
const BYTES_PER_TURN_MAX: usize = 4 * 1024 * 1024;

/// Why answers cannot be sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    /// The socket is broken: the peer is gone.
    #[error("{0}")]
    Socket(io::Error),
    /// A log file cannot be read, or is shorter than the answer promised (its end was cut off meanwhile).
    #[error("a file range of an answer cannot be read: {0}")]
    File(io::Error),
    /// The length field has 31 bits.
    #[error("an answer of {0} bytes is too long for the protocol")]
    TooLong(u64),
}

/// A part of what is to be sent.
#[derive(Debug)]
pub(super) enum Segment {
    Bytes(Bytes),
    File(FileRange),
}

/// The sending side of one connection.
pub(super) struct Output {
    queue: VecDeque<Segment>,
    /// Small parts, in a hot buffer that is held while the task runs; what the socket does not take moves to `queue`.
    staged: Option<Buffer>,
    memory_bytes: usize,
    warming: Option<Warming>,
    /// So many bytes of the file range at the front were just brought into the page cache.
    warm_bytes: u64,
    sent_bytes: u64,
    /// The longest throttle of the answers since it was last asked for.
    throttle: Throttle,
    pool: Arc<BufferPool>,
}

impl Output {
    pub fn new(pool: Arc<BufferPool>) -> Output {
        Output {
            queue: VecDeque::new(),
            staged: None,
            memory_bytes: 0,
            warming: None,
            warm_bytes: 0,
            sent_bytes: 0,
            throttle: Throttle::NONE,
            pool,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.staged_bytes().is_empty()
    }

    /// Whether no further answer should be taken up before some of these are sent.
    pub fn is_full(&self) -> bool {
        self.memory_bytes >= OUTPUT_BYTES_MAX
    }

    /// Bytes that the socket has taken since the start.
    pub fn sent_bytes(&self) -> u64 {
        self.sent_bytes
    }

    /// Whether a disk is waited for, not the peer.
    pub fn awaits_disk(&self) -> bool {
        self.warming.is_some()
    }

    /// How long the answers that were pushed since the last call hold the client back.
    pub fn take_throttle(&mut self) -> Throttle {
        std::mem::take(&mut self.throttle)
    }

    /// Appends an answer.
    pub fn push(&mut self, reply: Reply) -> Result<(), SendError> {
        self.throttle = self.throttle.max(reply.throttle());
        let len = i32::try_from(reply.len()).map_err(|_| SendError::TooLong(reply.len()))?;
        self.stage(&len.to_be_bytes());
        reply.for_each_chunk(|chunk| match chunk {
            ReplyChunk::Bytes(bytes) if bytes.len() <= GATHER_COPY_BYTES_MAX => self.stage(&bytes),
            ReplyChunk::Bytes(bytes) => {
                self.seal();
                self.memory_bytes += bytes.len();
                self.queue.push_back(Segment::Bytes(bytes));
            }
            ReplyChunk::File(range) if range.len == 0 => {}
            ReplyChunk::File(range) => {
                self.seal();
                self.queue.push_back(Segment::File(range));
            }
        });
        Ok(())
    }

    fn staged_bytes(&self) -> &[u8] {
        self.staged.as_ref().map_or(&[], Buffer::bytes)
    }

    fn stage(&mut self, bytes: &[u8]) {
        let full = |staged: &mut Buffer| staged.room(bytes.len()).len() < bytes.len();
        if self.staged.as_mut().is_some_and(full) {
            self.seal();
        }
        self.staged.get_or_insert_with(|| self.pool.take()).append(bytes);
        self.memory_bytes += bytes.len();
    }

    /// Gives back the hot buffer; what is in it goes to the end of the queue.
    pub fn seal(&mut self) {
        if let Some(staged) = self.staged.take()
            && !staged.bytes().is_empty()
        {
            self.queue
                .push_back(Segment::Bytes(Bytes::copy_from_slice(staged.bytes())));
        }
    }

    /// Sends until everything is sent (`Ready`) or the socket, or a disk, has to be waited for.
    pub fn poll_write(&mut self, cx: &mut Context<'_>, socket: &TcpStream) -> Poll<Result<(), SendError>> {
        let mut turn = 0;
        while !self.is_empty() {
            match self.send_some(cx, socket) {
                Poll::Ready(Ok(sent)) => {
                    self.sent_bytes += sent as u64;
                    turn += sent;
                }
                Poll::Ready(Err(SendError::Socket(error))) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(socket.poll_write_ready(cx)).map_err(SendError::Socket)?;
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
            if turn >= BYTES_PER_TURN_MAX {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
        self.staged = None;
        if self.queue.capacity() > SEGMENTS_KEPT_MAX {
            self.queue = VecDeque::new();
        }
        Poll::Ready(Ok(()))
    }

    /// One send. `Pending` only while a disk is waited for.
    fn send_some(&mut self, cx: &mut Context<'_>, socket: &TcpStream) -> Poll<Result<usize, SendError>> {
        if let Some(warming) = &mut self.warming {
            self.warm_bytes = ready!(warming.poll(cx)).map_err(SendError::File)?;
            self.warming = None;
        }
        let sent = match self.queue.front() {
            None => {
                let staged = IoSlice::new(self.staged_bytes());
                socket::send(socket, &[staged], false).map_err(SendError::Socket)?
            }
            Some(Segment::File(range)) if range.len >= SENDFILE_BYTES_MIN => {
                let len = range.len.min(SENDFILE_BYTES_PER_CALL_MAX);
                if self.warm_bytes == 0 && !is_resident(range, len) {
                    self.warming = Some(Warming::start(range));
                    return Poll::Ready(Ok(0));
                }
                let len = if self.warm_bytes == 0 {
                    len
                } else {
                    len.min(self.warm_bytes)
                };
                socket::send_file(socket, range, len).map_err(of_file_or_socket)?
            }
            Some(_) => match gather(&self.queue, self.staged_bytes(), self.warm_bytes > 0, &self.pool) {
                Ok(Gathered::Cold(range)) => {
                    self.warming = Some(Warming::start(range));
                    return Poll::Ready(Ok(0));
                }
                Ok(Gathered::Pieces(pieces)) => {
                    let slices = pieces.slices(&self.queue, self.staged_bytes());
                    socket::send(socket, &slices, pieces.more).map_err(SendError::Socket)?
                }
                Err(error) => return Poll::Ready(Err(SendError::File(error))),
            },
        };
        self.advance(sent);
        Poll::Ready(Ok(sent))
    }

    fn advance(&mut self, sent: usize) {
        let mut left = sent;
        while left > 0 {
            let done = match self.queue.front_mut() {
                None => {
                    if let Some(staged) = &mut self.staged {
                        staged.consume(left);
                    }
                    self.memory_bytes = self.memory_bytes.saturating_sub(left);
                    return;
                }
                Some(Segment::Bytes(bytes)) => {
                    let count = left.min(bytes.len());
                    bytes.advance(count);
                    self.memory_bytes -= count;
                    left -= count;
                    bytes.is_empty()
                }
                Some(Segment::File(range)) => {
                    let count = range.len.min(left as u64);
                    range.position += count;
                    range.len -= count;
                    self.warm_bytes = self.warm_bytes.saturating_sub(count);
                    left -= usize::try_from(count).unwrap_or(left);
                    range.len == 0
                }
            };
            if done {
                self.queue.pop_front();
            }
        }
    }
}

/// `send_to` reports both sides' errors alike: those that only a socket can have are the socket's.
fn of_file_or_socket(error: io::Error) -> SendError {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, TimedOut, WouldBlock};
    match error.kind() {
        WouldBlock | BrokenPipe | ConnectionReset | ConnectionAborted | NotConnected | TimedOut => {
            SendError::Socket(error)
        }
        _ => SendError::File(error),
    }
}
