//! Collects for one send what can leave together: encoded bytes where they are, and small file ranges as copies.
//!
//! Stops before a large file range (it goes by sendfile), before one that is not in the page cache, and when the copy
//! buffer or the slices are used up. Changes nothing: what the socket took is taken off the queue afterwards.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::ops::Range;
use std::sync::Arc;

use super::buffer::{Buffer, BufferPool};
use super::limits::{SENDFILE_BYTES_MIN, SLICES_PER_SEND_MAX};
use super::output::Segment;
use crate::disk::FileRange;

/// What the front of the queue comes to.
#[derive(Debug)]
pub(super) enum Gathered<'a> {
    /// To be sent with one call.
    Pieces(Pieces),
    /// The front is a file range that has to be brought into the page cache first.
    Cold(&'a FileRange),
}

/// The parts of one send.
#[derive(Debug)]
pub(super) struct Pieces {
    copies: Option<Buffer>,
    /// Per segment from the front of the queue: nothing for bytes, the place in `copies` for a file range.
    segments: Vec<Option<Range<usize>>>,
    /// The bytes behind the queue are a part.
    with_staged: bool,
    /// Whether something follows that this send leaves out.
    pub more: bool,
}

/// Looks at the queue from its front. `warm`: the range at the front was just brought into the page cache.
pub(super) fn gather<'a>(
    queue: &'a VecDeque<Segment>,
    staged: &[u8],
    warm: bool,
    pool: &Arc<BufferPool>,
) -> io::Result<Gathered<'a>> {
    let mut pieces = Pieces {
        copies: None,
        segments: Vec::with_capacity(queue.len().min(SLICES_PER_SEND_MAX)),
        with_staged: false,
        more: true,
    };
    for segment in queue.iter().take(SLICES_PER_SEND_MAX) {
        match segment {
            Segment::Bytes(_) => pieces.segments.push(None),
            Segment::File(range) => {
                let is_front = pieces.segments.is_empty();
                let copies = pieces.copies.get_or_insert_with(|| pool.take());
                match copy(range, copies, is_front && warm)? {
                    Some(place) => pieces.segments.push(Some(place)),
                    None if is_front => return Ok(Gathered::Cold(range)),
                    None => break,
                }
            }
        }
    }
    if pieces.segments.len() == queue.len() {
        pieces.with_staged = !staged.is_empty();
        pieces.more = false;
    }
    Ok(Gathered::Pieces(pieces))
}

/// Copies a whole small range behind what `copies` holds, if there is room and no disk has to be waited for.
fn copy(range: &FileRange, copies: &mut Buffer, warm: bool) -> io::Result<Option<Range<usize>>> {
    let Ok(len) = usize::try_from(range.len) else {
        return Ok(None);
    };
    let start = copies.bytes().len();
    let room = copies.room(len);
    if room.len() < len || range.len >= SENDFILE_BYTES_MIN {
        return Ok(None);
    }
    if warm {
        range.file.read_exact_at(room, range.position)?;
    } else {
        match range.file.read_at_nowait(room, range.position) {
            Ok(count) if count == len => {}
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    copies.filled(len);
    Ok(Some(start..start + len))
}

impl Pieces {
    /// The slices to send; `queue` and `staged` are those that were gathered from, unchanged.
    pub fn slices<'a>(&'a self, queue: &'a VecDeque<Segment>, staged: &'a [u8]) -> Vec<IoSlice<'a>> {
        let copies = self.copies.as_ref().map_or(&[][..], Buffer::bytes);
        let mut slices = Vec::with_capacity(self.segments.len() + 1);
        for (place, segment) in self.segments.iter().zip(queue) {
            match (place, segment) {
                (Some(place), _) => slices.push(IoSlice::new(copies.get(place.clone()).unwrap_or_default())),
                (None, Segment::Bytes(bytes)) => slices.push(IoSlice::new(bytes)),
                // Only bytes have no place.
                (None, Segment::File(_)) => break,
            }
        }
        if self.with_staged {
            slices.push(IoSlice::new(staged));
        }
        slices
    }
}
