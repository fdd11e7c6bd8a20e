//! Whole brokers, driven from outside: by librdkafka, by frames made by hand, and as processes that are killed.
//!
//! One test binary, since each one links everything. `support` starts brokers and speaks to them; nothing in here waits
//! for a fixed time, uses a fixed port, or leaves a process or a directory behind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    missing_debug_implementations
)]

mod clients;
mod golden;
mod process;
mod support;
mod topic_settings;
mod wire;
