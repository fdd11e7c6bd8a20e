//! Memory for received bytes and for copies of file ranges: a few hot buffers that all connections share.
//!
//! A connection that has nothing to do holds no buffer. While its task runs it borrows one, which is most likely still
//! in the processor's cache; a buffer that is needed longer (a request in it waits for its answer) counts against the
//! [`MemoryBudget`] until the last reference to its bytes is gone, and then comes back here from wherever that was.
//! Invariants: `start <= end <= BUFFER_BYTES`; the memory is always initialised.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;

use super::budget::{MemoryBudget, Reservation};
use super::limits::{BUFFER_BYTES, BUFFERS_KEPT_MAX};

/// The buffers that are not in use, and the budget for those that are held.
#[derive(Debug)]
pub(super) struct BufferPool {
    free: Mutex<Vec<Box<[u8]>>>,
    budget: MemoryBudget,
}

/// One buffer of [`BUFFER_BYTES`] with the range of it that holds data.
#[derive(Debug)]
pub(super) struct Buffer {
    memory: Box<[u8]>,
    start: usize,
    end: usize,
    charge: Option<Reservation>,
    pool: Arc<BufferPool>,
}

impl BufferPool {
    pub fn new(budget: MemoryBudget) -> Arc<BufferPool> {
        Arc::new(BufferPool {
            free: Mutex::new(Vec::with_capacity(BUFFERS_KEPT_MAX)),
            budget,
        })
    }

    pub fn budget(&self) -> &MemoryBudget {
        &self.budget
    }

    /// An empty buffer.
    pub fn take(self: &Arc<BufferPool>) -> Buffer {
        let free = self.free.lock().pop();
        Buffer {
            memory: free.unwrap_or_else(|| vec![0; BUFFER_BYTES].into_boxed_slice()),
            start: 0,
            end: 0,
            charge: None,
            pool: Arc::clone(self),
        }
    }
}

impl Buffer {
    /// The data.
    pub fn bytes(&self) -> &[u8] {
        self.memory.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether the data begins where the buffer does.
    pub fn is_at_front(&self) -> bool {
        self.start == 0
    }

    /// At most `limit` bytes of the room behind the data.
    pub fn room(&mut self, limit: usize) -> &mut [u8] {
        let end = self.end.saturating_add(limit).min(self.memory.len());
        self.memory.get_mut(self.end..end).unwrap_or_default()
    }

    /// Says that `count` bytes have been written to [`Buffer::room`].
    pub fn filled(&mut self, count: usize) {
        self.end = self.end.saturating_add(count).min(self.memory.len());
    }

    /// Drops `count` bytes from the front of the data.
    pub fn consume(&mut self, count: usize) {
        self.start = self.start.saturating_add(count).min(self.end);
    }

    /// Moves the data to the front of the buffer.
    pub fn compact(&mut self) {
        self.memory.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
    }

    /// Appends as much of `bytes` as there is room for.
    pub fn append(&mut self, bytes: &[u8]) {
        let room = self.room(bytes.len());
        let count = room.len();
        room.copy_from_slice(bytes.get(..count).unwrap_or_default());
        self.filled(count);
    }

    /// Counts the buffer against the budget until it comes back.
    pub fn charge(&mut self) {
        if self.charge.is_none() {
            self.charge = Some(self.pool.budget.charge(self.memory.len()));
        }
    }

    /// The data as shared bytes; the buffer comes back when the last of them is dropped.
    pub fn freeze(self) -> Bytes {
        let range = self.start..self.end;
        let whole = Bytes::from_owner(self);
        // Equal to slicing, but for a range that the invariant excludes, which then is empty.
        if range.end <= whole.len() {
            whole.slice(range)
        } else {
            Bytes::new()
        }
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.memory
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        let mut free = self.pool.free.lock();
        if free.len() < BUFFERS_KEPT_MAX {
            free.push(memory);
        }
    }
}

/// Bytes of their own allocation that count against the budget until the last reference to them is gone.
pub(super) fn reserved(bytes: BytesMut, reservation: Reservation) -> Bytes {
    struct Owner(BytesMut, #[expect(dead_code, reason = "held for its drop")] Reservation);
    impl AsRef<[u8]> for Owner {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
    Bytes::from_owner(Owner(bytes, reservation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_with_the_last_reference_to_its_bytes() {
        let pool = BufferPool::new(MemoryBudget::new(BUFFER_BYTES));
        let mut buffer = pool.take();
        buffer.append(b"xhello");
        buffer.consume(1);
        buffer.charge();
        assert_eq!(pool.budget().available(), 0);
        let bytes = buffer.freeze();
        let part = bytes.slice(1..3);
        drop(bytes);
        assert_eq!((part.as_ref(), pool.free.lock().len()), (b"el".as_slice(), 0));
        drop(part);
        assert_eq!(
            (pool.free.lock().len(), pool.budget().available()),
            (1, BUFFER_BYTES as i64)
        );
    }

    #[test]
    fn data_never_leaves_the_buffer() {
        let pool = BufferPool::new(MemoryBudget::new(1));
        let mut buffer = pool.take();
        buffer.append(&vec![7; BUFFER_BYTES + 5]);
        assert_eq!(buffer.bytes().len(), BUFFER_BYTES);
        assert!(buffer.room(1).is_empty());
        buffer.consume(BUFFER_BYTES - 2);
        buffer.compact();
        assert_eq!((buffer.bytes(), buffer.is_at_front()), ([7, 7].as_slice(), true));
        assert_eq!(buffer.room(10).len(), 10);
        buffer.consume(10);
        assert!(buffer.bytes().is_empty());
    }
}
