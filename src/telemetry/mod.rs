//! What the process tells of itself: log lines, on standard error, and metrics, for Prometheus.
//!
//! Modules write lines with `tracing`'s macros and know nothing of formats or filters; those are set once, at start, by
//! [`logging::init`]. Metrics have a page of their own: [`metrics`].

pub mod levels;
pub mod logging;
pub mod metrics;
