//! A small input that inflates to a huge output is refused before memory is taken for it.
//!
//! The test's allocator counts what this thread holds, so a bound that is checked too late fails here. A buffer that
//! grows counts once: the system moves large ones by remapping them. What the zstd library takes for itself is not
//! counted; it works in the output that is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use bytes::Bytes;
use dmq_protocol::compression::{Compression, CompressionError, compress, decompress};

const MAX: usize = 1 << 20;
/// What a decoder may hold besides its output: windows, tables, one block.
const OVERHEAD: usize = 256 * 1024;
const HUGE: usize = 64 << 20;

struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(change: isize) {
    let held = HELD.get() + change;
    HELD.set(held);
    PEAK.set(PEAK.get().max(held));
}

// SAFETY: every call goes to the system's allocator unchanged; the counters are plain thread-locals without
// destructors, so counting neither allocates nor fails.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        // SAFETY: as promised by the caller.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Decompresses within [`MAX`] and fails if more than that, and a little, was held at any time.
fn inflate(codec: Compression, data: Vec<u8>) -> Result<Bytes, CompressionError> {
    let data = Bytes::from(data);
    let before = HELD.get();
    PEAK.set(before);
    let inflated = decompress(codec, &data, MAX);
    let taken = (PEAK.get() - before) as usize;
    assert!(
        taken <= MAX + OVERHEAD,
        "{codec:?} held {taken} bytes for {} of input",
        data.len()
    );
    inflated
}

fn assert_too_large(codec: Compression, bomb: Vec<u8>) {
    assert!(bomb.len() < HUGE / 15, "{} bytes are no bomb", bomb.len());
    assert_eq!(
        inflate(codec, bomb),
        Err(CompressionError::TooLarge { codec, max: MAX })
    );
}

fn assert_malformed(codec: Compression, data: Vec<u8>) {
    let refused = inflate(codec, data);
    assert!(
        matches!(refused, Err(CompressionError::Malformed { .. })),
        "{refused:?}"
    );
}

#[test]
fn zeros_by_the_megabyte_are_refused_by_every_codec() {
    let zeros = vec![0; HUGE];
    for codec in [
        Compression::Gzip,
        Compression::Snappy,
        Compression::Lz4,
        Compression::Zstd,
    ] {
        assert_too_large(codec, compress(codec, None, &zeros).unwrap());
    }
}

#[test]
fn output_up_to_the_bound_itself_is_given() {
    for codec in [
        Compression::Gzip,
        Compression::Snappy,
        Compression::Lz4,
        Compression::Zstd,
    ] {
        let compressed = compress(codec, None, &[7; MAX]).unwrap();
        assert_eq!(inflate(codec, compressed).unwrap().len(), MAX, "{codec:?}");
        assert_too_large(codec, compress(codec, None, &[7; MAX + 1]).unwrap());
    }
}

#[test]
fn gzip_members_add_up() {
    let member = compress(Compression::Gzip, Some(9), &[0; MAX / 2]).unwrap();
    assert!(inflate(Compression::Gzip, member.repeat(2)).is_ok());
    assert_too_large(Compression::Gzip, member.repeat(3));
}

#[test]
fn a_bare_snappy_block_is_bounded_like_a_framed_one() {
    assert_too_large(
        Compression::Snappy,
        snap::raw::Encoder::new().compress_vec(&vec![0; HUGE]).unwrap(),
    );
    // Declares 512 MiB and holds one byte.
    assert_malformed(Compression::Snappy, vec![0x80, 0x80, 0x80, 0x80, 0x02, 0x00, 0x41]);
}

/// An LZ4 frame of these flags and block size, with these blocks.
fn lz4_frame(flags: u8, descriptor: u8, blocks: &[&[u8]]) -> Vec<u8> {
    let described = [flags, descriptor];
    let mut frame = [&0x184D_2204u32.to_le_bytes()[..], &described].concat();
    frame.push((twox_hash::XxHash32::oneshot(0, &described) >> 8) as u8);
    for block in blocks {
        frame.extend((block.len() as u32).to_le_bytes());
        frame.extend_from_slice(block);
    }
    frame.extend([0; 4]);
    frame
}

#[test]
fn lz4_blocks_of_four_megabytes_are_bounded_independent_or_linked() {
    let block = lz4_flex::block::compress(&vec![0; 4 << 20]);
    for flags in [0x60, 0x40] {
        assert_too_large(Compression::Lz4, lz4_frame(flags, 0x70, &[block.as_slice(); 16]));
    }
    // The largest block size costs nothing by being announced.
    let small = lz4_flex::block::compress(b"small");
    assert_eq!(
        inflate(Compression::Lz4, lz4_frame(0x60, 0x70, &[&small])).unwrap(),
        "small"
    );
}

#[test]
fn lz4_blocks_larger_than_announced_are_refused() {
    let block = lz4_flex::block::compress(&vec![0; 65 << 10]);
    assert_malformed(Compression::Lz4, lz4_frame(0x60, 0x40, &[&block]));
}

/// A zstd frame of this window byte whose blocks repeat one byte 128 Ki times each.
fn zstd_frame(window: u8, blocks: u32) -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, window];
    for block in 1..=blocks {
        let last = u32::from(block == blocks);
        let header = last | 1 << 1 | (128 << 10) << 3;
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.push(b'x');
    }
    frame
}

#[test]
fn zstd_frames_that_do_not_tell_their_size_are_bounded() {
    assert_eq!(inflate(Compression::Zstd, zstd_frame(0x38, 8)).unwrap().len(), MAX);
    assert_too_large(Compression::Zstd, zstd_frame(0x38, 9));
    assert_too_large(Compression::Zstd, zstd_frame(0x38, 8192));
    let frames = zstd_frame(0x38, 4).repeat(3);
    assert_too_large(Compression::Zstd, frames);
}

#[test]
fn zstd_windows_are_free_up_to_128_mib_and_refused_beyond() {
    assert_eq!(
        inflate(Compression::Zstd, zstd_frame(17 << 3, 1)).unwrap().len(),
        128 << 10
    );
    assert_malformed(Compression::Zstd, zstd_frame(17 << 3 | 1, 1));
    assert_malformed(Compression::Zstd, zstd_frame(31 << 3, 1));
}

#[test]
fn a_zstd_frame_that_lies_about_its_size_is_refused() {
    // A single segment with an 8-byte size, then one raw block of one byte.
    let lying = |size: u64| {
        let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0xe0];
        frame.extend(size.to_le_bytes());
        frame.extend([0x09, 0x00, 0x00, b'x']);
        frame
    };
    assert_eq!(inflate(Compression::Zstd, lying(1)).unwrap(), "x");
    assert_malformed(Compression::Zstd, lying(2));
    assert_malformed(Compression::Zstd, lying(MAX as u64));
    assert_too_large(Compression::Zstd, lying(u64::MAX / 2));
}

/// Fuzzing found that ten bytes held a thread for ever: the output grew by a factor from the nothing that was declared.
#[test]
fn a_zstd_frame_that_declares_nothing_and_holds_something_is_refused() {
    // A single segment with a 1-byte size of 0, then one block that repeats a byte 37 times.
    let lying = vec![0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x00, 0x2b, 0x01, 0x00, 0x00];
    assert_malformed(Compression::Zstd, lying);
}
