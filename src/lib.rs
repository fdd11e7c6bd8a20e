//! DMQ: a broker for the Kafka protocol, in one binary.

pub mod fetch_session;
pub mod ids;
