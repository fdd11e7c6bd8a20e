//! DMQ: a broker for the Kafka protocol, in one binary.

pub mod config;
pub mod controller;
pub mod disk;
pub mod env;
pub mod ids;
pub mod limits;
pub mod log;
pub mod metadata;
