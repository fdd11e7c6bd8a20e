//! DMQ: a broker for the Kafka protocol, in one binary.

pub mod config;
pub mod controller;
pub mod env;
pub mod ids;
pub mod metadata;
