//! From a socket's bytes to request frames.
//!
//! Small requests are read into a shared hot buffer and cut out of it; a request that has not arrived whole gets memory
//! of its own, reserved from the budget before its body is read and grown as its bytes arrive. A length is checked
//! before anything is allocated for it. Nothing is held while a connection is idle.
//! Knows nothing of what a frame means, of deadlines and of answers. Invariant: bytes leave in the order in which they
//! came, each exactly once.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use dmq_protocol::frame::{FrameCodec, FrameError, LENGTH_LEN};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};
use tokio::net::TcpStream;

use super::budget::Reservation;
use super::buffer::{Buffer, BufferPool, reserved};
use super::limits::{
    BUFFER_BYTES, LARGE_REQUEST_BYTES_MIN, PEEK_BYTES, REQUEST_FIRST_ALLOCATION_BYTES_MAX, SLICE_BYTES_MIN,
};

/// The length in front of each frame.
const PREFIX: usize = LENGTH_LEN;

/// How far the next frame has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nothing of it is here.
    None,
    /// Some of it is; its whole length, with the prefix, once that is known.
    Partial(Option<usize>),
    /// All of it.
    Complete,
}

/// The receiving side of one connection.
pub(super) struct Input {
    held: Held,
    pool: Arc<BufferPool>,
    codec: FrameCodec,
    /// The length of the frame before, prefix included; 0 before the first.
    last_frame: usize,
}

enum Held {
    Nothing,
    /// A hot buffer. Given back before the task sleeps, unless most of it is one request that is arriving.
    Hot(Buffer),
    /// Bytes that are shared with requests in flight, or a copy of bytes that have to wait.
    Shared(Bytes),
    /// A request of its own memory, being received.
    Frame {
        bytes: BytesMut,
        need: usize,
        reservation: Reservation,
    },
    /// As `Frame`, while memory for it is waited for.
    AwaitingFrame {
        head: BytesMut,
        need: usize,
        memory: AwaitedMemory,
    },
    /// The budget is exhausted: nothing is read until some is free.
    AwaitingTurn(AwaitedMemory),
}

type AwaitedMemory = Pin<Box<dyn Future<Output = Reservation> + Send>>;

impl Input {
    pub fn new(pool: Arc<BufferPool>, request_bytes_max: usize) -> Input {
        Input {
            held: Held::Nothing,
            pool,
            codec: FrameCodec::for_requests(request_bytes_max),
            last_frame: 0,
        }
    }

    /// Whether the connection waits for other connections' memory, not for its peer.
    pub fn awaits_memory(&self) -> bool {
        matches!(self.held, Held::AwaitingFrame { .. } | Held::AwaitingTurn(_))
    }

    /// Whether a first frame has come.
    pub fn has_begun(&self) -> bool {
        self.last_frame != 0
    }

    /// Bytes that have been read but not handed out.
    pub fn unread_len(&self) -> usize {
        self.unread().len()
    }

    /// The memory that is held for what has been read.
    #[cfg(test)]
    pub fn capacity(&self) -> usize {
        match &self.held {
            Held::Frame { bytes, .. } => bytes.capacity(),
            Held::Hot(_) => BUFFER_BYTES,
            _ => self.unread_len(),
        }
    }

    /// How far the next frame has come.
    pub fn progress(&self) -> Result<Progress, FrameError> {
        let unread = self.unread();
        let Some(prefix) = unread.first_chunk::<PREFIX>() else {
            return Ok(if unread.is_empty() {
                Progress::None
            } else {
                Progress::Partial(None)
            });
        };
        let need = self.frame_len(*prefix)?;
        Ok(if unread.len() < need {
            Progress::Partial(Some(need))
        } else {
            Progress::Complete
        })
    }

    /// The next frame, without its length, if it is here.
    pub fn next_frame(&mut self) -> Result<Option<Bytes>, FrameError> {
        let Some(prefix) = self.unread().first_chunk::<PREFIX>() else {
            return Ok(None);
        };
        let need = self.frame_len(*prefix)?;
        if self.unread().len() < need {
            return Ok(None);
        }
        self.last_frame = need;
        Ok(Some(self.take_frame(need)))
    }

