//! An output buffer that never reserves more than its bound, however it is filled.
//!
//! It grows by doubling, as a `Vec` does, but the last step stops at the bound. What a compressed block claims about
//! its size is checked against [`Output::room`] before anything is reserved for it.

use std::io::{self, Read};

/// Smallest step of growth when the size is not known.
const MIN_STEP: usize = 4096;

/// Decompressed bytes so far, and how many there may be.
#[derive(Debug)]
pub(super) struct Output {
    bytes: Vec<u8>,
    max: usize,
}

impl Output {
    pub(super) fn new(max: usize) -> Output {
        Output { bytes: Vec::new(), max }
    }

    /// How many more bytes may come.
    pub(super) fn room(&self) -> usize {
        self.max.saturating_sub(self.bytes.len())
    }

    pub(super) fn into_vec(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) -> Result<(), Full> {
        self.reserve(bytes.len())?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Lets `fill` write up to `size` bytes behind those that are there, which it sees too; it says how many it wrote.
    pub(super) fn fill<E>(
        &mut self,
        size: usize,
        fill: impl FnOnce(&[u8], &mut [u8]) -> Result<usize, E>,
    ) -> Result<Result<(), E>, Full> {
        self.reserve(size)?;
        let start = self.bytes.len();
        self.bytes.resize(start + size, 0);
        let (before, space) = self.bytes.split_at_mut(start);
        let written = fill(before, space);
        self.bytes
            .truncate(start + written.as_ref().map_or(0, |written| (*written).min(size)));
        Ok(written.map(|_| ()))
    }

    /// Reads to the end of `reader`, starting with room for `expected` bytes.
    pub(super) fn read_to_end(&mut self, mut reader: impl Read, expected: usize) -> Result<io::Result<()>, Full> {
        let mut step = expected.max(MIN_STEP);
        loop {
            let room = self.room();
            if room == 0 {
                return match reader.read(&mut [0]) {
                    Ok(0) => Ok(Ok(())),
                    Ok(_) => Err(Full),
                    Err(error) => Ok(Err(error)),
                };
            }
            step = step.min(room);
            self.bytes.reserve_exact(step);
            // A limited reader ends where the reserved space ends, so the vector does not grow by itself.
            match reader.by_ref().take(step as u64).read_to_end(&mut self.bytes) {
                Ok(read) if read < step => return Ok(Ok(())),
                Ok(_) => step = self.bytes.len(),
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    fn reserve(&mut self, size: usize) -> Result<(), Full> {
        if size > self.room() {
            return Err(Full);
        }
        if self.bytes.capacity() - self.bytes.len() < size {
            let doubled = self.bytes.capacity().saturating_mul(2).min(self.max);
            let wanted = doubled.max(self.bytes.len() + size);
            self.bytes.reserve_exact(wanted - self.bytes.len());
        }
        Ok(())
    }
}

/// More output than the bound allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_stops_at_the_bound_and_reserves_no_more() {
        for (available, fits) in [
            (0, true),
            (1, true),
            (9_999, true),
            (10_000, true),
            (10_001, false),
            (1 << 20, false),
        ] {
            let mut output = Output::new(10_000);
            let read = output.read_to_end(io::repeat(7).take(available), 100);
            assert_eq!(read.is_ok(), fits, "{available}");
            assert!(
                output.bytes.capacity() <= 10_000,
                "{available}: {}",
                output.bytes.capacity()
            );
            if fits {
                assert_eq!(output.into_vec().len() as u64, available);
            }
        }
    }

    #[test]
    fn growth_by_blocks_stays_within_the_bound() {
        let mut output = Output::new(1000);
        while output.room() >= 7 {
            assert_eq!(output.extend(&[1; 3]), Ok(()));
            assert_eq!(
                output.fill(4, |before, space| Ok::<_, ()>(before.len().min(space.len()))),
                Ok(Ok(()))
            );
            assert!(output.bytes.capacity() <= 1000);
        }
        assert_eq!(output.extend(&[1; 1000]), Err(Full));
    }
}
