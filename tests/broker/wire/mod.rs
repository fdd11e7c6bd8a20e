//! What the broker answers to frames that no client library would make, and to those that all of them make.
//!
//! Error codes are Apache Kafka's for the same request; where DMQ answers otherwise on purpose, the test says why.

mod admin;
mod configs;
mod delete_records;
mod fetch;
mod fetch_sessions;
mod frames;
mod groups;
mod log_dirs;
mod metadata;
mod offsets;
mod produce;
mod produce_refused;
mod producers;
pub mod quotas;
mod throttling;
mod topics;
mod versions;