    fn unread(&self) -> &[u8] {
        match &self.held {
            Held::Nothing | Held::AwaitingTurn(_) => &[],
            Held::Hot(buffer) => buffer.bytes(),
            Held::Shared(bytes) => bytes,
            Held::Frame { bytes, .. } => bytes,
            Held::AwaitingFrame { head, .. } => head,
        }
    }

    /// The whole frame's length, prefix included.
    fn frame_len(&self, prefix: [u8; PREFIX]) -> Result<usize, FrameError> {
        Ok(self.codec.check_len(prefix)? + PREFIX)
    }

    /// Takes the first `need` bytes, which are here, and gives them without the prefix.
    fn take_frame(&mut self, need: usize) -> Bytes {
        let mut whole = match std::mem::replace(&mut self.held, Held::Nothing) {
            Held::Frame { bytes, reservation, .. } => reserved(bytes, reservation),
            Held::Hot(mut buffer) if need < SLICE_BYTES_MIN => {
                let frame = Bytes::copy_from_slice(buffer.bytes().get(PREFIX..need).unwrap_or_default());
                buffer.consume(need);
                self.held = Held::Hot(buffer);
                return frame;
            }
            Held::Hot(mut buffer) => {
                buffer.charge();
                self.split_shared(buffer.freeze(), need)
            }
            Held::Shared(bytes) => {
                let frame = self.split_shared(bytes, need);
                if need < SLICE_BYTES_MIN {
                    Bytes::copy_from_slice(&frame)
                } else {
                    frame
                }
            }
            // These hold less than a frame.
            awaiting @ (Held::Nothing | Held::AwaitingFrame { .. } | Held::AwaitingTurn(_)) => {
                self.held = awaiting;
                return Bytes::new();
            }
        };
        whole.advance(PREFIX.min(whole.len()));
        whole
    }

    fn split_shared(&mut self, mut bytes: Bytes, need: usize) -> Bytes {
        let frame = bytes.split_to(need.min(bytes.len()));
        if need >= SLICE_BYTES_MIN && bytes.len() < SLICE_BYTES_MIN {
            // A short rest must not keep the large memory that it is a part of.
            bytes = Bytes::copy_from_slice(&bytes);
        }
        if !bytes.is_empty() {
            self.held = Held::Shared(bytes);
        }
        frame
    }

    /// Reads once from the socket; 0 is the end of the stream. To be called when no complete frame is held.
    pub fn poll_read(&mut self, cx: &mut Context<'_>, socket: &mut TcpStream) -> Poll<io::Result<usize>> {
        ready!(self.poll_memory(cx));
        ready!(socket.poll_read_ready(cx))?;
        if matches!(self.held, Held::Nothing) && self.pool.budget().is_exhausted() {
            self.held = Held::AwaitingTurn(Box::pin(self.pool.budget().clone().reserve(0)));
            ready!(self.poll_memory(cx));
        }
        self.make_room();
        ready!(self.poll_memory(cx));
        match &mut self.held {
            Held::Frame { bytes, need, .. } => {
                if bytes.capacity() == bytes.len() {
                    // Doubled with what has arrived: never more than the input justifies.
                    bytes.reserve((*need - bytes.len()).min(bytes.len()));
                }
                let room = (*need - bytes.len()).min(bytes.capacity() - bytes.len());
                let mut socket = socket.take(room as u64);
                pin!(socket.read_buf(bytes)).poll(cx)
            }
            Held::Hot(buffer) => {
                let limit = read_limit(buffer, self.last_frame);
                let mut room = ReadBuf::new(buffer.room(limit));
                ready!(Pin::new(socket).poll_read(cx, &mut room))?;
                let count = room.filled().len();
                buffer.filled(count);
                Poll::Ready(Ok(count))
            }
            Held::Nothing | Held::Shared(_) | Held::AwaitingFrame { .. } | Held::AwaitingTurn(_) => Poll::Pending,
        }
    }

