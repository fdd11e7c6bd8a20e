//! DMQ: a broker for the Kafka protocol, in one binary.

pub mod config;
pub mod ids;
