//! The api layer: one file per Kafka API, and what a connection sees of them ([`service`]).

pub mod service;
