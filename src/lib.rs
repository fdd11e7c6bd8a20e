//! DMQ: a broker for the Kafka protocol, in one binary.

pub mod env;
pub mod ids;
