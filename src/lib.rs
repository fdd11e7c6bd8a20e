//! DMQ: a broker for the Kafka protocol, in one binary.

pub mod api;
pub mod cli;
pub mod config;
pub mod controller;
pub mod controller_link;
pub mod coordinator;
pub mod disk;
pub mod env;
pub mod fetch_session;
pub mod ids;
pub mod limits;
pub mod log;
pub mod metadata;
pub mod net;
pub mod partition;
pub mod quota;
pub mod rest;
pub mod server;
pub mod telemetry;
