//! What the process tells of itself: log lines, on standard error.
//!
//! Modules write with `tracing`'s macros and know nothing of formats or filters; those are set once, at start, by
//! [`logging::init`].

pub mod levels;
pub mod logging;
