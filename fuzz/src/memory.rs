//! The allocator of the fuzzed process: it knows how much memory a run held at one time.
//!
//! libFuzzer's own limit looks at the process once a second; this one sees every allocation, so that an input of twenty
//! bytes that costs a megabyte is found. Only the calling thread is counted, and only what Rust allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// No run gets more than this (bytes); the allocation fails, which ends the process.
const HELD_MAX: isize = 256 << 20;

/// The system's allocator, with a count.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn size_of_layout(layout: Layout) -> isize {
    isize::try_from(layout.size()).unwrap_or(isize::MAX)
}

/// Counts a change and says whether it is within the limit.
fn count(change: isize) -> bool {
    HELD.try_with(|held| {
        held.set(held.get().saturating_add(change));
        PEAK.with(|peak| peak.set(peak.get().max(held.get())));
        held.get() <= HELD_MAX
    })
    // A thread that is ending has no count any more.
    .unwrap_or(true)
}

// SAFETY: every call is passed on to the system's allocator as it came, or answered with null, which the trait allows.
// Counting allocates nothing: the thread-local counters are constant-initialized and have no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !count(size_of_layout(layout)) {
            count(-size_of_layout(layout));
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promises are the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !count(size_of_layout(layout)) {
            count(-size_of_layout(layout));
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promises are the system allocator's.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(-size_of_layout(layout));
        // SAFETY: the caller's promises are the system allocator's; `place` came from it.
        unsafe { System.dealloc(place, layout) }
    }
}

/// The most bytes that this thread held at one time while `work` ran, beyond what it held before. Counting begins anew:
/// what an earlier run handed to another thread, which freed it, would otherwise count for ever.
pub fn peak_of(work: impl FnOnce()) -> usize {
    HELD.set(0);
    PEAK.set(0);
    work();
    usize::try_from(PEAK.get()).unwrap_or(0)
}