    fn poll_memory(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.held {
            Held::AwaitingTurn(memory) => {
                drop(ready!(memory.as_mut().poll(cx)));
                self.held = Held::Nothing;
            }
            Held::AwaitingFrame { head, need, memory } => {
                let reservation = ready!(memory.as_mut().poll(cx));
                self.held = Held::Frame {
                    bytes: frame_memory(head, *need),
                    need: *need,
                    reservation,
                };
            }
            _ => {}
        }
        Poll::Ready(())
    }

    /// Brings what is held into a form that can be read on into.
    fn make_room(&mut self) {
        let need = match self.progress() {
            Ok(Progress::Partial(Some(need))) if need >= SLICE_BYTES_MIN => Some(need),
            _ => None,
        };
        match (std::mem::replace(&mut self.held, Held::Nothing), need) {
            (frame @ Held::Frame { .. }, _) => self.held = frame,
            (Held::Hot(buffer), Some(need)) if arrives_in_place(&buffer, need) => self.held = Held::Hot(buffer),
            (Held::Hot(buffer), Some(need)) => self.begin_frame(buffer.bytes(), need),
            (Held::Shared(bytes), Some(need)) => self.begin_frame(&bytes, need),
            (Held::Hot(mut buffer), None) => {
                buffer.compact();
                self.held = Held::Hot(buffer);
            }
            (other, _) => {
                let mut buffer = self.pool.take();
                if let Held::Shared(bytes) = other {
                    buffer.append(&bytes);
                }
                self.held = Held::Hot(buffer);
            }
        }
    }

    fn begin_frame(&mut self, head: &[u8], need: usize) {
        let budget = self.pool.budget();
        self.held = match budget.try_reserve(need) {
            Some(reservation) => Held::Frame {
                bytes: frame_memory(head, need),
                need,
                reservation,
            },
            None => Held::AwaitingFrame {
                head: BytesMut::from(head),
                need,
                memory: Box::pin(budget.clone().reserve(need)),
            },
        };
    }

    /// Gives back the hot buffer before the task sleeps; what has to wait is kept in memory of its own size.
    pub fn settle(&mut self) {
        let kept = match &mut self.held {
            Held::Hot(buffer) if buffer.bytes().is_empty() => Held::Nothing,
            Held::Hot(buffer) => {
                let need = buffer
                    .bytes()
                    .first_chunk()
                    .map_or(0, |prefix| i32::from_be_bytes(*prefix));
                if arrives_in_place(buffer, usize::try_from(need).unwrap_or(0) + PREFIX) {
                    buffer.charge();
                    return;
                }
                let waiting = BytesMut::from(buffer.bytes());
                let charge = self.pool.budget().charge(waiting.len());
                Held::Shared(reserved(waiting, charge))
            }
            _ => return,
        };
        self.held = kept;
    }
}

/// Whether a request that is arriving is worth the whole hot buffer that it began in.
fn arrives_in_place(buffer: &Buffer, need: usize) -> bool {
    buffer.is_at_front() && (LARGE_REQUEST_BYTES_MIN..=BUFFER_BYTES).contains(&need)
}

/// How much to read into a hot buffer: as much as fits, but of large requests one at a time.
fn read_limit(buffer: &Buffer, last_frame: usize) -> usize {
    let held = buffer.bytes();
    if let Some(prefix) = held.first_chunk() {
        let need = usize::try_from(i32::from_be_bytes(*prefix)).unwrap_or(0) + PREFIX;
        if arrives_in_place(buffer, need) {
            return need.saturating_sub(held.len());
        }
    }
    match last_frame {
        large if large > BUFFER_BYTES => PEEK_BYTES,
        large if large >= LARGE_REQUEST_BYTES_MIN => large,
        _ => BUFFER_BYTES,
    }
}

fn frame_memory(head: &[u8], need: usize) -> BytesMut {
    let mut bytes = BytesMut::with_capacity(need.min(REQUEST_FIRST_ALLOCATION_BYTES_MAX).max(head.len()));
    bytes.extend_from_slice(head);
    bytes
}
