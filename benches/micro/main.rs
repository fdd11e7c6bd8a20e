//! Micro benches: what one operation of the broker costs, in time and in allocations, without sockets.
//!
//! `cargo bench --bench micro` prints the table; `cargo bench --bench micro -- produce` only what has `produce` in its
//! name. Counts of allocations do not depend on the machine; times do, and the shared machines of CI are slow and busy.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod batches;
mod broker;
mod logs;
mod messages;
mod requests;
mod samples;

#[global_allocator]
static ALLOCATOR: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}
