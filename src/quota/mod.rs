//! Quotas: what clients may use of the broker, measured and enforced as Kafka does.
//!
//! Pure machines: they are told who did how much and when, and say for how long the client is to be held back. Who is
//! limited comes from the metadata image. What holding back means is `net`'s to know (nothing is read from the connection
//! meanwhile), what a response says is `api`'s.

mod accounts;
mod bucket;
mod client;
mod connections;
mod describe;
mod limits;
mod mutations;
mod quotas;
mod rate;
#[cfg(test)]
mod tests;
mod throttle;

pub use client::ClientQuota;
pub use connections::{CONNECTION_CREATION_RATE, ConnectionRates};
pub use describe::{Filter, FilterError, Match};
pub use limits::{CLIENT_ID, Client, IP, USER};
pub use mutations::{MutationQuota, Mutations, MutationsExceeded, Strictness, monotonic_ms};
pub use quotas::{
    ActiveQuotas, CONSUMER_BYTE_RATE, CONTROLLER_MUTATION_RATE, PRODUCER_BYTE_RATE, Quotas, REQUEST_PERCENTAGE,
};
pub use rate::Window;
pub use throttle::Throttle;
