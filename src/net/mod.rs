//! Listeners and connections: from the socket to request frames, and from answers to the socket.
//!
//! The way of a request: [`accept`](self) admits the connection and starts its task (`connection`) → `input` cuts frames
//! out of what was read, with memory from `buffer` within the `budget` → `api::service::Service::call` → `answers` keeps
//! request order → `output` sends, gathering small parts (`gather`) and letting file ranges go from the page cache to
//! the socket (`socket`, `residency`). `deadline` is the one timer, `ending` the one log line, `drain` the shutdown.
//!
//! Stated as absences: nothing here knows what a request means; no network thread waits for a disk; no queue, buffer or
//! count is without a bound (`limits`, [`NetConfig`]); no connection's fault touches another connection.

mod accept;
mod admission;
mod advertised;
mod answers;
mod bind;
mod budget;
mod buffer;
mod config;
mod connection;
mod deadline;
mod drain;
mod ending;
mod gather;
mod input;
pub mod limits;
mod linger;
mod log_gate;
mod metrics;
mod output;
mod residency;
mod server;
mod socket;
mod stats;
#[cfg(test)]
mod tests;

pub use admission::Admission;
pub use advertised::{advertised, default_gateway};
pub use bind::BindError;
pub use config::{ConnectionLimits, Deadlines, ListenerConfig, NetConfig};
pub use metrics::NetMetrics;
pub use server::{BoundListener, BoundListeners, NetServer};
pub use stats::{EndKind, ListenerStats, RefusalReason};
