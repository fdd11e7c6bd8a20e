//! DMQ: a broker for the Kafka protocol, in one binary.

pub mod cli;
pub mod config;
pub mod ids;
pub mod telemetry;
